"""Shards are tar files, byte for byte what tarfile writes, and every place leads to its bytes."""

import io
import tarfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from podium.images.shards import Reader, Writer

names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=130).filter(
    lambda name: not name.endswith("/")
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, st.binary(max_size=1500)), max_size=6))
def test_the_bytes_are_tarfiles(tmp_path_factory: object, members: list[tuple[str, bytes]]) -> None:
    folder = Path(tmp_path_factory.mktemp("shards"))  # type: ignore[attr-defined]
    theirs = io.BytesIO()
    with tarfile.open(fileobj=theirs, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    with Writer(folder, "s") as writer:
        places = [writer.add(name, data) for name, data in members]
    if not members:
        assert not list(folder.iterdir())
        return
    assert (folder / "s-0000.tar").read_bytes() == theirs.getvalue()
    reader = Reader(folder)
    for place, (_, data) in zip(places, members, strict=True):
        assert reader.read(place.shard, place.offset, place.length) == data


def test_a_full_shard_is_followed_by_another(tmp_path: Path) -> None:
    with Writer(tmp_path, "s", limit=4000) as writer:
        places = [writer.add(f"{i}.jpg", bytes([i]) * 1000) for i in range(5)]
    assert [place.shard for place in places] == ["s-0000.tar"] * 2 + ["s-0001.tar"] * 2 + ["s-0002.tar"]
    assert all(tarfile.is_tarfile(tmp_path / name) for name in {place.shard for place in places})
