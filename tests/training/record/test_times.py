"""Over the disk budget, both times are said, and measuring them leaves no trace."""

import re

import pytest
import torch

from podium.networks.build import build
from podium.networks.cut import Cut, cut
from podium.training.record import times


@pytest.fixture(scope="module")
def parts() -> Cut:
    torch.set_num_threads(1)
    return cut(build("test_resnet", False, 3, 32), "last_stage")


def test_both_times_are_worked_out_from_an_images_seconds(parts: Cut, monkeypatch) -> None:
    """0.25 s an image below the cut and 0.5 a step above it; 100 train, 30 validate, 4 epochs."""
    monkeypatch.setattr(times, "_seconds", lambda *_: (0.25, 0.5))
    said = times.sentence(parts, 32, "cpu", rows=100, watched=30, epochs=4, needed=123_000_000)
    from_images = 4 * (100 + 10) * 0.5 + 4 * 130 * 0.25
    assert f"take about {from_images / 60:.0f} min of arithmetic" in said
    assert "with the features kept, about 4 min, and 32 s once for all folds" in said
    assert said.endswith("raise features.budget_gb to 0.2 or more")


def test_seconds_are_measured_and_nothing_is_moved(parts: Cut) -> None:
    parts.tail.train()
    state = {name: value.clone() for name, value in parts.tail.state_dict().items()}
    generator = torch.get_rng_state()
    once, step = times._seconds(parts.frozen, parts.tail, 32, "cpu")
    assert 0 < once < 1 and 0 < step < 1
    assert all(torch.equal(value, state[name]) for name, value in parts.tail.state_dict().items())
    assert all(p.grad is None for p in parts.tail.parameters()) and parts.tail.training
    assert torch.equal(torch.get_rng_state(), generator)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.5, "9.5 s"), (70, "70 s"), (7200, "120 min")]
)
def test_times_are_rounded_for_reading(seconds: float, text: str) -> None:
    assert times._rounded(seconds) == text
    assert re.fullmatch(r"[\d.]+ (s|min)", text)
