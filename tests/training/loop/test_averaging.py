"""The moving average of weights is the one worked out by hand."""

import pytest
from torch import nn

from podium.training.loop.averaging import WARM_UP, Average


def test_it_equals_the_hand_worked_average() -> None:
    tail = nn.Linear(1, 1, bias=False)
    values = [4.0, 1.0, 5.0, -2.0, 3.0]
    copy = Average(tail, decay=0.25)
    found = []
    for value in values:
        nn.init.constant_(tail.weight, value)
        copy.update(tail)
        found.append(float(copy.module.weight))
    assert pytest.approx(2 / 11) == (1 + 1) / (WARM_UP + 1) and 2 / 11 < 0.25  # early decays are smaller
    expected = [4.0]
    for step, value in enumerate(values[1:], 1):
        decay = min(0.25, (1 + step) / (10 + step))
        expected.append(decay * expected[-1] + (1 - decay) * value)
    assert found == pytest.approx(expected)


def test_late_steps_average_with_the_full_decay() -> None:
    tail = nn.Linear(1, 1, bias=False)
    copy = Average(tail, decay=0.5)
    for value in [0.0] * 50 + [1.0, 1.0]:
        nn.init.constant_(tail.weight, value)
        copy.update(tail)
    assert float(copy.module.weight) == pytest.approx(0.75)


def test_statistics_of_batch_norm_are_averaged_and_counters_copied() -> None:
    tail = nn.BatchNorm1d(1)
    copy = Average(tail, decay=0.5)
    for value in [0.0] * 50 + [2.0]:
        tail.running_mean.fill_(value)
        tail.num_batches_tracked += 1
        copy.update(tail)
    assert float(copy.module.running_mean) == pytest.approx(1.0)
    assert int(copy.module.num_batches_tracked) == 51


def test_it_trains_nothing_itself() -> None:
    copy = Average(nn.Linear(2, 2), 0.9)
    assert not any(p.requires_grad for p in copy.parameters())
    assert copy.steps == 0


def test_a_step_looks_at_no_value_of_the_device() -> None:
    """Tensors without values stand for a GPU's, which a look would wait for."""
    tail = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).to("meta")
    copy = Average(tail, 0.9)
    copy.update(tail)
    copy.update(tail)
    assert copy.steps == 2


def test_a_resumed_average_knows_its_steps() -> None:
    tail = nn.Linear(1, 1)
    first, second = Average(tail, 0.9), Average(tail, 0.9)
    first.update(tail)
    second.load_state_dict(first.state_dict())
    assert second.steps == 1
