"""Six leaks, planted on purpose: each is impossible or caught.

The others that make a score honest (originals only, dropped images scored) are tested with their stages.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from podium.contracts import manifest
from podium.contracts.folds import FOLDS
from podium.experiments.runs import Member
from podium.folds import frozen, split
from podium.folds.assign import assign
from podium.folds.clues import Clues
from podium.folds.grouping import group
from podium.folds.params import SplitParams
from podium.foundation.errors import UserError
from podium.linear import probe
from podium.pseudo import labels as pseudo
from podium.pseudo.params import PseudoParams
from podium.training.params import TrainParams

N = 40


def _manifest(copy_fold: int) -> pd.DataFrame:
    """One original in fold 0, one in fold 1, and a copy of the first in `copy_fold`."""
    rows = [
        ("train/a", "train/a", 0, 0),
        ("train/b", "train/b", 1, 0),
        ("train/a#1", "train/a", copy_fold, 1),
    ]
    frame = pd.DataFrame(rows, columns=["image_id", "source_id", "fold", "copy"])
    same = {"label": 0, "label_given": 0, "weight": 1.0, "shard": "x", "offset": 0}
    return frame.assign(**same, length=1, digest="d")


# 1. Augmenting before the split: copies of one image on both sides.


def test_a_copy_in_another_fold_than_its_source_cannot_be_written_or_read(tmp_path: Path) -> None:
    path = tmp_path / "manifest.parquet"
    manifest.MANIFEST.write(_manifest(copy_fold=0), path)
    with pytest.raises(AssertionError, match="a copy is not in its source's fold"):
        manifest.MANIFEST.write(_manifest(copy_fold=1), path)


def test_no_copy_of_a_scored_image_is_trained_on_and_no_copy_is_scored() -> None:
    frame = _manifest(copy_fold=0)
    assert set(manifest.training_rows(frame, 0)["source_id"]) == {"train/b"}
    assert manifest.validation_rows(frame, 0)["image_id"].tolist() == ["train/a"]


# 2. Duplicates in several folds.


def _twins() -> tuple[list[str], np.ndarray, list[str]]:
    ids = [f"train/{i:02d}" for i in range(N)]
    return ids, np.arange(N) % 2, [ids[i // 4 * 4 + i % 2] for i in range(N)]  # pairs of one class


def test_duplicates_never_part_and_a_table_that_parts_them_cannot_be_written(tmp_path: Path) -> None:
    ids, labels, twins = _twins()
    table = split.split(ids, labels, twins, ["x", "y"], SplitParams(), 0).table
    assert table.groupby("group")["fold"].nunique().max() == 1
    table.loc[0, "fold"] = (table.loc[0, "fold"] + 1) % 5
    with pytest.raises(AssertionError, match="straddles folds"):
        FOLDS.write(table, tmp_path / "folds.parquet")


def test_a_file_that_parts_duplicates_is_refused(tmp_path: Path) -> None:
    ids, labels, twins = _twins()
    path = tmp_path / "folds.csv"
    path.write_text("image_id,fold\n" + "".join(f"{i},{n // 2 % 5}\n" for n, i in enumerate(ids)))
    with pytest.raises(UserError, match=r"but they belong to one group \(\d+ such groups\)"):
        split.from_file(frozen.read(path), ids, labels, twins, SplitParams(file=str(path)), 0)


# 3. Frames of one track in several folds.


def test_a_leaking_track_is_caught_by_its_gap_and_whole_under_auto() -> None:
    draw = np.random.default_rng(0)
    ids = [f"train/video{t:02d}_{f:03d}.jpg" for t in range(N) for f in range(6)]
    track = np.repeat(np.arange(N), 6)
    look = (draw.normal(size=(N, 48))[track] + 0.1 * draw.normal(size=(len(ids), 48))).astype(np.float32)
    labels = (draw.permutation(N) % 2)[track]  # nothing but the track tells it
    nobody: list[str | None] = [None] * len(ids)
    told = group(Clues(ids, labels, look), ids, nobody, SplitParams(), 2, 0)
    assert told.facts["track_gap"] > 0.2 and "set split.group: filename" in told.sentences[0]
    whole = group(Clues(ids, labels, look), ids, nobody, SplitParams(group="auto"), 2, 0)
    folds = assign(ids, labels, whole.groups, 5, 0)
    assert all(len(set(folds[track == t])) == 1 for t in range(N))


# 4. A scaler (or penalty) fitted on all images.


def test_the_scored_fold_shapes_nothing_that_scores_it() -> None:
    """Shifted and stretched images of fold 0 get other scores, and change no score's classifier."""
    draw = np.random.default_rng(0)
    labels, folds = np.arange(90) % 3, (np.arange(90) // 3 % 5).astype(np.int8)
    look = (np.eye(3, 8)[labels] + 0.5 * draw.normal(size=(90, 8))).astype(np.float32)
    other = look.copy()
    far = (folds == 0) & (np.arange(90) >= 15)
    other[far] = 5 + 30 * other[far]
    mine = (folds == 0) & ~far
    one, two = (probe.out_of_fold(vectors, labels, folds, 3) for vectors in (look, other))
    assert mine.sum() == 3 and np.allclose(one[mine], two[mine], atol=1e-4)
    scaled = (other - other.mean(0)) / other.std(0)  # the leak: it would have moved them
    assert not np.allclose(scaled[mine], ((look - look.mean(0)) / look.std(0))[mine], atol=0.1)


# 5. Pseudo-labels from models that saw the student's fold.


def _teacher() -> tuple[Member, pd.DataFrame]:
    draw = np.random.default_rng(0)
    ids = [f"train/{i:02d}" for i in range(N)]
    labels = np.arange(N) % 2
    oof = 0.02 + 0.96 * np.eye(2)[labels]
    test = draw.dirichlet([0.2, 0.2], size=(4, 30))
    table = pd.DataFrame({"image_id": ids, "label": labels, "fold": np.arange(N) // 2 % 4})
    return Member("t", ids, oof, [0, 1, 2, 3], [f"test/{i:02d}" for i in range(30)], test), table


def test_a_students_pseudo_labels_come_from_its_own_folds_teacher_alone() -> None:
    member, table = _teacher()
    params = PseudoParams(precision=0.9)
    before = pseudo.teach(member, table, 1, params)
    member.test[[0, 2, 3]] = member.test[[0, 2, 3]][:, ::-1]  # what models that saw fold 1 think
    member.oof[(table["fold"] == 1).to_numpy()] = 0.5  # and how fold 1 itself went
    after = pseudo.teach(member, table, 1, params)
    assert len(before.rows) and (before.rows == after.rows).all() and (before.probs == after.probs).all()
    member.test[1] = member.test[1][::-1]
    assert not np.array_equal(pseudo.teach(member, table, 1, params).rows, before.rows)


def test_a_student_is_never_given_another_students_pseudo_labels() -> None:
    from podium.training.feed import rows

    taught = pd.DataFrame(
        {"image_id": ["test/a", "test/b"], "fold": [0, 1], "p0": 1.0, "p1": 0.0, "weight": 1.0}
    ).assign(digest="d", shard="x", offset=0, length=1, copy=0)
    shown = rows.training(_manifest(copy_fold=0), taught, 0, np.eye(2, dtype=np.float32)).frame
    assert "test/b" not in set(shown["image_id"])


# 6. The best epoch, picked on the fold that is scored.


def test_the_last_epoch_is_kept_unless_told() -> None:
    params = TrainParams()
    assert params.keep == "last" and params.early_stopping == 0


def test_the_last_epoch_is_the_last_however_the_scored_fold_liked_another() -> None:
    from podium.training.loop.keeping import kept_epoch

    history = [{"epoch": 0, "val_loss": 0.1}, {"epoch": 1, "val_loss": 0.9}]
    assert kept_epoch(history, "last") == 1 and kept_epoch(history, "best") == 0


@pytest.mark.parametrize(
    ("keep", "stopped", "said"),
    [("last", False, ""), ("best", False, "best epoch"), ("last", True, "early stopping")],
)
def test_an_epoch_chosen_on_the_scored_fold_marks_the_score(keep: str, stopped: bool, said: str) -> None:
    """The mark stands in the model card, whose notes open the report."""
    from torch import nn

    from podium.contracts.model import Preprocessing
    from podium.training.feed.rows import TrainingRows
    from podium.training.record import card as record

    seen = Preprocessing(size=8, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    network = SimpleNamespace(
        name="n", weights="random", module=nn.Linear(2, 2), preprocessing=seen, options={}, source=None
    )
    prepared = SimpleNamespace(
        request=SimpleNamespace(fold=0, classes=["x", "y"], task="single", train=TrainParams(keep=keep)),
        network=network,
        parts=SimpleNamespace(name="head"),
        resolved=SimpleNamespace(decisive={"epochs": 2}),
        rows=TrainingRows(pd.DataFrame({"copy": [0, 0]}), None, None),
        outlook=SimpleNamespace(cached=True),
        said=[],
        ignored=[],
    )
    outcome = SimpleNamespace(stopped_early=stopped, kept_epoch=1, notes=[], changed={})
    card = record.card(prepared, outcome)
    marks = [note for note in card.notes if "the out-of-fold score is optimistic" in note]
    assert len(marks) == bool(said) and all(f"({said})" in mark for mark in marks)
