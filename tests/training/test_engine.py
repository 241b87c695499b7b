"""The engine learns, repeats itself bit by bit, resumes to the same bits, and stops with a sentence."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from podium.errors import UserError
from podium.training import engine, losses, mixing, optimizers, resume, schedules
from podium.training.data import Cached, Examples
from podium.training.learner import Plan
from podium.training.rows import one_hot

ROWS, CHECK, FEATURES, CLASSES, BATCH = 96, 24, 8, 3, 16


def examples() -> tuple[Examples, Examples]:
    random = np.random.default_rng(0)
    array = random.normal(size=(ROWS + CHECK, FEATURES)).astype(np.float32)
    targets = one_hot(array[:, :CLASSES].argmax(1), CLASSES)
    weights = np.ones(ROWS + CHECK, np.float32)
    spans = np.arange(ROWS), np.arange(ROWS, ROWS + CHECK)
    first, second = (Examples(Cached(array, span), targets[span], weights[span]) for span in spans)
    return first, second


def a_tail() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(FEATURES, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, CLASSES)
    )


def run(folder: Path, epochs: int = 4, tail: nn.Module | None = None, **changes):
    """Trains a small tail; `changes` name fields of Plan or Settings, an optimizer or a schedule."""
    torch.set_num_threads(1)
    tail = tail or a_tail()
    name, schedule = changes.pop("optimizer", "adamw"), changes.pop("schedule", "cosine")
    rate = changes.pop("lr", 1e-2)
    stop_after = changes.pop("stop_after", None)
    settings = {"batch_size": BATCH, "fold": 0}
    settings |= {
        key: changes.pop(key) for key in list(changes) if key in engine.Settings.__dataclass_fields__
    }
    plan = {
        "seed": 7,
        "epochs": epochs,
        "loss": losses.load("cross_entropy", {}),
        "optimizer": lambda: optimizers.build(name, tail, rate, 0.01, 1.0),
        "schedule": lambda optimizer: schedules.build(schedule, optimizer, epochs * ROWS // BATCH, 2),
    }
    train, check = examples()
    if stop_after is not None:
        train = Examples(Interrupts(train.inputs, stop_after), train.targets, train.weights)
    made = Plan(**plan | changes)
    return engine.fit(tail, made, engine.Settings(**settings), train, check, folder), tail


class Interrupts:
    """Inputs that raise Ctrl-C at the given batch."""

    def __init__(self, inputs, batches: int) -> None:
        self.inputs, self.left = inputs, batches

    def __call__(self, positions, epoch):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.inputs(positions, epoch)


def bits(tail: nn.Module) -> list[bytes]:
    return [value.numpy().tobytes() for value in tail.state_dict().values()]


def test_it_learns(tmp_path):
    outcome, _ = run(tmp_path, epochs=30)
    assert outcome.history[-1]["val_accuracy"] > 0.8
    assert [row["epoch"] for row in outcome.history] == list(range(30))


def test_the_same_seed_gives_the_same_bits_and_another_does_not(tmp_path):
    first, second, other = (run(tmp_path / str(i), seed=seed)[1] for i, seed in enumerate((7, 7, 8)))
    assert bits(first) == bits(second)
    assert bits(first) != bits(other)


WAYS = {
    "plain": {},
    "ema": {"ema": 0.9, "keep": "best"},
    "ranger on a plateau": {"optimizer": "lookahead_radam", "schedule": "plateau"},
    "one cycle with momentum": {"optimizer": "sgd", "schedule": "onecycle"},
    "mixup, clipped, accumulated": {"mixing": mixing.build(0.4, 0.0), "clip": 1.0, "accumulate": 2},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("batches", [3, 15])
def test_an_interrupted_run_ends_with_the_bits_of_an_uninterrupted_one(tmp_path, way, batches):
    whole, tail = run(tmp_path / "whole", **WAYS[way])
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", stop_after=batches, **WAYS[way])
    state = resume.read(tmp_path / "cut")
    assert (0 if state is None else state.epochs) == batches // (ROWS // BATCH)
    again, resumed = run(tmp_path / "cut", **WAYS[way])
    assert bits(resumed) == bits(tail)
    assert again == whole


def test_a_finished_state_is_not_trained_again(tmp_path):
    _, tail = run(tmp_path)
    _, again = run(tmp_path, stop_after=0)
    assert bits(again) == bits(tail)


def test_a_broken_state_counts_as_none(tmp_path):
    (tmp_path / resume.FILE).write_bytes(b"PK\x03\x04 half a file")
    assert resume.read(tmp_path) is None
    outcome, _ = run(tmp_path, epochs=1)
    assert len(outcome.history) == 1


def test_a_loss_that_is_not_finite_says_where_and_what_to_do(tmp_path):
    with pytest.raises(UserError) as caught:
        run(tmp_path, optimizer="sgd", lr=1e30)
    assert "the loss became" in str(caught.value)
    assert "at epoch 0, by batch" in str(caught.value)
    assert "lower train.lr" in str(caught.value)


def test_the_best_epoch_is_kept(tmp_path):
    outcome, tail = run(tmp_path / "best", epochs=8, lr=0.2, keep="best")
    lowest = min(outcome.history, key=lambda row: row["val_loss"])
    assert outcome.kept_epoch == lowest["epoch"] < 7
    _, last = run(tmp_path / "last", epochs=8, lr=0.2)
    assert bits(tail) != bits(last)


def test_early_stopping_waits_its_patience(tmp_path):
    outcome, _ = run(tmp_path, epochs=40, lr=0.3, schedule="constant", early_stopping=3)
    lowest = min(outcome.history, key=lambda row: row["val_loss"])["epoch"]
    assert outcome.stopped_early
    assert outcome.history[-1]["epoch"] == lowest + 3


def test_accumulating_two_halves_is_one_batch(tmp_path):
    plain = nn.Sequential(nn.Linear(FEATURES, CLASSES))
    torch.manual_seed(1)
    start = plain.state_dict()
    ends = []
    for size, accumulate in ((32, 1), (16, 2)):
        tail = nn.Sequential(nn.Linear(FEATURES, CLASSES))
        tail.load_state_dict(start)
        run(
            tmp_path / str(size),
            epochs=1,
            tail=tail,
            batch_size=size,
            accumulate=accumulate,
            schedule="constant",
            optimizer="sgd",
        )
        ends.append(tail[0].weight)
    assert torch.allclose(*ends, atol=1e-6)


def test_a_row_of_weight_two_counts_twice(tmp_path):
    array = np.eye(4, dtype=np.float32)
    targets = one_hot(np.array([0, 1, 0, 1]), 2)
    ends = []
    for rows, weights in (([0, 1, 1], [1, 1, 1]), ([0, 1], [1, 2])):
        tail = nn.Sequential(nn.Linear(4, 2))
        nn.init.zeros_(tail[0].weight), nn.init.zeros_(tail[0].bias)
        plan = Plan(
            seed=0,
            epochs=1,
            loss=losses.load("cross_entropy", {}),
            optimizer=lambda tail=tail: torch.optim.SGD(tail.parameters(), 0.1),
            schedule=lambda optimizer: schedules.build("constant", optimizer, 1, 0),
        )
        part = np.array(rows)
        train = Examples(Cached(array, part), targets[part], np.array(weights, np.float32))
        engine.fit(tail, plan, engine.Settings(fold=0, batch_size=4), train, train, tmp_path / str(len(rows)))
        ends.append(tail[0].weight.detach())
    assert torch.allclose(*ends, atol=1e-6)
