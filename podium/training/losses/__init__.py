"""One file a loss; `train.loss` names the file, `train.loss_options` its keyword arguments.

A loss is a function `loss(logits, targets, **options)`: logits (n, k), targets (n, k) with rows that sum to 1
(one-hot, mixed or a teacher's), result (n,), one value a row; the engine weights the rows and averages.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import Tensor

from podium.errors import UserError

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
    return partial(function, **options)
