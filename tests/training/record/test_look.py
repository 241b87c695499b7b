"""The picture of a batch: the very images, normalisation undone, small, and the same each time."""

import cv2
import numpy as np
import pytest
import torch

from podium.contracts import manifest
from podium.contracts.model import Preprocessing
from podium.features.pixels import to_tensor
from podium.images.shards import Reader
from podium.training.feed.data import Cached, Examples
from podium.training.feed.pictures import Pictures
from podium.training.feed.sampling import EpochBatches
from podium.training.loop.learner import LearningPlan
from podium.training.optim import mixing
from podium.training.record import look

MADE = Preprocessing(size=32, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


def noise(count: int, side: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def test_undoing_the_normalisation_gives_every_pixel_back() -> None:
    pixels = noise(5, 16)
    assert np.array_equal(look.undone(to_tensor(pixels, MADE), MADE), pixels)
    brighter = look.undone(to_tensor(pixels, MADE) + 10, MADE)  # beyond white
    assert brighter.max() == 255 and (brighter >= pixels).all()


def test_tiles_stand_in_rows_in_the_batchs_order() -> None:
    images = noise(8, 20)
    made = look.sheet(images)
    assert made.shape == (2 * 22 - 2, 6 * 22 - 2, 3)
    assert np.array_equal(made[:20, :20], images[0]) and np.array_equal(made[22:, 22:42], images[7])
    assert (made[22:, 44:] == 255).all()
    assert look.sheet(noise(2, 300)).shape == (96, 2 * 98 - 2, 3)


def test_even_noise_fits_into_its_bytes() -> None:
    data = look.smallest_enough(look.sheet(noise(24, 96)))
    assert 50_000 < len(data) <= look.LARGEST


def a_plan(way=None) -> LearningPlan:
    return LearningPlan(seed=3, epochs=1, loss=None, lr=0.1, optimizer=None, schedule=None, mixing=way)


def test_it_shows_the_rows_of_the_first_batch(project) -> None:
    frame = manifest.MANIFEST.read(manifest.PATH)
    pictures = Pictures(frame, Reader(project / "data"), MADE)
    rows = Examples(pictures, np.ones((len(frame), 1), np.float32), np.ones(len(frame), np.float32))
    order = EpochBatches(len(frame), 8, 3)
    data = look.first_batch(rows, pictures, order, a_plan(), MADE, mixed=True)
    assert data == look.first_batch(rows, pictures, order, a_plan(), MADE, mixed=True)
    _, positions, _ = next(iter(order))
    expected = look.sheet(pictures(positions, 0).permute(0, 2, 3, 1).numpy())
    shown = cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    assert shown.shape == expected.shape and np.abs(shown.astype(int) - expected).mean() < 9
    other = look.sheet(pictures(np.arange(8), 0).permute(0, 2, 3, 1).numpy())
    assert np.abs(shown.astype(int) - other).mean() > 18


def test_images_are_shown_mixed_and_features_images_are_not() -> None:
    images = to_tensor(noise(8, 16), MADE)
    rows = Examples(Cached(np.zeros((8, 1), "f4"), np.arange(8)), np.eye(8, dtype="f4"), np.ones(8, "f4"))

    def shown(mixed: bool) -> bytes:
        torch.manual_seed(int(mixed))
        return look.first_batch(
            rows, lambda at, _: images[at], EpochBatches(8, 8, 3), a_plan(way), MADE, mixed=mixed
        )

    way = mixing.build(1.0, 0.0)
    before = torch.get_rng_state()
    plain, first, again = shown(False), shown(True), shown(True)
    assert first == again != plain
    way = None
    assert shown(True) == plain
    torch.set_rng_state(before)


def test_the_mixing_is_that_of_the_first_training_step(project) -> None:
    """The learner, seeded as for epoch 0, mixes the same batch into the same images."""
    from podium.foundation.run import derive

    images = to_tensor(noise(8, 16), MADE)
    way, seen = mixing.build(1.0, 0.0), []

    def spy(inputs, targets, weights):
        mixed = way(inputs, targets, weights)
        seen.append(mixed[0])
        return mixed

    rows = Examples(Cached(np.zeros((8, 1), "f4"), np.arange(8)), np.eye(8, dtype="f4"), np.ones(8, "f4"))
    look.first_batch(rows, lambda at, _: images[at], EpochBatches(8, 8, 3), a_plan(spy), MADE, mixed=True)
    torch.manual_seed(derive(3, "epoch", 0, 0))
    _, positions, _ = next(iter(EpochBatches(8, 8, 3)))
    assert torch.equal(seen[0], way(images[positions], torch.eye(8)[positions], torch.ones(8))[0])


@pytest.mark.parametrize("count", [1, 7, 24])
def test_any_number_of_images_makes_a_sheet(count: int) -> None:
    assert len(look.smallest_enough(look.sheet(noise(count, 8)))) > 100
