"""TIFFs of many bands, of bands one after the other, of rare numbers: what is read, what is said of them."""

import struct
import zlib

import numpy as np
import pytest

from podium.images.bands import is_unusual, read
from podium.images.channels import Meaning, survey
from podium.images.kinds import Unreadable
from podium.images.measured import Values
from podium.images.opening import open_image, raw_pixels
from podium.images.params import Channels

SIDE = 32
FORMAT = {"u": 1, "i": 2, "f": 3, "c": 6}


def tiff(
    values: Values, *, light: int = 1, apart: bool = False, order: str = "<", packed: bool = False,
    steps: bool = False, tiled: bool = False, extra: tuple[int, ...] = (),
) -> bytes:  # fmt: skip
    """(h, w, bands) as TIFF. apart: band after band; steps: differences; packed: by Deflate."""
    height, width, bands = values.shape
    body = np.diff(values, axis=1, prepend=np.zeros_like(values[:, :1])) if steps else values
    parts = list(np.moveaxis(body, 2, 0)) if apart else [body]
    half = SIDE // 2
    if tiled:
        parts = [p[y : y + half, x : x + half] for p in parts for y in (0, half) for x in (0, half)]
    chunks = [part.astype(part.dtype.newbyteorder(order)).tobytes() for part in parts]
    chunks = [zlib.compress(chunk) for chunk in chunks] if packed else chunks
    starts = [8 + sum(map(len, chunks[:i])) for i in range(len(chunks))]
    sizes = list(map(len, chunks))
    tags = {256: [width], 257: [height], 258: [values.itemsize * 8] * bands, 259: [8 if packed else 1],
            262: [light], 277: [bands], 284: [2 if apart else 1], 317: [2 if steps else 1],
            339: [FORMAT[values.dtype.kind]] * bands}  # fmt: skip
    tags |= {338: list(extra)} if extra else {}
    tags |= (
        {322: [half], 323: [half], 324: starts, 325: sizes}
        if tiled
        else {273: starts, 278: [height], 279: sizes}
    )
    at = 8 + sum(sizes)
    beside, head, more = at + 6 + 12 * len(tags), struct.pack(f"{order}H", len(tags)), b""
    for tag, found in sorted(tags.items()):
        content = struct.pack(f"{order}{len(found)}I", *found)
        place = content if len(content) == 4 else struct.pack(f"{order}I", beside + len(more))
        more += content if len(content) > 4 else b""
        head += struct.pack(f"{order}HHI", tag, 4, len(found)) + place
    magic = b"II*\0" if order == "<" else b"MM\0*"
    return magic + struct.pack(f"{order}I", at) + b"".join(chunks) + head + b"\0" * 4 + more


def made(kind: type, bands: int) -> Values:
    values = np.random.default_rng(bands).normal(900, 300, (SIDE, SIDE, bands)).clip(1, 4095)
    return values.astype(kind)


HOWS = [{}, {"apart": True}, {"packed": True}, {"packed": True, "steps": True}, {"tiled": True},
        {"order": ">"}, {"apart": True, "tiled": True}]  # fmt: skip


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("kind", [np.uint16, np.uint32])
def test_bands_are_read_however_they_are_packed(kind: type, how: dict[str, bool]) -> None:
    values = made(kind, 3)
    data = tiff(values, light=2, **how)  # type: ignore[arg-type]
    if is_unusual(data):
        assert np.array_equal(read(data).values, values)
    else:
        assert kind is np.uint16 and "apart" not in how  # what usual readers read rightly


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int8])
def test_rare_numbers_of_one_band(kind: type) -> None:
    values = (made(np.float64, 1) / 100 - 9).astype(kind)
    data = tiff(values)
    assert is_unusual(data) and np.array_equal(read(data).values, values[..., 0])


def test_two_bands_and_thirteen() -> None:
    two, many = made(np.uint8, 2), made(np.uint16, 13)
    colours = open_image(tiff(two), 10, 320).pixels
    assert np.array_equal(colours[..., :2], two)
    grid = read(tiff(many)).values
    assert grid.shape == (4 * SIDE, 4 * SIDE)
    assert np.array_equal(grid[:SIDE, SIDE : 2 * SIDE], many[..., 1])


def test_white_that_is_zero_is_turned() -> None:
    values = made(np.uint16, 2)
    assert np.array_equal(read(tiff(values, light=0)).values[..., :2], 65535 - values)


def test_a_fourth_band_of_which_nothing_is_said_is_told() -> None:
    pictures = {"a": tiff(made(np.uint8, 4), light=2, extra=(0,))}
    meaning, said = survey(list(pictures), pictures.__getitem__, raw_pixels, Channels())
    assert meaning.fourth == "band" and any("a fourth band that is no transparency" in one for one in said)


def test_what_is_said_of_bands() -> None:
    pictures = {"a": tiff(made(np.uint16, 6))}
    _, said = survey(list(pictures), pictures.__getitem__, raw_pixels, Channels())
    assert "1 of 1 pictures looked at are TIFFs of 6 bands: laid side by side as one grey picture" in said


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (tiff(made(np.uint16, 40)), "a TIFF of 40 bands, more than the 16 that are read"),
        (tiff(made(np.uint16, 5))[:4000] + b"\0", "a tiff file whose header is broken"),
        (tiff(made(np.complex64, 1)), "write it as PNG"),
    ],
)
def test_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        open_image(data, 10, 320, Meaning())
