"""The learning rate's way: rises, falls, halves, worked out by hand; and the same after a resume."""

import itertools

import pytest
import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from podium.training.optim import optimizers, schedules

NAMES = ("cosine", "onecycle", "plateau", "step", "constant")
STEPS, WARMUP, RATE = 40, 4, 0.8


def an_optimizer(name: str = "sgd") -> Optimizer:
    return optimizers.build(name, nn.Linear(2, 2), RATE, 0.0, 1.0)


def take(optimizer: Optimizer, scheduler: LRScheduler) -> float:
    """The rate of one step, taken; plateaus hear of no epoch."""
    rate = float(optimizer.param_groups[0]["lr"])
    optimizer.step()
    scheduler.rise() if isinstance(scheduler, schedules.Plateau) else scheduler.step()
    return rate


def rates(name: str, warmup: int = WARMUP, **more) -> list[float]:
    optimizer = an_optimizer()
    scheduler = schedules.build(name, optimizer, STEPS, warmup, **more)
    return [take(optimizer, scheduler) for _ in range(STEPS)]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "onecycle"])
def test_warm_up_rises_linearly_to_the_full_rate(name: str) -> None:
    found = rates(name)
    assert found[: WARMUP + 1] == pytest.approx([RATE * part / 5 for part in (1, 2, 3, 4, 5)])
    assert rates(name, warmup=0)[0] == pytest.approx(RATE)


def test_cosine_falls_from_the_full_rate_to_nearly_none() -> None:
    found = rates("cosine", warmup=0)
    assert found[0] == pytest.approx(RATE)
    assert found[STEPS // 2] == pytest.approx(RATE * (schedules.FLOOR + 1) / 2)
    assert RATE * schedules.FLOOR < found[-1] < 0.02 * RATE
    assert all(later < earlier for earlier, later in itertools.pairwise(found))


def test_step_divides_by_ten_at_half_and_at_three_quarters() -> None:
    found = rates("step", warmup=0)
    assert found[:20] == [RATE] * 20
    assert found[20:30] == pytest.approx([RATE / 10] * 10)
    assert found[30:] == pytest.approx([RATE / 100] * 10)


def test_constant_stays() -> None:
    assert rates("constant", warmup=0) == [RATE] * STEPS


def test_onecycle_peaks_at_the_rate_and_ends_far_below_its_start() -> None:
    found = rates("onecycle")
    peak = max(range(STEPS), key=found.__getitem__)
    assert found[peak] == pytest.approx(RATE, rel=0.01)
    assert peak == pytest.approx(schedules.RISE * STEPS, abs=1.5)
    assert found[-1] < found[0] < RATE / 10
    long_rise = rates("onecycle", warmup=30)
    assert max(range(STEPS), key=long_rise.__getitem__) == pytest.approx(30, abs=1.5)


def test_onecycle_turns_momentum_the_other_way() -> None:
    optimizer = an_optimizer()
    scheduler = schedules.build("onecycle", optimizer, STEPS, 0)
    momenta = []
    for _ in range(STEPS):
        momenta.append(optimizer.param_groups[0]["momentum"])
        take(optimizer, scheduler)
    assert momenta[0] == pytest.approx(0.95) and min(momenta) == pytest.approx(0.85, abs=0.01)


@pytest.mark.parametrize("name", ["adafactor", "adagrad", "adadelta", "lookahead_radam", "rmsproptf"])
def test_onecycle_takes_optimizers_with_and_without_momentum(name: str) -> None:
    optimizer = an_optimizer(name)
    scheduler = schedules.build("onecycle", optimizer, STEPS, 0)
    found = [take(optimizer, scheduler) for _ in range(STEPS)]
    assert max(found) == pytest.approx(RATE, rel=0.01)


def test_plateau_halves_after_its_patience_and_not_before() -> None:
    optimizer = an_optimizer()
    scheduler = schedules.build("plateau", optimizer, STEPS, 0)
    losses = [1.0, 0.9, 0.9, 0.95, 0.91, 0.92, 0.8, 0.8, 0.8, 0.8, 0.8]  # better at 1 and 6
    found = []
    for loss in losses:
        scheduler.step(loss)
        found.append(optimizer.param_groups[0]["lr"] / RATE)
    assert found == [1.0] * 5 + [0.5] * 5 + [0.25]


def test_a_factor_of_unfreezing_multiplies_every_later_rate() -> None:
    plain = rates("cosine")
    halved = rates("cosine", factor_at=lambda step: 0.5 if step >= 10 else 1.0)
    assert halved[:10] == plain[:10]
    assert halved[10:] == pytest.approx([rate / 2 for rate in plain[10:]])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("when", [2, 17])
def test_a_resumed_schedule_goes_on_where_it_was(name: str, when: int) -> None:
    first = an_optimizer()
    scheduler = schedules.build(name, first, STEPS, WARMUP)
    for _ in range(when):
        take(first, scheduler)
    second = an_optimizer()
    again = schedules.build(name, second, STEPS, WARMUP)
    state = scheduler.state_dict()
    torch.save(state, "/dev/null")  # plain values
    second.load_state_dict(first.state_dict())
    again.load_state_dict(state)
    rest = [[take(o, s) for _ in range(STEPS - when)] for o, s in ((first, scheduler), (second, again))]
    assert rest[0] == rest[1]
    if name not in ("constant", "plateau", "step"):
        assert rest[0] != rates(name)[: STEPS - when], "it did not begin anew"
