"""One image in several rows: all its labels where that is said, a contradiction where it is not."""

from pathlib import Path

import pytest

from podium.competition.detected import Detected
from podium.foundation.errors import UserError
from tests.competition.layouts import sample, unseen
from tests.competition.shipping import Files, csv, found, many
from tests.competition.tried_layouts import shade

COUNT = 40


def shipped(*shown: str) -> Files:
    """40 images of cats and dogs, of which the first two are both."""
    rows = [f"a{i},{'cat' if i % 2 else 'dog'}" for i in range(COUNT)] + ["a0,cat", "a1,dog"]
    files = many("train/a{}.jpg", COUNT) | unseen("test/t{}.jpg", len(shown))
    return (
        files
        | {"train.csv": csv("id,label", *rows)}
        | sample(*(f"t{i},{cell}" for i, cell in enumerate(shown)))
    )


def answers(detected: Detected) -> dict[str, str]:
    return {name.removeprefix("train/train/"): label for name, label in detected.labels.items()}


def test_the_refusal_says_both_ways_out(tmp_path: Path) -> None:
    with pytest.raises(
        UserError,
        match=r"'a0' is 'cat' here and 'dog' before: 2 images stand under several labels; where all of them "
        r"count, set competition.task: multi; where one is wrong, competition.on_missing: skip",
    ):
        found(shipped("cat", "dog"), tmp_path)


def test_params_say_that_all_count(tmp_path: Path) -> None:
    read = found(shipped("cat", "dog"), tmp_path, task="multi")
    assert (read.competition.task, read.competition.form) == ("multi", "sets")
    assert len(read.labels) == COUNT
    assert [answers(read)[f"a{i}.jpg"] for i in range(3)] == ["cat|dog", "cat|dog", "dog"]


@pytest.mark.parametrize("shown", [("cat;dog", "cat"), ("cat dog", "cat"), ("cat,dog", "cat,dog")])
def test_the_sample_shows_several(tmp_path: Path, shown: tuple[str, str]) -> None:
    files = shipped(*(f'"{cell}"' for cell in shown))
    read = found(files, tmp_path)
    assert read.competition.task == "multi" and answers(read)["a0.jpg"] == "cat|dog"
    assert read.competition.separator == shown[0][3]


def test_names_in_order_are_no_sets(tmp_path: Path) -> None:
    read = found(shipped("cat dog", "dog cat"), tmp_path, on_missing="skip")
    assert (read.competition.task, read.competition.form) == ("single", "top_k")


def test_single_keeps_cells_whole(tmp_path: Path) -> None:
    rows = [f"a{i},{('big;cat', 'big', 'cat')[i % 3]}" for i in range(9)]
    files = many("train/a{}.jpg", 9) | unseen("test/t{}.jpg", 1) | {"train.csv": csv("id,label", *rows)}
    files |= sample("t0,big")
    assert found(files, tmp_path, task="single").competition.classes == ["big", "big;cat", "cat"]
    assert found(files, tmp_path).competition.classes == ["big", "cat"]


def test_single_does_not_choose_between_columns(tmp_path: Path) -> None:
    files = many("train/a{}.jpg", 3) | unseen("test/t{}.jpg", 1)
    files |= {"train.csv": csv("id,cat,dog", "a0,1,0", "a1,0,1", "a2,1,1")}
    files |= {"sample_submission.csv": csv("id,cat,dog", "t0,0.5,0.5")}
    assert found(files, tmp_path).competition.task == "multi"
    with pytest.raises(
        UserError, match=r"train.csv, line 4: several of the columns .* are 1, and competition.task"
    ):
        found(files, tmp_path, task="single")


def test_single_are_no_grades_and_no_numbers(tmp_path: Path) -> None:
    rows = [f"a{i},{i % 3}" for i in range(9)]
    files = many("train/a{}.jpg", 9) | unseen("test/t{}.jpg", 1) | {"train.csv": csv("id,grade", *rows)}
    files |= sample("t0,0", header="id,grade")
    assert found(files, tmp_path).competition.task == "ordinal"
    assert found(files, tmp_path, task="single").competition.task == "single"
    with pytest.raises(UserError, match="rmse does not judge what was found, the task single"):
        found(files, tmp_path, task="single", metric="rmse")


def folded(names: dict[int, str]) -> Files:
    """Pictures of their own in the class folders that the letters of `names` tell."""
    files: Files = {f"train/{letter}/{i}.png": shade(i) for i, some in names.items() for letter in some}
    return files | unseen("test/t{}.png", 2) | sample("t0,a", "t1,b")


@pytest.mark.parametrize("task", [None, "multi", "single"])
def test_fewer_than_three_pictures_in_several_class_folders_stay_apart(
    tmp_path: Path, task: str | None
) -> None:
    read = found(folded({1: "ab", 2: "ab", 3: "a", 4: "b"}), tmp_path, task=task)
    joined = task == "multi"
    assert read.competition.task == ("multi" if joined else "single")
    assert len(read.labels) == (4 if joined else 6)


def test_params_keep_pictures_of_several_class_folders_apart(tmp_path: Path) -> None:
    files = folded({1: "ab", 2: "ab", 3: "ab", 4: "b"})
    assert answers_of(found(files, tmp_path)) == {"a/1": "a|b", "a/2": "a|b", "a/3": "a|b", "b/4": "b"}
    assert len(found(files, tmp_path, task="single").labels) == 7


def answers_of(detected: Detected) -> dict[str, str]:
    return {
        name.removeprefix("train/train/").removesuffix(".png"): label
        for name, label in detected.labels.items()
    }
