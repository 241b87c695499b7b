"""The ingest and demo stages: what they leave in data/, bit for bit, and what they refuse."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from podium.competition import index
from podium.contracts import competition as contract
from podium.contracts import findings
from podium.contracts.images import IMAGES
from podium.contracts.labels import LABELS
from podium.contracts.origins import ORIGINS
from podium.download.demo import HIDDEN, Demo, build, digits, enlarge, png
from podium.download.meta import Meta, read_meta
from podium.foundation.errors import UserError
from podium.foundation.files import sha256
from podium.images import audit
from podium.images.audit import audit_all
from podium.images.exif import Origin
from podium.images.opening import Opened, open_image
from podium.images.params import Storage
from podium.images.pixels import decode, encode
from podium.images.shards import Reader
from stages import demo, ingest
from tests.competition.layouts import LABELLED, folders, unseen
from tests.competition.shipping import Files, found, ship_zip

DEMO_SHA256 = "f43fd9bb6b3941e33b940ee693ef0c5937618af925937dc90a4508ecec38fcef"  # the same on every machine


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(scope="module")
def made() -> Demo:
    return digits()


def run_ingest(project: Path, files: Files, **params: object) -> None:
    path = ship_zip(files, project)
    (project / "params.yaml").write_text(yaml.safe_dump({"competition": {"path": str(path), **params}}))
    ingest.main()


def pictures(*paths: str) -> Files:
    """Images that differ."""
    noise = np.random.default_rng(len(paths)).integers(0, 255, (len(paths), 8, 8, 3), dtype=np.uint8)
    return {path: encode(pixels, ".png") for path, pixels in zip(paths, noise, strict=True)}


def shipped() -> Files:
    return pictures(*folders(), *unseen()) | LABELLED


def test_what_ingest_leaves(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = shipped()
    run_ingest(project, files)
    images = IMAGES.read(project / "data/index/images.parquet")
    labels = LABELS.read(project / "data/index/labels.parquet")
    reader = Reader(project / "data/images")
    assert images["image_id"].tolist() == sorted(images["image_id"])
    for row in images.itertuples():
        assert reader.read(row.shard, row.offset, row.length) == files[row.path]
        assert row.digest == row.sha256 == hashlib.sha256(files[row.path]).hexdigest()  # type: ignore[arg-type]
    assert set(labels["label"]) == {"cat", "dog"}
    assert images.set_index("path").loc["test/1.jpg", "submission_id"] == "1.jpg"
    assert contract.read(project / "data/index/competition.json").classes == ["cat", "dog"]
    assert (project / "data/index/sample_submission.csv").read_text() == files["sample_submission.csv"]
    said = capsys.readouterr().out
    assert "class folders in train; 2 classes; 4 of 4 images found" in said
    assert "7 readable" in said


def test_ingest_twice_gives_the_same_bytes(project: Path) -> None:
    def run() -> dict[str, str]:
        run_ingest(project, shipped())
        return {
            str(p.relative_to(project)): sha256(p)
            for p in sorted((project / "data").rglob("*"))
            if p.is_file()
        }

    assert run() == run()


def test_the_sample_is_kept_byte_for_byte(project: Path) -> None:
    text = "id;label\r\n0.jpg;cat\r\n1.jpg;cat\r\n2.jpg;cat\r\n"
    run_ingest(project, shipped() | {"sample_submission.csv": text})
    assert (project / "data/index/sample_submission.csv").read_bytes() == text.encode()


def test_unreadable_images_are_listed_and_kept_as_rows(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_ingest(project, shipped() | {"train/cat/cat_0.jpg": b"", "test/1.jpg": b"<html>"})
    images = IMAGES.read(project / "data/index/images.parquet").set_index("path")
    assert images["status"].value_counts().to_dict() == {"ok": 5, "unreadable": 2}
    assert images.loc["test/1.jpg", "submission_id"] == "1.jpg"
    assert images.loc["train/cat/cat_0.jpg", "note"] == "the file is empty"
    assert (images["digest"] != "").to_dict() == (images["status"] == "ok").to_dict()
    said = capsys.readouterr().out
    assert "test/1.jpg: " in said and "train/cat/cat_0.jpg: the file is empty" in said
    assert "1 test images cannot be read (their rows get the classes' prior)" in said
    told = findings.read(project / findings.PATH)
    assert any(finding.warning and "test images cannot be read" in finding.found for finding in told)


def test_a_jpeg_damaged_in_its_middle_is_told_by_name(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = encode(noise, ".jpg")
    half = len(data) // 2
    damaged = data[:half] + bytes(300) + data[half + 300 :]
    run_ingest(project, shipped() | {"train/cat/cat_0.jpg": damaged, "train/cat/cat_1.jpg": data})
    images = IMAGES.read(project / "data/index/images.parquet").set_index("path")
    assert images["status"].value_counts().to_dict() == {"ok": 6, "repaired": 1}
    said = capfd.readouterr()
    assert "repaired:     1: train/cat/cat_0.jpg: damaged inside (" in said.out
    assert "Corrupt JPEG data" not in said.err


def test_unreadable_images_can_stop_it(project: Path) -> None:
    with pytest.raises(UserError, match=r"train/cat/cat_0.jpg: the file is empty \(1 unreadable images\)"):
        run_ingest(project, shipped() | {"train/cat/cat_0.jpg": b""}, on_unreadable="fail")
    assert not (project / "data/index").exists()


def test_pictures_that_show_nothing_are_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = shipped()
    mask = encode(np.eye(8, dtype=np.uint8)[..., None].repeat(3, 2), ".png")
    few = [name for name in files if name.endswith(".jpg")][:3]
    run_ingest(project, files | dict.fromkeys(few, mask))
    assert "nearly black" not in capsys.readouterr().out
    run_ingest(project, {name: mask if name.endswith(".jpg") else text for name, text in files.items()})
    assert (
        "! images:       7 of 7 pictures are nearly black: no value above 1 of 255" in capsys.readouterr().out
    )


def test_a_class_without_a_readable_image(project: Path) -> None:
    with pytest.raises(UserError, match="class 'cat' has no readable image"):
        run_ingest(project, shipped() | {"train/cat/cat_0.jpg": b"", "train/cat/cat_1.jpg": b"x"})


def test_labels_of_test_images_stay_out_of_labels(project: Path) -> None:
    files = pictures(*folders(), *folders("test", each=1))
    run_ingest(project, files)
    labels = LABELS.read(project / "data/index/labels.parquet")
    assert labels["image_id"].str.startswith("train/").all()
    text = (project / "data/index/test_labels.csv").read_text()
    assert text == "image_id,label\ntest/test/cat/cat_0.jpg,cat\ntest/test/dog/dog_0.jpg,dog\n"


def test_a_group_column_reaches_labels(project: Path) -> None:
    rows = "id,patient,label\na,p1,cat\nb,p1,dog\nc,p2,cat\nd,,dog\n"
    files = pictures("train/a.png", "train/b.png", "train/c.png", "train/d.png", *unseen())
    run_ingest(project, files | {"train.csv": rows} | LABELLED)
    labels = LABELS.read(project / "data/index/labels.parquet")
    assert labels["group"].tolist()[:3] == ["p1", "p1", "p2"] and labels["group"].isna()[3]


def test_hostile_names_are_kept_as_text(project: Path) -> None:
    names = ("=1+1", "<script>alert(1)<", 'a,b"c')
    files = pictures(*folders(names=names), *unseen()) | {
        "sample_submission.csv": "id,label\n0,=1+1\n1,=1+1\n2,=1+1\n"
    }
    run_ingest(project, files)
    assert set(LABELS.read(project / "data/index/labels.parquet")["label"]) == set(names)


def test_meta_beside_the_zip(project: Path) -> None:
    facts = {"metric": "Macro F1-Score", "daily_limit": 5, "notebooks_only": True, "slug": "cats"}
    (project / "comp.kaggle.json").write_text(json.dumps(facts))
    run_ingest(project, shipped())
    competition = contract.read(project / "data/index/competition.json")
    assert (competition.metric, competition.daily_limit, competition.notebooks_only) == ("f1_macro", 5, True)
    assert competition.name == "cats"


@pytest.mark.parametrize(("text", "sentence"), [("{", "cannot be read"), ("[]", "must hold an object")])
def test_broken_meta(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.kaggle.json").write_text(text)
    with pytest.raises(UserError, match=sentence):
        read_meta(tmp_path / "a.zip")


def test_params_win_over_meta(tmp_path: Path) -> None:
    got = found(shipped(), tmp_path, Meta(metric="log loss", source="x"), metric="accuracy")
    assert got.competition.metric == "accuracy"


def test_stored_images_are_shrunk(project: Path) -> None:
    big = encode(np.random.default_rng(0).integers(0, 255, (500, 400, 3), dtype=np.uint8), ".png")
    run_ingest(project, shipped() | {"train/cat/cat_0.jpg": big})
    row = IMAGES.read(project / "data/index/images.parquet").set_index("path").loc["train/cat/cat_0.jpg"]
    assert (row["width"], row["height"]) == (400, 500)
    data = Reader(project / "data/images").read(row["shard"], row["offset"], row["length"])
    assert decode(data).shape == (400, 320, 3)
    assert row["digest"] == hashlib.sha256(data).hexdigest() != row["sha256"]


def test_a_crash_leaves_nothing_half_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(index, "write", broken)
    with pytest.raises(KeyboardInterrupt):
        run_ingest(project, shipped())
    assert not (project / "data/index").exists()
    assert not list((project / "data").rglob(".*"))


def test_a_stream_that_stops_leaves_no_shards(tmp_path: Path) -> None:
    got = found(shipped(), tmp_path)

    def stream() -> object:
        yield from list(audit_all([got.images[0].path], lambda _: b"", Storage(), 1, 1))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.store(got, stream(), tmp_path / "images")  # type: ignore[arg-type]
    assert not (tmp_path / "images").exists()


def test_the_demo_is_the_same_bytes_everywhere(
    project: Path, made: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "digits", lambda: made)
    demo.main()
    assert sha256(project / "data/demo/demo.zip") == DEMO_SHA256


def test_the_demo_is_a_competition(project: Path, made: Demo) -> None:
    (project / "demo.zip").write_bytes(made.archive)
    (project / "params.yaml").write_text(yaml.safe_dump({"competition": {"path": "demo.zip"}}))
    ingest.main()
    images = IMAGES.read(project / "data/index/images.parquet")
    assert images["subset"].value_counts().to_dict() == {"train": 1258, "test": 539}
    solution = made.solution.splitlines()[1:]
    assert [row.split(",")[0] for row in solution] == images["submission_id"].dropna().tolist()
    assert images["pixels"].nunique() == 1797
    shares = np.bincount([int(row.split(",")[1]) for row in solution]) / np.bincount(
        [int(row.split(",")[1]) for row in solution]
        + LABELS.read(project / "data/index/labels.parquet")["label"].astype(int).tolist()
    )
    assert np.abs(shares - HIDDEN).max() < 0.01  # stratified


def test_the_demo_does_not_hold_its_solution() -> None:
    made = build(np.arange(20 * 64).reshape(20, 8, 8) % 17, [0, 1] * 10)
    with zipfile.ZipFile(io.BytesIO(made.archive)) as archive:
        assert sorted({name.split("/")[0] for name in archive.namelist()}) == [
            "sample_submission.csv",
            "test",
            "train",
            "train.csv",
        ]
        assert {
            line.split(",")[1] for line in archive.read("sample_submission.csv").decode().split()[1:]
        } == {"0"}


def test_png_and_enlarging_by_hand() -> None:
    image = np.zeros((8, 8), np.int64)
    image[3, 3] = 16
    grey = enlarge(image)
    assert grey.shape == (16, 16) and grey.max() < 255  # no pixel centre falls on the source's
    assert grey[6, 6] == grey[7, 7] == grey[6, 7] == (3 * 3 * 255 + 8) // 16
    assert (enlarge(np.full((8, 8), 16)) == 255).all()
    opened = open_image(png(grey), 1.0, 320)
    assert (opened.pixels[..., 0] == grey).all() and opened.plain


def test_cameras_and_days_stand_in_a_table_of_their_own(
    project: Path, made: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "demo.zip").write_bytes(made.archive)
    (project / "params.yaml").write_text(yaml.safe_dump({"competition": {"path": "demo.zip"}}))
    real, seen = audit.open_image, []

    def with_camera(data: bytes, *rest: object) -> Opened:
        opened = real(data, *rest)  # type: ignore[arg-type]
        seen.append(data)
        return replace(opened, origin=Origin("made", "") if data == seen[0] else Origin())

    monkeypatch.setattr(audit, "open_image", with_camera)
    ingest.main()
    table = ORIGINS.read(project / "data/index/origins.parquet")
    assert table[["camera", "day"]].to_numpy().tolist() == [["made", ""]]


def test_patients_are_groups_before_sites(project: Path) -> None:
    rows = [f"{i},{'ab'[i % 2]},s{i % 2},p{i // 2}" for i in range(8)]
    files = pictures(*(f"train/{i}.png" for i in range(8)), "test/9.png")
    run_ingest(project, files | {"train.csv": "\n".join(["id,label,site_id,patient_id", *rows]).encode()})
    labels = LABELS.read(project / "data/index/labels.parquet")
    assert set(labels["group"]) == {"p0", "p1", "p2", "p3"}


def test_large_annotations_are_read_piece_by_piece(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podium.download.streamed.FROM", 0)
    monkeypatch.setattr("podium.competition.sheets.annotations.parse_json", None)
    names = [f"{i}.png" for i in range(4)]
    notes = {
        "images": [{"id": i, "file_name": name} for i, name in enumerate(names)],
        "annotations": [{"image_id": i, "category_id": i % 2} for i in range(4)],
        "categories": [{"id": 0, "name": "ant"}, {"id": 1, "name": "bee"}],
    }
    files = pictures(*(f"train/{name}" for name in names), "test/9.png")
    run_ingest(project, files | {"train.json": json.dumps(notes).encode()})
    assert set(LABELS.read(project / "data/index/labels.parquet")["label"]) == {"ant", "bee"}
