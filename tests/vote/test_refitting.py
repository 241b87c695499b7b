"""Refits have a part of the test predictions, by worked answers, and none of what is out-of-fold."""

from pathlib import Path

import numpy as np
import pytest

from podium.contracts import facts, predictions, refit
from podium.contracts.competition import Competition
from podium.experiments import runs
from podium.foundation.errors import UserError
from podium.vote import refitting

FOUND = Competition(
    name="two", classes=["a", "b"], metric="accuracy", form="label", id_column="id", columns=["label"],
    values=["a", "b"], column_classes=[],
)  # fmt: skip
OOF = np.array([[0.9, 0.1], [0.4, 0.6]])


def pool() -> runs.Pool:
    """Two folds that say 0.8 and 0.6 of the one test image's first class; a probe says 0.5."""
    test = np.array([[[[0.8, 0.2]], [[0.6, 0.4]]], [[[0.5, 0.5]], [[0.5, 0.5]]]])
    home, labels = np.array([0, 1]), np.array([0, 1])
    names = [refitting.THIS, "probe_a"]
    return runs.Pool(names, ["x", "y"], labels, home, home, np.stack([OOF, OOF]), ["t"], test)


def told(folder: Path, vote: str, networks: int, ids: tuple[str, ...] = ("t",)) -> dict[str, Path]:
    """A folder whose refits say 0.1 of the first class."""
    folder.mkdir()
    facts.write(facts.Predicted, {"refit": vote, "refit_networks": networks}, folder)
    predictions.write(list(ids), np.tile([0.1, 0.9], (len(ids), 1)), folder / predictions.REFIT)
    return {refitting.THIS: folder}


@pytest.mark.parametrize(
    ("vote", "networks", "means"),
    [("instead", 3, 0.1), ("beside", 1, (0.8 + 0.6 + 0.1) / 3), ("beside", 2, (0.8 + 0.6 + 0.2) / 4)],
)
def test_the_folds_mean_is_that_of_all_networks_that_vote(
    vote: str, networks: int, means: float, tmp_path: Path
) -> None:
    made = refitting.joined(pool(), told(tmp_path / "p", vote, networks), FOUND)
    assert made.test[0].mean(0)[0, 0] == pytest.approx(means)
    assert np.array_equal(made.test[1], pool().test[1]) and np.array_equal(made.oof, pool().oof)
    where = "instead of" if vote == "instead" else "beside"
    assert made.refits == (f"this run ({networks} {where} the folds)",)
    assert "The score is the folds'" in refitting.sentences(made)[0]


def test_refits_that_do_not_vote_change_nothing(tmp_path: Path) -> None:
    made = refitting.joined(pool(), told(tmp_path / "p", "none", 1), FOUND)
    assert np.array_equal(made.test, pool().test) and refitting.sentences(made) == []


def test_predictions_of_other_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"refit_test.parquet predicts other images than the folds"):
        refitting.joined(pool(), told(tmp_path / "p", "instead", 1, ("t", "u")), FOUND)


def test_where_there_are_none_the_facts_stay_as_they_were() -> None:
    said = {"sentences": ["TTA: none."]}
    assert refit.told(said, "instead", refit.Refit(networks=0, why="none asked")) == said
    more = refit.told(said, "instead", refit.Refit(networks=1, why="asked"))["sentences"]
    assert more[0] == "TTA: none." and "stands for the folds' networks" in more[1]
