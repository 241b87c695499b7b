"""The LightningModule: one step, one epoch's sums, the optimizer; the same on features and on images."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from podium.foundation.errors import UserError
from podium.foundation.run import derive
from podium.networks.passes import channels_last
from podium.tasks.task import LinkName
from podium.training.loop.averaging import Average
from podium.training.loop.measures import MEASURES
from podium.training.losses import Loss
from podium.training.optim.mixing import Mixing
from podium.training.optim.schedules import Plateau
from podium.training.optim.unfreezing import Thaw

Row = dict[str, float]  # one line of history.csv


class Listener(Protocol):
    """What the learner tells of its progress."""

    def start(self, learner: "Learner") -> None: ...

    def after_epoch(self, learner: "Learner") -> None: ...


CHECK_EVERY = 50  # steps between looks at a GPU's losses: each look waits for it


@dataclass
class LearningPlan:
    """Everything that decides how the tail learns; values already resolved."""

    seed: int  # of this fold
    epochs: int
    loss: Loss
    lr: float
    optimizer: Callable[[float], Optimizer]  # at a learning rate
    schedule: Callable[[Optimizer], LRScheduler]
    normalise: nn.Module | None = None  # pixels as bytes -> the network's inputs, on its device
    mixing: Mixing | None = None
    thaw: Thaw | None = None
    ema: float = 0.0
    link: LinkName = "softmax"
    channels_last: bool = False
    advice: str = "lower train.lr, set train.clip: 1.0 or train.precision: 32"
    first_epoch: int = 0
    history: list[Row] = field(default_factory=list)


class Learner(pl.LightningModule):
    """Trains `tail`; `listener` gives a resumed run its state and hears of each finished epoch."""

    optimizer: Optimizer
    scheduler: LRScheduler

    def __init__(self, tail: nn.Module, plan: LearningPlan, listener: Listener) -> None:
        super().__init__()
        self.tail, self.plan, self.listener = tail, plan, listener
        self.average = Average(tail, plan.ema) if plan.ema else None
        self.normalise = plan.normalise
        self.steps = 0  # of the optimizer, that the average and the plateau's rise have heard of
        self.history = list(plan.history)
        self.sums = torch.zeros(3, dtype=torch.float64)  # loss, right, rows; of the running epoch
        self.checks = torch.zeros(3, dtype=torch.float64)  # the same of validation

    @property
    def scored(self) -> nn.Module:
        """What validation scores and a submission would use: the average, where there is one."""
        return self.tail if self.average is None else self.average.module

    @property
    def epoch(self) -> int:
        """The epoch, counted from the fold's true start and not from a resume."""
        return self.plan.first_epoch + self.current_epoch

    def on_after_batch_transfer(self, batch: tuple[Tensor, ...], dataloader_idx: int) -> tuple[Tensor, ...]:
        """Bytes cross to the device, and become numbers there."""
        if self.normalise is None:
            return batch
        return self.normalise(batch[0]), *batch[1:]

    def configure_model(self) -> None:
        """Weights lie as images do, with the average, before several devices share them out: their gradients
        are exchanged in the order in which the weights lay then.
        """
        if self.plan.channels_last and self.trainer.strategy.root_device.type != "cpu":
            channels_last(self)

    def configure_optimizers(self) -> Any:
        self.optimizer = self.plan.optimizer(self.plan.lr)
        self.scheduler = self.plan.schedule(self.optimizer)
        self.listener.start(self)
        if isinstance(self.scheduler, Plateau):
            return self.optimizer
        return {
            "optimizer": self.optimizer,
            "lr_scheduler": {"scheduler": self.scheduler, "interval": "step"},
        }

    def on_train_start(self) -> None:
        """Networks come in eval mode, and Lightning leaves modes alone; what is frozen stays in eval."""
        self.tail.train()

    def on_train_epoch_start(self) -> None:
        """Modules join; dropout and mixing draw from a function of (seed, fold, epoch, device)."""
        if self.plan.thaw is not None:
            self.plan.thaw(self.epoch)
        torch.manual_seed(derive(self.plan.seed, "epoch", self.epoch, self.global_rank))
        exact = torch.float32 if self.device.type == "mps" else torch.float64  # which Apple's devices lack
        self.sums = torch.zeros(3, dtype=exact, device=self.device)
        self.checks = torch.zeros(3, dtype=exact, device=self.device)

    def training_step(self, batch: tuple[Tensor, ...], index: int) -> Tensor:
        inputs, targets, weights, total = batch
        truth = targets
        if self.plan.mixing is not None:
            inputs, targets, weights = self.plan.mixing(inputs, targets, weights)
        logits = self.tail(self._arranged(inputs))
        losses = self.plan.loss(logits.float(), targets)
        loss = (losses * weights).sum() / total
        self._count(self.sums, losses, logits, truth)
        if self.device.type == "cpu" or index % CHECK_EVERY == 0:
            self._refuse_nonfinite(index)
        return loss

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        if self.global_step == self.steps:
            return  # gradients accumulate
        self.steps = self.global_step
        if self.average is not None:
            self.average.update(self.tail)
        if isinstance(self.scheduler, Plateau):
            self.scheduler.rise()

    def validation_step(self, batch: tuple[Tensor, ...], index: int) -> None:
        inputs, targets, _, _ = batch
        if not len(targets):  # this device's share of a last batch that is smaller than there are devices
            return
        logits = self.scored(self._arranged(inputs)).float()
        losses = MEASURES[self.plan.link].loss(logits, targets)
        self._count(self.checks, losses, logits, targets)

    def on_train_epoch_end(self) -> None:
        self._refuse_nonfinite(int(self.trainer.num_training_batches) - 1)
        self.history.append(self._row())
        if isinstance(self.scheduler, Plateau):
            self.scheduler.step(self.history[-1]["train_loss"])
        self.listener.after_epoch(self)

    def _row(self) -> Row:
        loss, right, rows = self._all_devices(self.sums)
        row: Row = {"epoch": self.epoch, "train_loss": loss / rows, "train_accuracy": right / rows}
        loss, right, rows = self._all_devices(self.checks)
        if rows:
            row |= {"val_loss": loss / rows, "val_accuracy": right / rows}
        rates = [group["lr"] for group in self.trainer.optimizers[0].param_groups]
        return row | {"lr": max(rates)}

    def _all_devices(self, sums: Tensor) -> list[float]:
        reduced: Tensor = self.trainer.strategy.reduce(sums, reduce_op="sum")
        return [float(value) for value in reduced.tolist()]

    def _arranged(self, inputs: Tensor) -> Tensor:
        if inputs.dtype != torch.float32 and self.device.type == "cpu":
            inputs = inputs.float()
        if self.plan.channels_last and inputs.ndim == 4:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        return inputs

    def _count(self, sums: Tensor, losses: Tensor, logits: Tensor, truth: Tensor) -> None:
        right = MEASURES[self.plan.link].right(logits.detach(), truth).sum()
        sums += torch.stack([losses.detach().sum(), right, torch.full_like(right, len(truth))]).to(sums)

    def _refuse_nonfinite(self, index: int) -> None:
        if not math.isfinite(float(self.sums[0])):
            found = f"the loss became {float(self.sums[0])} at epoch {self.epoch}, by batch {index}"
            raise UserError(f"{found}: {self.plan.advice}.")
