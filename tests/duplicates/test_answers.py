"""Labels that test images have by their duplicates in training: by hand, and through the ensemble stage."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from podium.contracts import folds, predictions
from podium.contracts.duplicates import DUPLICATES
from podium.contracts.duplicates import PATH as TWINS
from podium.duplicates import answers
from podium.duplicates.answers import Answers
from podium.foundation.words import counted
from stages import ensemble
from tests.experiments import tiny

CLASSES = ["x", "y", "z"]


def cleaned(**labels: str) -> pd.DataFrame:
    """name=given, or given>for training, or given! for dropped."""
    rows = []
    for name, text in labels.items():
        given, _, trained = text.rstrip("!").partition(">")
        action = "drop" if text.endswith("!") else "relabel" if trained else "keep"
        rows.append((f"train/{name}", trained or given, given, action))
    return pd.DataFrame(rows, columns=["image_id", "label", "label_given", "action"])


def twins(*groups: str) -> pd.DataFrame:
    """Groups such as "a b 1": letters are training images, digits test images."""
    rows = [
        (f"test/{name}" if name.isdigit() else f"train/{name}", str(number))
        for number, group in enumerate(groups)
        for name in group.split()
    ]
    return pd.DataFrame(rows, columns=["image_id", "group"])


def test_an_agreed_label_is_an_answer_and_a_torn_group_is_none() -> None:
    found = answers.find(cleaned(a="x", b="x", c="x", d="y"), twins("a b 1 2", "c d 3", "4 5"), CLASSES)
    assert found.labels == {"test/1": 0, "test/2": 0} and found.torn == 1


def test_dropped_images_do_not_speak_and_relabelled_ones_say_what_training_sees() -> None:
    table = cleaned(a="x!", b="x!", c="y", d="x>z")
    found = answers.find(table, twins("a 1", "b c 2", "d 3"), CLASSES)
    assert found.labels == {"test/2": 1, "test/3": 2} and found.torn == 0


def test_trust_is_measured_within_training_on_given_labels() -> None:
    """Groups: two of one label (1), two of two (0), three of one (1), x x y (y would be x: 0), one (-)."""
    table = cleaned(a="x", b="x", c="x", d="y", e="z", f="z", g="z", h="x", i="x", j="y", k="x")
    found = answers.find(table, twins("a b", "c d", "e f g", "h i j", "k 1"), CLASSES)
    assert (found.groups, found.agreed) == (4, 2)
    assert found.trust == pytest.approx((2 + 1) / (4 + 2))
    # relabelling makes its own group agree: it must not vouch for itself
    assert answers.find(cleaned(a="x", b="y>x"), twins("a b"), CLASSES).agreed == pytest.approx(0.5)
    # one group of many copies is one piece of evidence
    many = cleaned(**dict.fromkeys("abcdefgh", "x"))
    assert answers.find(many, twins("a b c d e f g h"), CLASSES).trust == pytest.approx(2 / 3)


def test_without_duplicates_nothing_is_known() -> None:
    found = answers.find(cleaned(a="x"), twins(), CLASSES)
    assert (found.labels, found.torn, found.trust) == ({}, 0, 0.5)
    voted = np.array([[0.2, 0.3, 0.5]])
    assert np.array_equal(answers.answer(["test/1"], voted, found).probs, voted)


def test_the_label_gets_its_trust_and_the_rest_is_shared_as_voted() -> None:
    known = Answers({"test/1": 0, "test/2": 1}, 0, 18, 17.0)  # trust 18 / 20
    voted = np.array([[0.2, 0.6, 0.2], [0.01, 0.98, 0.01], [1.0, 0, 0]])
    found = answers.answer(["test/1", "test/2", "test/3"], voted, known)
    assert found.probs[0] == pytest.approx([0.9, 0.075, 0.025])
    assert np.array_equal(found.probs[1:], voted[1:])  # already surer; and no duplicate
    assert (found.changed, found.against) == (1, 1)
    table = found.csv(CLASSES)
    assert table == "image_id,label,voted,before,after\ntest/1,x,y,0.2,0.9\ntest/2,y,y,0.98,0.98\n"


@pytest.mark.parametrize("groups", [0, 6])
@pytest.mark.parametrize("k", [2, 3, 50])
def test_the_label_leads_whatever_the_vote_and_however_little_is_known(groups: int, k: int) -> None:
    """Nothing measured, or duplicates that contradict each other more often than not."""
    voted = np.vstack([np.eye(k)[-1], np.eye(k)[0], np.full(k, 1 / k)])
    ids = [f"test/{i}" for i in range(3)]
    known = Answers(dict.fromkeys(ids, 0), 0, groups, 0.0)
    probs = answers.answer(ids, voted, known).probs
    assert (probs[:, 0] - probs[:, 1:].max(1) >= answers.LEAD - 1e-12).all()
    assert probs.sum(1) == pytest.approx(np.ones(3)) and (probs >= 0).all()
    assert probs[0, -1] > 0.1  # a label that is wrong costs no fortune


# -- the stage


@pytest.fixture
def voted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """A run up to predictions; test images 0 to 2 duplicate training images, the last ones of two labels."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("seed: 0\nfolds: [0, 1, 2, 3, 4]\nensemble: {voter: soft}\n")
    tiny.predict("one", [0, 1, 2, 3, 4])
    label = folds.FOLDS.read(folds.PATH).set_index("image_id")["label"]
    same = ["train/00000.png", "train/00004.png", "test/00000.png"]
    alone = ["train/00001.png", "test/00001.png"]
    torn = ["train/00002.png", "train/00003.png", "test/00002.png"]
    assert label[same[0]] == label[same[1]] and label[torn[0]] != label[torn[1]]
    groups = [(image, group[0]) for group in (same, alone, torn) for image in group]
    table = pd.DataFrame(groups, columns=["image_id", "group"]).assign(kind="exact", distance=0.0)
    DUPLICATES.write(table, TWINS)
    ensemble.main()
    return submitted()


