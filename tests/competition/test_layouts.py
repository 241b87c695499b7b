"""Every layout of the corpus: subsets, labels, classes, ids and form are found as they must be."""

from collections import Counter
from pathlib import Path

import pytest

from podium.competition.detect import detect
from podium.competition.index import table
from podium.competition.params import CompetitionParams
from podium.download.raw import open_raw
from tests.competition import (  # noqa: F401  (register their layouts)
    famous_layouts,
    kaggle_layouts,
    long_layouts,
    odd_layouts,
    pixel_layouts,
    reported_layouts,
    tried_layouts,
)
from tests.competition.layouts import LAYOUTS, Layout
from tests.competition.shipping import found, ship_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str, tmp_path: Path) -> None:
    want: Layout = LAYOUTS[name]()
    got = found(want.files, tmp_path, **want.params)
    competition = got.competition
    assert competition.classes == want.classes
    assert competition.form == want.form
    assert competition.task == want.task or (not want.task and competition.task in ("single", "ordinal"))
    counts = Counter(image.subset for image in got.images)
    assert (counts["train"], counts["validation"], counts["test"], counts["unlabelled"]) == (
        want.train, want.validation, want.test, want.unlabelled,
    )  # fmt: skip
    by_path = {image.path: image for image in got.images}
    assert len(got.labels) == want.train + want.validation
    assert {path: got.labels[by_path[path].image_id] for path in want.label_of} == want.label_of
    assert {path: by_path[path].submission_id for path in want.id_of} == want.id_of
    assert len(got.test_labels) == want.test_labels
    assert len(got.groups) == want.groups
    assert competition.sample_shipped == want.shipped
    assert competition.top_k == want.top_k
    if want.values is not None:
        assert competition.values == want.values
    if want.column_classes is not None:
        assert competition.column_classes == want.column_classes
    if want.metric is not None:
        assert competition.metric == want.metric
    assert want.said in table(got.findings)


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_keeps_the_contract(name: str, tmp_path: Path) -> None:
    want = LAYOUTS[name]()
    got = found(want.files, tmp_path, **want.params)
    ids = [image.image_id for image in got.images]
    assert ids == sorted(set(ids))
    tests = [(image.submission_id, image.row) for image in got.images if image.subset == "test"]
    assert all(name is not None for name, _ in tests)
    assert len(set(tests)) == len(tests) or all(row for _, row in tests)
    assert all(image.submission_id is None for image in got.images if image.subset != "test")
    assert set(got.labels.values()) <= set(got.competition.answers)
    competition = got.competition
    if competition.form in ("label", "integer", "top_k", "sets"):
        assert len(competition.values) == len(set(competition.values)) == len(competition.classes)
    else:
        assert len(competition.column_classes) == len(competition.columns)


@pytest.mark.parametrize("name", ["class_folders", "one_hot_labels", "empty_class_folder", "nested_zips"])
def test_a_folder_is_seen_as_its_zip(name: str, tmp_path: Path) -> None:
    want = LAYOUTS[name]()
    zipped = found(want.files, tmp_path)
    path = ship_folder(want.files, tmp_path)
    folder = detect(open_raw(path), CompetitionParams(path=str(path)))
    assert (folder.images, folder.labels) == (zipped.images, zipped.labels)
    assert folder.findings == zipped.findings


def test_the_corpus_is_large_enough() -> None:
    assert len(LAYOUTS) >= 140
