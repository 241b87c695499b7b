"""Mixup and CutMix of images, maps, tokens and vectors: what is mixed, and with which labels."""

import pytest
import torch
from torch import Tensor

from podium.training.optim import mixing

ROWS, CLASSES = 6, 3
WEIGHTS = torch.arange(1.0, ROWS + 1)
TARGETS = torch.eye(CLASSES)[torch.arange(ROWS) % CLASSES]
SHAPES = {"images": (3, 8, 8), "maps": (5, 4, 4), "Swin's maps": (4, 4, 5), "tokens": (7, 5), "vectors": (9,)}


def numbered(shape: tuple[int, ...]) -> Tensor:
    """Inputs whose every value is its row's number, from 1."""
    return WEIGHTS.reshape(-1, *[1] * len(shape)).expand(ROWS, *shape).clone()


def share_of_own(mixed: Tensor) -> Tensor:
    """(n, ...) how much of each value is its own row's and not the row's before; it holds no other."""
    own = numbered(mixed.shape[1:])
    other = own.roll(1, 0)
    share = (mixed - other) / (own - other)
    assert bool(((share > -1e-5) & (share < 1 + 1e-5)).all())
    return share


@pytest.mark.parametrize("kind", SHAPES)
def test_mixup_mixes_inputs_labels_and_weights_in_one_proportion(kind: str) -> None:
    torch.manual_seed(0)
    mix = mixing.build(1.0, 0.0)
    mixed, targets, weights = mix(numbered(SHAPES[kind]), TARGETS, WEIGHTS)
    assert mixed.shape == (ROWS, *SHAPES[kind])
    share = share_of_own(mixed)
    lam = float(share.flatten()[0])
    assert 0.02 < lam < 0.98 and torch.allclose(share, torch.full_like(share, lam), atol=1e-5)
    assert torch.allclose(targets, lam * TARGETS + (1 - lam) * TARGETS.roll(1, 0), atol=1e-5)
    assert torch.allclose(weights, lam * WEIGHTS + (1 - lam) * WEIGHTS.roll(1, 0), atol=1e-4)


@pytest.mark.parametrize("kind", ["images", "maps", "Swin's maps"])
def test_cutmix_pastes_a_rectangle_and_labels_follow_its_area(kind: str) -> None:
    mix = mixing.build(0.0, 1.0)
    areas = []
    for seed in range(12):
        torch.manual_seed(seed)
        mixed, targets, _ = mix(numbered(SHAPES[kind]), TARGETS, WEIGHTS)
        share = share_of_own(mixed)
        if kind == "Swin's maps":
            share = share.movedim(-1, 1)
        pasted = (share < 0.5)[0, 0]  # (h, w); whole values: a place is pasted or not
        assert torch.equal((share < 0.5), pasted.expand_as(share)), "the same patch in all channels and rows"
        rows, columns = pasted.any(1).sum(), pasted.any(0).sum()
        assert pasted.sum() == rows * columns, "a rectangle"
        kept = 1 - float(pasted.float().mean())
        assert torch.allclose(targets, kept * TARGETS + (1 - kept) * TARGETS.roll(1, 0), atol=1e-5)
        areas.append(1 - kept)
    assert max(areas) > 0.2 and len(set(areas)) >= 2


def test_both_take_half_of_the_batches_each() -> None:
    mix = mixing.build(1.0, 1.0)
    torch.manual_seed(0)
    patched = 0
    for _ in range(60):
        share = share_of_own(mix(numbered((1, 32, 32)), TARGETS, WEIGHTS)[0])
        patched += bool(((share < 1e-5) | (share > 1 - 1e-5)).all())
    assert 20 < patched < 40


def test_neither_is_nothing() -> None:
    assert mixing.build(0.0, 0.0) is None


def test_the_generator_decides_alone() -> None:
    mix = mixing.build(0.4, 0.0)
    found = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        found.append(mix(numbered((9,)), TARGETS, WEIGHTS)[0])
    assert torch.equal(found[0], found[1]) and not torch.equal(found[0], found[2])
