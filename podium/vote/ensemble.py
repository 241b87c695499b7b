"""From members to one prediction: voters compared by nested cross-validation, test images voted on."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from podium.experiments.runs import Pool, Stored
from podium.foundation.errors import UserError
from podium.foundation.run import derive
from podium.foundation.words import counted
from podium.metrics.intervals import Interval, replicates, summary
from podium.metrics.metric import Floats, Metric
from podium.tasks.links import normalised
from podium.vote import diversity
from podium.vote import voter as voters
from podium.vote.calibration import CalibrationTrial, attempt, suited
from podium.vote.params import EnsembleParams
from podium.vote.voter import Combine, Context, Features, Learnt, Probs, Voter

LARGE = 20_000_000  # images x classes: of larger tables, 160 MB each, few are held at a time
CELLS = 1 << 24  # of a large table, voted on at a time: 128 MB
WHERE_LARGE = ("soft", "geometric")  # the voters that are compared then
INNER_PARTS = 5  # of the one fold's groups, where the run has a single fold


@dataclass(frozen=True)
class ScoredVoter:
    """A voter with its nested out-of-fold vote (n, k), its score as it would be published, and that score's
    bootstrap samples."""

    name: str
    complexity: float
    oof: Probs
    interval: Interval
    samples: Floats


def parts(home: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """(n,) the part in which an image is voted on by what was learnt elsewhere: its fold, or a fifth of
    the only fold's groups."""
    if len(np.unique(home)) > 1:
        return home
    order = np.random.default_rng(derive(seed, "parts")).permutation(int(groups.max()) + 1)
    return np.asarray(order[groups] % INNER_PARTS)


def nested(voter: Voter, oof: Probs, labels: np.ndarray, home: np.ndarray, context: Context) -> Probs:
    """(n, k) the vote on each image by a voter that learnt from the other parts only; oof (m, n, k)."""
    voted = np.empty(oof.shape[1:])
    for part in np.unique(home):
        inside = home == part
        learnt = voter.fit(oof[:, ~inside], labels[~inside], context.of(~inside))
        voted[inside] = voters.ready(learnt, context.of(inside).features)(oof[:, inside])
    return voted


