"""One fold trained for the evidence: is a network worth training beside the probes? Imports torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from podium.contracts import predictions
from podium.contracts.images import below_data
from podium.contracts.probe import FOLDER, Chosen
from podium.contracts.trials import Trial
from podium.features.items import IDENTITY, items_of
from podium.linear.links import LINKS
from podium.networks.passes import flops
from podium.selection import deciding
from podium.selection.material import Material
from podium.training.prepared import Prepared
from podium.training.record import finished
from podium.tta.members import FoldNetwork, Inputs, logits_of, member

JUDGED = 1000  # unlabelled images that foretell what averaging gains, and at most as many that were learnt


@dataclass(frozen=True)
class Sight:
    """Trained networks, and the images that they can be shown."""

    members: list[FoldNetwork]
    material: Material
    first: Prepared

    def votes(self, places: Mapping[int, NDArray[np.int64]]) -> list[NDArray[np.float64]]:
        """(n, c) logits of each fold's network on its rows of the images."""
        request = self.first.request
        items = items_of(below_data(self.material.images))
        seen = Inputs(items, places, [IDENTITY], self.first.device, request.data)
        found = logits_of(self.members, seen, request.features.budget_gb)
        return [found[one.fold][0].astype(np.float64) for one in self.members]

    def judged(self, wanted: Mapping[int, NDArray[np.int64]]) -> deciding.Judged:
        """Those on labelled images, by their place in the case, and what is given for them."""
        case = self.material.case
        votes = self.votes({fold: case.rows[rows] for fold, rows in wanted.items()})
        given = np.concatenate([case.given[wanted[one.fold]] for one in self.members])
        return deciding.Judged(np.concatenate(votes), given.astype(np.float64))


@dataclass(frozen=True)
class Seen:
    """Trained networks, and what they say of images."""

    sight: Sight
    homes: dict[int, NDArray[np.int64]]  # fold -> its rows of the case
    held: deciding.Judged  # of all homes, fold by fold
    learnt: deciding.Judged


@dataclass(frozen=True)
class Tried:
    """A trial, what it trained, and its better vote's losses on images held back."""

    seen: Seen
    trial: Trial
    losses: NDArray[np.float64]  # (n,)
    groups: list[str]  # (n,)

    @property
    def prepared(self) -> Prepared:
        """The first of its folds."""
        return self.seen.sight.first

    @property
    def least(self) -> float:
        """The loss of the network, or of its vote with the probes."""
        return min(self.trial.network, self.trial.both)


def multiply_adds(prepared: Prepared, folds: int) -> float:
    """Of training that many folds."""
    shown = prepared.resolved.epochs * len(prepared.rows)
    return flops(prepared.outlook.tail, prepared.outlook.shape) / 2 * deciding.BACKWARD * shown * folds


def run(prepared: Sequence[Prepared], material: Material, probes: Chosen, count: int) -> Tried:
    """Trains the folds of `prepared` (or finds them trained) and judges them together beside the probes.

    Each image is judged by its own fold's network. `count` folds would be averaged.
    """
    case = material.case
    members = [member(one.request.fold, one.device, finished.obtain(one)) for one in prepared]
    sight = Sight(members, material, prepared[0])
    homes = {one.fold: np.flatnonzero(case.folds == one.fold) for one in members}
    taught = {one.fold: _few(np.flatnonzero((case.folds >= 0) & (case.folds != one.fold))) for one in members}
    return beside(probes, Seen(sight, homes, sight.judged(homes), sight.judged(taught)), count)


def beside(probes: Chosen, seen: Seen, count: int) -> Tried:
    """Networks that are trained judged beside those probes."""
    homes, material, first = seen.homes, seen.sight.material, seen.sight.first
    case = material.case
    known = np.concatenate([_probes(probes, material, fold, "oof", case.rows[homes[fold]]) for fold in homes])
    groups = [case.groups[row] for row in np.concatenate(list(homes.values()))]
    size = first.network.preprocessing.size
    asked = first.request.train.lr
    rate = None if asked == "auto" else asked
    plan = deciding.Plan(list(homes), size, first.parts.name, first.resolved.epochs, rate)
    averaged = _averaged(seen.sight, probes, count)
    told, losses = deciding.judge(plan, known, seen.held, seen.learnt, groups, averaged, case.link)
    return Tried(seen, told, losses, groups)


def probed(fold: int, material: Material, probes: Chosen) -> tuple[NDArray[np.float64], list[str]]:
    """(n,) the probes' losses on the fold's images, out of fold, and these images' groups."""
    case = material.case
    rows = np.flatnonzero(case.folds == fold)
    logits = _probes(probes, material, fold, "oof", case.rows[rows])
    losses = LINKS[case.link].losses(logits, case.given[rows].astype(np.float64))
    return losses, [case.groups[row] for row in rows]


def _few(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Evenly spread over all, ascending."""
    return rows[:: max(1, -(-len(rows) // JUDGED))]


def _averaged(sight: Sight, probes: Chosen, count: int) -> dict[str, float]:
    """What averaging `count` folds will add to each vote, by unlabelled images; 0 of one fold."""
    case, rows = sight.material.case, _few(sight.material.test)
    folds = [one.fold for one in sight.members]
    if len(folds) < 2:
        return dict.fromkeys(deciding.votes(np.empty(0), np.empty(0)), 0.0)
    networks = sight.votes(dict.fromkeys(folds, rows))
    known = [_probes(probes, sight.material, fold, "test", rows) for fold in folds]
    pairs = [deciding.votes(one, other) for one, other in zip(known, networks, strict=True)]
    return {
        name: deciding.averaging(np.array([pair[name] for pair in pairs]), case.link, count)
        for name in pairs[0]
    }


def _probes(
    probes: Chosen, material: Material, fold: int, part: str, rows: NDArray[np.int64], folder: Path = FOLDER
) -> NDArray[np.float64]:
    """(n, c) logits of the mean of a fold's probes on those rows of the images."""
    case = material.case
    ids = material.ids(rows)
    found = []
    for one in probes.probes:
        file = predictions.path(fold, part, folder / one.name)
        names, values = predictions.read(file, case.given.shape[1], material.task)
        told = dict(zip(names, values, strict=True))
        found.append(np.array([told[name] for name in ids], np.float64).reshape(len(ids), -1))
    return LINKS[case.link].logits(np.asarray(np.mean(found, axis=0)))
