"""How well flipped labels are found, and what each policy does to the accuracy on the hidden test labels.

    python -m benchmarks.label_noise flowers.zip signs.zip [--solutions FOLDER] [--seeds 3]

Flips 5, 10, 20 and 40 % of the labels: uniform, or class-dependent (toward the class most confused with).
plain = scikit-learn's LogisticRegression and cleanlab's find_label_issues, both with their defaults, on
standardised embeddings, in the same folds. accuracy = of a linear classifier on the embeddings trained under
the policy, on `--solutions`/<name>.solution.csv. The flipped labels are what the classifier is given; labels
that are wrong by nature count as right, which holds every precision down alike.
"""

import argparse
import csv
import platform
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sklearn
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.workplace import prepare
from podium import probe
from podium.contracts import competition, embeddings, images
from podium.contracts.labels import LABELS, PATH
from podium.duplicates.find import duplicates, group_of
from podium.duplicates.params import DuplicateParams
from podium.folds.assign import assign
from podium.labels import inputs, noise
from podium.labels.actions import POLICIES
from podium.labels.params import LabelParams

RATES = (0.05, 0.1, 0.2, 0.4)
KINDS = ("uniform", "class")


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("zips", nargs="+", type=Path)
    parser.add_argument("--solutions", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rates", type=float, nargs="*", default=list(RATES))
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, "
          f"scikit-learn {sklearn.__version__}, {options.seeds} seeds")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for archive in options.zips:
            solution = options.solutions / f"{archive.stem}.solution.csv" if options.solutions else None
            case = load(prepare(archive, Path(folder)), archive.stem, solution)
            find_flips(case, options.seeds, options.rates)
            if len(case.truth):
                try_policies(case, options.seeds, [0.0, *options.rates])


def load(place: Path, name: str, solution: Path | None) -> Case:
    """The case from a project's artifacts."""
    every = inputs.readable(images.IMAGES.read(place / images.PATH))
    vectors = inputs.vectors_of(every, *embeddings.read(place / embeddings.FOLDER))
    shipped = inputs.labelled(LABELS.read(place / PATH), every)
    found = competition.read(place / competition.PATH)
    row = {image_id: n for n, image_id in enumerate(every["image_id"])}
    ids = shipped["image_id"].tolist()
    labels = np.array([found.classes.index(label) for label in shipped["label"]], dtype=np.int64)
    twins = group_of(ids, duplicates(every, vectors, DuplicateParams()).table)
    tests = every[every["subset"] == "test"]
    truth = _truth(tests["submission_id"].tolist(), solution, found)
    return Case(
        name=name,
        ids=ids,
        vectors=vectors[[row[image_id] for image_id in ids]],
        labels=labels,
        groups=twins,
        k=len(found.classes),
        test=vectors[[row[image_id] for image_id in tests["image_id"]]],
        truth=truth,
    )


def _truth(names: list[str], solution: Path | None, found: competition.Competition) -> NDArray[np.int64]:
    if solution is None:
        return np.empty(0, np.int64)
    with solution.open(newline="", encoding="utf-8-sig") as file:
        known = dict(list(csv.reader(file))[1:])
    values = found.values or found.classes
    return np.array([values.index(known[name]) for name in names], dtype=np.int64)


def flip(case: Case, rate: float, kind: str, seed: int) -> NDArray[np.int64]:
    """Labels of which `rate` are changed: to any other class, or to the one most confused with theirs."""
    draw = np.random.default_rng(seed)
    flipped = case.labels.copy()
    rows = draw.choice(len(flipped), int(rate * len(flipped)), replace=False)
    if kind == "uniform":
        flipped[rows] = (flipped[rows] + draw.integers(1, case.k, len(rows))) % case.k
    else:
        flipped[rows] = confused(case)[flipped[rows]]
    return flipped


def confused(case: Case) -> NDArray[np.int64]:
    """The class that each class is most often taken for, by mean probability out of fold."""
    folds = assign(case.ids, case.labels, case.groups, 5, 0)
    probs = probe.out_of_fold(case.vectors, case.labels, folds, case.k)
    means = np.array([probs[case.labels == label].mean(0) for label in range(case.k)])
    np.fill_diagonal(means, -1)
    return means.argmax(1)


def plain(case: Case, given: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """(suspects, quality) by the defaults of scikit-learn and cleanlab."""
    folds = assign(case.ids, given, case.groups, 5, 0)
    cuts = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(5)]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    probs = cross_val_predict(model, case.vectors, given, cv=cuts, method="predict_proba")
    return find_label_issues(given, probs), get_label_quality_scores(given, probs)


def ours(case: Case, given: NDArray[np.int64]) -> noise.Noise:
    """What clean_labels finds."""
    return noise.find(case.vectors, given, assign(case.ids, given, case.groups, 5, 0), case.k)


def find_flips(case: Case, seeds: int, rates: list[float]) -> None:
    """Prints precision, recall, F1 and AUROC of both, means over seeds."""
    print(f"\n{case.name}: {len(case.labels)} images, {case.k} classes")
    print("flips            method  precision  recall     F1  AUROC  lowest-highest F1")
    for kind in KINDS:
        for rate in rates:
            scores: dict[str, list[list[float]]] = {"plain": [], "ours": []}
            for seed in range(seeds):
                given = flip(case, rate, kind, seed)
                wrong = given != case.labels
                scores["plain"].append(_scores(wrong, *plain(case, given)))
                found = ours(case, given)
                scores["ours"].append(_scores(wrong, found.suspect, found.quality))
            for method, values in scores.items():
                p, r, f, a = np.mean(values, axis=0)
                spread = [row[2] for row in values]
                print(f"{kind:8} {rate:4.0%}   {method:6} {p:10.3f} {r:7.3f} {f:6.3f} {a:6.3f}"
                      f"  {min(spread):.3f}-{max(spread):.3f}", flush=True)  # fmt: skip


def _scores(
    wrong: NDArray[np.bool_], suspect: NDArray[np.bool_], quality: NDArray[np.float64]
) -> list[float]:
    return [
        float(precision_score(wrong, suspect, zero_division=0)),
        float(recall_score(wrong, suspect)),
        float(f1_score(wrong, suspect)),
        float(roc_auc_score(wrong, -quality)),
    ]


def try_policies(case: Case, seeds: int, rates: list[float]) -> None:
    """Prints the accuracy on the hidden test labels under each policy, mean and range over seeds."""
    print(
        f"\n{case.name}: accuracy on {len(case.truth)} test images of a linear classifier on the embeddings"
    )
    print("flips         " + "".join(f"{name:>24}" for name in POLICIES))
    for kind in KINDS:
        for rate in rates if kind == "uniform" else rates[1:]:
            values: dict[str, list[float]] = {name: [] for name in POLICIES}
            for seed in range(seeds):
                given = flip(case, rate, kind, seed)
                folds = assign(case.ids, given, case.groups, 5, seed)
                found = noise.find(case.vectors, given, folds, case.k)
                for name, policy in POLICIES.items():
                    done = policy(given, found, LabelParams().confidence)
                    probs = probe.predict(case.vectors, done.labels, done.weight, case.test, folds, case.k)
                    values[name].append(float((probs.argmax(1) == case.truth).mean()))
            cells = [f"{np.mean(v):.4f} ({min(v):.4f}-{max(v):.4f})" for v in values.values()]
            print(f"{kind:8} {rate:4.0%} " + "".join(f"{cell:>24}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
