"""Is the CV score one to trust? Out-of-fold score beside the server's, over settings that differ for real.

    python -m benchmarks.cv_truth ZIP=SOLUTION.csv ... --work FOLDER [--set train.epochs=3]

Out-of-fold is one model an image, so it stands beside the mean server score of the folds' own submissions;
their vote is shown apart. All `--folds` folds run, so that every setting scores every image and differences
are paired. Planted noise changes labels after ingest: CV is then on the wrong labels, as its user would see
it. Intervals are bootstraps over images (groups of duplicates); what another seed would change is not in
them. A second call runs only what is missing in `--work`, which also holds the scratch store.
"""

import argparse
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import checkout, record, truth
from benchmarks.cv_truth_table import markdown
from benchmarks.ranking import Scored, pairs, shares, spearman
from podium.contracts import competition, duplicates, folds, images, predictions
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as SHIPPED
from podium.experiments import runs
from podium.foundation.files import write_json, write_text
from podium.labels.inputs import LABELLED
from podium.metrics import registry
from podium.metrics.intervals import replicates
from podium.metrics.metric import Metric

NONE, COPIES = 0, "copies"  # COPIES: half as many copies as images, every class brought to the same number
COPIES_SHARE = 1.5


@dataclass(frozen=True)
class Setting:
    """One way to train; `noisy`: with labels flipped on purpose."""

    model: str
    freeze: str
    per_class: int | str = NONE
    noisy: bool = False
    policy: str = "report"


LITE0, LITE1 = "tf_efficientnet_lite0", "tf_efficientnet_lite1"
SETTINGS = {
    "lite0 head": Setting(LITE0, "head"),
    "lite0 head, copies": Setting(LITE0, "head", COPIES),
    "lite1 head": Setting(LITE1, "head"),
    "lite0 last stage": Setting(LITE0, "last_stage"),
    "lite0 auto": Setting(LITE0, "auto"),
    "lite0 auto, copies": Setting(LITE0, "auto", COPIES),
    "lite0 head, noise": Setting(LITE0, "head", noisy=True),
    "lite0 head, noise, drop": Setting(LITE0, "head", noisy=True, policy="drop"),
    "lite0 auto, noise": Setting(LITE0, "auto", noisy=True),
}


def main() -> None:
    given = arguments()
    found = record.about("benchmarks.cv_truth") | {"folds": given.folds, "noise": given.noise}
    found["competitions"] = {}
    for pair in given.pairs:
        archive, solution = (Path(part) for part in pair.split("=", 1))
        work = given.work / archive.stem
        seconds = {name: run(archive, work, name, given) for name in given.settings}
        judged = judge(work, given.settings, solution, given.seed)
        found["competitions"][archive.stem] = {"seconds": seconds, **judged}
        write_json(given.out.with_suffix(".json"), found)
        beside = given.out.with_name("cv_inside.json")
        probes = json.loads(beside.read_text()) if beside.exists() else None
        write_text(given.out.with_suffix(".md"), markdown(found, probes))
        print(
            markdown(found | {"competitions": {archive.stem: found["competitions"][archive.stem]}}),
            flush=True,
        )


def arguments() -> argparse.Namespace:
    parser = record.parser(__doc__, "cv_truth")
    parser.add_argument("--settings", nargs="+", default=list(SETTINGS), choices=list(SETTINGS))
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--noise", type=float, default=0.2, help="share of labels flipped")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        help="a further key=value for every run, or NAME:key=value for those of NAME.zip",
    )
    return parser.parse_args()


