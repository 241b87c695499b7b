"""The engine learns, repeats itself bit by bit, resumes to the same bits, and stops with a sentence."""

from pathlib import Path
from types import SimpleNamespace

import lightning.pytorch as pl
import numpy as np
import pytest
import torch
from lightning.pytorch.plugins import MixedPrecision
from torch import nn

from podium.foundation.errors import UserError
from podium.training import losses
from podium.training.feed.data import Cached, Examples
from podium.training.feed.sampling import EpochBatches
from podium.training.loop import engine, rescue, resume
from podium.training.loop.keeping import Keeper, kept_epoch
from podium.training.loop.learner import LearningPlan
from podium.training.optim import mixing, optimizers, schedules

ROWS, CHECK, FEATURES, CLASSES, BATCH = 96, 24, 8, 3, 16


def examples() -> tuple[Examples, Examples]:
    random = np.random.default_rng(0)
    array = random.normal(size=(ROWS + CHECK, FEATURES)).astype(np.float32)
    targets = np.eye(CLASSES, dtype=np.float32)[array[:, :CLASSES].argmax(1)]
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
    rate, warmup = changes.pop("lr", 1e-2), changes.pop("warmup", 2)
    stop_after = changes.pop("stop_after", None)
    settings = {"batch_size": BATCH, "fold": 0}
    settings |= {
        key: changes.pop(key) for key in list(changes) if key in engine.Settings.__dataclass_fields__
    }
    plan = {
        "seed": 7,
        "epochs": epochs,
        "loss": losses.load("cross_entropy", {}),
        "lr": rate,
        "optimizer": lambda lr: optimizers.build(name, tail, lr, 0.01, 1.0),
        "schedule": lambda optimizer: schedules.build(schedule, optimizer, epochs * ROWS // BATCH, warmup),
    }
    train, check = examples()
    if stop_after is not None:
        train = Examples(Interrupts(train.inputs, stop_after), train.targets, train.weights)
    made = LearningPlan(**plan | changes)
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
    "a plateau that rises first": {"schedule": "plateau", "warmup": 15},
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
    targets = np.eye(2, dtype=np.float32)[np.array([0, 1, 0, 1])]
    ends = []
    for rows, weights in (([0, 1, 1], [1, 1, 1]), ([0, 1], [1, 2])):
        tail = nn.Sequential(nn.Linear(4, 2))
        nn.init.zeros_(tail[0].weight), nn.init.zeros_(tail[0].bias)
        plan = LearningPlan(
            seed=0,
            epochs=1,
            loss=losses.load("cross_entropy", {}),
            lr=0.1,
            optimizer=lambda lr, tail=tail: torch.optim.SGD(tail.parameters(), lr),
            schedule=lambda optimizer: schedules.build("constant", optimizer, 1, 0),
        )
        part = np.array(rows)
        train = Examples(Cached(array, part), targets[part], np.array(weights, np.float32))
        engine.fit(tail, plan, engine.Settings(fold=0, batch_size=4), train, train, tmp_path / str(len(rows)))
        ends.append(tail[0].weight.detach())
    assert torch.allclose(*ends, atol=1e-6)


def plain(optimizer, lr: float, epochs: int = 1, **more) -> LearningPlan:
    """Cross-entropy at a rate that stays."""
    constant = lambda made: schedules.build("constant", made, 1, 0)  # noqa: E731
    loss = losses.load("cross_entropy", {})
    return LearningPlan(
        seed=7, epochs=epochs, loss=loss, lr=lr, optimizer=optimizer, schedule=constant, **more
    )


def run_watched(folder: Path, look, *, epochs: int = 1, ema: float = 0.0, mixing=None, **settings):
    """What look(tail) says after each step of a plain SGD, and the tail."""
    tail, seen = a_tail(), []

    def optimizer(lr):
        made = torch.optim.SGD(tail.parameters(), lr)
        made.register_step_post_hook(lambda *_: seen.append(look(tail)))
        return made

    torch.set_num_threads(1)
    settings = engine.Settings(fold=0, batch_size=BATCH, **settings)
    engine.fit(tail, plain(optimizer, 1e-2, epochs, ema=ema, mixing=mixing), settings, *examples(), folder)
    return seen, tail


def gradient_norm(tail: nn.Module) -> float:
    return float(torch.stack([p.grad.norm() for p in tail.parameters()]).norm())


def gradient(tail: nn.Module) -> torch.Tensor:
    return tail[0].weight.grad.flatten().clone()


def test_clipping_bounds_the_gradients_norm_and_turns_none(tmp_path):
    free, _ = run_watched(tmp_path / "free", lambda tail: (gradient_norm(tail), gradient(tail)))
    norms = [norm for norm, _ in free]
    limit = sorted(norms)[0] / 3
    clipped, _ = run_watched(
        tmp_path / "clipped", lambda tail: (gradient_norm(tail), gradient(tail)), clip=limit
    )
    assert [norm for norm, _ in clipped] == pytest.approx([limit] * len(norms), rel=1e-3)
    assert torch.allclose(clipped[0][1], free[0][1] * limit / norms[0], atol=1e-6)  # the same direction
    loose, _ = run_watched(tmp_path / "loose", gradient_norm, clip=2 * max(norms))
    assert loose == norms


@pytest.mark.parametrize("accumulate", [2, 4])
def test_accumulated_steps_are_those_of_larger_batches_whatever_rows_weigh(tmp_path, accumulate):
    """Six batches of 16: steps of 2, or of 4 and the 2 that are left. No batch norm, whose batches differ."""
    weights = np.random.default_rng(3).uniform(0.2, 4, ROWS).astype(np.float32)
    tail = nn.Linear(FEATURES, CLASSES)
    start = {name: value.clone() for name, value in tail.state_dict().items()}
    plan = plain(lambda lr: torch.optim.SGD(tail.parameters(), lr), 0.5)
    train, check = examples()
    train = Examples(train.inputs, train.targets, weights)
    engine.fit(
        tail, plan, engine.Settings(fold=0, batch_size=BATCH, accumulate=accumulate), train, check, tmp_path
    )
    found = tail.weight.detach().clone()
    tail.load_state_dict(start)
    optimizer = torch.optim.SGD(tail.parameters(), 0.5)
    positions = np.concatenate([part for _, part, _ in EpochBatches(ROWS, BATCH, 7)])
    for first in range(0, ROWS, BATCH * accumulate):
        rows = positions[first : first + BATCH * accumulate]
        logits = tail(train.inputs(rows, 0))
        each = nn.functional.cross_entropy(logits, torch.from_numpy(train.targets[rows]), reduction="none")
        optimizer.zero_grad()
        ((each * torch.from_numpy(weights[rows])).sum() / float(weights[rows].sum())).backward()
        optimizer.step()
    assert torch.allclose(found, tail.weight, atol=1e-6)
    assert not torch.allclose(found, start["weight"], atol=1e-2)


def test_the_kept_average_is_the_hand_worked_one(tmp_path):
    """The weights after each step, averaged by hand."""
    seen, kept = run_watched(tmp_path / "a", lambda tail: tail[0].weight.detach().clone(), ema=0.2, epochs=2)
    _, last = run_watched(tmp_path / "b", lambda tail: None, epochs=2)
    average = seen[0]
    for step, value in enumerate(seen[1:], 1):
        decay = min(0.2, (1 + step) / (10 + step))
        average = decay * average + (1 - decay) * value
    assert torch.allclose(kept[0].weight, average, atol=1e-6)
    assert not torch.allclose(kept[0].weight, last[0].weight, atol=1e-5)


@pytest.mark.parametrize(("keep", "kept"), [("last", 4), ("best", 3), ("lowest_train_loss", 1)], ids=str)
def test_the_asked_for_epochs_weights_are_kept_the_earlier_of_equals(tmp_path, keep, kept):
    """Each epoch's weights are its number."""
    tail = nn.Linear(1, 1, bias=False)
    keeper = Keeper(tmp_path, keep)
    learner = SimpleNamespace(history=[], tail=tail, scored=tail, average=None)
    learner.trainer = SimpleNamespace(is_global_zero=False)
    for epoch, (train_loss, val_loss) in enumerate([(3, 9), (1, 8), (2, 7), (1, 6), (2, 6)]):
        nn.init.constant_(tail.weight, epoch)
        learner.epoch = epoch
        learner.history.append({"epoch": epoch, "train_loss": train_loss, "val_loss": val_loss})
        keeper.after_epoch(learner)
    keeper.finish(learner)
    assert float(tail.weight.detach()) == kept == kept_epoch(learner.history, keep)


def test_a_balanced_sampler_shows_its_rows_as_often_as_it_says(tmp_path):
    shown = []

    class Seen(Cached):
        def __call__(self, positions, epoch):
            shown.extend(positions.tolist())
            return super().__call__(positions, epoch)

    train, _ = examples()
    chances = np.r_[np.full(ROWS - 4, 0.5 / (ROWS - 4)), np.full(4, 0.5 / 4)]  # the last four: half of all
    train = Examples(Seen(train.inputs.array, train.inputs.rows), train.targets, train.weights)
    tail = a_tail()
    plan = plain(lambda lr: torch.optim.SGD(tail.parameters(), lr), 1e-2, epochs=5)
    none = Examples(train.inputs, train.targets[:0], train.weights[:0])
    engine.fit(tail, plan, engine.Settings(fold=0, batch_size=BATCH, chances=chances), train, none, tmp_path)
    assert len(shown) == 5 * ROWS
    assert np.mean(np.array(shown) >= ROWS - 4) == pytest.approx(0.5, abs=0.08)


def test_mixing_changes_what_is_learned_and_not_who_is_shown(tmp_path):
    first = {}
    for name, way in (("plain", None), ("mixed", mixing.build(1.0, 0.0))):
        first[name] = run_watched(tmp_path / name, gradient, mixing=way)[0][0]
    assert not torch.allclose(first["plain"], first["mixed"], atol=1e-4)


def test_a_plateau_rises_first_and_then_follows_the_training_loss(tmp_path):
    outcome, _ = run(tmp_path, epochs=3, schedule="plateau", warmup=12, lr=0.02)
    assert [row["lr"] for row in outcome.history] == pytest.approx([0.02 * 7 / 13, 0.02, 0.02])


@pytest.mark.parametrize("workers", [2])
def test_workers_change_no_bit(tmp_path, workers):
    _, alone = run(tmp_path / "alone", epochs=2)
    _, helped = run(tmp_path / "helped", epochs=2, workers=workers)
    assert bits(alone) == bits(helped)


class Probe(nn.Linear):
    """Remembers in which mode and numbers it ran."""

    seen: list

    def forward(self, rows):
        out = super().forward(rows)
        self.seen.append((self.training, torch.is_autocast_enabled("cpu"), out.dtype))
        return out


def test_mixed_precision_reaches_training_and_validation_and_clips(tmp_path):
    """On the CPU, as on a GPU: Lightning's plugin is the same. Weights stay float32."""
    tail = Probe(FEATURES, CLASSES)
    tail.seen = []
    plan = plain(lambda lr: optimizers.build("adamw", tail, lr, 0.01, 1.0, fused=False), 1e-2)
    settings = engine.Settings(fold=0, batch_size=BATCH, precision="bf16-mixed", clip=0.1)
    outcome = engine.fit(tail, plan, settings, *examples(), tmp_path)
    assert set(tail.seen) == {(True, True, torch.bfloat16), (False, True, torch.bfloat16)}
    assert tail.weight.dtype == torch.float32 and outcome.history[0]["val_loss"] > 0


def test_a_resumed_float16_run_goes_on_with_its_loss_scale(tmp_path, monkeypatch):
    """On the CPU with the plugin that a GPU gets; the scale grows every few steps."""
    real = pl.Trainer

    def trainer(**options):
        del options["precision"]
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**8, growth_interval=4)
        return real(plugins=[MixedPrecision("16-mixed", "cpu", scaler)], **options)

    monkeypatch.setattr(engine.pl, "Trainer", trainer)
    way = {"optimizer": "sgd", "precision": "16-mixed"}
    whole, tail = run(tmp_path / "whole", **way)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", stop_after=15, **way)
    assert resume.read(tmp_path / "cut").scaler["scale"] > 2.0**8
    again, resumed = run(tmp_path / "cut", **way)
    assert bits(resumed) == bits(tail) and again == whole
    whole, resumed = (resume.read(tmp_path / name).scaler for name in ("whole", "cut"))
    assert whole == resumed


