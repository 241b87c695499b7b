"""Label sets, grades and numbers from what was shipped to a submission, judged by the test's own scorer."""

from pathlib import Path

import numpy as np
import pytest
from in_process import PROBE, TRAINED, Rows, Shown, run_all, ship

from podium.contracts import competition, metrics, predictions


def words(shown: Shown) -> list[str]:
    return [" ".join(shown.words()) or "plain"]


def flags(shown: Shown) -> list[str]:
    return [str(int(shown.red)), str(int(shown.striped))]


def grade(shown: Shown) -> list[str]:
    return [str(int(shown.bright * 2.99))]


def weight(shown: Shown) -> list[str]:
    return [f"{100 + 50 * shown.bright + 3 * shown.red:.2f}"]


def same_ids(rows: Rows, truth: Rows) -> bool:
    return [row[0] for row in rows] == [row[0] for row in truth]


def micro_f1(rows: Rows, truth: Rows) -> float:
    said, given = ([set(row[1].split()) for row in part] for part in (rows, truth))
    hits = sum(len(a & b) for a, b in zip(said, given, strict=True))
    return 2 * hits / sum(map(len, said + given))


def mean_auc(rows: Rows, truth: Rows) -> float:
    areas = []
    for column in range(1, len(truth[0])):
        yes = [float(row[column]) for row, real in zip(rows, truth, strict=True) if real[column] == "1"]
        no = [float(row[column]) for row, real in zip(rows, truth, strict=True) if real[column] == "0"]
        areas.append(np.mean([(a > b) + (a == b) / 2 for a in yes for b in no]))
    return float(np.mean(areas))


def kappa(rows: Rows, truth: Rows) -> float:
    said, given = (np.array([int(row[1]) for row in part]) for part in (rows, truth))
    by_chance = np.square(said[:, None] - given[None]).mean()
    return float(1 - np.square(said - given).mean() / by_chance)


def r2(rows: Rows, truth: Rows) -> float:
    said, given = (np.array([[float(cell) for cell in row[1:]] for row in part]) for part in (rows, truth))
    return float(np.mean(1 - np.square(said - given).sum(0) / np.square(given - given.mean(0)).sum(0)))


FORMS = {  # header, cells, the sample's cells, rows a picture, task, form, scorer, the least score
    "words in a cell": (["id", "tags"], words, ["red striped"], None, "multi", "sets", micro_f1, 0.7),
    "a column of 0 and 1 a label": (
        ["id", "red", "striped"], flags, ["0.5", "0.5"], None, "multi", "chances", mean_auc, 0.85,
    ),
    "a row for every image and label": (
        ["id", "tag"], words, ["red striped"],
        lambda name, shown: [[name, word] for word in shown.words() or ["plain"]],
        "multi", "sets", micro_f1, 0.7,
    ),
    "grades": (["id", "grade"], grade, ["0"], None, "ordinal", "integer", kappa, 0.6),
    "a number": (["id", "weight"], weight, ["0.5"], None, "number", "numbers", r2, 0.6),
    "two numbers": (
        ["id", "weight", "dark"], lambda shown: [*weight(shown), f"{-shown.bright:.3f}"], ["0", "0"], None,
        "number", "numbers", r2, 0.6,
    ),
}  # fmt: skip


QUICK = ("words in a cell", "grades", "two numbers")  # the others are as those but for ingest


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in FORMS]
)
def test_a_form_from_zip_to_score(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header, cells, blank, several, task, form, score, least = FORMS[name]
    truth = ship(tmp_path / "comp.zip", header, cells, blank, several)
    rows = run_all(tmp_path, monkeypatch, PROBE)
    found = competition.read()
    assert (found.task, found.form) == (task, form)
    assert same_ids(rows, truth)
    assert score(rows, truth) >= least


@pytest.mark.slow
@pytest.mark.parametrize("name", ["words in a cell", "a column of 0 and 1 a label", "grades", "two numbers"])
def test_networks_are_trained_on_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header, cells, blank, several, task, *_ = FORMS[name]
    truth = ship(tmp_path / "comp.zip", header, cells, blank, several)
    rows = run_all(tmp_path, monkeypatch, TRAINED)
    assert same_ids(rows, truth)
    assert "cv" in metrics.read()
    known = competition.read()
    _, oof = predictions.read(predictions.path(0, "oof"), len(known.classes), task)
    assert np.isfinite(oof).all()
