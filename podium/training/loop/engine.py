"""Trains one fold's tail: loaders, the Lightning trainer, resuming, and which epoch's weights are kept."""

import logging
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
from numpy.typing import NDArray
from torch import nn

from podium.networks.passes import ran_out
from podium.training.feed.data import Batches, Examples, loader
from podium.training.feed.sampling import EpochBatches, InOrder
from podium.training.loop import meeting, rescue, stand_ins
from podium.training.loop.keeping import Keeper, kept_epoch
from podium.training.loop.learner import Learner, LearningPlan, Row
from podium.training.loop.live import Curves
from podium.training.loop.progress import Progress
from podium.training.params import Keep


@dataclass(frozen=True)
class Settings:
    """How the engine runs; values already resolved."""

    fold: int
    batch_size: int
    after: int = 0  # folds that follow: what is left to do is told over all of them
    chances: NDArray[np.float64] | None = None  # (n,) each image's, for the balanced sampler
    accumulate: int = 1
    clip: float = 0.0
    early_stopping: int = 0
    keep: Keep = "last"
    precision: str = "32-true"
    accelerator: str = "cpu"
    devices: int = 1
    nodes: int = 1
    strategy: str = "auto"
    workers: int = 0
    live: bool = False


@dataclass(frozen=True)
class TrainedTail:
    """What training gave; the tail itself holds the kept weights."""

    history: list[Row]
    kept_epoch: int
    stopped_early: bool
    notes: list[str] = field(default_factory=list)  # what the device refused
    changed: dict[str, int] = field(default_factory=dict)  # settings, where memory ran out


def fit(
    tail: nn.Module, plan: LearningPlan, settings: Settings, train: Examples, check: Examples, folder: Path
) -> TrainedTail:
    """Trains the tail in place from its resume state, if `folder` holds one; saves one after each epoch.

    Raises KeyboardInterrupt after Ctrl-C or SIGTERM (Lightning would exit 1 or 0), UserError where the loss
    is no longer finite. Where memory runs out, or an exact algorithm lacks, it begins again from the last
    epoch, and the outcome says with what.
    """
    start, notes = rescue.weights(tail), list[str]()
    given = settings
    while True:
        try:
            outcome = _fit(tail, plan, settings, train, check, folder)
            break
        except RuntimeError as error:
            full = ran_out(error)
            said = "" if full else rescue.sentence_for(error)
        if full:  # no error is held by now, nor what it held
            batch, more, said = rescue.halved(
                settings.batch_size, settings.accumulate, settings.devices * settings.nodes
            )
            settings = replace(settings, batch_size=batch, accumulate=more)
        print(said, flush=True)
        notes.append(said)
        rescue.begin_again(tail, start)
    changed = (
        {} if settings is given else {"batch_size": settings.batch_size, "accumulate": settings.accumulate}
    )
    return replace(outcome, notes=notes, changed=changed)


def _fit(
    tail: nn.Module, plan: LearningPlan, settings: Settings, train: Examples, check: Examples, folder: Path
) -> TrainedTail:
    keeper = Keeper(folder, settings.keep, settings.early_stopping)
    plan = keeper.restore(plan, tail)
    if settings.live:
        keeper.curves = Curves(settings.fold, plan.history)
    learner = Learner(tail, plan, keeper)
    own = stand_ins.norms(tail)
    if plan.first_epoch < plan.epochs and not keeper.stop:
        _run(learner, settings, train, check)
        stand_ins.leave(tail, own)
    keeper.finish(learner)
    return TrainedTail(learner.history, kept_epoch(learner.history, settings.keep), keeper.stop)


def first() -> bool:
    """Is this the process that writes? Lightning and torchrun number the others from 1."""
    return all(
        os.environ.get(name, "0") == "0" for name in ("LOCAL_RANK", "RANK", "NODE_RANK", "SLURM_PROCID")
    )


def _run(learner: Learner, settings: Settings, train: Examples, check: Examples) -> None:
    plan = learner.plan
    trainer = _trainer(plan, settings)
    pinned = settings.accelerator == "gpu"  # Apple's devices have no pinned memory
    order = EpochBatches(
        len(train), settings.batch_size, plan.seed, plan.first_epoch, settings.chances, settings.accumulate
    )
    ranks = (trainer.global_rank, trainer.world_size)
    training = loader(Batches(train, *ranks, settings.accumulate), order, settings.workers, pinned)
    checking = InOrder(len(check), 2 * settings.batch_size)
    validation = loader(Batches(check, *ranks), checking, settings.workers, pinned)
    _obey(lambda: trainer.fit(learner, training, validation if len(check) else None))


def _trainer(plan: LearningPlan, settings: Settings) -> pl.Trainer:
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    return pl.Trainer(
        accelerator=settings.accelerator,
        devices=settings.devices,
        num_nodes=settings.nodes,
        strategy=meeting.strategy(settings.strategy, settings.devices, settings.nodes),
        precision=settings.precision,  # type: ignore[arg-type]
        max_epochs=plan.epochs - plan.first_epoch,
        accumulate_grad_batches=settings.accumulate,
        gradient_clip_val=settings.clip or None,
        callbacks=[Progress(settings.fold, plan.epochs, plan.first_epoch, settings.after)],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        sync_batchnorm=settings.accelerator == "gpu" and settings.devices * settings.nodes > 1,
    )


def _obey(fit: Callable[[], None]) -> None:
    """Lightning turns an interrupt into SystemExit(1): it is an interrupt again here."""
    try:
        fit()
    except SystemExit:
        raise KeyboardInterrupt from None
