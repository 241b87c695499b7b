"""JSON piece by piece is the same table as the whole, whatever its form and wherever the pieces end."""

import json
from collections.abc import Iterator

import pytest

from podium.download.annotations import parse_json
from podium.download.streamed import stream_json
from podium.foundation.errors import UserError

IMAGES = [{"id": i, "file_name": f"a{i}.jpg", "seq_id": f"s{i // 2}", "location": i // 3} for i in range(7)]
NOTES = [{"image_id": i, "category_id": i % 2, "bbox": [1.5, 2, 3, 4]} for i in range(6)]
KINDS = [{"id": 0, "name": "K\u00e4fer"}, {"id": 1, "name": "bee"}]
AGAIN = [*NOTES, NOTES[0], {"image_id": 0, "category_id": 1}]
FORMS = {
    "coco": {"info": {"year": 2019}, "images": IMAGES, "categories": KINDS, "annotations": NOTES},
    "annotations first": {"annotations": NOTES, "images": IMAGES, "categories": KINDS},
    "images alone": {"images": IMAGES, "licenses": []},
    "two categories of an image": {"images": IMAGES, "annotations": AGAIN},
    "records": [{"id": f"r{i}", "label": i % 3, "band": [0.25] * 9, "none": None} for i in range(5)],
    "image to label": {f"a{i}.jpg": ("cat", "dog")[i % 2] for i in range(5)},
    "class names": {"0": "cat", "1": "dog"},
    "nothing": {"version": {"a": 1}},
}  # fmt: skip


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """The data in pieces, an empty one before each, as some readers hand out."""
    for at in range(0, len(data), size):
        yield b""
        yield data[at : at + size]


@pytest.mark.parametrize("size", [7, 100, 1 << 20])
@pytest.mark.parametrize("name", FORMS)
def test_the_same_table_as_of_the_whole(name: str, size: int) -> None:
    data = json.dumps(FORMS[name], ensure_ascii=False).encode()
    if name == "image to label" and size == 7:
        size = 20  # the first piece tells an object of plain values
    whole, streamed = parse_json(data, "a.json"), stream_json(pieces(data, size), "a.json")
    assert (whole is None) == (streamed is None) == (name in ("class names", "nothing"))
    if whole and streamed:
        assert streamed.columns == whole.columns and streamed.lines == whole.lines


@pytest.mark.parametrize("page", ["utf-8-sig", "utf-16"])
def test_marks_in_front(page: str) -> None:
    data = json.dumps(FORMS["coco"], ensure_ascii=False).encode(page)
    streamed = stream_json(pieces(data, 33), "a.json")
    assert streamed is not None and "K\u00e4fer" in streamed.columns["category_name"]


def test_lines() -> None:
    data = "\n".join(json.dumps(one) for one in FORMS["records"]).encode()  # type: ignore[attr-defined]
    whole = parse_json(data, "a.jsonl")
    for name in ("a.jsonl", "a.json"):
        streamed = stream_json(pieces(data, 1 << 10), name)
        assert whole is not None and streamed is not None and streamed.columns == whole.columns


@pytest.mark.parametrize("data", [b"", b"{oops", b'[{"id": 1', b'{"images": [{"id": "\xff"}]}'])
def test_broken_json_is_named(data: bytes) -> None:
    with pytest.raises(UserError, match=r"^a\.json is no JSON \(.*\)\.$"):
        stream_json(pieces(data, 5), "a.json")


def test_no_more_is_kept_than_the_cells() -> None:
    import tracemalloc

    def long() -> Iterator[bytes]:
        yield b"["
        for i in range(60):
            band = ", ".join(["0.123456"] * 20_000)
            yield f'{"," if i else ""}{{"id": "r{i}", "label": {i % 2}, "band": [{band}]}}'.encode()
        yield b"]"

    tracemalloc.start()
    sheet = stream_json(long(), "a.json")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sheet is not None and len(sheet.lines) == 60
    assert most < 8e6  # one record's numbers at a time, of 12 MB of text
