"""Settings that are right alone and wrong together: refused with a sentence before anything trains."""

import torch
from torch import nn

from podium.errors import UserError
from podium.training.params import TrainParams

TOLERANCE = 1e-4


def refuse(params: TrainParams, frozen: str, shape: tuple[int, ...], devices: int) -> None:
    """Raises UserError; `frozen` is what freeze became, `shape` that of the tail's input."""
    if params.cutmix and len(shape) != 3:
        raise UserError(
            f"params.yaml: train.cutmix: {params.cutmix} cuts patches out of maps, but freeze: {frozen} "
            f"leaves values of shape {'x'.join(map(str, shape))}, without positions: set train.cutmix to 0 "
            "(train.mixup works), or freeze less."
        )
    if params.head == "svm" and frozen != "head":
        raise UserError(
            f"params.yaml: train.head: svm is fitted on fixed features, but freeze became {frozen}: set "
            "freeze to head, or train.head to linear."
        )
    if params.head == "svm" and params.online:
        raise UserError(
            "params.yaml: train.online: true makes new images each epoch, but train.head: svm is fitted "
            "once: set train.online to false."
        )
    if params.unfreeze and devices * params.nodes > 1:
        raise UserError(
            "params.yaml: train.unfreeze works on one device: set train.devices and train.nodes to 1, or "
            "train.unfreeze to []."
        )


def refuse_softmax(tail: nn.Module, shape: tuple[int, ...]) -> None:
    """Raises UserError where the network gives probabilities: every loss here takes logits."""
    was = [(part, part.training) for part in tail.modules()]
    tail.eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        logits = tail(torch.randn(2, *shape, generator=generator))
    for part, training in was:
        part.training = training
    if bool((logits >= 0).all()) and bool(((logits.sum(1) - 1).abs() < TOLERANCE).all()):
        raise UserError(
            "params.yaml: model: the network ends in a softmax, and the loss has its own: training would "
            "crawl; let the network return logits."
        )
