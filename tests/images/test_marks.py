"""Frames and stamps: what a source leaves in its pictures."""

from collections import Counter

import cv2
import numpy as np
import pytest

from podium.images.marks import Marks, marks
from podium.images.pixels import Pixels


def photo(seed: int, height: int = 96, width: int = 128) -> Pixels:
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def as_jpeg(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1], 1))


def framed(pixels: Pixels, top: int, right: int, bottom: int, left: int, level: int) -> Pixels:
    return np.pad(pixels, ((top, bottom), (left, right), (0, 0)), constant_values=level)


def stamped(pixels: Pixels, text: str) -> Pixels:
    made = pixels.copy()
    made[:24, :48] = 0
    cv2.putText(made, text, (1, 18), cv2.FONT_HERSHEY_PLAIN, 1.2, (255, 255, 255), 2)
    return made


def test_a_frame_by_hand() -> None:
    assert marks(framed(photo(0), 16, 0, 16, 0, 255)).frame == "4:e0e0e0 - 4:e0e0e0 -"
    assert marks(framed(photo(0), 0, 0, 0, 32, 0)).frame == "- - - 6:000000"
    assert marks(framed(photo(0), 1, 0, 0, 0, 0)).frame == "1:000000 - - -"


def test_most_pictures_of_one_source_have_one_frame_after_jpeg() -> None:
    """Where a picture is itself dark along its frame, the frame's edge cannot be seen."""
    told = Counter(marks(as_jpeg(framed(photo(seed), 13, 11, 21, 11, 0))).frame for seed in range(20))
    (frame, often), *_ = told.most_common()
    assert often >= 12 and "" not in told and frame == "3:000000 2:000000 5:000000 2:000000"


@pytest.mark.parametrize("seed", range(4))
def test_a_photo_and_a_thing_on_plain_ground_have_no_frame(seed: int) -> None:
    assert marks(photo(seed)).frame == ""
    ground = np.full((96, 128, 3), 255, np.uint8)
    cv2.circle(ground, (64, 48), 30, (0, 0, 0), -1)
    assert marks(ground).frame == "" and marks(np.zeros((96, 96, 3), np.uint8)) == Marks()


def test_a_stamp_is_the_same_on_any_picture_and_another_is_another() -> None:
    first = [marks(as_jpeg(stamped(photo(seed, 192, 256), "CAM1"))).corners.split()[0] for seed in range(6)]
    other = marks(stamped(photo(0, 192, 256), "XW47")).corners.split()[0]

    def apart(one: str, two: str) -> int:
        return (int(one, 16) ^ int(two, 16)).bit_count()

    assert max(apart(first[0], one) for one in first) <= 3 < apart(first[0], other)


def test_plain_and_smooth_corners_are_no_stamps() -> None:
    slope = np.repeat(np.linspace(0, 255, 128).astype(np.uint8)[None, :, None], 96, 0).repeat(3, 2)
    assert marks(slope).corners == "" and marks(np.full((96, 96, 3), 9, np.uint8)).corners == ""
    assert marks(framed(stamped(photo(0, 48, 48), "A"), 4, 4, 4, 4, 0)) == Marks()  # too small to tell
