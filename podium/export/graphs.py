"""Members and voters as graphs: pixels to predictions of every fold, and members' predictions to the vote."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from podium.contracts.model import Preprocessing
from podium.export import engines
from podium.features.items import View
from podium.foundation.errors import UserError
from podium.tasks.task import LinkName, Task
from podium.tta.params import TtaParams
from podium.vote import voter as voters
from podium.vote.calibration import Calibration
from podium.vote.cutting import DECIDED, LEAD, placed, regrade, warp
from podium.vote.graph import MEANS
from podium.vote.voter import SMALLEST, Learnt, Voter

BATCH = 32  # images a run: fixed, because a fixed shape exports exactly; the last one is filled up
OPSET = 20  # the first with affine grids, which small rotations need
TOLERANCE = 1e-4  # between the graph's numbers and ours
TINY = 1e-12  # podium.tta.merge's
WHITE = 255.0
Rows = dict[str, int]  # an input -> its axis that may have any length
NO_ROWS: Rows = {}
VOTED: Rows = {"probs": 2, "features": 0}  # of a vote's graph
CHECKED = 4  # images on which a vote's graph is made


@dataclass(frozen=True)
class SharedTrunk:
    """The networks of some folds that share their first part: tail(trunk(images)) gives a fold's logits."""

    trunk: nn.Module
    tails: Sequence[nn.Module]
    preprocessing: Preprocessing
    link: LinkName


class AsItIs(nn.Module):
    """The tail of a network that shares nothing."""

    def forward(self, logits: Tensor) -> Tensor:
        """The logits."""
        return logits


class NetworkGraph(nn.Module):
    """uint8 RGB squares (b, side, side, 3), one input a side, to predictions (f, b, c) merged over views."""

    def __init__(self, folds: SharedTrunk, views: Sequence[View], tta: TtaParams) -> None:
        super().__init__()
        made = folds.preprocessing
        self.trunk, self.tails = folds.trunk, nn.ModuleList(folds.tails)
        self.views, self.tta, self.link = list(views), tta, folds.link
        self.sides = sides(views, made)
        self.places = [self.sides.index(side_of(view, made)) for view in views]
        self.register_buffer("mean", torch.tensor(made.mean).view(1, 3, 1, 1) * WHITE)
        self.register_buffer("std", torch.tensor(made.std).view(1, 3, 1, 1) * WHITE)

    def forward(self, *pixels: Tensor) -> Tensor:
        batches = [
            (square.permute(0, 3, 1, 2).float() - self.get_buffer("mean")) / self.get_buffer("std")
            for square in pixels
        ]
        seen = [
            self.trunk(view.apply(batches[place]))
            for view, place in zip(self.views, self.places, strict=True)
        ]
        return torch.stack([self._merged(torch.stack([tail(one) for one in seen])) for tail in self.tails])

    def _merged(self, logits: Tensor) -> Tensor:
        """podium.tta.merge."""
        how = "mean" if self.link == "identity" else self.tta.merge
        if self.tta.of == "logits":
            return LINKS[self.link](_over_views(logits, how))
        merged = _over_views(LINKS[self.link](logits), how)
        return merged / merged.sum(-1, keepdim=True) if self.link == "softmax" else merged


class Mixed(nn.Module):
    """A graph of `folds` networks, then refits, as (f, b, c) of the folds, each with the refits' part.

    Where the refits stand for the folds (share 1) the graph is of them alone.
    """

    def __init__(self, graph: NetworkGraph, folds: int, share: float) -> None:
        super().__init__()
        self.graph, self.folds, self.share = graph, folds, share

    def forward(self, *pixels: Tensor) -> Tensor:
        found: Tensor = self.graph(*pixels)
        if self.share == 1:
            return found.mean(0, keepdim=True).repeat(self.folds, 1, 1)
        refits = found[self.folds :].mean(0, keepdim=True)
        return (1 - self.share) * found[: self.folds] + self.share * refits


LINKS: dict[str, Callable[[Tensor], Tensor]] = {
    "softmax": lambda logits: torch.softmax(logits, -1),
    "sigmoid": torch.sigmoid,
    "identity": lambda logits: logits,
}


def _over_views(values: Tensor, how: str) -> Tensor:
    if how == "gmean":
        return values.clamp(min=TINY).log().mean(0).exp()
    return values.amax(0) if how == "max" else values.mean(0)


TURNS: dict[Any, str] = {warp: "cuts", regrade: "grades", placed: "unknown"}


