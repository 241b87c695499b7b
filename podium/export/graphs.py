"""Members and voters as ONNX graphs: pixels to probabilities, and members' probabilities to the vote."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from podium.contracts.model import Preprocessing
from podium.features.items import View
from podium.foundation.errors import UserError
from podium.tta.params import TtaParams
from podium.vote.calibration import Calibration
from podium.vote.voter import SMALLEST, SMALLEST_INPUT, Learnt, WeightedMean
from podium.vote.voters.stacking import Softmax

BATCH = 16  # images a run: fixed, because a fixed shape exports exactly; predict.py pads the last one
OPSET = 20  # the first with affine grids, which small rotations need
TOLERANCE = 1e-4  # between the graph's probabilities and ours
TINY = 1e-12  # podium.tta.merge's
WHITE = 255.0
ABSENT = -1e9  # the logit of a class without a training image: its probability is 0


class NetworkGraph(nn.Module):
    """uint8 RGB squares (b, side, side, 3), one input a side, to probabilities (b, k) merged over views."""

    def __init__(
        self,
        network: nn.Module,
        preprocessing: Preprocessing,
        views: Sequence[View],
        tta: TtaParams,
        temperature: float,
    ) -> None:
        super().__init__()
        self.network, self.views, self.tta, self.temperature = network, list(views), tta, temperature
        self.sides = sides(views, preprocessing)
        self.places = [self.sides.index(side_of(view, preprocessing)) for view in views]
        self.register_buffer("mean", torch.tensor(preprocessing.mean).view(1, 3, 1, 1) * WHITE)
        self.register_buffer("std", torch.tensor(preprocessing.std).view(1, 3, 1, 1) * WHITE)

    def forward(self, *pixels: Tensor) -> Tensor:
        batches = [
            (square.permute(0, 3, 1, 2).float() - self.get_buffer("mean")) / self.get_buffer("std")
            for square in pixels
        ]
        looks = [view.apply(batches[place]) for view, place in zip(self.views, self.places, strict=True)]
        logits = torch.stack([self.network(look) for look in looks]) / self.temperature
        if self.tta.of == "logits":
            return torch.softmax(_merged(logits, self.tta.merge), -1)
        merged = _merged(torch.softmax(logits, -1), self.tta.merge)
        return merged / merged.sum(-1, keepdim=True)


class VoteGraph(nn.Module):
    """Members' probabilities (m, f, n, k) to the vote (n, k), calibrated fold by fold as ensemble does."""

    def __init__(self, name: str, combine: Learnt, calibration: Calibration, fold_mean: str) -> None:
        super().__init__()
        self.name, self.fold_mean = name, fold_mean
        self.power = 1 / calibration.temperature
        self.register_buffer("priors", torch.tensor(calibration.priors, dtype=torch.float32))
        for key, value in _tensors(name, combine).items():
            self.register_buffer(key, value)

    def forward(self, probs: Tensor) -> Tensor:
        voted = FORMS[self.name](self, probs)  # (f, n, k)
        turned = _normal(voted.clamp(min=SMALLEST) ** self.power * self.get_buffer("priors"))
        return _geometric(turned) if self.fold_mean == "geometric" else _normal(turned.mean(0))


def _normal(values: Tensor) -> Tensor:
    return values / values.sum(-1, keepdim=True)


def _geometric(probs: Tensor) -> Tensor:
    return _normal(probs.clamp(min=SMALLEST).log().mean(0).exp())


def _mean(vote: VoteGraph, probs: Tensor) -> Tensor:
    return _normal(probs.mean(0))


def _weighted(vote: VoteGraph, probs: Tensor) -> Tensor:
    return _normal((probs * vote.get_buffer("weights")).sum(0))


def _hard(vote: VoteGraph, probs: Tensor) -> Tensor:
    classes = torch.arange(probs.shape[-1])
    return (probs.argmax(-1, keepdim=True) == classes).float().mean(0)


def _stacked(vote: VoteGraph, probs: Tensor) -> Tensor:
    logs = probs.clamp(min=SMALLEST_INPUT).log()
    inputs = torch.cat(list((logs - logs.mean(-1, keepdim=True)).unbind(0)), -1)
    return torch.softmax(inputs @ vote.get_buffer("weights") + vote.get_buffer("offsets"), -1)


FORMS = {
    "soft": _mean,
    "geometric": lambda vote, probs: _geometric(probs),
    "hard": _hard,
    "weighted": _weighted,
    "hill_climbing": _weighted,
    "stacking": _stacked,
}


REFUSED = {
    "rank_mean": "depends on which other images are there",
    "boosting": "is made of trees",
    "svm": "looks at images through one more network",
}


def _tensors(name: str, combine: Learnt) -> dict[str, Tensor]:
    """What a voter learnt. Raises UserError for one that no graph can express."""
    if name not in FORMS:
        raise UserError(
            f"the {name} vote {REFUSED[name]} and cannot be exported: set ensemble.voter to one of "
            f"{', '.join(FORMS)}, run `dvc repro`, then export."
        )
    if isinstance(combine, WeightedMean):
        return {"weights": torch.tensor(combine.weights, dtype=torch.float32).view(-1, 1, 1, 1)}
    if not isinstance(combine, Softmax):
        return {}
    weights = np.zeros((len(combine.weights), combine.classes))
    offsets = np.full(combine.classes, ABSENT)
    weights[:, combine.seen], offsets[combine.seen] = combine.weights, combine.offsets
    return {
        "weights": torch.tensor(weights, dtype=torch.float32),
        "offsets": torch.tensor(offsets, dtype=torch.float32),
    }


def _merged(values: Tensor, how: str) -> Tensor:
    if how == "gmean":
        return values.clamp(min=TINY).log().mean(0).exp()
    return values.amax(0) if how == "max" else values.mean(0)


def side_of(view: View, preprocessing: Preprocessing) -> int:
    """Pixels of the square that a view takes."""
    return round(preprocessing.size * view.canvas)


def sides(views: Sequence[View], preprocessing: Preprocessing) -> list[int]:
    """The squares that the views take, ascending."""
    return sorted({side_of(view, preprocessing) for view in views})


def write(module: nn.Module, inputs: dict[str, Tensor], path: Path, rows: str | None = None) -> None:
    """Writes the graph and checks it: the same numbers as PyTorch gives, to 1e-4.

    `rows` names the one input whose third axis may have any length; else every shape is fixed.
    """
    module.eval()
    axes = {rows: {2: "images"}, "out": {0: "images"}} if rows else None
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=["out"],
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
        wanted = module(*inputs.values()).numpy()
    found = run(path, {name: value.numpy() for name, value in inputs.items()})
    apart = float(np.abs(found - wanted).max())
    assert apart <= TOLERANCE, f"{path.name}: ONNX differs from PyTorch by {apart:.1e}"


def run(path: Path, feed: dict[str, NDArray[np.generic]]) -> NDArray[np.float32]:
    """What onnxruntime makes of the inputs."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    out: NDArray[np.float32] = session.run(None, feed)[0]
    return out


def squares(made: list[int], seed: int = 0) -> dict[str, Tensor]:
    """Random uint8 inputs of a member's graph."""
    generator = torch.Generator().manual_seed(seed)
    shape = [(BATCH, side, side, 3) for side in made]
    values = [torch.randint(0, 256, one, generator=generator, dtype=torch.uint8) for one in shape]
    return {f"pixels{side}": value for side, value in zip(made, values, strict=True)}
