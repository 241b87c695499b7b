"""Settings that are right alone and wrong together: refused with a sentence before anything trains."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from podium.features.items import channels_first
from podium.foundation.errors import UserError
from podium.networks.passes import untouched
from podium.tasks.task import Task
from podium.training.feed.sampling import batches
from podium.training.params import TrainParams

TOLERANCE = 1e-4
SMALLEST_MAP = 3  # positions a side: of smaller maps CutMix's patch is always empty
NORMS = (nn.modules.batchnorm._BatchNorm,)
QUIET_OF_SVM = (
    "start",
    "epochs",
    "batch_size",
    "optimizer",
    "lr",
    "weight_decay",
    "schedule",
    "warmup_epochs",
    "loss",
)


@dataclass(frozen=True)
class Setup:
    """What is to be trained: the user's settings, and what they and the data became."""

    train: TrainParams
    frozen: str  # what freeze became
    weights: str  # the network's: `random`, or where they are from
    shape: tuple[int, ...]  # of one input of what trains
    cached: bool  # are features kept, and not images
    normed: bool  # has what trains a batch norm
    images: int  # that train
    watched: int  # validation images
    epochs: int
    batch_size: int
    devices: int  # of one machine
    device: str  # cpu, cuda or mps
    available: int  # devices that this machine has
    imitated: bool = False  # would bfloat16 be, by the GPU

    @property
    def processes(self) -> int:
        """Devices of all machines."""
        return self.devices * self.train.nodes


def refuse(setup: Setup) -> None:
    """Raises UserError with the first rule's sentence that the setup breaks."""
    for rule in RULES:
        sentence = rule(setup)
        if sentence:
            raise UserError(f"params.yaml: {sentence}")


def refuse_for_task(train: TrainParams, task: Task) -> None:
    """Raises UserError for settings that only classes have."""
    if task.truth == "labels":
        return
    if train.head == "svm":
        raise UserError(
            f"params.yaml: train.head: svm learns one class an image, the task is {task.name}: "
            "set train.head to linear."
        )
    if train.class_weights:
        raise UserError(
            f"params.yaml: train.class_weights: true weighs classes, the task is {task.name}: "
            "set it to false."
        )


def ignored(setup: Setup) -> list[str]:
    """Sentences about settings that play no part or gain nothing: said, and kept in the report."""
    found = []
    train = setup.train
    if train.head == "svm" and (vain := [name for name in train.changed() if name in QUIET_OF_SVM]):
        found.append(f"train.head: svm is solved at once: {', '.join(vain)} play no part")
    if train.start == "probe" and (train.head != "linear" or setup.weights == "random"):
        found.append("train.start: probe is of a linear head on pretrained layers: this head starts random")
    if not setup.train.online and (vain := [name for name in train.changed() if name.startswith("online_")]):
        found.append(f"train.online became false: {', '.join(vain)} play no part")
    if setup.train.precision == "bf16" and setup.imitated:
        found.append("train.precision: bf16 is imitated by this GPU, slowly: set it to 16, or to auto")
    if setup.weights == "random" and setup.frozen != "none":
        found.append(
            f"freeze became {setup.frozen} and the weights are random: what is frozen stays random; set "
            "pretrained, or freeze to none"
        )
    return found


def _cutmix(setup: Setup) -> str | None:
    if not setup.train.cutmix:
        return None
    shape = "x".join(map(str, setup.shape))
    ways = "set train.cutmix to 0 (train.mixup works), or freeze less"
    if len(setup.shape) != 3:
        return (
            f"train.cutmix: {setup.train.cutmix} cuts patches out of maps, but freeze: {setup.frozen} leaves "
            f"values of shape {shape}, without positions: {ways}."
        )
    side = setup.shape[1] if channels_first(setup.shape) else setup.shape[0]
    if side < SMALLEST_MAP:
        return (
            f"train.cutmix: {setup.train.cutmix} cuts patches out of maps, but freeze: {setup.frozen} leaves "
            f"values of shape {shape}, too small for a patch: {ways}, or raise image.size."
        )
    return None


def _svm(setup: Setup) -> str | None:
    if setup.train.head != "svm":
        return None
    if setup.frozen != "head":
        return (
            f"train.head: svm is fitted on fixed features, but freeze became {setup.frozen}: set freeze to "
            "head, or train.head to linear."
        )
    if not setup.cached:
        return (
            "train.head: svm is fitted on kept features, but they are more than features.budget_gb, or the "
            "network cannot be cut at its head: raise the budget, or set train.head to linear."
        )
    return None


