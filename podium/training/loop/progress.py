"""The progress bar of one fold: epoch, loss, score, time left; without a terminal, one line of a long one."""

import time
from typing import Any

import lightning.pytorch as pl
from tqdm import tqdm

LONG = 60.0  # seconds of training left, beyond which a log is told too


class Progress(pl.Callback):
    """One bar over all steps of the fold."""

    def __init__(self, fold: int, epochs: int, first_epoch: int) -> None:
        self.fold, self.epochs, self.first_epoch = fold, epochs, first_epoch
        self.bar: Any = None
        self.start = 0.0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.start = time.monotonic()
        steps = int(trainer.num_training_batches)
        self.bar = tqdm(
            total=self.epochs * steps,
            initial=self.first_epoch * steps,
            desc=f"fold {self.fold}",
            unit="batch",
            disable=None if trainer.is_global_zero else True,
            leave=False,
        )

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.bar.update()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Shows the epoch before: this one's row is written after the callbacks ran."""
        if trainer.is_global_zero and self.bar.disable and trainer.current_epoch == self.first_epoch:
            told = left(self.fold, self.first_epoch + 1, self.epochs, time.monotonic() - self.start)
            if told:
                print(told, flush=True)
        history = getattr(pl_module, "history", [])
        if history:
            row = history[-1]
            numbers = {name: f"{row[name]:.3f}" for name in ("train_loss", "val_accuracy") if name in row}
            self.bar.set_postfix(epoch=f"{int(row['epoch']) + 2}/{self.epochs}", **numbers)

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if self.bar is not None:
            self.bar.close()


def left(fold: int, done: int, epochs: int, seconds: float) -> str:
    """What a log is told after the first epoch that ran, which took `seconds`; "" if the rest is short."""
    rest = (epochs - done) * seconds
    if rest < LONG:
        return ""
    return f"fold {fold}: epoch {done} of {epochs} took {seconds:.0f} s, the rest about {rest / 60:.0f} min"
