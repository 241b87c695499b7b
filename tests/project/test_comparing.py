"""make compare: the paired difference, what each has right alone, and a page of those images."""

from dataclasses import replace
from hashlib import sha1
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import competition, folds
from podium.experiments.earlier import Earlier
from podium.foundation.errors import UserError
from podium.project import comparing
from podium.project.comparing import Side
from tests.experiments import tiny


@pytest.fixture
def split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    tiny.write_index()
    return folds.FOLDS.read(folds.PATH)


def run(split: pd.DataFrame, wrong: list[int], **params: object) -> Earlier:
    """Right and sure but for those rows, which take the next class; the first of them the surest."""
    rows = split[split["fold"] >= 0].sort_values("image_id")
    labels = rows["label"].to_numpy()
    probs = np.full((len(rows), 4), 0.05, np.float32)
    probs[np.arange(len(rows)), labels] = 0.85
    for place, row in enumerate(wrong):
        probs[row] = 0.05 + 0.001 * place
        probs[row, (labels[row] + 1) % 4] = 0.85
    right = 1 - len(wrong) / len(rows)
    scores = {"metric": "accuracy", "cv": right}
    revision = sha1(str((wrong, params)).encode()).hexdigest()
    return Earlier(revision, scores, params, tiny.CLASSES, rows["image_id"].tolist(), probs, split,
                   competition=competition.read())  # fmt: skip


def test_the_better_one_and_the_images_that_only_one_has_right(split: pd.DataFrame) -> None:
    a, b = run(split, [0, 1], lr=2), run(split, [1, *range(30, 70)], lr=1)
    found = comparing.compare(Side("a", a), Side("b", b))
    assert (len(found.only_a), len(found.only_b), found.both_wrong) == (40, 1, 1)
    assert found.only_b["image_id"].tolist() == [a.ids[0]] and found.settings == ["lr=2"]
    assert found.only_a["image_id"].iloc[0] == a.ids[30]  # where they differ most
    said = "\n".join(comparing.lines(found))
    assert "a less b, on 200 images of both: +0.1950 (" in said and said.count("better") == 1
    assert "images that only a has right: 40; only b: 1; wrong in both: 1" in said
    low, high = found.ahead.low, found.ahead.high
    assert (
        f"less than about {(high - low) / 2:.4f} cannot be told from chance" in said
        and "folds differ" not in said
    )


def test_runs_that_do_not_go_together_are_refused(split: pd.DataFrame) -> None:
    a = Side("a", run(split, [0]))
    with pytest.raises(UserError, match=r"^a and b know different classes"):
        comparing.compare(a, other(a, classes=["x"]))
    with pytest.raises(UserError, match=r"^a and b are scored by accuracy and log_loss"):
        comparing.compare(a, other(a, metrics={"metric": "log_loss"}))
    with pytest.raises(UserError, match=r"^a and b predict no image in common"):
        comparing.compare(a, other(a, ids=[f"x{i}" for i in range(200)]))
    with pytest.raises(UserError, match=r"^a and b are one run: name two of `make experiments`"):
        comparing.compare(a, Side("b", a.run))


def other(side: Side, **changed: object) -> Side:
    """Another run, like that one but for what is given."""
    return Side("b", replace(side.run, revision="e" * 40, **changed))  # type: ignore[arg-type]


def test_other_folds_are_said(split: pd.DataFrame) -> None:
    moved = split.assign(fold=(split["fold"] + 1) % 5)
    found = comparing.compare(Side("a", run(split, [0])), Side("b", replace(run(split, [1]), split=moved)))
    assert "Their folds differ" in comparing.lines(found)[-1]


def test_the_page_shows_the_images_and_escapes_names(
    split: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing.Album, "original", lambda self, row: "data:image/jpeg;base64,AAAA")
    found = comparing.compare(Side("<a>", run(split, [0, 5])), Side("b", run(split, [7])))
    seen = comparing.page(found)
    assert "&lt;a&gt;" in seen and "<a>" not in seen and seen.count('class="card"') == 3
    assert "Right only in b: 2" in seen and 'title="train/00007.png"' in seen and "<script" not in seen
    rows = comparing._by_class(found)
    assert sum(one for _, one, _ in rows) == 1 and sum(other for _, _, other in rows) == 2
    alone = comparing.compare(Side("a", run(split, [])), Side("b", run(split, [7])))
    assert "Right only in b" not in comparing.page(alone), "an empty part says nothing"
