"""From members to one prediction: voters compared by nested cross-validation, test images voted on."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from podium import voters
from podium.experiments import Pool
from podium.metrics.intervals import Interval, replicates, summary
from podium.metrics.registry import Floats, Metric
from podium.run import derive
from podium.voters import Combine, Probs, Task, Voter

INNER_PARTS = 5  # of the one fold's groups, where the run has a single fold


@dataclass(frozen=True)
class Candidate:
    """A voter with its nested out-of-fold vote (n, k) and the bootstrap samples of its score."""

    name: str
    complexity: int
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


def nested(voter: Voter, oof: Probs, labels: np.ndarray, home: np.ndarray, task: Task) -> Probs:
    """(n, k) the vote on each image by a voter that learnt from the other parts only; oof (m, n, k)."""
    voted = np.empty(oof.shape[1:])
    for part in np.unique(home):
        inside = home == part
        inner = Task(task.metric, task.groups[~inside], task.seed)
        combine = voter.fit(oof[:, ~inside], labels[~inside], inner)
        voted[inside] = combine(oof[:, inside])
    return voted


def on_test(voter: Voter, combine: Combine, test: Probs) -> Probs:
    """(t, k): members vote fold by fold, as they did out-of-fold, then the folds do; test (m, f, t, k)."""
    by_fold = np.stack([combine(test[:, fold]) for fold in range(test.shape[1])])
    return voter.merge_folds(by_fold)


def compare(pool: Pool, names: list[str], metric: Metric, seed: int) -> list[Candidate]:
    """The voters with their nested scores, the simplest first."""
    task = Task(metric, pool.groups, seed)
    home = parts(pool.home, pool.groups, seed)
    found = []
    for name in names:
        voter = voters.load(name)
        oof = nested(voter, pool.oof, pool.labels, home, task)
        samples = replicates(metric, pool.labels, oof, pool.groups, seed)
        score = summary(metric.function(pool.labels, oof), samples)
        found.append(Candidate(name, voter.COMPLEXITY, oof, score, samples))
    return sorted(found, key=lambda candidate: candidate.complexity)


def candidates(wanted: str, members: int) -> list[str]:
    """The voters to compare: the one named, or with `auto` all that have something to do.

    Of a single member no weights can be learnt: only voters that learn nothing are compared.
    """
    if wanted != "auto":
        return [wanted]
    return [name for name in voters.names() if members > 1 or not voters.load(name).FITTED]


def choose(found: list[Candidate], metric: Metric) -> Candidate:
    """The simplest within one standard error of the best (Breiman et al. 1984, the 1-SE rule).

    The error is that of the paired difference to the best, over the same bootstrap samples.
    """
    best = max(found, key=lambda candidate: metric.goodness(candidate.interval.score))
    for candidate in found:
        behind = metric.goodness(best.interval.score) - metric.goodness(candidate.interval.score)
        if behind <= float((best.samples - candidate.samples).std()):
            return candidate
    return best


@dataclass(frozen=True)
class Vote:
    """What the stage publishes: the nested out-of-fold vote, the test vote, and how it was decided."""

    chosen: Candidate
    compared: list[Candidate]
    test: Probs


def vote(pool: Pool, wanted: str, metric: Metric, seed: int) -> Vote:
    """Chooses the voter, learns it on all out-of-fold predictions and votes on test."""
    compared = compare(pool, candidates(wanted, len(pool.names)), metric, seed)
    chosen = choose(compared, metric)
    voter = voters.load(chosen.name)
    combine = voter.fit(pool.oof, pool.labels, Task(metric, pool.groups, seed))
    return Vote(chosen, compared, on_test(voter, combine, pool.test))


def table(vote: Vote, pool: Pool, metric: Metric) -> dict[str, Any]:
    """table.json: who voted, and what each voter scored in nested cross-validation."""
    rows = [
        {"voter": c.name, "score": c.interval.score, "low": c.interval.low, "high": c.interval.high}
        for c in vote.compared
    ]
    alone = [metric.function(pool.labels, oof) for oof in pool.oof]
    return {
        "metric": metric.name,
        "greater_is_better": metric.greater_is_better,
        "chosen": vote.chosen.name,
        "voters": rows,
        "members": [{"name": n, "score": s} for n, s in zip(pool.names, alone, strict=True)],
    }


def sentence(vote: Vote, pool: Pool, metric: Metric) -> str:
    """What was chosen, in one line."""
    found = vote.chosen.interval
    return (
        f"ensemble: {vote.chosen.name} vote of {len(pool.names)} member(s) x {pool.test.shape[1]} fold(s), "
        f"{metric.name} {found.score:.4f} (95 % {found.low:.4f} to {found.high:.4f}) "
        f"on {len(pool.ids)} images."
    )
