"""Deep values, fourth bands and transparency mean the same in every picture of a data set."""

import io
import struct
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from podium.images.audit import audit
from podium.images.channels import Meaning, survey
from podium.images.kinds import kind_of
from podium.images.opening import FRAMES, open_image, raw_pixels
from podium.images.params import Channels, Storage
from podium.images.pixels import decode
from tests.images.test_audit import IMAGE, JPEG, PICTURE, encoded
from tests.images.test_bands import tiff

Pictures = dict[str, bytes]


def meant(pictures: Pictures, **asked: object) -> tuple[Meaning, str]:
    meaning, said = survey(list(pictures), pictures.__getitem__, raw_pixels, Channels.model_validate(asked))
    return meaning, "; ".join(said)


def stored(data: bytes, meaning: Meaning) -> np.ndarray:
    return decode(audit(data, Storage(), 200, meaning).data)


def deep(top: int, seed: int, bands: int = 1, suffix: str = ".png") -> bytes:
    shape = (40, 40) if bands == 1 else (40, 40, bands)
    values = np.random.default_rng(seed).integers(top // 4, top, shape).astype(np.uint16)
    return cv2.imencode(suffix, values)[1].tobytes()


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("bands", [1, 3])
def test_twelve_bits_fill_eight_by_one_range_for_all(bands: int, suffix: str) -> None:
    pictures = {f"{i}": deep(4095, i, bands, suffix) for i in range(4)}
    meaning, said = meant(pictures)
    made = stored(pictures["0"], meaning)
    assert len(np.unique(made)) > 200 and made.max() >= 250
    assert "4 of 4 pictures looked at have more than 8 bits: 10" in said and "image.channels.range" in said


def test_a_dark_picture_stays_darker_than_a_bright_one() -> None:
    pictures = {"dark": deep(250, 0), "bright": deep(4000, 1)}
    meaning, _ = meant(pictures)
    assert stored(pictures["dark"], meaning).mean() < 20 < stored(pictures["bright"], meaning).mean()


def test_pictures_of_fewer_bits_than_the_others_are_told() -> None:
    _, said = meant({f"{i}": deep(4095 if i % 2 else 65535, i) for i in range(4)})
    assert "2 of them use less than an eighth of that" in said
    assert "an eighth" not in meant({f"{i}": deep(4095, i) for i in range(4)})[1]


@pytest.mark.parametrize("head", [b"P6\n# a camera\n8 4\n4095\n", b"P3 8 4 4095\n"])
def test_colours_of_a_deep_ppm_keep_their_bits(head: bytes) -> None:
    values = np.arange(96).reshape(4, 8, 3) * 42
    plain = head.startswith(b"P3")
    data = head + (" ".join(map(str, values.ravel())).encode() if plain else values.astype(">u2").tobytes())
    made = stored(data, meant({"a": data})[0])
    assert len(np.unique(made)) > 90 and made[0, 0].tolist() == [0, 2, 5]


def test_colours_of_a_deep_jpeg_2000_keep_their_bits() -> None:
    data = deep(4095, 0, 3, ".jp2")
    assert len(np.unique(stored(data, meant({"a": data})[0]))) > 200


def test_a_deep_tiff_whose_white_is_zero_is_turned() -> None:
    data = tiff(np.linspace(0, 4000, 1024).astype(np.uint16).reshape(32, 32, 1), light=0)
    made = stored(data, meant({"a": data})[0])
    assert made[0, 0, 0] == 255 and made[-1, -1, 0] == 0


def test_pages_of_a_deep_tiff_are_told() -> None:
    page = Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 60)
    file = io.BytesIO()
    page.save(file, "TIFF", save_all=True, append_images=[page])
    assert FRAMES in open_image(file.getvalue(), 10, 320).notes


def test_the_range_that_params_name_is_taken() -> None:
    meaning, said = meant({"a": deep(4095, 0)}, range=[0, 65535])
    assert (meaning.low, meaning.high) == (0, 65535) and "as image.channels.range says" in said
    assert stored(deep(4095, 0), meaning).max() <= 16


def test_colours_of_sixteen_bits_keep_their_order() -> None:
    values = np.zeros((8, 8, 3), np.uint16)
    values[..., 2] = 60000  # OpenCV writes blue, green, red
    data = cv2.imencode(".png", values)[1].tobytes()
    assert stored(data, meant({"a": data})[0])[0, 0].tolist() == [255, 0, 0]


def test_drawings_that_vanish_on_every_ground_are_told() -> None:
    _, said = meant({f"{i}": ink((0, 128, 255)[i % 3]) for i in range(6)})
    assert "laid on white, and 2 are blank on it, too" in said


def ink(level: int) -> bytes:
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[10:20, 10:30] = (level, level, level, 255)
    return encoded(Image.fromarray(rgba), "PNG")


@pytest.mark.parametrize(
    ("levels", "ground"), [([255], 0), ([0], 255), ([128], 255), ([255, 0], 128), ([240, 250], 0)]
)
def test_ink_can_be_seen_on_its_ground(levels: list[int], ground: int) -> None:
    pictures = {str(level): ink(level) for level in levels}
    meaning, said = meant(pictures)
    assert meaning.ground == ground and "have transparent parts: laid on" in said
    for data in pictures.values():
        assert len(np.unique(stored(data, meaning))) >= 2


def test_the_ground_that_params_name_is_taken() -> None:
    assert meant({"a": ink(255)}, ground="grey")[0].ground == 128


def four_bands(_seed: int) -> bytes:
    near = np.random.default_rng(_seed).integers(20, 230, (40, 60), dtype=np.uint8)
    return encoded(Image.fromarray(np.dstack([PICTURE, near])), "PNG")