def submitted() -> np.ndarray:
    return predictions.read(predictions.ENSEMBLE / "test.parquet", len(tiny.CLASSES))[1]


def facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((predictions.ENSEMBLE / "facts.json").read_text())
    return found


def test_off_changes_nothing_and_tells_how_many_there_are(
    voted: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    ensemble.main()
    said = capsys.readouterr().out
    DUPLICATES.write(DUPLICATES.empty(), TWINS)
    ensemble.main()
    assert np.array_equal(submitted(), voted) and facts()["test_duplicates"] == 0
    assert not facts()["sentences"]  # of what is not there nothing is said
    assert (
        "\n2 test images duplicate training images that all have one label; the vote gives 1 of them" in said
    )
    assert (
        "The vote stands, for leak.use_test_duplicates is off; among training's own duplicates, such a"
        in said
    )
    assert facts()["warnings"] == []
    assert "\n1 test image duplicates training images under several labels: the vote stands.\n" in said


def test_on_changes_exactly_the_rows_with_an_agreed_label(
    voted: np.ndarray, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: Path(name).read_bytes() for name in ("data/ensemble/oof.parquet", "reports/metrics.json")}
    with Path("params.yaml").open("a") as params:
        params.write("leak: {use_test_duplicates: true}\n")
    capsys.readouterr()
    ensemble.main()
    after = submitted()
    own = voted[[0, 1], [0, 3]]  # of the labels of the duplicates of test images 0 and 1
    trust = (1 + 1) / (2 + 2)  # one group of training images agrees, one does not
    assert after[[0, 1], [0, 3]] == pytest.approx(np.maximum(own, trust), abs=0.01)
    assert (after[:2].argmax(1) == [0, 3]).all()
    assert np.array_equal(after[2:], voted[2:])  # the torn group's image among them, and all others
    changed = int((after != voted).any(1).sum())
    assert facts()["test_duplicates_changed"] == changed > 0
    against = int((voted[:2].argmax(1) != [0, 3]).sum())
    rows = counted(changed, "row")
    told = f"take it (leak.use_test_duplicates): {rows} of the submission changed, {against} against"
    assert told in capsys.readouterr().out and told in facts()["sentences"][0]
    assert facts()["warnings"] == [
        "2 test images have the label of their duplicates in training (leak.use_test_duplicates): the "
        "public score says less about other images than the CV score does."
    ]
    assert before == {name: Path(name).read_bytes() for name in before}  # no score moved
    listed = pd.read_csv(predictions.ENSEMBLE / "test_duplicates.csv")
    assert listed[["image_id", "label"]].values.tolist() == [
        ["test/00000.png", "cat"],
        ["test/00001.png", "fox"],
    ]


def test_only_the_vote_runs_again_when_it_is_switched() -> None:
    stages = yaml.safe_load((Path(__file__).parents[2] / "dvc.yaml").read_text())["stages"]
    assert [name for name, stage in stages.items() if "leak" in stage.get("params", [])] == ["ensemble"]
