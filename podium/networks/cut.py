"""Where training begins: the frozen part below the cut, which runs once, and the tail above it."""

from dataclasses import dataclass

import torch
from torch import nn

from podium.foundation.errors import UserError
from podium.networks.build import Network
from podium.networks.graph import TracedGraph, clean, halves, trace
from podium.networks.params import PORTABLE_CUTS
from podium.networks.stages import stage_ends

# What `auto` freezes, by the beginning or middle of a network's name: the first of the names that the
# network has, else last_stage. On signs at 128 px, lite0 cut at block 4 gave 0.994 and at block 5 0.981.
AUTO = (
    ("efficientnet", ("blocks.3", "features.4")),
    ("mobilenet", ("last_two_stages",)),
)
AUTO_ELSE = "last_stage"
LISTED = 24  # module names that a sentence lists


@dataclass(frozen=True)
class Cut:
    """A network in two parts that share its parameters: tail(frozen(images)) == module(images)."""

    frozen: nn.Module | None  # eval mode, without gradients; None: the tail takes images
    tail: nn.Module  # what trains; its modules keep their names
    name: str  # what `freeze` became: none, head, or the module up to which all is frozen
    sentence: str


class Partly(nn.Module):
    """A whole network some of whose modules stay frozen, in eval mode, whatever train() says."""

    def __init__(self, network: nn.Module, frozen: list[nn.Module]) -> None:
        super().__init__()
        self.network = network
        self._frozen = tuple(frozen)
        for module in self._frozen:
            module.requires_grad_(False)

    def forward(self, images):  # type: ignore[no-untyped-def]
        """Logits (n, k) of images (n, 3, size, size)."""
        return self.network(images)

    def train(self, mode: bool = True) -> "Partly":
        """Sets the mode of all but the frozen modules."""
        super().train(mode)
        for module in self._frozen:
            module.eval()
        return self


class WholeNetwork(nn.Module):
    """A cut network put together again, to train from images: the frozen part in eval mode, then the tail."""

    def __init__(self, frozen: nn.Module, tail: nn.Module) -> None:
        super().__init__()
        self.frozen, self.tail = frozen, tail

    def forward(self, images):  # type: ignore[no-untyped-def]
        """Logits (n, k) of images (n, 3, size, size)."""
        with torch.no_grad():
            found = self.frozen(images)
        return self.tail(found)

    def train(self, mode: bool = True) -> "WholeNetwork":
        """Sets the tail's mode."""
        super().train(mode)
        self.frozen.eval()
        return self


def from_images(cut: Cut) -> nn.Module:
    """What trains when features are not kept: images to logits, the frozen part as it is."""
    return cut.tail if cut.frozen is None else WholeNetwork(cut.frozen, cut.tail)


def cut(network: Network, freeze: str = "auto", device: str = "cpu") -> Cut:
    """Cuts `network` so that all up to and including `freeze` stays as it is.

    `freeze` is auto, none, head (all but the head), last_stage, last_two_stages (all before them), or a
    module's name: that module and everything that runs before it. Raises UserError for a name that the
    network does not have. A network that cannot be cut there trains from images, its frozen modules in
    eval mode, and the sentence says so.
    """
    module = network.module
    if freeze == "auto" and (device != "cpu" or network.weights == "random"):
        why = "its weights are random" if network.weights == "random" else f"a {device} device has the power"
        return _whole(network, f"freeze: auto trains all of {network.name}, because {why}")
    if freeze == "none":
        return _whole(network, f"all of {network.name} trains, from images")
    named = freeze if freeze not in PORTABLE_CUTS else ""
    if named and named not in dict(module.named_modules()):
        raise UserError(
            f"params.yaml: freeze: {network.name} has no module {named!r}: give one of "
            f"{', '.join(PORTABLE_CUTS)}, {', '.join(_right_names(network))}."
        )
    graph = trace(module, network.preprocessing.size, network.head, named)
    if graph is None:
        return _uncut(network, freeze, "its code cannot be followed")
    place = _place(network, graph, freeze)
    node = graph.inputs[network.head] if place == "head" else graph.outputs.get(place)
    if node is None or not clean(graph, node):
        return _uncut(network, place, f"more than one value passes {place}")
    frozen, tail = halves(module, graph, node)
    kept = {id(p) for p in tail.parameters()}
    for parameter in frozen.parameters():
        if id(parameter) not in kept:
            parameter.requires_grad_(False)
    shape = "x".join(map(str, graph.shapes[node][1:]))
    said = f"freeze: {freeze}" + (f" became {place}" if place != freeze else "")
    return Cut(
        frozen.eval(),
        tail,
        place,
        f"{said}: {network.name} trains {_share(network, tail)} on {shape} features",
    )