def on_test(
    voter: Voter, combine: Combine, calibrate: Combine, test: Stored, settle: Combine = normalised
) -> Probs:
    """(t, k): members vote fold by fold, calibrated as they were out-of-fold; then the folds do.

    test (m, f, t, k), of a large one some images at a time. A voter that learnt sees on test just what it
    learnt from: one model a member.
    """
    m, folds, t, k = test.shape
    parted = folds * t * k > LARGE and voters.row_by_row(voter)
    step = max(1, CELLS // (m * folds * k)) if parted else max(t, 1)
    voted = np.empty((t, k))
    for start in range(0, t, step):
        some = test[:, :, start : start + step].astype(np.float64, copy=False)
        by_fold = [calibrate(combine(some[:, fold])) for fold in range(folds)]
        voted[start : start + step] = voter.merge_folds(np.stack(by_fold), settle)
    return voted


def compare(
    pool: Pool, names: list[str], metric: Metric, seed: int, calibrate: str = "none"
) -> list[ScoredVoter]:
    """The voters with their nested scores, the simplest first.

    Where a temperature is going to follow, it is fitted for each of them: else a voter that learns to be as
    sure as it should would beat one that is better once it is told. Priors wait for the chosen one: they
    take minutes where there are many classes.
    """
    home = parts(pool.home, pool.groups, seed)
    kinds = suited(metric) if calibrate == "auto" else (calibrate,)
    found = []
    for name in names:
        voter = voters.load(name)
        if voters.needs_features(voter):  # the only ones that take more than a second
            print(f"ensemble: {name} learns from {len(pool.ids)} images' features, fold by fold", flush=True)
        oof = nested(voter, pool.oof, pool.labels, home, context(name, pool, metric, seed))
        scored = oof
        if "temperature" in kinds:
            scored = attempt(calibrate, oof, pool.labels, home, pool.groups, metric, seed).oof
        samples = replicates(metric, pool.labels, scored, pool.groups, seed)
        score = summary(metric.function(pool.labels, scored), samples)
        found.append(ScoredVoter(name, voter.COMPLEXITY, oof, score, samples))
    return sorted(found, key=lambda candidate: (candidate.complexity, candidate.name))


def candidates(wanted: str, metric: Metric, pool: Pool) -> list[str]:
    """The voters to compare: the one named, or with `auto` all that have something to do.

    Of a single member no weights can be learnt: only voters that learn nothing, or that look at the images
    too, are compared.
    """
    if wanted != "auto":
        if pool.kind.truth not in voters.judged_by(voters.load(wanted)):
            able = [name for name in voters.names() if pool.kind.truth in voters.judged_by(voters.load(name))]
            raise UserError(
                f"params.yaml: ensemble.voter: {wanted} votes on classes, not on the task {pool.kind.name}: "
                f"choose auto, {' or '.join(able)}."
            )
        return [wanted]
    n, k = pool.oof.shape[1:]
    able = list(WHERE_LARGE) if n * k > LARGE else voters.names()
    return [name for name in able if _suits(voters.load(name), metric, pool)]


def _suits(voter: Voter, metric: Metric, pool: Pool) -> bool:
    m, n, k = pool.oof.shape
    looks = voters.needs_features(voter)
    small = k <= getattr(voter, "MOST_CLASSES", k) and k * n <= getattr(voter, "MOST_CELLS", k * n)
    if pool.kind.truth not in voters.judged_by(voter):
        return False
    kinds = getattr(voter, "WANTS", (metric.wants,))
    has_work = m > 1 or looks or not voter.FITTED
    return small and metric.wants in kinds and has_work and (pool.look is not None or not looks)


def choose(found: list[ScoredVoter], metric: Metric, alone: float = -np.inf) -> ScoredVoter:
    """The simplest within one standard error of the best (Breiman et al. 1984, the 1-SE rule).

    The error is that of the paired difference to the best, over the same bootstrap samples. What is worse
    than the best member `alone` (its goodness) is passed over, as long as something is not.
    """
    for candidate in found:
        behind, error = to_the_best(candidate, found, metric)
        enough = metric.goodness(candidate.interval.score) >= alone
        if behind <= error and (enough or behind <= 0):
            return candidate
    raise AssertionError("the best is not behind itself")


def to_the_best(candidate: ScoredVoter, found: list[ScoredVoter], metric: Metric) -> tuple[float, float]:
    """(how far its score is behind the best one's, that difference's paired standard error)."""
    best = max(found, key=lambda one: metric.goodness(one.interval.score))
    behind = metric.goodness(best.interval.score) - metric.goodness(candidate.interval.score)
    return behind, float((best.samples - candidate.samples).std())


@dataclass(frozen=True)
class Vote:
    """What the stage publishes: the nested out-of-fold vote, the test vote, and how it was decided."""

    chosen: ScoredVoter
    compared: list[ScoredVoter]
    calibration: CalibrationTrial
    oof: Probs  # (n, k) nested and calibrated
    test: Probs  # (t, k)


def vote(pool: Pool, params: EnsembleParams, metric: Metric, seed: int) -> Vote:
    """Chooses the voter, learns it on all out-of-fold predictions, calibrates, and votes on test."""
    compared = compare(pool, candidates(params.voter, metric, pool), metric, seed, params.calibrate)
    alone = max(metric.goodness(metric.function(pool.labels, oof)) for oof in pool.oof)
    chosen = choose(compared, metric, alone if len(pool.oof) > 1 else -np.inf)
    home = parts(pool.home, pool.groups, seed)
    trial = attempt(params.calibrate, chosen.oof, pool.labels, home, pool.groups, metric, seed)
    voter = voters.load(chosen.name)
    combine = voters.ready(learnt(chosen.name, pool, metric, seed), _features(voter, pool, pool.test_ids))
    test = on_test(voter, combine, trial.calibration, pool.test, pool.settle)
    return Vote(chosen, compared, trial, trial.oof, test)


def learnt(name: str, pool: Pool, metric: Metric, seed: int) -> Learnt:
    """The voter, learnt from all out-of-fold predictions."""
    return voters.load(name).fit(pool.oof, pool.labels, context(name, pool, metric, seed))


def context(name: str, pool: Pool, metric: Metric, seed: int) -> Context:
    """What the voter may know of the out-of-fold images."""
    return Context(metric, pool.groups, seed, _features(voters.load(name), pool, pool.ids), pool.settle)


def _features(voter: Voter, pool: Pool, ids: list[str]) -> Features | None:
    if not voters.needs_features(voter):
        return None
    assert pool.look is not None, "this voter looks at images"
    return pool.look(ids)


def table(vote: Vote, pool: Pool, metric: Metric) -> dict[str, Any]:
    """table.json: who voted, what each voter scored in nested cross-validation, what calibration gained."""
    rows = []
    for c in vote.compared:
        behind, error = to_the_best(c, vote.compared, metric)
        rows.append({"voter": c.name, **asdict(c.interval), "behind": behind, "paired_error": error})
    alone = [metric.function(pool.labels, oof) for oof in pool.oof]
    trial = vote.calibration
    return {
        "metric": metric.name,
        "greater_is_better": metric.greater_is_better,
        "chosen": vote.chosen.name,
        "why": reasons(vote, pool, metric),
        "voters": rows,
        "calibration": {
            "kind": trial.kind,
            "kept": trial.kept,
            "gain": trial.gain,
            "error": trial.error,
            "temperature": trial.calibration.temperature,
            "priors": trial.calibration.priors.tolist(),
            "cuts": [] if trial.calibration.cuts is None else trial.calibration.cuts.tolist(),
        },
        "members": [
            {"name": name, "score": score, "adds": adds}
            for name, score, adds in zip(pool.names, alone, diversity.adds(pool, metric), strict=True)
        ],
        "pairs": diversity.pairs(pool),
    }


def reasons(vote: Vote, pool: Pool, metric: Metric) -> list[str]:
    """Why this voter and no simpler one, and whether the vote is worth its members."""
    simpler = vote.compared[: vote.compared.index(vote.chosen)]
    found = [(other.name, *to_the_best(other, vote.compared, metric)) for other in simpler]
    far = [f"{name} {behind:.4f} (error {error:.4f})" for name, behind, error in found if behind > error]
    poor = [f"{name} ({behind:.4f} behind)" for name, behind, error in found if behind <= error]
    said = []
    if far:
        said.append(f"Simpler, but behind the best by more than the paired error: {', '.join(far)}.")
    if poor:
        said.append(f"Simpler and near the best, but worse than the best member alone: {', '.join(poor)}.")
    if not simpler and len(vote.compared) > 1:
        said.append(f"{vote.chosen.name} is the simplest, and within one paired standard error of the best.")
    alone = [metric.function(pool.labels, oof) for oof in pool.oof]
    best = max(range(len(alone)), key=lambda i: metric.goodness(alone[i]))
    score = metric.function(pool.labels, vote.oof)
    told, ahead = f"{score:.4f}", f"{alone[best]:.4f}"
    if len(alone) > 1 and told != ahead and metric.goodness(score) < metric.goodness(alone[best]):
        said.append(f"The vote ({told}) is worse than its best member alone: {pool.names[best]} ({ahead}).")
    return said


def sentences(vote: Vote, pool: Pool, metric: Metric) -> list[str]:
    """What was chosen and why, for the log."""
    found, trial = vote.chosen.interval, vote.calibration
    compared = ", ".join(f"{c.name} {c.interval.score:.4f}" for c in vote.compared)
    lines = [
        f"ensemble: {vote.chosen.name} vote of {', '.join(pool.names)} x "
        f"{counted(pool.test.shape[1], 'fold')}: {metric.name} {found.score:.4f} "
        f"(95 % {found.low:.4f} to {found.high:.4f}) on {len(pool.ids)} {pool.unit}."
    ]
    if len(vote.compared) > 1:
        lines.append(f"ensemble: compared out-of-fold: {compared}.")
    lines += [f"ensemble: {said}" for said in reasons(vote, pool, metric)]
    if trial.kind != "none":
        verdict = "kept" if trial.kept else "not kept"
        lines.append(f"ensemble: {trial.kind} gains {trial.gain:+.4f} ± {trial.error:.4f}: {verdict}.")
    return lines
