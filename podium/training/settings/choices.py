"""From params.yaml's sections to what the engine takes."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podium.contracts.network import NetworkChoice
from podium.features.params import FeatureParams
from podium.features.pixels import Normalise
from podium.foundation.run import derive
from podium.images.params import ImageParams
from podium.networks import build as networks
from podium.networks.params import NetworkParams
from podium.networks.precision import precision as suited
from podium.tasks import registry as tasks
from podium.training import losses
from podium.training.feed import sampling
from podium.training.feed.rows import TrainingRows
from podium.training.loop import engine
from podium.training.loop.learner import LearningPlan
from podium.training.optim import mixing, optimizers, schedules
from podium.training.optim.unfreezing import Thaw
from podium.training.params import TrainParams
from podium.training.settings import auto

EXACT = "32-true"  # Lightning's name of float32


@dataclass(frozen=True)
class Request:
    """What a fold is to be trained with; sections of params.yaml as they stand."""

    fold: int
    seed: int
    threads: int
    classes: list[str]
    image: ImageParams
    network: NetworkParams
    train: TrainParams
    features: FeatureParams
    data: Path = Path("data")
    task: str = "single"
    answers: tuple[str, ...] = ()  # left out where they are the classes
    folds: tuple[int, ...] = ()  # all that the run trains, in order; empty: this one alone
    choice: NetworkChoice | None = None  # of the network; None: decided here, by device alone
    like: int | None = None  # of a refit: the fold by whose number of images `auto` is decided

    @property
    def first(self) -> bool:
        """Whether it is the run's first fold: what is true of all folds is said once."""
        return not self.folds or self.fold == self.folds[0]

    @property
    def after(self) -> int:
        """How many folds the run trains after this one."""
        return len(self.folds[self.folds.index(self.fold) + 1 :]) if self.folds else 0

    @property
    def table(self) -> NDArray[np.float32]:
        """The targets (a, c) of each answer."""
        return tasks.load(self.task).table(self.answers or self.classes, self.classes)

    def strata(self, targets: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, s) what a balanced sampler draws alike."""
        return tasks.load(self.task).strata(targets.astype(np.float64))


def decided(
    request: Request, network: networks.Network, frozen: str, device: str, asked: bool
) -> tuple[Request, list[str]]:
    """The request with what the device decides, the network and whether images are fresh; what to say of it.

    `frozen` is what freeze became; `asked`: did the user choose which copies there are?
    """
    fresh = auto.fresh(request.train, device, frozen, asked)
    said = []
    if request.network.model == "auto":
        why = request.choice.why if request.choice else f"the one for {device}"
        said.append(f"model: auto became {network.name}, {why}")
    if request.train.online == "auto" and fresh:
        said.append("train.online: auto became true: every image is drawn anew each epoch, no copies")
    return replace(
        request,
        network=request.network.model_copy(update={"model": network.name}),
        train=request.train.model_copy(update={"online": fresh}),
    ), said


def plan(
    request: Request, network: networks.Network, resolved: auto.Resolved, images: int, precision: str
) -> LearningPlan:
    """What decides how the tail learns; `images` train, in the numbers that Lightning calls `precision`."""
    params, link = request.train, tasks.load(request.task).link
    exact = precision == EXACT
    updates = -(-sampling.batches(images, resolved.batch_size) // resolved.accumulate)
    steps = resolved.epochs * updates
    thaw = Thaw(network.module, params.unfreeze) if params.unfreeze else None
    return LearningPlan(
        seed=derive(request.seed, "train", request.fold),
        epochs=resolved.epochs,
        loss=losses.load(params.loss, params.loss_options, link),
        lr=resolved.lr,
        optimizer=lambda lr: optimizers.build(
            params.optimizer,
            network.module,
            lr,
            params.weight_decay,
            resolved.layer_decay,
            resolved.head_factor,
            asked=params.layer_decay != "auto",
            fused=exact or not resolved.clip,  # mixed precision cannot clip what a fused optimizer unscales
        ),
        schedule=lambda optimizer: schedules.build(
            params.schedule,
            optimizer,
            steps,
            round(resolved.warmup_epochs * updates),
            lambda step: thaw.factor(step // updates) if thaw else 1.0,
        ),
        normalise=Normalise(network.preprocessing),
        mixing=mixing.build(params.mixup, params.cutmix),
        thaw=thaw,
        ema=params.ema,
        link=link,
        channels_last=True,
    )


def settings(
    request: Request, resolved: auto.Resolved, device: str, rows: TrainingRows, precision: str
) -> engine.Settings:
    """How the engine runs."""
    params = request.train
    balanced = params.sampler == "balanced"
    chances = sampling.balanced(request.strata(rows.targets).argmax(1)) if balanced else None
    return engine.Settings(
        fold=request.fold,
        after=request.after,
        batch_size=resolved.batch_size,
        chances=chances,
        accumulate=resolved.accumulate,
        clip=resolved.clip,
        early_stopping=params.early_stopping,
        keep=params.keep,
        precision=precision,
        accelerator={"cuda": "gpu"}.get(device, device),
        devices=resolved.devices,
        nodes=params.nodes,
        strategy=params.strategy,
        workers=resolved.workers,
        live=params.live,
    )


def precision_of(wanted: str, network: networks.Network, device: str) -> str:
    """Lightning's name of what train.precision became."""
    names = {"float32": EXACT, "bfloat16": "bf16-mixed", "float16": "16-mixed"}
    chosen = {"32": "float32", "bf16": "bfloat16", "16": "float16"}.get(wanted)
    return names[chosen or suited(network.module, device)]
