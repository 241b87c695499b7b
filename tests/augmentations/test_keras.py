"""Each of ImageDataGenerator's numbers, on marked images, against keras-preprocessing where it is installed.

The package is no requirement. What version 1.1.2 answered stands in keras_1_1_2.json, and ours is held to
that wherever the tests run; where the package is installed, the file is held to the package.
"""

import json
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from podium.augmentations.policies import keras
from podium.augmentations.policy import Flips
from podium.augmentations.warp import BORDERS, FLAGS, KERAS_PIVOT, AxisShift, affine, composed

HEIGHT, WIDTH = 60, 80
ANSWERS = json.loads((Path(__file__).parent / "keras_1_1_2.json").read_text())
PLACES = [(30, 40), (12, 20), (45, 66), (20, 61), (50, 9)]  # row, column: where answers are taken
DRAWN = ("theta", "tx", "ty", "shear", "zx", "zy")
DRAWS = 4000
RANGES: list[dict[str, Any]] = [
    {"rotation_range": 15},
    {"width_shift_range": 0.1},
    {"height_shift_range": 0.1},
    {"width_shift_range": 3.0},
    {"height_shift_range": 7},
    {"shear_range": 20},
    {"zoom_range": 0.2},
    {"zoom_range": [1.0, 1.2]},
]


def marked() -> np.ndarray:
    """A smooth image, no two places of which look alike: values follow row and column."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    planes = [rows * 255 / HEIGHT, columns * 255 / WIDTH, 127 + 100 * np.sin(rows / 9) * np.cos(columns / 11)]
    return np.stack(planes, axis=2).astype(np.uint8)


def ours(pixels: np.ndarray, border: str = "nearest", **numbers: float) -> np.ndarray:
    """Our warp for the same numbers, in Keras' names."""
    return cv2.warpAffine(pixels, matrix(**numbers), (WIDTH, HEIGHT), flags=FLAGS, borderMode=BORDERS[border])


def matrix(**numbers: float) -> np.ndarray:
    """Our map (2, 3) for Keras' numbers; its pivot is one pixel beyond the middle."""
    map_ = composed(
        math.radians(numbers.get("theta", 0)), numbers.get("tx", 0), numbers.get("ty", 0),
        math.radians(numbers.get("shear", 0)), numbers.get("zx", 1), numbers.get("zy", 1),
        (WIDTH / 2 + KERAS_PIVOT, HEIGHT / 2 + KERAS_PIVOT),
    )  # fmt: skip
    return np.reshape(map_, (2, 3))


NUMBERS = [
    {"theta": 15.0},
    {"theta": -40.0},
    {"tx": 6.0},
    {"ty": 8.0},
    {"ty": -3.5},
    {"shear": 20.0},
    {"zx": 0.8},
    {"zy": 0.8},
    {"zx": 1.2, "zy": 1.1},
    {"theta": 12.0, "tx": 4.0, "ty": -6.0, "shear": 8.0, "zx": 0.9, "zy": 1.15},
]


def theirs_at(package: Any, numbers: dict[str, float], border: str) -> list[list[float]]:
    """What the package answers at PLACES, to a tenth of a level."""
    made = package.apply_affine_transform(marked().astype(np.float64), fill_mode=border, **numbers)
    return [[round(float(level), 1) for level in made[place]] for place in PLACES]


def theirs_drawn(module: Any, settings: dict[str, Any]) -> dict[str, list[float]]:
    """The least and largest of each number that the package draws for the settings."""
    generator = module.ImageDataGenerator(**settings)
    np.random.seed(0)  # noqa: NPY002  (the package knows no other)
    drawn = [generator.get_random_transform((HEIGHT, WIDTH, 3)) for _ in range(DRAWS)]
    columns = {name: [float(one[name]) for one in drawn] for name in DRAWN}
    return {name: [round(min(found), 3), round(max(found), 3)] for name, found in columns.items()}


def answers() -> dict[str, Any]:
    """All that the file holds, from the installed package."""
    affine = pytest.importorskip("keras_preprocessing.image.affine_transformations")
    module = pytest.importorskip("keras_preprocessing.image.image_data_generator")
    return {
        "pixels": {
            border: [theirs_at(affine, numbers, border) for numbers in NUMBERS]
            for border in ("nearest", "reflect")
        },
        "drawn": [theirs_drawn(module, settings) for settings in RANGES],
    }


def test_the_file_holds_what_the_package_answers() -> None:
    assert answers() == ANSWERS


@pytest.mark.parametrize("case", range(len(NUMBERS)))
@pytest.mark.parametrize("border", ["nearest", "reflect"])
def test_marked_pixels_come_from_where_keras_takes_them(case: int, border: str) -> None:
    """A wrong sign, unit, axis or pivot moves a picture whose levels change by 3 to 10 a pixel."""
    made = ours(marked(), border, **NUMBERS[case])
    found = np.array([made[place] for place in PLACES], float)
    assert np.abs(found - ANSWERS["pixels"][border][case]).max() <= 2.5


