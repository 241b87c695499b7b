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
from podium.vote import voter as voters
from podium.vote.calibration import Calibration
from podium.vote.graph import MEANS, normalised
from podium.vote.voter import SMALLEST, Learnt, Voter

BATCH = 16  # images a run: fixed, because a fixed shape exports exactly; predict.py pads the last one
OPSET = 20  # the first with affine grids, which small rotations need
TOLERANCE = 1e-4  # between the graph's probabilities and ours
TINY = 1e-12  # podium.tta.merge's
WHITE = 255.0


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
    """Members' probabilities (m, f, n, k) to the vote (n, k), calibrated fold by fold as ensemble does.

    Raises UserError for a voter that no graph can express.
    """

    def __init__(self, name: str, learnt: Learnt, calibration: Calibration) -> None:
        super().__init__()
        voter = voters.load(name)
        if reason := without_graph(voter):
            raise UserError(
                f"the {name} vote {reason} and cannot be exported: set ensemble.voter to one of "
                f"{', '.join(exportable())}, run `dvc repro`, then export."
            )
        self.vote, self.mean = voter.graph(learnt), MEANS[voter.merge_folds]
        self.power = 1 / calibration.temperature
        self.register_buffer("priors", torch.tensor(calibration.priors, dtype=torch.float32))

    def forward(self, probs: Tensor) -> Tensor:
        voted = self.vote(probs)  # (f, n, k)
        turned = normalised(voted.clamp(min=SMALLEST) ** self.power * self.get_buffer("priors"))
        return self.mean(turned)


def without_graph(voter: Voter) -> str:
    """Why no graph can express the vote; "" where one can."""
    return str(getattr(voter, "NO_GRAPH", ""))


def exportable() -> list[str]:
    """The voters that a graph can express, the simplest first."""
    return [name for name in voters.by_complexity() if not without_graph(voters.load(name))]


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
