"""The progress bar of one fold: epoch, loss, score, time left; quiet without a terminal."""

from typing import Any

import lightning.pytorch as pl
from tqdm import tqdm


class Progress(pl.Callback):
    """One bar over all steps of the fold."""

    def __init__(self, fold: int, epochs: int, first_epoch: int) -> None:
        self.fold, self.epochs, self.first_epoch = fold, epochs, first_epoch
        self.bar: Any = None

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
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
        history = getattr(pl_module, "history", [])
        if history:
            row = history[-1]
            numbers = {name: f"{row[name]:.3f}" for name in ("train_loss", "val_accuracy") if name in row}
            self.bar.set_postfix(epoch=f"{int(row['epoch']) + 2}/{self.epochs}", **numbers)

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if self.bar is not None:
            self.bar.close()
