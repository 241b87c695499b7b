"""One file a loss; `train.loss` names the file, `train.loss_options` its keyword arguments.

A loss is a function `loss(logits, targets, **options)`: logits (n, k), targets (n, k) with rows that sum to 1
(one-hot, mixed or a teacher's), result (n,), one value a row; the engine weights the rows and averages.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from podium.foundation.errors import UserError

Loss = Callable[[Tensor, Tensor], Tensor]


def load(name: str, options: Mapping[str, Any]) -> Loss:
    """The loss of that file with its options. Raises UserError naming an option that it does not take."""
    function = importlib.import_module(f"podium.training.losses.{name}").loss
    known = list(inspect.signature(function).parameters)[2:]
    for option in options:
        if option not in known:
            allowed = ", ".join(known) or "none"
            raise UserError(
                f"params.yaml: train.loss_options: {option} is no option of the loss {name}, "
                f"which takes {allowed}: remove it or choose another train.loss."
            )
    chosen: Loss = partial(function, **options)
    _try(name, chosen, options)
    return chosen


def _try(name: str, loss: Loss, options: Mapping[str, Any]) -> None:
    """Raises UserError where the options' values make the loss of some row no number from 0 on."""
    logits, targets = torch.tensor([[3.0, 0.0, -3.0]] * 3), torch.eye(3)
    try:
        found = loss(logits, targets)
        possible = bool((found >= 0).all()) and bool(found.isfinite().all())
    except (TypeError, ValueError, RuntimeError):  # torch refuses what is no number, or out of bounds
        possible = False
    if not possible:
        raise UserError(
            f"params.yaml: train.loss_options: {dict(options)} are values with which {name} is no loss: see "
            f"the bounds in podium/training/losses/{name}.py."
        )