def test_near_infrared_is_no_transparency() -> None:
    pictures = {str(i): four_bands(i) for i in range(3)}
    meaning, said = meant(pictures)
    assert "3 of 3 pictures looked at have a fourth band that is no transparency" in said
    assert np.array_equal(stored(pictures["0"], meaning), PICTURE)
    kept, _ = meant(pictures, fourth="alpha")
    assert not np.array_equal(stored(pictures["0"], kept), PICTURE)


@pytest.mark.parametrize("deep", [False, True])
def test_a_picture_that_is_transparent_all_over_shows_its_colours(deep: bool) -> None:
    """A program that knows of no transparency leaves zeros there."""
    values = np.dstack([PICTURE, np.zeros((40, 60), np.uint8)])
    if deep:
        data = cv2.imencode(".png", values[..., [2, 1, 0, 3]].astype(np.uint16) * 257)[1].tobytes()
    else:
        data = encoded(Image.fromarray(values), "PNG")
    meaning, said = meant({"a": data, "b": JPEG})
    assert said.count("1 of 2 pictures looked at are transparent all over: their colours are shown") == 1
    assert "laid on" not in said
    assert np.abs(stored(data, meaning).astype(int) - PICTURE).max() <= (3 if deep else 0)
    nothing = encoded(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG")
    assert (stored(nothing, Meaning()) == 255).all()


def test_a_palette_with_half_clear_colours_is_transparency() -> None:
    palette = IMAGE.convert("P", palette=Image.Palette.ADAPTIVE)
    data = encoded(palette, "PNG", transparency=bytes([255] * 100 + [128] * 156))
    meaning, said = meant({"a": data})
    assert meaning.fourth == "alpha" and "fourth band" not in said


def as_tiff(values: np.ndarray) -> bytes:
    return encoded(Image.fromarray(values), "TIFF")


def test_a_palette_of_eight_bits_in_a_tiff_is_not_black() -> None:
    """The format wants 16 bits a colour, and some programs write 8."""
    whole = encoded(IMAGE.convert("P", palette=Image.Palette.ADAPTIVE), "TIFF")
    table = Image.open(io.BytesIO(whole)).tag_v2[320]
    small = whole.replace(
        struct.pack("<768H", *table), struct.pack("<768H", *(value >> 8 for value in table))
    )
    assert small != whole
    assert np.array_equal(open_image(small, 200, 320).pixels, open_image(whole, 200, 320).pixels)


@pytest.mark.parametrize("hole", [np.inf, -np.inf, np.nan, np.finfo(np.float32).min, -9999.0])
def test_what_fills_places_without_a_measurement_sets_no_range(hole: float) -> None:
    values = np.linspace(200, 300, 2400, dtype=np.float32).reshape(40, 60)
    values[:5] = hole
    meaning, said = meant({"a": as_tiff(values)})
    assert 200 <= meaning.low < 215 and 299 < meaning.high <= 300
    made = stored(as_tiff(values), meaning)
    assert made[:5].min() == made[:5].max() == (255 if hole == np.inf else 0)
    assert len(np.unique(made[5:])) > 200
    assert ("(-9999, far from all others, fills 12% of them)" in said) == (hole == -9999.0)


def test_a_dark_ground_is_a_measurement() -> None:
    values = np.random.default_rng(0).integers(20000, 50000, (40, 60)).astype(np.uint16)
    values[:20] = 0
    assert meant({"a": as_tiff(values)})[0].low == 0


def test_usual_pictures_are_not_looked_into() -> None:
    assert meant({"a": JPEG, "b": encoded(IMAGE, "PNG")}) == (Meaning(), "")


def test_a_film_behind_a_photo_is_cut_off() -> None:
    film = np.random.default_rng(0).integers(0, 255, 20_000, dtype=np.uint8).tobytes().replace(b"\xff", b"\0")
    facts = audit(JPEG + film, Storage(), 200)
    assert (facts.status, facts.note, facts.data) == ("ok", "", JPEG)
    png = encoded(IMAGE, "PNG")
    assert audit(png + film, Storage(), 200).data == png


def test_a_cut_photo_with_a_whole_thumbnail_is_truncated() -> None:
    exif = b"Exif\0\0" + JPEG
    head = b"\xff\xd8\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    big = encoded(Image.fromarray(np.tile(PICTURE, (8, 8, 1))), "JPEG")
    assert open_image(head + big[2:-6000], 200, 320).repaired


@pytest.mark.parametrize("form", ["AVIF", "JPEG2000", "WEBP"])
def test_pictures_of_newer_kinds_are_read(form: str) -> None:
    facts = audit(encoded(IMAGE, form), Storage(), 200)
    assert (facts.status, facts.width, facts.height) == ("ok", 60, 40)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "a Git LFS pointer and no picture: run `git lfs pull`",
        ),
        (b"\n<!DOCTYPE html><html>", "an HTML page and no picture"),
        (b"<HTML><body>", "an HTML page and no picture"),
        (b'{"error": 403}', 'JSON ({"error": 403}) and no picture'),
        (b"<?xml version='1.0'?><Error/>", "XML (<?xml version='1.0'?><Error/>) and no picture"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\0\0\0\x18ftypmp42", "a film and no picture"),
        (bytes(5000), "zero bytes alone"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "no plug-in is installed: `pip install pillow-heif`"),
        (b"\xff\x0a" + bytes(40), "a picture in JXL, for which no plug-in is installed"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    assert said in kind_of(data)[1]
