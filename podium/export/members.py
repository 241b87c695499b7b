"""Who votes, as graphs: this run's networks, its probes, other experiments' networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from podium.contracts import facts, model, predictions, probe, refit
from podium.experiments import revisions
from podium.export import engines, graphs, probes
from podium.export.card import BundleMember
from podium.features.items import IDENTITY, View
from podium.foundation.errors import UserError
from podium.foundation.params import parse, read
from podium.networks.build import Network
from podium.tta.members import FoldNetwork, alike, member
from podium.tta.params import TtaParams
from podium.tta.views import views_of
from podium.vote import columns, neighbours
from podium.vote.params import EnsembleParams

ARTIFACTS = ("models", f"{predictions.FOLDER}/{facts.FILE}", "params.yaml")


@dataclass(frozen=True)
class MemberFiles:
    """Where a member's models and settings lie: this workspace, or another revision's files."""

    name: str
    root: Path
    probed: bool = False  # a linear probe of this run, not a trained network


def refuse_external(params: EnsembleParams) -> None:
    """Raises UserError for predictions made elsewhere: they have no network."""
    if params.external:
        raise UserError(
            f"{params.external[0].test} votes with predictions made outside Podium, which has no network to "
            "export: take it out of ensemble.external, run `dvc repro`, then export."
        )


def sources(params: EnsembleParams, names: Sequence[str]) -> list[MemberFiles]:
    """One source a member that has networks."""
    known = {revision[:7]: revision for revision in params.experiments}
    probed = {one.name for one in probe.read().probes}
    return [
        MemberFiles(name, Path(), probed=name in probed)
        if name in probed or name == "this run"
        else MemberFiles(name, _fetched(known[name.rpartition("@")[2]]))
        for name in names
        if name not in (columns.NAME, neighbours.NAME)
    ]


def _fetched(revision: str) -> Path:
    """The revision's models, and its refits where they vote."""
    root = revisions.fetch(revision, ARTIFACTS)
    told = facts.read(facts.Predicted, root / predictions.FOLDER)
    if told is None or told.refit == "none":
        return root
    return revisions.fetch(revision, (*ARTIFACTS, model.REFITS.as_posix()))


@dataclass(frozen=True)
class VotingNetworks:
    """The networks of a trained member whose predictions stand for `count` folds."""

    networks: list[FoldNetwork]  # the folds' (none where refits stand for them), then refits'
    count: int
    share: float  # [0, 1]: the refits' part

    def mixed(self, made: NDArray[np.float64]) -> NDArray[np.float64]:
        """Predictions (networks, n, c) as (count, n, c)."""
        if not self.share:
            return made
        refits = made[-self.refits :].mean(0, keepdims=True)
        trained = made[: -self.refits] if self.share < 1 else np.zeros((self.count, *made.shape[1:]))
        return np.asarray((1 - self.share) * trained + self.share * refits)

    @property
    def refits(self) -> int:
        """How many of the networks learnt from every fold."""
        return len(self.networks) - (self.count if self.share < 1 else 0)


def voting(source: MemberFiles, folds: Sequence[int]) -> VotingNetworks:
    """Who predicts test images for the member: the networks of those folds, or refits, or both."""
    told = facts.read(facts.Predicted, source.root / predictions.FOLDER)
    networks = told.refit_networks if told is not None else 0
    part = refit.share(told.refit, len(folds), networks) if told is not None else 0.0
    who = [*(folds if part < 1 else ()), *(refit.folds_of(networks) if part else ())]
    return VotingNetworks(
        [member(one, "cpu", source.root / model.folder(one)) for one in who], len(folds), part
    )


def write(source: MemberFiles, number: int, folds: Sequence[int], folder: Path, engine: str) -> BundleMember:
    """Writes the member's graphs for those folds, one for all that share their frozen part."""
    if source.probed:
        parts = [probes.load(source.name, folds)]
        made: list[nn.Module] = [graphs.NetworkGraph(parts[0], [IDENTITY], TtaParams())]
        used = [IDENTITY]
    else:
        who = voting(source, folds)
        parts = _parts(who)
        tta, used = views(source.root, who.networks[0].network)
        seen = [graphs.NetworkGraph(part, used, tta) for part in parts]
        made = [graphs.Mixed(one, who.count, who.share) for one in seen] if who.share else [*seen]
    how = parts[0].preprocessing
    sides = graphs.sides(used, how)
    files = [f"member{number}_{part}{engines.SUFFIXES[engine]}" for part in range(len(made))]
    for graph, file in zip(made, files, strict=True):
        graphs.write(graph, graphs.squares(sides), folder / file)
    return BundleMember(source.name, files, sides, how.resize, how.interpolation)


def _parts(who: VotingNetworks) -> list[graphs.SharedTrunk]:
    """What becomes a graph each: all above one frozen part; else each by itself, or all if they are mixed."""
    networks = who.networks
    if len(alike(networks)) == 1 and networks[0].cut.frozen is not None:
        return [_shared(networks)]
    return [_side_by_side(networks)] if who.share else [_whole(one) for one in networks]


def _shared(networks: Sequence[FoldNetwork]) -> graphs.SharedTrunk:
    """All folds above their one frozen part."""
    first = networks[0]
    assert first.cut.frozen is not None
    tails = [one.cut.tail for one in networks]
    return graphs.SharedTrunk(first.cut.frozen, tails, first.network.preprocessing, first.link)


def _whole(one: FoldNetwork) -> graphs.SharedTrunk:
    """A fold by itself."""
    made = one.network.preprocessing
    return graphs.SharedTrunk(one.network.module, [graphs.AsItIs()], made, one.link)


def _side_by_side(networks: Sequence[FoldNetwork]) -> graphs.SharedTrunk:
    """Networks that share nothing, in one graph."""
    first = networks[0]
    modules = [one.network.module for one in networks]
    return graphs.SharedTrunk(graphs.AsItIs(), modules, first.network.preprocessing, first.link)


def views(root: Path, network: Network) -> tuple[TtaParams, list[View]]:
    """The views that predict kept in that run, and how it merged them."""
    tta = parse(TtaParams, read(root / "params.yaml"))
    told = facts.read(facts.Predicted, root / predictions.FOLDER)
    names = told.views if told is not None else []
    found = views_of(
        names, tta, network.preprocessing, network.minimum_size, network.fixed_size, network.name
    )
    return tta, [view for group in found.values() for view in group]
