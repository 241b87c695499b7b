"""A network's stages: runs of blocks at one resolution, or quarters of a transformer's blocks."""

from collections import Counter
from itertools import pairwise

from torch import fx, nn

from podium.networks.graph import TracedGraph, clean

QUARTERS = 4  # a network that keeps one resolution has its blocks in so many stages
MIXING = (nn.Conv2d, nn.MultiheadAttention)
ATTENTION_WORDS = ("attention", "attn")  # in the class names of libraries' own attention layers

Ends = list[tuple[fx.Node, str]]  # where modules end, with the outermost one that does, in running order


def stage_ends(graph: TracedGraph, module: nn.Module) -> list[str]:
    """The modules that end a stage which another follows, in running order.

    A stage ends where the next value has fewer positions. What comes after the last convolution or
    attention over several positions is no stage of its own: heads may hold convolutions of one (hgnetv2,
    mobilenetv4), or an attention that pools (siglip). Where no cut is clean (dinov3 hands positions to each
    block, XCiT the sides to all but its last) the stages are the same, and what is frozen runs with the rest.
    """
    found, every = _candidates(graph), _outputs(graph)
    body = _body(graph, module)
    names, all_names = ([name for node, name in ends if node in body] for ends in (found, every))
    same = _sequence(names) == _sequence(all_names)  # else they are not the body's
    clean_ends = _drops(graph, found, body[:-1]) or (_quarters(names) if same else [])
    return clean_ends or _drops(graph, every, body[:-1]) or _quarters(all_names)


def _body(graph: TracedGraph, module: nn.Module) -> list[fx.Node]:
    """What runs up to the last convolution or attention over several positions, that one last."""
    order = {node: number for number, node in enumerate(graph.graph.nodes)}
    mixing = [
        order[node]
        for node, shape in graph.shapes.items()
        if len(shape) > 2 and _seen(graph, node) > 1 and _mixes(module, str(node.target))
    ]
    last = max(mixing, default=-1)
    return [node for node, number in order.items() if number <= last]


def _drops(graph: TracedGraph, ends: Ends, inner: list[fx.Node]) -> list[str]:
    """The names of `ends` at `inner` nodes after which the next value has fewer positions."""
    return [
        name
        for (node, name), (after, _) in pairwise(ends)
        if node in inner and _positions(graph.shapes[after]) < _positions(graph.shapes[node])
    ]


def _candidates(graph: TracedGraph) -> Ends:
    """Every clean cut with the outermost module that ends there."""
    return [(node, name) for node, name in _outputs(graph) if clean(graph, node)]


def _outputs(graph: TracedGraph) -> Ends:
    """Every place where a module ends, with the outermost one that does."""
    names: dict[fx.Node, str] = {}
    for name, node in graph.outputs.items():
        if node not in names or name.count(".") < names[node].count("."):
            names[node] = name
    return [(node, names[node]) for node in graph.graph.nodes if node in names and node in graph.shapes]


def _quarters(names: list[str]) -> list[str]:
    """The last block of each quarter but the last, of the longest sequence of blocks."""
    if not names:
        return []
    parent = _sequence(names)
    blocks = [name for name in names if parent in (name, name.rpartition(".")[0])]  # the last ends the parent
    count = len(blocks)
    marks = sorted({count * quarter // QUARTERS - 1 for quarter in range(1, QUARTERS)} - {-1})
    return [blocks[mark] for mark in marks if mark < count - 1]


def _sequence(names: list[str]) -> str:
    """The parent of most of the names."""
    return Counter(name.rpartition(".")[0] for name in names).most_common(1)[0][0] if names else ""


def _positions(shape: tuple[int, ...]) -> int:
    """Positions of (n, c, h, w), (n, h, w, c), (n, tokens, c); 1 of pooled vectors."""
    if len(shape) == 4:
        return shape[2] * shape[3] if shape[2] == shape[3] else shape[1] * shape[2]
    return shape[1] if len(shape) == 3 else 1


def _seen(graph: TracedGraph, node: fx.Node) -> int:
    """Positions of what a module takes first; 0 of what is no module."""
    first = node.args[0] if node.op == "call_module" and node.args else None
    return _positions(graph.shapes[first]) if isinstance(first, fx.Node) and first in graph.shapes else 0


def _mixes(module: nn.Module, name: str) -> bool:
    return any(
        isinstance(part, MIXING) or any(word in type(part).__name__.lower() for word in ATTENTION_WORDS)
        for part in module.get_submodule(name).modules()
    )