def _place(network: Network, graph: TracedGraph, freeze: str) -> str:
    """The module's name (or head) that a portable value stands for in this network."""
    if freeze not in ("auto", "last_stage", "last_two_stages"):
        return freeze
    if freeze == "auto":
        wanted = next((names for part, names in AUTO if part in network.name), ())
        for name in (*wanted, AUTO_ELSE):
            if name in PORTABLE_CUTS or (name in graph.outputs and clean(graph, graph.outputs[name])):
                freeze = name
                break
    if freeze not in ("last_stage", "last_two_stages"):
        return freeze
    ends = stage_ends(graph, network.module)
    if not ends:
        return "head"
    return ends[max(-len(ends), -1 if freeze == "last_stage" else -2)]


def _whole(network: Network, sentence: str) -> Cut:
    return Cut(None, network.module, "none", sentence)


def _uncut(network: Network, freeze: str, why: str) -> Cut:
    """The network from images; frozen are the modules that run up to `freeze`, or all but the head."""
    if freeze == "auto":
        return _whole(network, f"{network.name} cannot be cut ({why}): all of it trains, from images")
    leaves = [(n, m) for n, m in network.module.named_modules() if not any(True for _ in m.children())]
    holding = [i for i, (n, m) in enumerate(leaves) if any(True for _ in m.parameters())]
    body = [i for i in holding if not _within(leaves[i][0], network.head)]
    if freeze in PORTABLE_CUTS:
        spared = {"head": 0, "last_stage": len(body) // 4, "last_two_stages": len(body) // 2}[freeze]
        last = body[len(body) - spared - 1]
    else:
        last = max((i for i, (n, _) in enumerate(leaves) if _within(n, freeze)), default=-1)
    frozen = [m for n, m in leaves[: last + 1] if not _within(n, network.head)]
    tail = Partly(network.module, frozen)
    if frozen:
        _freeze_own(network.module, set(frozen))
    return Cut(
        None,
        tail,
        freeze,
        f"{network.name} cannot be cut at {freeze} ({why}): it trains {_share(network, tail)} from images, "
        "the rest frozen in eval mode",
    )


def _freeze_own(module: nn.Module, frozen: set[nn.Module]) -> None:
    """Parameters that no leaf holds: the network's own (tokens, positions), a block's own with all of it."""
    for part in module.modules():
        leaves = {leaf for leaf in part.modules() if leaf is not part and not any(leaf.children())}
        if part is module or (leaves and leaves <= frozen):
            for parameter in part.parameters(recurse=False):
                parameter.requires_grad_(False)


def _within(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


def _share(network: Network, tail: nn.Module) -> str:
    total = sum(p.numel() for p in network.module.parameters())
    trains = sum(p.numel() for p in tail.parameters() if p.requires_grad)
    return f"{trains:,} of {total:,} parameters"


def _right_names(network: Network) -> list[str]:
    """Modules of the network at which it can be cut, outermost first."""
    graph = trace(network.module, network.preprocessing.size, network.head)
    if graph is None:
        return [name for name, _ in network.module.named_children()]
    names = [name for name, node in graph.outputs.items() if clean(graph, node) and name != network.head]
    shallow = sorted(names, key=lambda name: name.count("."))[:LISTED]
    return [name for name in names if name in shallow]
