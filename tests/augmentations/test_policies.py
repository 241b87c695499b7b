"""What every policy must keep, over the whole registry; and what is refused before the first image."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.random import PCG64, Generator

from podium.augmentations import registry
from podium.augmentations.policy import Flips
from podium.foundation.errors import UserError

SETTINGS: dict[str, dict[str, Any]] = {
    "custom": {
        "pipeline": [
            {"Affine": {"rotate": [-20, 20], "p": 0.9}},
            {"OneOf": {"p": 0.5, "transforms": [{"GaussianBlur": {}}, {"CoarseDropout": {"p": 1.0}}]}},
        ]
    }
}
NONE = Flips()


def picture(height: int = 64, width: int = 80, seed: int = 0) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def generators(*seeds: int) -> Iterator[Generator]:
    return (Generator(PCG64(seed)) for seed in seeds)


def build(name: str, flips: Flips = NONE, **settings: Any) -> Any:
    return registry.build(name, settings or SETTINGS.get(name, {}), flips, [picture()])


@pytest.mark.parametrize("name", registry.names())
def test_a_copy_is_a_function_of_its_source_and_generator_alone(name: str) -> None:
    policy = build(name, Flips(True, False))
    together = list(policy(picture(), generators(1, 2, 3)))
    alone = [next(policy(picture(), generators(seed))) for seed in (3, 1, 2)]
    again = list(build(name, Flips(True, False))(picture(), generators(1, 2, 3)))
    assert all(np.array_equal(a, b) for a, b in zip(together, (alone[1], alone[2], alone[0]), strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(together, again, strict=True))


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize("size", [(64, 80), (33, 20), (1, 1)])
def test_copies_are_8_bit_colour_images_of_their_sources_size(name: str, size: tuple[int, int]) -> None:
    for copy in build(name)(picture(*size), generators(5, 6, 7)):
        assert copy.shape == (*size, 3) and copy.dtype == np.uint8


@pytest.mark.parametrize("name", registry.names())
def test_copies_differ_and_the_source_is_left_as_it_is(name: str) -> None:
    source = picture()
    before = source.copy()
    copies = list(build(name)(source, generators(*range(12))))
    assert len({copy.tobytes() for copy in copies}) >= 6
    assert np.array_equal(source, before)


@pytest.mark.parametrize("name", sorted(set(registry.names()) - {"custom"}))
def test_no_mirror_image_unless_it_is_allowed(name: str) -> None:
    """A picture that is dark on its left stays so in every copy; allowed to flip, half of them do not."""
    half = np.zeros((64, 64, 3), np.uint8)
    half[:, 32:] = 200
    still = [c[20:44, :20].mean() < c[20:44, -20:].mean() for c in build(name)(half, generators(*range(40)))]
    flipped = [
        c[20:44, :20].mean() < c[20:44, -20:].mean()
        for c in build(name, Flips(True, False))(half, generators(*range(40)))
    ]
    mild = name not in ("randaugment", "trivial")  # those two turn and solarize
    assert sum(still) == 40 if mild else sum(still) >= 30
    if registry.mirrors(name):
        assert 8 <= sum(flipped) <= 32
    else:
        assert sum(flipped) == 40


def test_flipping_is_exact_and_costs_no_resampling() -> None:
    policy = build("flip_shift", Flips(True, False), shift=0.0)
    copies = {copy.tobytes() for copy in policy(picture(), generators(*range(20)))}
    assert copies == {picture().tobytes(), picture()[:, ::-1].tobytes()}


def test_a_mirror_and_upside_down_image() -> None:
    policy = build("flip_shift", Flips(False, True), shift=0.0)
    copies = {copy.tobytes() for copy in policy(picture(), generators(*range(20)))}
    assert copies == {picture().tobytes(), picture()[::-1].tobytes()}


def test_colours_change_as_told() -> None:
    grey = next(build("color", grey=1.0, brightness=0.0, contrast=0.0)(picture(), generators(0))).astype(int)
    assert np.abs(grey[..., 0] - grey[..., 2]).max() <= 1
    reference = picture() @ np.array([0.114, 0.587, 0.299])
    assert np.abs(grey[..., 1] - reference).max() <= 1
    plain = np.full((8, 8, 3), 100, np.uint8)
    bright = {int(c[0, 0, 0]) for c in build("color", brightness=0.5, contrast=0.0, saturation=0.0, hue=0.0)(
        plain, generators(*range(200)))}  # fmt: skip
    assert 50 <= min(bright) <= 53 and 147 <= max(bright) <= 150


def test_a_turn_of_hue_keeps_greys_and_lightness() -> None:
    plain = np.full((8, 8, 3), 90, np.uint8)
    red = np.zeros((8, 8, 3), np.uint8) + np.array([60, 60, 120], np.uint8)
    policy = build("color", hue=0.5, brightness=0.0, contrast=0.0, saturation=0.0)
    assert all(np.abs(c.astype(int) - 90).max() <= 1 for c in policy(plain, generators(*range(9))))
    lights = [c[0, 0] @ np.array([0.114, 0.587, 0.299]) for c in policy(red, generators(*range(30)))]
    assert np.ptp(lights) < 3 and len({tuple(c[0, 0]) for c in policy(red, generators(*range(30)))}) > 10


def pipe(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"pipeline": list(steps)}


PIPELINE = "params.yaml: augment.settings.pipeline: "
ON = " on an image of 80 x 64 pixels: "
REFUSED = [
    ("mildd", {}, "params.yaml: augment.policy: mildd is no policy; did you mean mild."),
    ("mild", {"rotaton": 3}, "settings.rotaton is not a setting of mild; did you mean rotation."),
    ("mild", {"shift": 2}, "settings.shift: input should be less than or equal to 1, found 2."),
    ("flip_shift", {"shift": 0}, "flip_shift cannot work: all its ranges are 0 and it may not flip"),
    (
        "keras",
        {"zoom_range": [1.2, 1.0]},
        "zoom_range: give z in [0, 1), or two factors above 0, the smaller",
    ),
    ("keras", {"fill_mode": "mirror"}, "fill_mode: input should be 'reflect', 'nearest', 'wrap' or"),
    ("keras", {"width_shift_range": -1}, "width_shift_range: give a number from 0 on, or a list of them"),
    ("custom", {"pipeline": []}, PIPELINE + "list should have at least 1 item"),
    (
        "custom",
        pipe({"HorizontalFlip": {"p": 2}}),
        "HorizontalFlip: p Input should be less than or equal to 1",
    ),
    (
        "custom",
        pipe({"OneOf": {"p": 2, "transforms": []}}),
        "OneOf: p must be a probability in [0, 1], found 2.",
    ),
    ("custom", pipe({"Rotate": {"limits": 3}}), "Rotate: Argument(s) 'limits' are not valid for transform"),
    ("custom", pipe({"HorizontalFlop": {}}), "no transform of albumentations; did you mean HorizontalFlip."),
    ("custom", pipe({"MaskDropout": {}}), "MaskDropout needs mask, but copies are made of an image alone"),
    ("custom", pipe({"BBoxSafeRandomCrop": {}}), f"BBoxSafeRandomCrop{ON}it needs bboxes"),
    ("custom", pipe({"RandomCrop": {"height": 99, "width": 99, "p": 0.01}}), f"RandomCrop{ON}"),
    ("custom", pipe({"Normalize": {}}), f"Normalize{ON}it gives float32"),
    ("custom", pipe({"CoarseDropout3D": {}}), f"CoarseDropout3D{ON}it needs volume"),
    ("custom", pipe({"Blur": {}, "Rotate": {}}), "each step is one `Name: {…}`, found ['Blur', 'Rotate']."),
]


@pytest.mark.parametrize(("name", "settings", "sentence"), REFUSED, ids=range(len(REFUSED)))
def test_a_bad_policy_is_refused_in_one_sentence(name: str, settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as error:
        registry.build(name, settings, NONE, [picture()])
    assert sentence in str(error.value) and "\n" not in str(error.value)


def test_the_library_never_asks_for_updates_nor_brings_torch() -> None:
    import subprocess
    import sys

    code = (
        "import os, sys; from podium.augmentations.library import A; "
        "print(os.environ['NO_ALBUMENTATIONS_UPDATE'], 'torch' in sys.modules, A.__version__)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split()[:2] == ["1", "False"]
