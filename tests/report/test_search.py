"""What was tried before training: drawn where the files are there, and beside the score."""

from pathlib import Path

import numpy as np
import pytest

from podium.contracts import predictions, probe, selection, trials
from podium.contracts import search as contract
from podium.contracts.search import Evaluated, Searched
from podium.report import front, parts, search, verdict
from podium.report.blocks import Sentences, Table
from podium.report.evidence import gather
from podium.report.params import ReportParams

NOT_TRAINED = selection.Selection(train=False, size=96, resize="squash", freeze="head")


@pytest.fixture
def searched(finished: Path) -> Path:
    look = probe.Look(network="lite0", size=64, resize="squash", layers=2)
    lite0 = probe.Probe(name="lite0", look=look, link="softmax")
    probe.write(probe.Chosen(size=64, resize="squash", probes=[lite0]))
    one = Evaluated(step="size", look=look, images=9, loss=0.5, gain=None, error=None, giga_multiply_adds=1)
    sentences = ["probe: 64 pixels, <b>squash</b>."]
    contract.write(Searched(sentences=sentences, candidates=[one] * 40, multiply_adds=1))
    numbers = dict.fromkeys(search.TRIAL, 0.25) | {"images": 9, "epochs": 3}
    trial = trials.Trial(folds=[0], size=96, freeze="head", **numbers)
    selection.write(NOT_TRAINED)
    trials.write(trials.Trials(why="the probes are as good", trial=trial))
    run = gather([0, 1])
    for fold in (0, 1):
        rows = np.flatnonzero(run.fold_of == fold)
        probs = np.full((len(rows), 3), 1 / 3, np.float32)
        place = predictions.path(fold, "oof", probe.FOLDER / "lite0")
        predictions.write([run.ids[row] for row in rows], probs, place)
    return finished


def test_candidates_and_the_reason_are_drawn(searched: Path) -> None:
    told, table, more, why, trial = search.search(gather([0, 1]), ReportParams()).blocks
    assert isinstance(told, Sentences) and told.lines == ["probe: 64 pixels, <b>squash</b>."]
    assert isinstance(table, Table) and len(table.rows) == search.OPEN_ROWS
    row = dict(zip(table.head, table.rows[0], strict=True))
    assert row["step"] == "size" and row["network"] == "lite0" and row["loss"] == "0.5000"
    assert row["gain"] == ""
    assert isinstance(more, Table) and more.summary == "10 more candidates"
    assert isinstance(why, Sentences) and "the probes are as good" in why.lines[0]
    assert isinstance(trial, Table) and ["gain", "0.2500"] in trial.rows


@pytest.mark.parametrize(("honest", "good"), [(0.51, True), (0.6, False)])
def test_the_verdict_says_what_choosing_on_the_scored_images_flatters(
    searched: Path, honest: float, good: bool
) -> None:
    known = contract.Optimism(candidates=7, loss=0.5, honest=honest)
    contract.write(contract.read().model_copy(update={"optimism": known}))
    point = next(point for point in verdict.points(gather([0, 1])) if "optimistic" in point.title)
    assert point.good is good and "among 7" in point.reason and f"{known.share:.1%}" in point.reason


def test_one_fold_has_no_figure_for_what_averaging_adds(searched: Path) -> None:
    def told() -> str:
        return str(search.search(gather([0, 1]), ReportParams()).blocks[-1])

    assert "averaging" not in told()
    found = trials.read()
    assert found.trial is not None
    two = found.trial.model_copy(update={"folds": [0, 1]})
    trials.write(found.model_copy(update={"trial": two}))
    assert "averaging" in told()


def test_a_choice_that_is_honestly_better_than_it_looks_flatters_nothing() -> None:
    assert contract.Optimism(candidates=2, loss=0.5, honest=0.4).share == 0


def test_the_probe_stands_beside_the_score_with_its_folds(searched: Path) -> None:
    shown = front.front(gather([0, 1]))
    assert "linear probe" in shown.drawn
    run = gather([0, 1])
    probs = search.best_probe(run)
    assert probs is not None and probs.shape == run.oof.shape and np.allclose(probs, 1 / 3)


def test_folds_that_the_search_spared_are_no_warning(searched: Path) -> None:
    def warned() -> bool:
        blocks = parts.warnings(gather([0, 1, 2]), ReportParams()).blocks
        return any("were not trained" in line for block in blocks for line in getattr(block, "lines", []))

    assert not warned()
    assert search.spared() == "the probes are as good"
    selection.write(NOT_TRAINED.model_copy(update={"train": True}))
    assert warned()


def test_without_a_search_there_is_nothing_to_show(finished: Path) -> None:
    assert search.search(gather([0, 1]), ReportParams()).blocks == []
    assert search.best_probe(gather([0, 1])) is None and search.spared() == ""