class VoteGraph(nn.Module):
    """Members' predictions (m, f, n, c), float64, to the vote (n, c), calibrated as ensemble does.

    A voter that looks at images takes their features (n, d), float32, too.

    Raises UserError for a voter that no graph can express.
    """

    def __init__(
        self, name: str, learnt: Learnt, calibration: Calibration, task: Task, seen: np.ndarray | None = None
    ) -> None:
        super().__init__()
        voter = voters.load(name)
        refuse_without_graph(name)
        self.vote, self.mean = voter.graph(learnt), MEANS[voter.merge_folds]
        self.task, self.power = task, 1 / calibration.temperature
        self.kind = TURNS.get(calibration.turn, "")
        cuts = np.zeros(0) if calibration.cuts is None else calibration.cuts
        self.register_buffer("priors", torch.tensor(calibration.priors, dtype=torch.float64))
        self.register_buffer("cuts", torch.tensor(cuts, dtype=torch.float64))
        ends = np.zeros((2, 0)) if seen is None or not len(seen) else np.stack([seen.min(0), seen.max(0)])
        self.register_buffer("ends", torch.tensor(ends, dtype=torch.float64))

    def forward(self, probs: Tensor, *features: Tensor) -> Tensor:
        turned = self._calibrated(self._settled(self.vote(probs, *features)))  # (f, n, c)
        return self._settled(self.mean(turned))

    def _settled(self, scores: Tensor) -> Tensor:
        """The task's `normalise`."""
        if self.task.link == "softmax":
            return scores / scores.sum(-1, keepdim=True)
        if self.task.link == "sigmoid":
            return scores.clamp(0, 1)
        low, high = self.get_buffer("ends")
        return torch.minimum(torch.maximum(scores, low), high)

    def _calibrated(self, probs: Tensor) -> Tensor:
        """podium.vote.calibration.Calibration."""
        cuts = self.get_buffer("cuts")
        if self.kind == "cuts" and self.task.link == "sigmoid":
            below, above = DECIDED * probs / cuts, 1 - DECIDED * (1 - probs) / (1 - cuts)
            return torch.where(probs < cuts, below, above)
        if self.kind == "grades":
            grades = torch.arange(probs.shape[-1], dtype=probs.dtype)
            expected = (probs * grades).sum(-1, keepdim=True)
            decided = (cuts <= expected).sum(-1, keepdim=True)
            kept = (1 - LEAD) / 2
            return kept * probs + (1 - kept) * (decided == grades).to(probs.dtype)
        if self.kind == "unknown":
            mine = torch.arange(probs.shape[-1]) == cuts[0]
            turned = torch.where(mine, torch.maximum(probs * cuts[1], cuts[2]), probs)
            return turned / turned.sum(-1, keepdim=True)
        if self.task.link != "softmax":
            return probs
        turned = probs.clamp(min=SMALLEST) ** self.power * self.get_buffer("priors")
        return turned / turned.sum(-1, keepdim=True)


def refuse_without_graph(name: str) -> None:
    """Raises UserError where no graph can express the vote."""
    if reason := without_graph(voters.load(name)):
        raise UserError(
            f"the {name} vote {reason} and cannot be exported: set ensemble.voter to one of "
            f"{', '.join(exportable())}, run `dvc repro`, then export."
        )


def without_graph(voter: Voter) -> str:
    """Why no graph can express the vote; "" where one can."""
    return str(getattr(voter, "NO_GRAPH", ""))


def exportable() -> list[str]:
    """The voters that a graph can express, the simplest first."""
    return [name for name in voters.by_complexity() if not without_graph(voters.load(name))]


def side_of(view: View, preprocessing: Preprocessing) -> int:
    """Pixels of the square that a view takes."""
    return round(preprocessing.size * view.canvas)


def sides(views: Sequence[View], preprocessing: Preprocessing) -> list[int]:
    """The squares that the views take, ascending."""
    return sorted({side_of(view, preprocessing) for view in views})


def write(module: nn.Module, inputs: dict[str, Tensor], path: Path, rows: Rows = NO_ROWS) -> None:
    """Writes the graph, as the path's suffix says, and checks it: PyTorch's own numbers to 1e-4.

    rows: the axis of inputs that may have any length; else every shape is fixed.
    """
    module.eval()
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing is deprecated, and no newer form runs in older versions
        WRITERS[path.suffix](module, inputs, path, rows)
        wanted = module(*inputs.values()).numpy()
    found = engines.graph(path, "cpu")([value.numpy() for value in inputs.values()])
    apart = float(np.abs(found - wanted).max())
    if not apart <= TOLERANCE:
        raise UserError(f"{path.name} differs from the network that it was made of by {apart:.1e}.")


def _torch(module: nn.Module, inputs: dict[str, Tensor], path: Path, _rows: Rows) -> None:
    made = torch.jit.trace(module, tuple(inputs.values()), check_trace=False)  # type: ignore[no-untyped-call]
    torch.jit.save(made, str(path))


def _onnx(module: nn.Module, inputs: dict[str, Tensor], path: Path, rows: Rows) -> None:
    torch.onnx.export(
        module,
        tuple(inputs.values()),
        str(path),
        input_names=list(inputs),
        output_names=["out"],
        dynamic_axes={name: {axis: "images"} for name, axis in (rows | {"out": 0}).items()} if rows else None,
        opset_version=OPSET,
        dynamo=False,
    )


WRITERS = {".pt": _torch, ".onnx": _onnx}


def squares(made: list[int], seed: int = 0) -> dict[str, Tensor]:
    """Random uint8 inputs of a member's graph."""
    generator = torch.Generator().manual_seed(seed)
    shape = [(BATCH, side, side, 3) for side in made]
    values = [torch.randint(0, 256, one, generator=generator, dtype=torch.uint8) for one in shape]
    return {f"pixels{side}": value for side, value in zip(made, values, strict=True)}