class Small(nn.Linear):
    """A device whose memory holds so many rows in training, from its nth batch on."""

    rows, after, seen = 8, 0, 0
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

    def forward(self, rows):
        self.seen += self.training
        if self.training and len(rows) > self.rows and self.seen > self.after:
            raise self.error
        return super().forward(rows)


def small(**state) -> Small:
    torch.manual_seed(0)
    tail = Small(FEATURES, CLASSES)
    vars(tail).update(state)
    return tail


@pytest.mark.parametrize("after", [0, 8])
@pytest.mark.parametrize(
    "error", [Small.error, RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")], ids=["torch", "cudnn"]
)
def test_where_memory_runs_out_batches_are_halved_and_the_step_is_the_same(tmp_path, capsys, after, error):
    """At the first batch, and in the second epoch, which begins again from the first one's state."""
    outcome, tail = run(tmp_path / "short", tail=small(after=after, error=error), optimizer="sgd")
    _, whole = run(tmp_path / "whole", tail=small(rows=1000), optimizer="sgd")
    assert outcome.changed == {"batch_size": 8, "accumulate": 2} and len(outcome.history) == 4
    said = "memory ran out at batches of 16: 2 batches of 8 make a step instead"
    assert outcome.notes == [said] and said in capsys.readouterr().out
    for one, other in zip(tail.parameters(), whole.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_an_image_that_does_not_fit_is_said(tmp_path):
    with pytest.raises(UserError, match=r"memory does not hold one image in training: lower image[.]size"):
        run(tmp_path, tail=small(rows=0))


def test_several_devices_are_told_what_to_set(tmp_path, monkeypatch):
    with pytest.raises(UserError, match=r"set it to 8 and train[.]accumulate to 2"):
        rescue.halved(16, 1, 2)


def test_an_algorithm_that_is_never_exact_is_named_and_let_pass(tmp_path, capsys):
    """As adaptive pooling's backward pass on a GPU; strictness is what the CPU has of it."""

    class Inexact(nn.Linear):
        def forward(self, rows):
            exact = torch.are_deterministic_algorithms_enabled()
            if exact and not torch.is_deterministic_algorithms_warn_only_enabled():
                raise RuntimeError("pool_backward_cuda does not have a deterministic implementation, but you")
            return super().forward(rows)

    torch.use_deterministic_algorithms(True)
    try:
        outcome, _ = run(tmp_path, tail=Inexact(FEATURES, CLASSES), epochs=1)
        assert torch.is_deterministic_algorithms_warn_only_enabled()
    finally:
        torch.use_deterministic_algorithms(False)
    assert outcome.notes[0].startswith("pool_backward_cuda has no exact algorithm on this device")
    assert len(outcome.history) == 1 and outcome.changed == {}


def test_other_errors_stay_errors(tmp_path):
    class Broken(nn.Linear):
        def forward(self, rows):
            raise RuntimeError("shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        run(tmp_path, tail=Broken(FEATURES, CLASSES))
