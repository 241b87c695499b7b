"""What was tried before training: drawn where the files are there, and beside the score."""

from pathlib import Path

import numpy as np
import pytest

from podium.contracts import predictions, selection, trials
from podium.foundation.files import write_json, write_text
from podium.report import front, parts, search
from podium.report.blocks import Sentences, Table
from podium.report.evidence import gather
from podium.report.params import ReportParams


@pytest.fixture
def searched(finished: Path) -> Path:
    look = {"network": "lite0", "size": 64, "resize": "squash", "layers": 2}
    probe = {"name": "lite0", "look": look, "link": "softmax", "loss": 0.5}
    told = {"version": 1, "size": 64, "probes": [probe], "sentences": ["probe: 64 pixels, <b>squash</b>."]}
    write_json(search.PROBES / "chosen.json", told)
    write_text(search.PROBES / "candidates.csv", "step,network,loss\n" + "size,lite0,0.5\n" * 40)
    numbers = dict.fromkeys(search.TRIAL, 0.25) | {"images": 9, "epochs": 3}
    trial = trials.Trial(folds=[0], size=96, freeze="head", **numbers)
    write_json(selection.PATH, {"version": selection.VERSION, "train": False})
    trials.write(trials.Trials(why="the probes are as good", trial=trial))
    run = gather([0, 1])
    for fold in (0, 1):
        rows = np.flatnonzero(run.fold_of == fold)
        probs = np.full((len(rows), 3), 1 / 3, np.float32)
        place = predictions.path(fold, "oof", search.PROBES / "lite0")
        predictions.write([run.ids[row] for row in rows], probs, place)
    return finished


def test_candidates_and_the_reason_are_drawn(searched: Path) -> None:
    told, table, more, why, trial = search.search(gather([0, 1]), ReportParams()).blocks
    assert isinstance(told, Sentences) and told.lines == ["probe: 64 pixels, <b>squash</b>."]
    assert isinstance(table, Table) and len(table.rows) == search.OPEN_ROWS
    assert isinstance(more, Table) and more.summary == "10 more candidates"
    assert isinstance(why, Sentences) and "the probes are as good" in why.lines[0]
    assert isinstance(trial, Table) and ["gain", "0.2500"] in trial.rows


def test_the_probe_stands_beside_the_score_with_its_folds(searched: Path) -> None:
    shown = front.front(gather([0, 1]))
    assert "linear probe" in shown.drawn
    run = gather([0, 1])
    probs = search.probe(run)
    assert probs is not None and probs.shape == run.oof.shape and np.allclose(probs, 1 / 3)


def test_folds_that_the_search_spared_are_no_warning(searched: Path) -> None:
    def warned() -> bool:
        blocks = parts.warnings(gather([0, 1, 2]), ReportParams()).blocks
        return any("were not trained" in line for block in blocks for line in getattr(block, "lines", []))

    assert not warned()
    assert search.spared() == "the probes are as good"
    write_json(selection.PATH, {"version": selection.VERSION, "train": True})
    assert warned()


def test_without_a_search_there_is_nothing_to_show(finished: Path) -> None:
    assert search.search(gather([0, 1]), ReportParams()).blocks == []
    assert search.probe(gather([0, 1])) is None and search.spared() == ""
