"""Images in tar files: what is written is read back by place, and the tar is one that tar can read."""

import pickle
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from podium.images.shards import Reader, Writer


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=20), st.integers(512, 6000))
def test_every_image_comes_back(contents: list[bytes], limit: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Writer(folder, "images", limit) as writer:
            places = [writer.add(f"train/{i}.jpg", data) for i, data in enumerate(contents)]
        reader = Reader(folder)
        assert [reader.read(p.shard, p.offset, p.length) for p in places] == contents
        members = []
        for shard in sorted({place.shard for place in places}):
            with tarfile.open(folder / shard) as tar:
                members += [(m.name, tar.extractfile(m).read()) for m in tar.getmembers()]  # type: ignore[union-attr]
        assert members == [(f"train/{i}.jpg", data) for i, data in enumerate(contents)]


def test_long_and_foreign_names(tmp_path: Path) -> None:
    name = "train/" + "ä" * 150 + "/<b>.jpg"
    with Writer(tmp_path, "images") as writer:
        place = writer.add(name, b"abc")
    assert Reader(tmp_path).read(place.shard, place.offset, place.length) == b"abc"
    with tarfile.open(tmp_path / place.shard) as tar:
        assert tar.getnames() == [name]


def test_the_same_calls_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        with Writer(tmp_path / folder, "x") as writer:
            writer.add("one", b"1")
            writer.add("two", b"22")
    assert (tmp_path / "a/x-0000.tar").read_bytes() == (tmp_path / "b/x-0000.tar").read_bytes()


def test_threads_and_other_processes_share_a_reader(tmp_path: Path) -> None:
    with Writer(tmp_path, "x", limit=2000) as writer:
        places = [writer.add(str(i), bytes([i]) * 100) for i in range(50)]
    reader = pickle.loads(pickle.dumps(Reader(tmp_path)))
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda p: reader.read(p.shard, p.offset, p.length), places))
    assert read == [bytes([i]) * 100 for i in range(50)]
