"""Pixels to bytes and back, shrunk, made square."""

import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.images.pixels import Resize, decode, encode, shrink, square

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 255, (40, 60, 3), dtype=np.uint8)


def test_png_keeps_every_pixel_and_the_order_of_channels() -> None:
    assert (decode(encode(PICTURE, ".png")) == PICTURE).all()


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_forms_stay_close(suffix: str) -> None:
    flat = np.full((32, 32, 3), (200, 30, 90), np.uint8)
    assert np.abs(decode(encode(flat, suffix, 95)).astype(int) - flat).max() <= 4


@pytest.mark.parametrize("data", [b"x", b"<html>"])
def test_what_is_no_image_is_told(data: bytes) -> None:
    with pytest.raises(ValueError, match="not an image that OpenCV can decode"):
        decode(data)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(16, 64))
def test_shrink_never_enlarges_and_keeps_the_ratio(height: int, width: int, side: int) -> None:
    small = shrink(np.zeros((height, width, 3), np.uint8), side)
    if min(height, width) <= side:
        assert small.shape[:2] == (height, width)
    else:
        assert min(small.shape[:2]) == side
        assert abs(small.shape[1] / small.shape[0] - width / height) < 0.05 * width / height + 0.05


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 64), st.sampled_from(["squash", "crop", "pad"]))
def test_square_is_square(height: int, width: int, size: int, resize: Resize) -> None:
    assert square(np.zeros((height, width, 3), np.uint8), size, resize).shape == (size, size, 3)


def test_crop_takes_the_centre() -> None:
    wide = np.zeros((10, 30, 3), np.uint8)
    wide[:, 10:20] = 255
    assert (square(wide, 10, "crop") == 255).all()


def test_a_strip_is_padded_without_a_square_of_its_length() -> None:
    strip = np.tile(np.arange(2000, dtype=np.uint8)[None, :, None], (3, 10, 3))
    tracemalloc.start()
    made = square(strip, 32, "pad")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.shape == (32, 32, 3) and peak < 20_000_000
    mild = strip[:, :16]  # below the limits nothing changes
    want = cv2.copyMakeBorder(mild, 6, 7, 0, 0, cv2.BORDER_REFLECT)
    assert np.array_equal(square(mild, 16, "pad"), want)


def test_pad_reflects() -> None:
    wide = np.tile(np.arange(10, dtype=np.uint8)[:, None, None] * 20, (1, 20, 3))
    padded = square(wide, 20, "pad")
    assert (padded[5:15] == wide).all()
    assert (padded[4] == wide[0]).all() and (padded[15] == wide[-1]).all()
