"""Pictures in DICOM and as NumPy arrays: what they show, what is said of them, what is refused unread."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from podium.images.audit import audit
from podium.images.channels import Meaning, survey
from podium.images.kinds import Unreadable
from podium.images.opening import looks_like_image, open_image, raw_pixels
from podium.images.params import Channels, Storage
from podium.images.pixels import decode
from tests.images.scans import SMALL, dicom, npy

RAMP = np.linspace(0, 4000, 24 * 32).reshape(24, 32).astype(np.uint16)
GREY = (RAMP / 4000 * 255).astype(np.uint8)
COLOUR = np.dstack([GREY, 255 - GREY, GREY // 2])

PACKED = {
    "JPEGBaseline8Bit": GREY, "JPEGLosslessSV1": SMALL, "JPEGLSLossless": SMALL, "RLELossless": SMALL,
    "JPEG2000Lossless": np.tile(SMALL, (8, 8)),
}  # fmt: skip


def shown(data: bytes, meaning: Meaning = Meaning()) -> np.ndarray:  # noqa: B008  (frozen)
    return open_image(data, 10, 320, meaning).pixels


def meant(*pictures: bytes, **asked: object) -> tuple[Meaning, str]:
    named = {str(i): data for i, data in enumerate(pictures)}
    meaning, said = survey(list(named), named.__getitem__, raw_pixels, Channels.model_validate(asked))
    return meaning, "; ".join(said)


def near(found: np.ndarray, right: np.ndarray) -> bool:
    return bool(np.abs(found.astype(int) - right.astype(int)).max() <= 1)


def test_a_window_shows_what_the_file_says() -> None:
    data = dicom(RAMP, WindowCenter=1500.5, WindowWidth=1001)  # 1,000 to 2,000
    expected = ((RAMP.astype(float) - 1000) / 1000 * 255).clip(0, 255)
    assert near(shown(data)[..., 1], expected)


def test_slope_and_intercept_come_before_the_window() -> None:
    data = dicom(RAMP, RescaleSlope=2, RescaleIntercept=-1000, WindowCenter=0.5, WindowWidth=2001)
    expected = ((RAMP * 2.0 - 1000 + 1000) / 2000 * 255).clip(0, 255)
    assert near(shown(data)[..., 0], expected)


def test_white_is_high_in_monochrome1() -> None:
    window = {"WindowCenter": 2000.5, "WindowWidth": 4001}
    light, dark = (dicom(RAMP, f"MONOCHROME{i}", **window) for i in (2, 1))
    assert near(shown(light), 255 - shown(dark))
    assert shown(dark)[0, 0, 0] > 250
    meaning, _ = meant(dicom(RAMP, "MONOCHROME1"))
    assert shown(dicom(RAMP, "MONOCHROME1"), meaning)[0, 0, 0] > 250


def test_a_table_of_values_is_applied_as_a_window() -> None:
    data = dicom(RAMP, table=(np.linspace(0, 1, 4096) ** 2 * 65535).astype(np.uint16))
    assert near(shown(data)[..., 0], np.square(RAMP.astype(float) / 4095) * 255)


def test_without_windows_one_range_serves_all() -> None:
    dim, bright = dicom(RAMP // 4), dicom(RAMP)
    meaning, said = meant(dim, bright)
    assert "2 of 2 pictures looked at are DICOM pictures without a window" in said
    assert "becomes black and 3991.32 white in all of them" in said
    assert shown(dim, meaning).max() * 3 < shown(bright, meaning).max()


def test_windows_are_taken_where_most_pictures_have_one_or_params_say() -> None:
    plain, windowed = dicom(RAMP), dicom(RAMP, WindowCenter=1500.5, WindowWidth=1001)
    assert meant(plain, windowed, windowed)[0].window
    few, said = meant(plain, plain, windowed)
    assert not few.window
    assert "windows are not applied" in said
    none, _ = meant(windowed, window="none")
    assert near(shown(windowed, none)[..., 0], RAMP / RAMP.max() * 255)


def test_eight_bits_and_colours_stay_as_they_are() -> None:
    assert np.array_equal(shown(dicom(GREY))[..., 0], GREY)
    assert np.array_equal(shown(dicom(COLOUR, "RGB")), COLOUR)


@pytest.mark.parametrize("syntax", PACKED)
def test_packed_pixels_are_read(syntax: str) -> None:
    lossy = syntax == "JPEGBaseline8Bit"
    picture = PACKED[syntax]
    found = raw_pixels(dicom(picture, syntax=syntax))
    assert found is not None
    differ = np.abs(found.values[..., 0].astype(int) - picture.astype(int))
    assert differ.max() <= (8 if lossy else 0)


@pytest.mark.parametrize("syntax", PACKED)
def test_no_damage_of_a_scan_raises(syntax: str) -> None:
    data = dicom(PACKED[syntax], syntax=syntax)
    generator = np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(data)
        for at in generator.integers(0, len(data), 3):
            broken[at] = generator.integers(256)
        assert audit(bytes(broken), Storage(), 1).status in ("ok", "unreadable")


def test_files_of_old_writers_are_read() -> None:
    assert np.array_equal(shown(dicom(GREY)[132:])[..., 0], GREY)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (dicom(np.stack([GREY] * 3)), "a DICOM volume or film of 3 frames"),
        (dicom(None), "a DICOM file without a picture"),
        (dicom(GREY)[:-200], "a DICOM file that cannot be decoded"),
        (dicom(GREY, syntax="JPEGBaseline8Bit", Rows=12), "header says 32 x 12 pixels, and its picture"),
        (dicom(GREY, Rows=60000, Columns=60000), "more than competition.limits.megapixels = 10"),
        (dicom(GREY).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99"), "packed as a whole"),
        (npy(np.zeros((9, 30, 40, 3))), "a picture has two axes, or three with its bands"),
        (npy(np.zeros(40)), "a picture has two axes"),
        (npy(np.zeros((200, 28, 28))), "a volume, or many pictures in one file"),
        (npy(np.zeros((4, 4), complex)), "a NumPy array of complex128 and no picture"),
        (npy(np.array([["a"]])), "a NumPy array of <U1 and no picture"),
        (npy(GREY)[:-9], "a NumPy array that is not whole"),
        (b"\x93NUMPY\x01\x00\x76\x00{", "a NumPy array whose header is broken"),
        (npy(GREY).replace(b"(24, 32), ", b"(9**9, 9)"), "a NumPy array whose header is broken"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_named(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        open_image(data, 10, 320)
    assert reason.split(":")[0][:20] in audit(data, Storage(), 10).note or "header says" in reason


def test_no_pickle_is_opened() -> None:
    class Trap:
        def __reduce__(self) -> object:
            raise AssertionError("unpickled")

    out = io.BytesIO()
    header = {"descr": "|O", "fortran_order": False, "shape": (4, 4)}
    np.lib.format.write_array_header_1_0(out, header)
    data = out.getvalue() + b"cos\nsystem\n(S'touch /tmp/opened'\ntR."
    with pytest.raises(Unreadable, match="a pickle, is not opened"):
        open_image(data, 10, 320)


def test_a_large_array_is_refused_by_its_header() -> None:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        out, {"descr": "<f8", "fortran_order": False, "shape": (90000, 90000)}
    )
    with pytest.raises(Unreadable, match="90000 x 90000 pixels are more than"):
        open_image(out.getvalue(), 10, 320)


def test_arrays_of_eight_bits_are_pictures() -> None:
    assert np.array_equal(shown(npy(GREY))[..., 2], GREY)
    assert np.array_equal(shown(npy(COLOUR)), COLOUR)
    assert np.array_equal(shown(npy(np.moveaxis(COLOUR, 2, 0))), COLOUR)
    assert np.array_equal(shown(npy(GREY[None])), shown(npy(GREY[..., None])))
    assert np.array_equal(shown(npy(np.asfortranarray(COLOUR))), COLOUR)
    assert np.array_equal(shown(npy(GREY > 99))[..., 0], (GREY > 99) * 255)
    stored = decode(audit(npy(COLOUR), Storage(), 10).data)
    assert np.array_equal(stored, COLOUR)


def test_bands_are_said_and_more_than_four_lie_side_by_side() -> None:
    bands = np.stack([RAMP * i for i in range(1, 7)]).astype(np.float16)
    meaning, said = meant(npy(bands))
    assert "1 of 1 pictures looked at are NumPy arrays of 6 bands, bands first: laid side by side" in said
    found = shown(npy(bands), meaning)
    assert found.shape == (48, 96, 3)
    assert found[:24, :32].max() < found[24:, 64:].max() > 250
    assert "red, green, and their mean" in meant(npy(np.dstack([GREY, GREY])))[1]


def test_floats_are_scaled_once_for_all() -> None:
    dim, bright = (npy((GREY / 255 * top).astype(np.float32)) for top in (0.2, 1.0))
    meaning, said = meant(dim, bright)
    assert "0 becomes black and" in said
    assert 40 < shown(dim, meaning).max() < 60 < 250 < shown(bright, meaning).max()
    hole = (GREY / 255).astype(np.float32)
    hole[0] = np.nan
    assert shown(npy(hole), meaning)[0].max() == 0


def test_they_are_known_by_their_first_bytes() -> None:
    assert looks_like_image(dicom(GREY)[:192])
    assert looks_like_image(npy(GREY)[:192])
    assert not looks_like_image(npy(np.zeros(9))[:192])


def test_the_marker_of_a_frame_is_found() -> None:
    from podium.images.dicom import coded_size

    out = io.BytesIO()
    Image.fromarray(GREY).save(out, "JPEG")
    assert coded_size(out.getvalue()) == (32, 24)
    size = b"\xff\x4f\xff\x51" + struct.pack(">HH4I", 41, 0, 70, 50, 6, 2)
    assert coded_size(size) == (64, 48)
    assert coded_size(b"\0" * 64) is None
