"""The whole split: validation images, hold-out, small classes, files, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.folds import checks, frozen, split
from podium.folds.params import SplitParams
from podium.foundation.errors import UserError

CLASSES = ["cat", "dog"]


REFUSE = SplitParams(small_classes="refuse")


def _case(a_class: int, prefix: str = "train") -> tuple[list[str], np.ndarray]:
    ids = [f"{prefix}/{name}{i}.jpg" for name in CLASSES for i in range(a_class)]
    return ids, np.repeat([0, 1], a_class)


def test_a_class_with_fewer_images_than_folds_is_refused_with_the_way_out() -> None:
    ids, labels = _case(10)
    keep = [i for i in range(20) if labels[i] == 0 or i < 13]
    with pytest.raises(UserError) as caught:
        split.split([ids[i] for i in keep], labels[keep], [ids[i] for i in keep], CLASSES, REFUSE, 0)
    assert str(caught.value) == (
        "class 'dog' has 3 images to split, fewer than split.k = 5 (1 such class): set split.k: 3 or less, "
        "or split.small_classes: spread, which scores what can be scored."
    )


def test_small_classes_train_when_told() -> None:
    ids, labels = _case(10)
    keep = list(range(13))
    params = SplitParams(small_classes="train")
    made = split.split([ids[i] for i in keep], labels[keep], [ids[i] for i in keep], CLASSES, params, 0)
    assert (made.table.loc[made.table["label"] == 1, "fold"] == -2).all()
    assert made.sentences == [
        "1 class (dog) is trained on and never scored: fewer than 5 images (3 images)."
    ]  # and not also: has no image to split


@pytest.mark.parametrize("images", [1, 2, 4])
def test_small_classes_are_spread_over_as_many_folds_as_they_have_images(images: int) -> None:
    ids, labels = _case(10)
    keep = list(range(10 + images))
    made = split.split(
        [ids[i] for i in keep], labels[keep], [ids[i] for i in keep], CLASSES, SplitParams(), 0
    )
    theirs = made.table.loc[made.table["label"] == 1, "fold"].tolist()
    if images == 1:
        said = "trained on and never scored: fewer than 5 images (1 image)."
        assert theirs == [-2]
    else:
        said = "missing in some folds: fewer than 5 images, or groups of images."
        assert len(set(theirs)) == images and min(theirs) >= 0
    assert made.sentences == [f"1 class (dog) is {said}"]


def test_fewer_groups_than_folds_are_refused() -> None:
    ids, labels = _case(10)
    groups = [f"g{i % 3}" for i in range(20)]
    with pytest.raises(UserError, match=r"there are 3 groups .* split.k = 5 .* set split.k to 3 or less"):
        split.split(ids, labels, groups, CLASSES, SplitParams(), 0)


def test_images_that_are_all_one_group_are_refused() -> None:
    with pytest.raises(
        UserError, match=r"all 40 labelled images are one group, so that no fold .*duplicates"
    ):
        checks.refuse_groups(["same"] * 40, 2)


def test_one_giant_group_is_refused() -> None:
    ids, labels = _case(20)
    groups = ["video"] * 35 + ids[35:]
    with pytest.raises(UserError, match=r"group 'video' holds 35 of 40 images and must stay in one fold"):
        split.split(ids, labels, groups, CLASSES, SplitParams(), 0)


def test_hold_out_takes_whole_groups_and_so_many_a_class() -> None:
    ids, labels = _case(20)
    groups = [f"{label}-{i // 2}" for i, label in enumerate(labels)]
    made = split.split(ids, labels, groups, CLASSES, SplitParams(hold_out=4), 0)
    held = made.table[made.table["fold"] == -1]
    assert held["label"].value_counts().to_dict() == {0: 4, 1: 4}
    assert made.table.groupby("group")["fold"].nunique().max() == 1


def test_given_validation_images_are_fold_0_with_their_duplicates() -> None:
    train, labels = _case(10)
    valid, more = _case(5, "validation")
    ids = train + valid
    groups = [valid[0] if i == train[0] else i for i in ids]
    made = split.split(ids, np.concatenate([labels, more]), groups, CLASSES, SplitParams(), 0)
    fold = dict(zip(made.table["image_id"], made.table["fold"], strict=True))
    assert all(fold[i] == 0 for i in valid) and fold[train[0]] == 0
    assert all(fold[i] == -2 for i in train[1:])
    assert "1 train images belong to groups of validation images and moved to fold 0." in made.sentences


def test_merge_ignores_the_given_validation() -> None:
    ids, labels = _case(10, "validation")
    made = split.split(ids, labels, ids, CLASSES, SplitParams(validation="merge"), 0)
    assert set(made.table["fold"]) == {0, 1, 2, 3, 4}


@settings(max_examples=40, deadline=None)
@given(extra=st.integers(0, 12), seed=st.integers(0, 2))
def test_a_frozen_file_keeps_its_images_and_new_ones_join_the_emptiest(extra: int, seed: int) -> None:
    ids, labels = _case(10)
    before = split.split(ids, labels, ids, CLASSES, SplitParams(), seed).table
    new = [f"train/new{i}.jpg" for i in range(extra)]
    given_ = before[["image_id", "fold"]].astype({"fold": int}).assign(row=range(2, 22))
    everything = ids + new
    all_labels = np.concatenate([labels, np.zeros(extra, np.int64)])
    folds = frozen.extend(given_, everything, all_labels, everything, seed)
    assert (folds[:20] == before["fold"].to_numpy()).all()
    counts = np.bincount(folds[all_labels == 0], minlength=5)
    assert counts.max() - counts.min() <= 1


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "folds.csv"
    path.write_text(text)
    return path


def test_a_file_that_tears_duplicates_apart_is_refused_and_allowed_with_a_warning(tmp_path: Path) -> None:
    ids, labels = _case(2)
    path = _file(tmp_path, "image_id,fold\n" + "".join(f"{i},{n % 2}\n" for n, i in enumerate(ids)))
    groups = [ids[0], ids[0], ids[2], ids[3]]
    given_ = frozen.read(path)
    with pytest.raises(UserError) as caught:
        split.from_file(given_, ids, labels, groups, SplitParams(file=str(path)), 0)
    assert "row 2 puts 'train/cat0.jpg' in fold 0 and row 3 puts 'train/cat1.jpg' in fold 1" in str(
        caught.value
    )
    made = split.from_file(given_, ids, labels, groups, SplitParams(file=str(path), straddle="allow"), 0)
    assert made.table.groupby("group")["fold"].nunique().max() == 1
    assert any("the score flatters" in sentence for sentence in made.sentences)
    assert split.facts(made.table, {}, made.sentences, made.warnings)["warnings"] == [made.sentences[-1]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("image_id,fold\na,x\n", "row 2: fold is 'x', give a whole number from 0 on"),
        ("image_id,fold\na,-3\n", "row 2: fold is '-3'"),
        ("image_id,fold\na,0\na,1\n", "row 3: 'a' stands twice: keep one row."),
        ("image,fold\na,0\n", "has no column 'image_id', found image, fold: give image_id and fold."),
    ],
)
def test_a_broken_file_names_the_row(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        frozen.read(_file(tmp_path, text))
    assert sentence in str(caught.value)


def test_an_unknown_image_in_the_file_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "image_id,fold\ntrain/a.jpg,0\ntrain/b.jpg,0\n")
    with pytest.raises(
        UserError, match=r"row 3: 'train/b.jpg' is no image of this competition \(1 such rows\)"
    ):
        frozen.check_known(frozen.read(path), {"train/a.jpg"}, path)
