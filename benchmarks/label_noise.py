"""How well flipped labels are found, and what each policy does to the accuracy on the hidden test labels.

    python -m benchmarks.label_noise flowers.zip signs.zip [--solutions FOLDER] [--seeds 3]

Flips 5, 10, 20 and 40 % of the labels: uniform, or class-dependent (toward the class most confused with).
plain = scikit-learn's LogisticRegression and cleanlab's find_label_issues, both with their defaults, on
standardised embeddings, in the same folds. tuned = cleanlab's default on the probabilities of our strongly
regularised classifier: what is left between it and ours is not regularisation. accuracy = of a linear
classifier on the embeddings trained under the policy, on `--solutions`/<name>.solution.csv. The flipped
labels are what the classifier is given; labels that are wrong by nature count as right, which holds every
precision down alike. Every cell is kept in benchmarks/results/label_noise/ at once: a second call goes on.
"""

import argparse
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import record, truth
from benchmarks.checkout import prepare
from benchmarks.label_noise_table import markdown
from podium.contracts import competition, embeddings, images
from podium.contracts.labels import LABELS, PATH
from podium.duplicates.find import duplicates, group_of
from podium.duplicates.params import DuplicateParams
from podium.folds.assign import assign
from podium.foundation.files import write_json, write_text
from podium.labels import auto, inputs, noise
from podium.labels.actions import POLICIES
from podium.labels.params import LabelParams
from podium.linear import probe

RATES = (0.05, 0.1, 0.2, 0.4)
KINDS = ("uniform", "class")
TRIED = ((0.0, "uniform"), (0.2, "uniform"), (0.4, "class"))  # where auto, the slowest, is shown


@dataclass(frozen=True)
class Case:
    """One competition's labelled images, and its test images where their labels are known."""

    name: str
    ids: list[str]
    vectors: NDArray[np.float32]
    labels: NDArray[np.int64]
    groups: list[str]
    k: int
    test: NDArray[np.float32]
    truth: NDArray[np.int64]
    confused: NDArray[np.int64]  # (k,) the class that each class is most often taken for


def main() -> None:
    given = arguments()
    warnings.filterwarnings("ignore")
    for archive in given.zips:
        place = given.work / archive.stem
        if not (place / embeddings.FOLDER).exists():
            prepare(archive, given.work)
        solution = given.solutions / f"{archive.stem}.solution.csv" if given.solutions else None
        case = load(place, archive.stem, solution)
        cells = Cells(given.out / f"{archive.stem}.json", case, given.seeds)
        for part in given.parts:
            PARTS[part](case, cells, given.seeds, given.rates)
        found = [json.loads(path.read_text()) for path in sorted(given.out.glob("*.json"))]
        write_text(given.out.with_suffix(".md"), markdown(found))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("zips", nargs="+", type=Path)
    parser.add_argument("--solutions", type=Path, help="the folder of <name>.solution.csv")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rates", type=float, nargs="*", default=list(RATES))
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--work", type=Path, required=True, help="where copies of the project go")
    parser.add_argument("--out", type=Path, default=record.RESULTS / "label_noise", help="a folder")
    return parser.parse_args()


class Cells:
    """The results of one competition by (part, kind, rate, seed), on disk after each."""

    def __init__(self, path: Path, case: Case, seeds: int) -> None:
        self.path = path
        self.found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"cells": {}}
        sizes = {"images": len(case.ids), "classes": case.k, "test": len(case.truth)}
        most = max([seeds, *(int(key.split()[-1]) + 1 for key in self.found["cells"])])
        options = ["--solutions", "FOLDER", "--seeds", str(most), "--work", "FOLDER"]
        told = record.about("benchmarks.label_noise", arguments=[f"{case.name}.zip", *options])
        self.found |= {"name": case.name, **sizes, **told}

    def fill(self, part: str, kind: str, rate: float, seed: int, compute: Callable[[], Any]) -> None:
        """Computes a cell that is not there yet."""
        key = f"{part} {kind} {rate:g} {seed}"
        if key in self.found["cells"]:
            return
        start = time.perf_counter()
        self.found["cells"][key] = compute()
        write_json(self.path, self.found)
        print(self.found["name"], key, f"{time.perf_counter() - start:.1f} s", flush=True)


def load(place: Path, name: str, solution: Path | None) -> Case:
    """The case from a project's artifacts."""
    shown = images.IMAGES.read(place / images.PATH)
    every = images.readable(shown)
    vectors = embeddings.of(every["image_id"].tolist(), place / embeddings.FOLDER)
    shipped = inputs.labelled(LABELS.read(place / PATH), every)
    found = competition.read(place / competition.PATH)
    row = {image_id: n for n, image_id in enumerate(every["image_id"])}
    ids = shipped["image_id"].tolist()
    twins = duplicates(every, vectors, DuplicateParams()).table
    server = truth.read(solution, found, shown) if solution else truth.Truth([], np.empty(0, np.int64))
    own = vectors[[row[image_id] for image_id in ids]]
    labels = np.array([found.classes.index(label) for label in shipped["label"]], dtype=np.int64)
    groups = group_of(ids, twins)
    return Case(
        name=name,
        ids=ids,
        vectors=own,
        labels=labels,
        groups=groups,
        k=len(found.classes),
        test=vectors[[row[image_id] for image_id in server.ids]],
        truth=server.labels,
        confused=confused(own, labels, assign(ids, labels, groups, 5, 0), len(found.classes)),
    )


