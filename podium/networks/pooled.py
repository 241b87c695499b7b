"""A network's pooled outputs at the end of each stage, side by side with what its head sees.

Far from a network's own pictures its middle layers say more than its last (Yosinski et al. 2014); in one
pass they all come for the price of the last.
"""

from dataclasses import dataclass

import torch
from torch import fx, nn

from podium.networks.build import Network
from podium.networks.graph import TracedGraph, clean, trace
from podium.networks.stages import stage_ends

WIDEST = 4096  # numbers of a vector: beyond it linear models cost more than they gain


@dataclass(frozen=True)
class Pooled:
    """`module` maps images (n, 3, size, size) to vectors (n, d), layer after layer, `widths` numbers each."""

    module: nn.Module
    widths: tuple[int, ...]  # the last layer's is what the head takes

    def part(self, layers: int) -> slice:
        """The columns of the last `layers` layers."""
        total = sum(self.widths)
        return slice(total - sum(self.widths[-layers:]), total)


def pooled(network: Network) -> Pooled | None:
    """The network's stages pooled, its head's input last; None where its code cannot be followed.

    Pooled are the modules that end a stage and their siblings after the first of them, the earliest left out
    where all would be wider than 4,096 numbers.
    """
    module, size = network.module, network.preprocessing.size
    graph = trace(module, size, network.head)
    if graph is None:
        return None
    last = graph.inputs[network.head]
    nodes = [node for node in _siblings(graph, module, last) if node is not last]
    made = _joined(module, graph, [*nodes, last])
    if nodes and _repeats(made, size):
        made = _joined(module, graph, [*nodes[:-1], last])
        nodes = nodes[:-1]
    while nodes and sum(made.widths) > WIDEST:
        nodes = nodes[1:]
        made = _joined(module, graph, [*nodes, last])
    return made


def _siblings(graph: TracedGraph, module: nn.Module, last: fx.Node) -> list[fx.Node]:
    """In running order: the first module that ends a stage, and the siblings of such modules after it."""
    ends = stage_ends(graph, module)
    parents = {name.rpartition(".")[0] for name in ends}
    order = {node: number for number, node in enumerate(graph.graph.nodes)}
    first = min((order[graph.outputs[name]] for name in ends), default=len(order))
    return [
        node
        for node in dict.fromkeys(
            node for name, node in graph.outputs.items() if name.rpartition(".")[0] in parents
        )
        if first <= order[node] < order[last] and len(graph.shapes.get(node, ())) > 2 and clean(graph, node)
    ]


def _repeats(made: Pooled, size: int) -> bool:
    """Is the last stage's pooled value what the head takes?"""
    *_, before, head = made.widths
    if before != head:
        return False
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        values = made.module(torch.randn(2, 3, size, size, generator=generator))
    return bool(torch.allclose(values[:, -2 * head : -head], values[:, -head:], atol=1e-4))


def _joined(module: nn.Module, graph: TracedGraph, nodes: list[fx.Node]) -> Pooled:
    """The graph up to the last of `nodes`, whose pooled values are concatenated."""
    made = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    every = list(graph.graph.nodes)
    for old in every[: max(every.index(node) for node in nodes) + 1]:
        copies[old] = made.node_copy(old, lambda source: copies[source])
    parts = []
    for node in nodes:
        axes = _axes(graph.shapes[node])
        parts.append(made.call_method("mean", (copies[node], axes)) if axes else copies[node])
    made.output(made.call_function(torch.cat, (parts, 1)))
    joined = fx.GraphModule(module, made, "Pooled")
    joined.delete_all_unused_submodules()
    for parameter in joined.parameters():
        parameter.requires_grad_(False)
    return Pooled(joined.eval(), tuple(_width(graph.shapes[node]) for node in nodes))


def _axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of positions; channels stand last where the two before them are equal and it is not."""
    if len(shape) == 4:
        return (2, 3) if shape[2] == shape[3] else (1, 2)
    return (1,) if len(shape) == 3 else ()


def _width(shape: tuple[int, ...]) -> int:
    axes = _axes(shape)
    return next(size for axis, size in enumerate(shape) if axis > 0 and axis not in axes)