def _layer_decay(setup: Setup) -> str | None:
    if setup.train.layer_decay not in ("auto", 1) and setup.frozen == "head":
        return (
            f"train.layer_decay: {setup.train.layer_decay} slows earlier layers, and freeze: head has none: "
            "set train.layer_decay to 1, or freeze less."
        )
    return None


def _unfreezing(setup: Setup) -> str | None:
    steps = setup.train.unfreeze
    if steps and setup.processes > 1:
        return (
            "train.unfreeze works on one device: set train.devices and train.nodes to 1, or train.unfreeze "
            "to []."
        )
    late = [step for step in steps if step.epoch >= setup.epochs]
    if late:
        return (
            f"train.unfreeze: {late[0].module} joins at epoch {late[0].epoch}, but the last of "
            f"{setup.epochs} epochs is {setup.epochs - 1}: raise train.epochs, or let it join earlier."
        )
    return None


def _watching(setup: Setup) -> str | None:
    for name in ("early_stopping", "keep"):
        asks = setup.train.early_stopping if name == "early_stopping" else setup.train.keep == "best"
        if asks and not setup.watched:
            return (
                f"train.{name}: {getattr(setup.train, name)} follows the validation loss, but this fold has "
                f"no validation image: set train.{name} to {0 if name == 'early_stopping' else 'last'}."
            )
    return None


def _epochs(setup: Setup) -> str | None:
    if setup.train.head == "svm":
        return None
    if setup.train.early_stopping >= setup.epochs:
        return (
            f"train.early_stopping: {setup.train.early_stopping} epochs of patience never end within "
            f"{setup.epochs} epochs: lower it, or raise train.epochs."
        )
    if setup.train.warmup_epochs != "auto" and setup.train.warmup_epochs >= setup.epochs:
        return (
            f"train.warmup_epochs: {setup.train.warmup_epochs:g} leaves nothing of {setup.epochs} epochs at "
            "the full rate: lower it, or raise train.epochs."
        )
    return None


def _batches(setup: Setup) -> str | None:
    if setup.train.head == "svm":
        return None
    count = batches(setup.images, setup.batch_size)
    if setup.train.accumulate > count:
        return (
            f"train.accumulate: {setup.train.accumulate} batches a step, but {setup.images} images make "
            f"{count} of {setup.batch_size}: set it to {count} or less, or lower train.batch_size."
        )
    if setup.batch_size < setup.processes:
        return (
            f"train.batch_size: {setup.batch_size} is less than one image for each of {setup.processes} "
            f"devices: set it to {setup.processes} or more."
        )
    if setup.images // count < setup.processes:
        return (
            f"train.batch_size: {setup.batch_size} cuts {setup.images} images into batches of "
            f"{setup.images // count}, less than one for each of {setup.processes} devices: raise it, or "
            "train on fewer devices."
        )
    if setup.normed and setup.images // count < 2:
        return (
            f"train.batch_size: {setup.batch_size} cuts {setup.images} images into batches of one, which "
            "leave batch norm nothing to compare: set it to 3 or more, or choose a network without "
            "batch norm."
        )
    return None


def _devices(setup: Setup) -> str | None:
    if setup.device != "cpu" and setup.devices > setup.available:
        return (
            f"train.devices: {setup.devices}, but this machine has {setup.available}: set it to "
            f"{setup.available} or less."
        )
    if setup.device == "cpu" and setup.train.precision == "16":
        return "train.precision: 16 needs a GPU; processors have no float16: set it to auto, 32 or bf16."
    return None


RULES: tuple[Callable[[Setup], str | None], ...] = (
    _cutmix,
    _svm,
    _layer_decay,
    _unfreezing,
    _watching,
    _epochs,
    _batches,
    _devices,
)


def trains_batch_norm(tail: nn.Module) -> bool:
    """Does what trains average over the batch?"""
    return any(
        isinstance(part, NORMS) and any(p.requires_grad for p in part.parameters()) for part in tail.modules()
    )


def refuse_softmax(tail: nn.Module, shape: tuple[int, ...]) -> None:
    """Raises UserError where the network gives probabilities: every loss here takes logits."""
    generator = torch.Generator().manual_seed(0)
    with untouched(tail):
        logits = tail(torch.randn(2, *shape, generator=generator))
    if bool((logits >= 0).all()) and bool(((logits.sum(1) - 1).abs() < TOLERANCE).all()):
        raise UserError(
            "params.yaml: model: the network ends in a softmax, and the loss has its own: training would "
            "crawl; let the network return logits."
        )
