"""Who votes, as graphs: this run's networks, its probes, other experiments' networks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.contracts import facts, model, predictions, probe
from podium.experiments import revisions
from podium.export import engines, graphs, probes
from podium.export.card import Member
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
class Source:
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


def refuse_without_network(table: dict[str, Any]) -> None:
    """Raises UserError where columns beside the images or look-alikes vote: a bundle has networks alone."""
    for name, what in ((columns.NAME, "columns beside the images"), (neighbours.NAME, "look-alikes")):
        if any(one["name"] == name for one in table["members"]):
            raise UserError(
                f"data/ensemble: {what} vote, and a bundle sees images through networks alone: set "
                f"ensemble.{name}: none, run `dvc repro`, then export."
            )


def sources(params: EnsembleParams, names: Sequence[str]) -> list[Source]:
    """One source a voting member."""
    known = {revision[:7]: revision for revision in params.experiments}
    probed = {one.name for one in probe.read().probes}
    return [
        Source(name, Path(), probed=name in probed)
        if name in probed or name == "this run"
        else Source(name, revisions.fetch(known[name.rpartition("@")[2]], ARTIFACTS))
        for name in names
    ]


def write(source: Source, number: int, folds: Sequence[int], folder: Path, engine: str) -> Member:
    """Writes the member's graphs for those folds, one for all that share their frozen part."""
    if source.probed:
        parts = [probes.load(source.name, folds)]
        tta, used = TtaParams(), [IDENTITY]
    else:
        networks = [member(fold, "cpu", source.root / model.folder(fold)) for fold in folds]
        groups = alike(networks)
        together = len(groups) == 1 and networks[0].cut.frozen is not None
        parts = [_shared(networks)] if together else [_whole(one) for one in networks]
        tta, used = views(source.root, networks[0].network)
    files = []
    for part, some in enumerate(parts):
        files.append(f"member{number}_{part}{engines.SUFFIXES[engine]}")
        graph = graphs.NetworkGraph(some, used, tta)
        graphs.write(graph, graphs.squares(graph.sides), folder / files[-1])
    made = parts[0].preprocessing
    return Member(source.name, files, graphs.sides(used, made), made.resize, made.interpolation)


def _shared(networks: Sequence[FoldNetwork]) -> graphs.Folds:
    """All folds above their one frozen part."""
    first = networks[0]
    assert first.cut.frozen is not None
    temperatures = [one.temperature for one in networks]
    tails = [one.cut.tail for one in networks]
    return graphs.Folds(first.cut.frozen, tails, temperatures, first.network.preprocessing, first.link)


def _whole(one: FoldNetwork) -> graphs.Folds:
    """A fold by itself."""
    made = one.network.preprocessing
    return graphs.Folds(one.network.module, [graphs.AsItIs()], [one.temperature], made, one.link)


def views(root: Path, network: Network) -> tuple[TtaParams, list[View]]:
    """The views that predict kept in that run, and how it merged them."""
    tta = parse(TtaParams, read(root / "params.yaml"))
    told = facts.read(facts.Predicted, root / predictions.FOLDER)
    names = told.views if told is not None else []
    found = views_of(
        names, tta, network.preprocessing, network.minimum_size, network.fixed_size, network.name
    )
    return tta, [view for group in found.values() for view in group]
