"""The member that looks at columns beside the images: models on them and on what the other members say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.tasks.task import LinkName
from podium.vote import encoding, models
from podium.vote.encoding import Encoding, Floats
from podium.vote.merging import Settle
from podium.vote.models import SMALLEST_INPUT, Model


def _centred(probs: Floats) -> Floats:
    logs = np.log(np.maximum(probs, SMALLEST_INPUT))
    return np.asarray(logs - logs.mean(1, keepdims=True))


def _log_odds(probs: Floats) -> Floats:
    sure = np.clip(probs, SMALLEST_INPUT, 1 - SMALLEST_INPUT)
    return np.asarray(np.log(sure) - np.log1p(-sure))


def _numbers(values: Floats) -> Floats:
    return values


# (n, c) predictions as a model takes them: classes' centred logarithms, labels' log odds, numbers.
INPUTS: dict[str, Callable[[Floats], Floats]] = {
    "softmax": _centred, "sigmoid": _log_odds, "identity": _numbers,
}  # fmt: skip


@dataclass(frozen=True)
class Stacked:
    """A model for each fold, on the other members' mean and on the columns."""

    encoding: Encoding
    models: list[Model]
    link: LinkName

    def __call__(self, probs: Floats, cells: pd.DataFrame, settle: Settle) -> Floats:
        """(f, t, c) of the other members' (m, f, t, c) and of the columns of the same images or rows."""
        beside = self.encoding(cells)
        return np.stack([
            settle(model(np.hstack([INPUTS[self.link](settle(probs[:, fold].mean(0))), beside])))
            for fold, model in enumerate(self.models)
        ])  # fmt: skip

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """As a bundle keeps the models: <fold>.<scorer>.<array>, and <fold>.known."""
        made: dict[str, NDArray[Any]] = {}
        for fold, model in enumerate(self.models):
            made[f"{fold}.known"] = model.known
            for number, scorer in enumerate(model.scorers):
                made |= {f"{fold}.{number}.{name}": array for name, array in scorer.arrays.items()}
        return made


def of_arrays(
    said: Sequence[dict[str, Any]], arrays: Mapping[str, NDArray[Any]], link: LinkName, columns: int
) -> Stacked:
    """What a bundle kept; said: the encoding, as the card has it."""
    scorers: dict[int, dict[int, dict[str, NDArray[Any]]]] = {}
    for name in arrays:
        fold, *rest = name.split(".")
        if rest != ["known"]:
            scorers.setdefault(int(fold), {}).setdefault(int(rest[0]), {})[rest[1]] = arrays[name]
    made = [
        models.of_arrays([of[number] for number in sorted(of)], link, arrays[f"{fold}.known"], columns)
        for fold, of in sorted(scorers.items())
    ]
    return Stacked(encoding.of_card(said), made, link)
