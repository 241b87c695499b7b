"""A labelled folder: which class each image has, and what is refused."""

from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pytest

from podium.download.params import Limits
from podium.foundation.errors import UserError
from podium.images.channels import Meaning
from podium.images.params import Storage
from podium.images.shards import Reader
from podium.labelled.folder import find, store

CLASSES = ["dog", "Great Dane", "10"]


def test_the_innermost_folder_with_a_classes_name_counts() -> None:
    names = ["dog/10/a.png", "10/x/b.png", "wrap/great dane/c.png", "dog/d.png"]
    assert list(find(names, CLASSES, Path("w")).values()) == [2, 2, 1, 0]


def test_exact_case_comes_first() -> None:
    assert find(["A/x.png", "a/x.png"], ["a", "A"], Path("w")) == {"A/x.png": 1, "a/x.png": 0}


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^w: cat/a\.png lies in no folder .* \(dog, Great Dane, 10\)\.$"):
        find(["cat/a.png"], CLASSES, Path("w"))
    with pytest.raises(
        UserError, match=r"^w holds no image: give a folder with one folder of images a class\.$"
    ):
        find([], CLASSES, Path("w"))
    with pytest.raises(UserError, match=r"^DIR: .*none is no folder: give make score DIR="):
        store(tmp_path / "none", CLASSES, Storage(), Limits(), Meaning(), tmp_path / "into")


def test_images_are_stored_as_ingest_would_and_the_broken_are_named(tmp_path: Path) -> None:
    place = tmp_path / "given"
    (place / "dog").mkdir(parents=True)
    (place / "10").mkdir()
    cv2.imwrite(str(place / "dog/a.png"), np.full((8, 8, 3), 7, np.uint8))
    (place / "dog/b.png").write_bytes(b"")
    cv2.imwrite(str(place / "10/c.png"), np.zeros((8, 8, 3), np.uint8))
    (place / "10/notes.txt").write_text("no image")
    found = store(place, CLASSES, Storage(), Limits(), Meaning(), tmp_path / "into")
    assert (found.names, found.labels) == (["10/c.png", "dog/a.png"], [2, 0])
    assert [name for name, _ in found.unreadable] == ["dog/b.png"]
    at = found.places[1]
    assert (
        Reader(tmp_path / "into").read(at.shard, at.offset, at.length) == (place / "dog/a.png").read_bytes()
    )
    assert found.digests[1] == sha256((place / "dog/a.png").read_bytes()).hexdigest()
    (place / "dog/a.png").write_bytes(b"x")
    (place / "10/c.png").unlink()
    with pytest.raises(UserError, match=r"none of 2 images can be read"):
        store(place, CLASSES, Storage(), Limits(), Meaning(), tmp_path / "again")


def test_values_mean_what_they_meant_in_training(tmp_path: Path) -> None:
    """Twelve bits in a 16-bit file: black to white is the data set's range, not the file's."""
    (tmp_path / "given/dog").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "given/dog/a.png"), np.full((8, 8), 2048, np.uint16))
    meaning = Meaning(low=0.0, high=4096.0)
    found = store(tmp_path / "given", CLASSES, Storage(), Limits(), meaning, tmp_path / "into")
    at = found.places[0]
    stored = Reader(tmp_path / "into").read(at.shard, at.offset, at.length)
    assert set(np.unique(cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR))) == {128}