@pytest.mark.parametrize("case", range(len(RANGES)))
def test_numbers_are_drawn_from_where_keras_draws_them(case: int) -> None:
    """Through the policy: its settings to its matrices, whose parts are what the package would compose."""
    idle: dict[str, Any] = {
        "rotation_range": 0, "width_shift_range": 0.0, "height_shift_range": 0.0, "shear_range": 0,
        "zoom_range": 0.0,
    }  # fmt: skip
    policy: Any = keras.build(keras.Settings(**(idle | RANGES[case])), Flips())
    uniform = np.random.default_rng(0).random((DRAWS, 10))
    made = np.array([affine(policy.geometry, HEIGHT, WIDTH, list(u)) for u in uniform])
    centre = np.array([WIDTH / 2 + KERAS_PIVOT, HEIGHT / 2 + KERAS_PIVOT])
    moved = made[:, :, :2] @ centre + made[:, :, 2] - centre  # of the pivot: the shift, turned
    theta = np.arctan2(made[:, 0, 1], made[:, 1, 1])
    zoom = np.hypot(made[:, 0, 0], made[:, 1, 0]), np.hypot(made[:, 0, 1], made[:, 1, 1])
    shear = np.arctan2(-made[:, 1, 0], made[:, 0, 0]) - theta
    found = {
        "theta": np.degrees(theta), "tx": moved[:, 1], "ty": moved[:, 0], "shear": np.degrees(shear),
        "zx": zoom[1], "zy": zoom[0],
    }  # fmt: skip
    for name, (low, high) in ANSWERS["drawn"][case].items():
        near = 0.02 * max(high - low, 1e-3)
        assert found[name].min() == pytest.approx(low, abs=near), name
        assert found[name].max() == pytest.approx(high, abs=near), name


@pytest.mark.parametrize("numbers", NUMBERS, ids="-".join)
@pytest.mark.parametrize("border", ["nearest", "reflect"])
def test_each_number_means_what_keras_means(numbers: dict[str, float], border: str) -> None:
    package = pytest.importorskip("keras_preprocessing.image.affine_transformations")
    pixels = marked()
    theirs = package.apply_affine_transform(pixels.astype(np.float64), fill_mode=border, **numbers)
    differences = np.abs(theirs - ours(pixels, border, **numbers))
    assert np.percentile(differences, 99) <= 3.0 and differences.mean() < 0.7


@pytest.mark.parametrize(
    ("numbers", "source"),
    [
        ({"ty": 8.0}, (30, 48)),  # a shift of +8 shows what lay 8 to the right: the picture moves left
        ({"tx": 6.0}, (36, 40)),
        ({"zx": 0.5, "zy": 0.5}, (30.25, 40.25)),
        ({"theta": 90.0}, (31.0, 40.0)),
    ],
)
def test_where_the_pixel_at_30_40_comes_from(numbers: dict[str, float], source: tuple[float, float]) -> None:
    """By hand from the matrices: about (30.5, 40.5), one pixel beyond the middle."""
    x, y = matrix(**numbers) @ [40, 30, 1]
    assert (y, x) == pytest.approx(source)


def test_the_wrapped_border_is_theirs_but_for_one_pixel_a_wrap() -> None:
    package = pytest.importorskip("keras_preprocessing.image.affine_transformations")
    pixels = marked()
    theirs = package.apply_affine_transform(pixels.astype(np.float64), ty=20.0, fill_mode="wrap")
    differences = np.abs(theirs - ours(pixels, "wrap", ty=20.0))
    assert differences[:, :59].max() <= 1  # what lay inside
    assert np.median(differences[:, 61:]) <= 4  # what was wrapped: a period of 79 instead of 80


def test_brightness_and_channel_shift_are_theirs_on_an_image_of_full_range() -> None:
    package = pytest.importorskip("keras_preprocessing.image.affine_transformations")
    from podium.augmentations.tone import Tone

    pixels = marked()
    pixels[0, 0], pixels[0, 1] = 0, 255
    half = np.random.default_rng(0)
    ours_dark = Tone(brightness=(0.6, 0.6))(pixels, half)
    theirs_dark = package.apply_brightness_shift(pixels.astype(np.float64), 0.6)
    assert np.abs(ours_dark.astype(float) - theirs_dark).max() <= 1
    shifted = [
        Tone(shift=30.0, within=True)(np.clip(pixels, 40, 200), np.random.default_rng(seed))
        for seed in range(40)
    ]
    assert {image.min() for image in shifted} >= {40} and max(image.max() for image in shifted) == 200
    spread = max(int(image[30, 40, 0]) for image in shifted) - int(np.clip(pixels, 40, 200)[30, 40, 0])
    assert 20 <= spread <= 30


@pytest.mark.parametrize("value", [0.1, 0.0, 3.0, 5, [4.0, 9.0], [0.1, 0.3]])
def test_a_shift_is_drawn_from_what_keras_draws_from(value: float | list[float]) -> None:
    module = pytest.importorskip("keras_preprocessing.image.image_data_generator")
    generator = module.ImageDataGenerator(width_shift_range=value)
    np.random.seed(0)  # noqa: NPY002  (the package knows no other)
    theirs = [generator.get_random_transform((HEIGHT, WIDTH, 3))["ty"] for _ in range(2000)]
    u = np.random.default_rng(0).random((2000, 2))
    shift = keras._shift(value)
    mine = [shift.draw(a, b, WIDTH) for a, b in u]
    if isinstance(value, float):
        assert max(mine) == pytest.approx(max(theirs), rel=0.02) and min(mine) == pytest.approx(
            min(theirs), rel=0.02
        )
    else:
        assert sorted({round(abs(m), 6) for m in mine}) == sorted({round(abs(t), 6) for t in theirs})
    assert shift.most(WIDTH) >= max(np.abs(theirs)) - 1e-9


def test_zoom_range_of_one_number_is_one_plus_and_minus_it() -> None:
    geometry = keras.build(keras.Settings(zoom_range=0.2), Flips()).geometry  # type: ignore[attr-defined]
    assert geometry.zoom == (0.8, 1.2) and not geometry.same_zoom
    assert geometry.right == AxisShift(0.1) and geometry.pivot == KERAS_PIVOT
