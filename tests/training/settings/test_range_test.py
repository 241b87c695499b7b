"""The range test finds a rate that learns, the same each time, and leaves no trace."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from podium.training import losses
from podium.training.feed.data import Cached, Examples
from podium.training.optim import optimizers
from podium.training.settings.range_test import HIGHEST, LOWEST, learning_rate

ROWS, FEATURES, CLASSES = 64, 8, 3


def examples() -> Examples:
    array = np.random.default_rng(0).normal(size=(ROWS, FEATURES)).astype(np.float32)
    targets = np.eye(CLASSES, dtype=np.float32)[array[:, :CLASSES].argmax(1)]
    return Examples(Cached(array, np.arange(ROWS)), targets, np.ones(ROWS, np.float32))


def a_tail() -> nn.Module:
    torch.manual_seed(0)
    layers = nn.Linear(FEATURES, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, CLASSES)
    return nn.Sequential(*layers).eval()


def found(tail: nn.Module, seed: int = 1, optimizer: str = "adamw") -> float:
    return learning_rate(
        tail,
        lambda module, lr: optimizers.build(optimizer, module, lr, 0.01, 1.0),
        losses.load("cross_entropy", {}),
        examples(),
        16,
        seed,
    )


def test_it_leaves_weights_statistics_modes_gradients_and_generators_as_they_were() -> None:
    tail = a_tail()
    tail[0].weight.requires_grad_(False)
    torch.manual_seed(5), np.random.seed(5), random.seed(5)  # noqa: NPY002
    state = {name: value.clone() for name, value in tail.state_dict().items()}
    modes, asks = [p.training for p in tail.modules()], [p.requires_grad for p in tail.parameters()]
    generators = torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    found(tail)
    assert all(torch.equal(value, state[name]) for name, value in tail.state_dict().items())
    assert [p.training for p in tail.modules()] == modes
    assert [p.requires_grad for p in tail.parameters()] == asks
    assert all(p.grad is None for p in tail.parameters())
    assert torch.equal(torch.get_rng_state(), generators[0])
    assert np.random.get_state()[1].tolist() == generators[1] and random.getstate() == generators[2]  # noqa: NPY002


def test_it_is_a_function_of_its_seed_whatever_was_drawn_before() -> None:
    tail = a_tail()
    first = rates(tail)
    torch.rand(3)
    assert rates(tail) == first and rates(tail, seed=2) != first


def rates(tail: nn.Module, seed: int = 1) -> list[float]:
    """Every loss that the test saw, which says more than the rate of two digits."""
    seen: list[float] = []

    def watched(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        each = nn.functional.cross_entropy(logits, targets, reduction="none")
        seen.append(float(each.detach().sum()))
        return each

    def build(module: nn.Module, lr: float) -> torch.optim.Optimizer:
        return optimizers.build("adamw", module, lr, 0.01, 1.0)

    learning_rate(tail, build, watched, examples(), 16, seed)
    return seen


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_the_rate_learns(optimizer: str) -> None:
    tail = a_tail()
    rate = found(tail, optimizer=optimizer)
    assert LOWEST < rate < HIGHEST / 2
    made, part = optimizers.build(optimizer, tail, rate, 0.0, 1.0), examples()
    inputs, truth = part.inputs(np.arange(ROWS), 0), torch.from_numpy(part.targets)
    before = float(nn.functional.cross_entropy(tail(inputs), truth).detach())
    for _ in range(60):
        loss = nn.functional.cross_entropy(tail(inputs), truth)
        made.zero_grad()
        loss.backward()
        made.step()
    assert float(nn.functional.cross_entropy(tail(inputs), truth).detach()) < 0.8 * before


def test_a_steeper_loss_wants_a_smaller_rate() -> None:
    """Plain SGD on a loss ten times as high takes steps ten times as long: the found rate is lower."""

    def rate(scale: float) -> float:
        return learning_rate(
            a_tail(),
            lambda module, lr: torch.optim.SGD(module.parameters(), lr),
            lambda logits, targets: scale * nn.functional.cross_entropy(logits, targets, reduction="none"),
            examples(),
            16,
            1,
        )

    assert rate(100.0) < rate(1.0)


def test_where_memory_runs_out_a_step_is_taken_in_parts() -> None:
    """Without batch norm and dropout the losses of whole steps, and so the rate, are the same."""

    class Small(nn.Linear):
        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            if len(rows) > most:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().forward(rows)

    torch.manual_seed(0)
    tail, most = Small(FEATURES, CLASSES), 1000
    whole = found(tail)
    most = 5
    assert found(tail) == whole
    most = 0
    with pytest.raises(torch.OutOfMemoryError):
        found(tail)