def run(archive: Path, work: Path, name: str, given: argparse.Namespace) -> float:
    """Trains and predicts under a setting and keeps what is scored; the seconds that it took."""
    kept = _kept(work, name)
    if kept.exists():
        return float((kept / "seconds").read_text())
    setting, start, scratch = SETTINGS[name], time.perf_counter(), given.work / "scratch"
    place = _place(archive, work, setting.noisy, given, scratch)
    numbers = list(range(given.folds))
    fixed = {"split.k": given.folds, "folds": numbers, "seed": given.seed, "tta.views": "none"}
    chosen: dict[str, Any] = {"model": setting.model, "freeze": setting.freeze}
    chosen["labels.policy"] = setting.policy
    chosen["augment.per_class"] = _per_class(place) if setting.per_class == COPIES else setting.per_class
    checkout.set_params(place, fixed | chosen | checkout.further(given.set, archive.stem))
    training = [f"train:{fold}" for fold in numbers]
    chosen_by = ["look", "augment", "pseudo_label", "select"]
    stages = ["clean_labels", "split", *chosen_by, *training, "refit", "predict"]
    checkout.run_chain(place, stages, scratch)
    draft = kept.with_name(f"{kept.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(place / predictions.FOLDER, draft / predictions.FOLDER)
    (draft / folds.PATH).parent.mkdir(parents=True)
    shutil.copy(place / folds.PATH, draft / folds.PATH)
    seconds = round(time.perf_counter() - start, 1)
    (draft / "seconds").write_text(str(seconds))
    draft.rename(kept)
    return seconds


def _kept(work: Path, name: str) -> Path:
    return work / "kept" / name.replace(", ", "-").replace(" ", "-")


def _place(archive: Path, work: Path, noisy: bool, given: argparse.Namespace, scratch: Path) -> Path:
    """The copy with the competition's own labels, or the one with flipped ones, made when missing."""
    clean = work / "clean" / archive.stem
    if not (clean / "data/embeddings").exists():
        shutil.rmtree(clean, ignore_errors=True)
        checkout.run_chain(
            checkout.prepare(archive, work / "clean", ()), ["ingest", "network", "embed"], scratch
        )
    if not noisy:
        return clean
    flipped = work / "noisy" / archive.stem
    if not (flipped / "data/flipped").exists():
        shutil.rmtree(flipped, ignore_errors=True)
        shutil.copytree(clean, flipped)
        flip(flipped, given.noise, given.seed)
        (flipped / "data/flipped").touch()
    return flipped


def flip(place: Path, rate: float, seed: int) -> None:
    """Gives `rate` of the labelled train and validation images another class, each as likely."""
    draw = np.random.default_rng(seed)
    classes = competition.read(place / competition.PATH).classes
    table = LABELS.read(place / SHIPPED)
    rows = np.flatnonzero(table["image_id"].str.partition("/")[0].isin(LABELLED))
    labels = table["label"].tolist()
    for row in draw.choice(rows, int(rate * len(rows)), replace=False):
        at = classes.index(labels[row])
        labels[row] = classes[(at + int(draw.integers(1, len(classes)))) % len(classes)]
    LABELS.write(table.assign(label=labels), place / SHIPPED)


def _per_class(place: Path) -> int:
    labels = LABELS.read(place / SHIPPED)["label"]
    return int(COPIES_SHARE * len(labels) / labels.nunique())


def judge(work: Path, names: list[str], solution: Path, seed: int) -> dict[str, Any]:
    """Scores by the competition's metric and by accuracy, and how CV orders the settings."""
    clean = work / "clean" / work.name
    found = competition.read(clean / competition.PATH)
    shown = images.IMAGES.read(clean / images.PATH)
    server = truth.read(solution, found, shown)
    own = LABELS.read(clean / SHIPPED)
    number = {name: label for label, name in enumerate(found.classes)}
    true = {i: number[label] for i, label in zip(own["image_id"], own["label"], strict=True)}
    pools = {}
    for name in names:
        place = _kept(work, name)
        split = folds.FOLDS.read(place / folds.PATH)
        ran = predictions.folds(place / predictions.FOLDER)
        member = runs.read(name, ran, split, len(found.classes), place / predictions.FOLDER)
        pools[name] = runs.pool([member], split)
    first = next(iter(pools.values()))
    for pool in pools.values():  # what makes the samples of two settings paired
        assert pool.ids == first.ids and np.array_equal(pool.groups, first.groups)
    metrics = list(dict.fromkeys([found.metric, "accuracy"]))
    alone = ~np.isin(server.ids, sorted(_with_twin(clean / duplicates.PATH, set(first.ids))))
    judged = [_by_metric(registry.get(metric), pools, true, server, alone, seed) for metric in metrics]
    sizes = {"images": len(first.ids), "test": len(server.ids), "alone": int(alone.sum())}
    return {**sizes, "classes": len(found.classes), "metrics": judged}


def _with_twin(path: Path, labelled: set[str]) -> set[str]:
    """The images that show the same as one of `labelled`: folds keep such together, the test set not."""
    table = duplicates.DUPLICATES.read(path)
    groups = set(table.loc[table["image_id"].isin(labelled), "group"])
    return set(table.loc[table["group"].isin(groups), "image_id"])


def _by_metric(
    metric: Metric,
    pools: dict[str, runs.Pool],
    true: dict[str, int],
    server: truth.Truth,
    alone: NDArray[np.bool_],
    seed: int,
) -> dict[str, Any]:
    rows, cv, theirs = {}, {}, {}
    for name, pool in pools.items():
        oof, tests = pool.oof[0], pool.test[0][:, server.rows(pool.test_ids)]
        own = np.array([true[image_id] for image_id in pool.ids])
        cv[name] = _scored(metric, pool.labels, oof[None], pool.groups, seed)
        theirs[name] = _scored(metric, server.labels, tests, None, seed)
        singles = [metric.function(server.labels, probs) for probs in tests]
        error = float(np.hypot(cv[name].samples.std(), theirs[name].samples.std()))
        rows[name] = {
            "cv": cv[name].score,
            "cv_interval": cv[name].interval,
            "cv_on_true_labels": metric.function(own, oof) if SETTINGS[name].noisy else None,
            "server": theirs[name].score,
            "server_interval": theirs[name].interval,
            "server_alone": float(np.mean([metric.function(server.labels[alone], p[alone]) for p in tests])),
            "server_range": (min(singles), max(singles)),
            "vote": metric.function(server.labels, tests.mean(0)),
            "gap_in_errors": (theirs[name].score - cv[name].score) / error if error else 0.0,
        }
    compared = pairs(cv, theirs, metric.goodness(1.0))
    alike = [p for p in compared if SETTINGS[p.names[0]].noisy == SETTINGS[p.names[1]].noisy]
    wrong = [" against ".join(p.names) for p in compared if p.server_sure and not p.agree]
    return {
        "metric": metric.name,
        "settings": rows,
        "spearman": _correlation(cv, theirs, list(cv)),
        "spearman_same_labels": _correlation(cv, theirs, [n for n in cv if not SETTINGS[n].noisy]),
        "all": shares(compared),
        "same_labels": shares(alike),
        "wrong": wrong,
    }


def _correlation(cv: dict[str, Scored], server: dict[str, Scored], names: list[str]) -> float | None:
    return spearman([cv[n].score for n in names], [server[n].score for n in names])


def _scored(
    metric: Metric,
    labels: NDArray[np.int64],
    probs: NDArray[np.float64],
    groups: NDArray[np.int64] | None,
    seed: int,
) -> Scored:
    """The mean score of predictions (m, n, k), each sample over the same images for all of them."""
    samples = [replicates(metric, labels, one, groups, seed) for one in probs]
    return Scored(
        float(np.mean([metric.function(labels, one) for one in probs])), np.asarray(np.mean(samples, axis=0))
    )


if __name__ == "__main__":
    main()
