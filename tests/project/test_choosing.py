"""make choose: the best by CV, and the one that adds most to the better of two."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.experiments.earlier import Earlier
from podium.foundation.errors import UserError
from podium.project import choosing
from podium.project.choosing import FinalCandidate

N = 200
LABELS = np.arange(N) % 2
SPLIT = pd.DataFrame({"image_id": [f"{i:03d}" for i in range(N)], "label": LABELS,
                      "group": [f"{i:03d}" for i in range(N)], "fold": np.arange(N) % 2})  # fmt: skip


def run(name: str, wrong: range, metric: str = "accuracy", public: float | None = None) -> FinalCandidate:
    """A whole run that is wrong on those rows."""
    probs = np.eye(2, dtype=np.float32)[LABELS] * 0.8 + 0.1
    probs[list(wrong)] = probs[list(wrong), ::-1]
    scores = {"metric": metric, "cv": 0.5, "folds": "0,1", "Run": "whole: 2 folds, 200 images"}
    made = Earlier("f" * 40, scores, {}, ["x", "y"], SPLIT["image_id"].tolist(), probs, SPLIT)
    return FinalCandidate(name, made, public)


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
def test_the_second_errs_on_other_images(metric: str) -> None:
    best = run("best", range(20), metric, public=0.91)
    twin, other = run("twin", range(21), metric), run("other", range(100, 122), metric)
    poor = run("poor", range(100, 180), metric)
    found = choosing.choose([twin, poor, best, other])
    assert found.first.name == "best"
    assert [second.candidate.name for second in found.seconds] == ["other", "twin", "poor"]
    assert found.seconds[0].adds > 0.001 > found.seconds[1].adds >= 0
    first, second, *_ = choosing.lines(found)
    assert first.startswith("first: best, ") and first.endswith("the best by CV; public 0.91")
    assert second.startswith("second: other, ")


def test_what_is_not_whole_or_of_other_images_is_left_out() -> None:
    best = run("best", range(20))
    part = run("part", range(5))
    part = replace(
        part, run=replace(part.run, metrics=part.run.metrics | {"folds": "0", "Run": "partial: 1"})
    )
    strange = run("strange", range(1))
    strange = replace(strange, run=replace(strange.run, classes=["p", "q"]))
    said = choosing.lines(choosing.choose([part, best, strange]))
    assert said[0].startswith("first: best") and "nothing else is whole" in said[1]
    assert said[2:] == ["left out: part (partial: 1)",
                        "left out: strange (other classes, metric or images than best)"]  # fmt: skip
    with pytest.raises(UserError, match=r"^no whole run is here to choose from"):
        choosing.choose([part])


def test_a_run_of_probes_on_all_folds_can_be_chosen() -> None:
    quick, network = run("quick", range(4)), run("network", range(9))
    quick = replace(quick, run=replace(quick.run, params={"effort": "probe"}))
    found = choosing.choose([network, quick])
    assert found.first.name == "quick" and not found.left_out


def test_with_an_empty_ledger_all_experiments_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from stages import choose

    monkeypatch.chdir(tmp_path)
    runs = {"1" * 40: run("a", range(9)).run, "2" * 40: run("b", range(4)).run}
    monkeypatch.setattr(choose.earlier, "baseline", lambda: "2" * 40)
    monkeypatch.setattr(choose.earlier, "read", runs.get)
    named = [
        choose.experiments.Named("a", "1" * 40, "", ""),
        choose.experiments.Named("lost", "3" * 40, "", ""),
    ]
    monkeypatch.setattr(choose.experiments, "named", lambda: named)
    choose.main()
    said = capsys.readouterr().out
    assert (
        "first: the last commit" in said and "second: a" in said and "nothing of this folder was up" in said
    )
