"""One file a loss; `train.loss` names the file, `train.loss_options` its keyword arguments.

A file holds a function for each link that it has a loss for, `softmax(logits, targets, **options)` and the
like: logits and targets (n, c), result (n,), one value a row; the engine weights the rows and averages.
softmax: targets' rows sum to 1 (one-hot, mixed or a teacher's). sigmoid: each target in [0, 1] by itself.
identity: numbers with mean 0 and spread 1 over the training images.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from podium.foundation.errors import UserError
from podium.tasks.task import LinkName
from podium.training.params import LOSSES

Loss = Callable[[Tensor, Tensor], Tensor]

WORDS = {"softmax": "one class an image", "sigmoid": "several labels an image", "identity": "numbers"}
CLASSES = torch.tensor([[3.0, 0.0, -3.0]] * 3), torch.eye(3)
TRIAL = {"softmax": CLASSES, "sigmoid": CLASSES, "identity": CLASSES}  # logits and targets of a first try


def load(name: str, options: Mapping[str, Any], link: LinkName = "softmax") -> Loss:
    """The loss of that file with its options. Raises UserError naming an option that it does not take, or a
    loss that has no function for the task's link.
    """
    function = getattr(LOSSES.load(name), link, None)
    if function is None:
        raise UserError(
            f"params.yaml: train.loss: {name} has no function for {WORDS[link]}: choose cross_entropy, "
            "smoothed, or another file of podium/training/losses that has one."
        )
    known = list(inspect.signature(function).parameters)[2:]
    for option in options:
        if option not in known:
            allowed = ", ".join(known) or "none"
            raise UserError(
                f"params.yaml: train.loss_options: {option} is no option of the loss {name}, "
                f"which takes {allowed}: remove it or choose another train.loss."
            )
    chosen: Loss = partial(function, **options)
    _try(name, chosen, options, TRIAL[link])
    return chosen


def _try(name: str, loss: Loss, options: Mapping[str, Any], trial: tuple[Tensor, Tensor]) -> None:
    """Raises UserError where the options' values make the loss of some row no number from 0 on."""
    try:
        found = loss(*trial)
        possible = bool((found >= 0).all()) and bool(found.isfinite().all())
    except (TypeError, ValueError, RuntimeError):  # torch refuses what is no number, or out of bounds
        possible = False
    if not possible:
        raise UserError(
            f"params.yaml: train.loss_options: {dict(options)} are values with which {name} is no loss: see "
            f"the bounds in podium/training/losses/{name}.py."
        )
