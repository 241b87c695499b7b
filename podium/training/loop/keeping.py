"""What stays of each epoch: the resume state, the best weights, and whether training stops early."""

from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor, nn

from podium.training.loop import resume
from podium.training.loop.learner import Learner, LearningPlan, Row
from podium.training.loop.live import Curves
from podium.training.optim.optimizers import to_device
from podium.training.params import Keep

WATCHED = {"best": "val_loss", "lowest_train_loss": "train_loss"}


@dataclass
class Keeper:
    """Hears of each finished epoch; `folder` takes the resume state."""

    folder: Path
    keep: Keep = "last"
    patience: int = 0  # epochs without a lower validation loss; 0 = never stops
    curves: Curves | None = None  # live ones, where they are wanted
    stop: bool = False

    def __post_init__(self) -> None:
        self.best: dict[str, Tensor] = {}
        self.state = resume.read(self.folder)
        if self.state is not None:
            self.best, self.stop = self.state.best, self.state.stop

    def restore(self, plan: LearningPlan, tail: nn.Module) -> LearningPlan:
        """The plan from where the state left it; the tail takes its weights."""
        if self.state is None:
            return plan
        tail.load_state_dict(self.state.tail)
        return replace(plan, first_epoch=self.state.epochs, history=self.state.history)

    def start(self, learner: Learner) -> None:
        """Gives a resumed learner its optimizer's, scheduler's, scaler's and average's state."""
        if self.state is None:
            return
        learner.optimizer.load_state_dict(self.state.optimizer)
        to_device(learner.optimizer, learner.device)
        learner.scheduler.load_state_dict(self.state.scheduler)
        if learner.average is not None:
            learner.average.load_state_dict(self.state.average)
        learner.trainer.precision_plugin.load_state_dict(self.state.scaler)
        self.state = None

    def after_epoch(self, learner: Learner) -> None:
        """Keeps the best weights, decides whether to stop, saves the state."""
        if self.keep != "last" and kept_epoch(learner.history, self.keep) == learner.epoch:
            self.best = {name: value.clone() for name, value in _tensors(learner.scored).items()}
        lowest = kept_epoch(learner.history, "best")
        self.stop = 0 < self.patience <= learner.epoch - lowest
        learner.trainer.should_stop = self.stop
        if learner.trainer.is_global_zero:
            if self.curves is not None:
                self.curves.add(learner.history[-1])
            resume.save(self._state(learner), self.folder)

    def finish(self, learner: Learner) -> None:
        """Puts the kept weights into the tail: the best ones, the average, or what it holds."""
        if self.best:
            learner.tail.load_state_dict(self.best)
        elif learner.average is not None:
            learner.tail.load_state_dict(_tensors(learner.average.module))

    def _state(self, learner: Learner) -> resume.State:
        return resume.State(
            epochs=learner.epoch + 1,
            tail=_tensors(learner.tail),
            optimizer=learner.optimizer.state_dict(),
            scheduler=learner.scheduler.state_dict(),
            history=learner.history,
            average={} if learner.average is None else _tensors(learner.average),
            best=self.best,
            scaler=learner.trainer.precision_plugin.state_dict(),
            stop=self.stop,
        )


def kept_epoch(history: list[Row], keep: Keep) -> int:
    """The epoch whose weights are kept; the earlier one of equals."""
    if keep == "last":
        return int(history[-1]["epoch"])
    row = min(history, key=lambda row: row.get(WATCHED[keep], float("inf")))
    return int(row["epoch"])


def _tensors(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().cpu() for name, value in module.state_dict().items()}