def flip(case: Case, rate: float, kind: str, seed: int) -> NDArray[np.int64]:
    """Labels of which `rate` are changed: to any other class, or to the one most confused with theirs."""
    draw = np.random.default_rng(seed)
    flipped = case.labels.copy()
    rows = draw.choice(len(flipped), int(rate * len(flipped)), replace=False)
    if kind == "uniform":
        flipped[rows] = (flipped[rows] + draw.integers(1, case.k, len(rows))) % case.k
    else:
        flipped[rows] = case.confused[flipped[rows]]
    return flipped


def confused(
    vectors: NDArray[np.float32], labels: NDArray[np.int64], folds: NDArray[np.int8], k: int
) -> NDArray[np.int64]:
    """The class that each class is most often taken for, by mean probability out of fold."""
    probs = probe.out_of_fold(vectors, labels, folds, k)
    means = np.array([probs[labels == label].mean(0) for label in range(k)])
    np.fill_diagonal(means, -1)
    return np.asarray(means.argmax(1))


Method = Callable[[Case, NDArray[np.int64]], tuple[NDArray[np.bool_], NDArray[np.float64]]]


def plain(case: Case, given: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(suspects, quality) by the defaults of scikit-learn and cleanlab."""
    folds = assign(case.ids, given, case.groups, 5, 0)
    cuts = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(5)]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    probs = cross_val_predict(model, case.vectors, given, cv=cuts, method="predict_proba")
    return find_label_issues(given, probs, n_jobs=1), get_label_quality_scores(given, probs)


def tuned(case: Case, given: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(suspects, quality) by cleanlab's defaults on the probabilities of the regularised classifier."""
    folds = assign(case.ids, given, case.groups, 5, 0)
    probs = probe.out_of_fold(case.vectors, given, folds, case.k)
    return find_label_issues(given, probs, n_jobs=1), get_label_quality_scores(given, probs)


def ours(case: Case, given: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(suspects, quality) that clean_labels finds."""
    found = noise.find(case.vectors, given, assign(case.ids, given, case.groups, 5, 0), case.k)
    return found.suspect, found.quality


def find_flips(case: Case, cells: Cells, seeds: int, rates: list[float]) -> None:
    """Scores of both methods at finding the flips."""
    for kind in KINDS:
        for rate in rates:
            for seed in range(seeds):
                given = flip(case, rate, kind, seed)
                for name, method in (("ours", ours), ("plain", plain), ("tuned", tuned)):
                    cells.fill(
                        name,
                        kind,
                        rate,
                        seed,
                        partial(_judged, case, method, given),
                    )


def _judged(case: Case, method: Method, given: NDArray[np.int64]) -> dict[str, float]:
    return _scores(given != case.labels, *method(case, given))


def _scores(
    wrong: NDArray[np.bool_], suspect: NDArray[np.bool_], quality: NDArray[np.float64]
) -> dict[str, float]:
    return {
        "precision": float(precision_score(wrong, suspect, zero_division=0)),
        "recall": float(recall_score(wrong, suspect)),
        "f1": float(f1_score(wrong, suspect)),
        "auroc": float(roc_auc_score(wrong, -quality)),
        "flagged": float(suspect.mean()),
        "best_f1": _best_f1(wrong, quality),
    }


def _best_f1(wrong: NDArray[np.bool_], quality: NDArray[np.float64]) -> float:
    """The highest F1 that any threshold on the quality would give: what the ranking is worth."""
    right = np.cumsum(wrong[np.argsort(quality, kind="stable")])
    return float((2 * right / (np.arange(1, len(wrong) + 1) + wrong.sum())).max())


def try_policies(case: Case, cells: Cells, seeds: int, rates: list[float]) -> None:
    """The accuracy on the hidden test labels under each policy."""
    for kind in KINDS:
        for rate in [0.0, *rates] if kind == "uniform" else rates:
            for seed in range(seeds if len(case.truth) else 0):
                cells.fill("policies", kind, rate, seed, partial(_accuracies, case, rate, kind, seed))


def _accuracies(case: Case, rate: float, kind: str, seed: int) -> dict[str, float]:
    given = flip(case, rate, kind, seed)
    folds = assign(case.ids, given, case.groups, 5, seed)
    found = noise.find(case.vectors, given, folds, case.k)
    accuracy = {}
    for name, policy in POLICIES.items():
        done = policy(given, found, LabelParams().confidence)
        probs = probe.predict(case.vectors, done.labels, done.weight, case.test, folds, case.k)
        accuracy[name] = float((probs.argmax(1) == case.truth).mean())
    return accuracy


def try_auto(case: Case, cells: Cells, seeds: int, rates: list[float]) -> None:
    """What `auto` becomes: out of fold, on the flipped labels alone."""
    for rate, kind in TRIED:
        for seed in range(seeds if rate in [0.0, *rates] else 0):
            cells.fill("auto", kind, rate, seed, partial(_auto, case, rate, kind, seed))


def _auto(case: Case, rate: float, kind: str, seed: int) -> str:
    given = flip(case, rate, kind, seed)
    folds = assign(case.ids, given, case.groups, 5, seed)
    confidence = LabelParams().confidence
    return auto.choose(case.ids, case.vectors, given, case.groups, folds, case.k, confidence, seed).policy


PARTS: dict[str, Callable[[Case, Cells, int, list[float]], None]] = {
    "flips": find_flips,
    "policies": try_policies,
    "auto": try_auto,
}

if __name__ == "__main__":
    main()
