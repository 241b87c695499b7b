"""The progress of one fold: a bar on a terminal; in a log, a line an epoch with the time that is left."""

import time
from typing import Any

import lightning.pytorch as pl
from tqdm import tqdm

from podium.contracts.fold_numbers import named

SHOWN = {"train_loss": "loss", "val_loss": "validation loss", "val_accuracy": "accuracy"}
MINUTE = 60.0
SHORT = 90.0  # seconds below which time is told in seconds


class Progress(pl.Callback):
    """One bar over all steps of the fold, or a line an epoch; `after`: folds that follow it.

    An epoch's row is written after the callbacks ran: it is told when the next one starts, or at the end.
    """

    def __init__(self, fold: int, epochs: int, first_epoch: int, after: int = 0) -> None:
        self.fold, self.epochs, self.first_epoch, self.after = fold, epochs, first_epoch, after
        self.bar: Any = None
        self.start = 0.0
        self.told = first_epoch  # epochs

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.start = time.monotonic()
        steps = int(trainer.num_training_batches)
        self.bar = tqdm(
            total=self.epochs * steps,
            initial=self.first_epoch * steps,
            desc=named(self.fold),
            unit="batch",
            disable=None if trainer.is_global_zero else True,
            leave=False,
        )

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.bar.update()

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._tell(trainer, pl_module)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._tell(trainer, pl_module)

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        if self.bar is not None:
            self.bar.close()

    def _tell(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        history = getattr(pl_module, "history", [])
        if not trainer.is_global_zero or not history or int(history[-1]["epoch"]) < self.told:
            return
        row = history[-1]
        self.told = int(row["epoch"]) + 1
        numbers = {word: f"{row[name]:.3f}" for name, word in SHOWN.items() if name in row}
        if not self.bar.disable:
            self.bar.set_postfix(epoch=f"{min(self.told + 1, self.epochs)}/{self.epochs}", **numbers)
            return
        seconds = (time.monotonic() - self.start) / (self.told - self.first_epoch)
        said = ", ".join(f"{word} {value}" for word, value in numbers.items())
        print(line(self.fold, self.told, self.epochs, seconds, self.after, said), flush=True)


def line(fold: int, done: int, epochs: int, seconds: float, after: int, said: str) -> str:
    """What a log is told after an epoch, of which each takes about `seconds`."""
    rest = (epochs - done + after * epochs) * seconds
    told = f"{named(fold)}: epoch {done} of {epochs}, {said}, {seconds:.1f} s"
    if rest <= 0:
        return told
    amount = f"{rest:.0f} s" if rest < SHORT else f"{rest / MINUTE:.0f} min"
    return f"{told}; about {amount} left" + (f" with {after} more, one after another" if after else "")
