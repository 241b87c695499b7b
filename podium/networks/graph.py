"""A network as a graph of its modules: in which order they run, and where one value alone passes."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn

from podium.networks.passes import untouched

WHOLE = ("torch.nn.", "torch.ao.", "timm.layers.", "torchvision.ops.")  # libraries of layers, not of networks
BULKS = (0.5, 1.0)  # a module with more than this share of the parameters is looked into; 1: none is


@dataclass(frozen=True)
class TracedGraph:
    """A traced network. `outputs` maps a module's name to the node that is its result, in running order."""

    graph: fx.Graph
    outputs: dict[str, fx.Node]
    inputs: dict[str, fx.Node]
    shapes: dict[fx.Node, tuple[int, ...]]  # of tensor values, for a batch of two


class Tracer(fx.Tracer):
    """Looks into a network as deep as a cut needs: every module that it leaves whole keeps its own code."""

    def __init__(self, module: nn.Module, head: str, named: str, bulk: float) -> None:
        super().__init__(autowrap_functions=_unlooked_functions())
        self._opened = _opened(module, head, named, bulk)
        self.outputs: dict[str, fx.Node] = {}
        self.inputs: dict[str, fx.Node] = {}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return module_qualified_name not in self._opened

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        result = super().call_module(m, forward, args, kwargs)
        name = self.path_of_module(m)
        if isinstance(result, fx.Proxy):
            self.outputs.pop(name, None)  # a module that runs twice ends where it ran last
            self.outputs[name] = result.node
        if args and isinstance(args[0], fx.Proxy):
            self.inputs[name] = args[0].node
        return result


def trace(module: nn.Module, size: int, head: str, named: str = "") -> TracedGraph | None:
    """The network's graph, or None where its code depends on values and cannot be followed.

    `head` is the module that makes logits, `named` another that must be visible.
    """
    for bulk in BULKS:
        tracer = Tracer(module, head, named, bulk)
        try:
            graph = tracer.trace(module, concrete_args=_defaults(module))
            _only_images(graph)
            _on_any_device(graph)
            shapes = _shapes(module, graph, size)
        except Exception:  # torch.fx raises many kinds; a network that it cannot follow is not cut
            continue
        return TracedGraph(graph, tracer.outputs, tracer.inputs, shapes)
    return None


def clean(graph: TracedGraph, node: fx.Node) -> bool:
    """Does `node` alone lead from what runs up to it to what runs after it?"""
    nodes = list(graph.graph.nodes)
    before = set(nodes[: nodes.index(node) + 1])
    if node not in graph.shapes:
        return False
    crossing = {
        source
        for later in nodes
        if later not in before
        for source in later.all_input_nodes
        if source in before and source.op != "get_attr"
    }
    return crossing == {node}


def halves(module: nn.Module, graph: TracedGraph, node: fx.Node) -> tuple[fx.GraphModule, fx.GraphModule]:
    """(up to `node`, after it); both share the network's own modules and parameters."""
    first, second = fx.Graph(), fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    nodes = list(graph.graph.nodes)
    split = nodes.index(node)
    for old in nodes[: split + 1]:
        copies[old] = first.node_copy(old, lambda source: copies[source])
    first.output(copies[node])
    later = {node: second.placeholder("features")}

    def find(source: fx.Node) -> fx.Node:
        if source not in later:
            assert source.op == "get_attr"
            later[source] = second.node_copy(source)
        return later[source]

    for old in nodes[split + 1 :]:
        if old.op == "get_attr":
            continue  # copied where it is used
        later[old] = second.node_copy(old, find)
    lower, upper = fx.GraphModule(module, first, "Frozen"), fx.GraphModule(module, second, "Tail")
    for part in (lower, upper):
        _switchable_dropout(part)
        part.graph.eliminate_dead_code()
        part.delete_all_unused_submodules()
        part.recompile()
    return lower, upper


def _switchable_dropout(part: fx.GraphModule) -> None:
    """Functional dropout keeps the mode it was traced in: a layer in its place follows train()."""
    functional = (torch.nn.functional.dropout, torch.dropout)
    for number, node in enumerate([n for n in part.graph.nodes if n.target in functional]):
        rate = node.kwargs.get("p", node.args[1] if len(node.args) > 1 else 0.5)
        part.add_submodule(f"podium_dropout{number}", nn.Dropout(float(rate)))
        with part.graph.inserting_after(node):
            layer = part.graph.call_module(
                f"podium_dropout{number}", (node.args[0] if node.args else node.kwargs["input"],)
            )
        node.replace_all_uses_with(layer)
        part.graph.erase_node(node)


def _opened(module: nn.Module, head: str, named: str, bulk: float) -> set[str]:
    """The modules to look into: the root, sequences, what holds most parameters, ways to named parts."""
    total = sum(p.numel() for p in module.parameters())
    opened = {""}
    for name, part in module.named_modules():
        library = type(part).__module__ + "."
        if type(part) is nn.Sequential or (
            not library.startswith(WHOLE) and sum(p.numel() for p in part.parameters()) > bulk * total
        ):
            opened.add(name)
    for wanted in (head, named):
        parts = wanted.split(".")
        opened |= {".".join(parts[:i]) for i in range(1, len(parts))}
    opened.discard(head)
    return {name for name in opened if name == "" or _seen(name, opened)}


def _seen(name: str, opened: set[str]) -> bool:
    parent = name.rpartition(".")[0]
    return parent == "" or (parent in opened and _seen(parent, opened))


def _defaults(module: nn.Module) -> dict[str, Any]:
    """forward's optional arguments, which a classifier never gets."""
    arguments = list(inspect.signature(module.forward).parameters.values())[1:]
    return {
        argument.name: argument.default for argument in arguments if argument.default is not argument.empty
    }


def _only_images(graph: fx.Graph) -> None:
    """Removes the placeholders of optional arguments, and the checks that they keep their default."""

    def erase(node: fx.Node) -> None:
        for user in list(node.users):
            erase(user)
        graph.erase_node(node)

    for placeholder in [node for node in graph.nodes if node.op == "placeholder"][1:]:
        erase(placeholder)
    graph.lint()


def _on_any_device(graph: fx.Graph) -> None:
    """A device that the network's code asked for while it was traced becomes that of the images.

    DINOv3's positions are made on the host and sent to the network's device, which was the CPU then.
    """
    images = next(iter(graph.nodes))
    with graph.inserting_after(images):
        device = graph.call_function(getattr, (images, "device"))

    def named(value: Any) -> Any:
        return device if isinstance(value, torch.device) else value

    for node in graph.nodes:
        if node is not device:
            node.args, node.kwargs = fx.node.map_aggregate((node.args, node.kwargs), named)
    if not device.users:
        graph.erase_node(device)


def _shapes(module: nn.Module, graph: fx.Graph, size: int) -> dict[fx.Node, tuple[int, ...]]:
    shapes: dict[fx.Node, tuple[int, ...]] = {}

    class Recorder(fx.Interpreter):
        def run_node(self, n: fx.Node) -> Any:
            result = super().run_node(n)
            if isinstance(result, Tensor):
                shapes[n] = tuple(result.shape)
            return result

    with untouched(module):
        Recorder(fx.GraphModule(module, graph)).run(torch.zeros(2, 3, size, size))
    return shapes


def _unlooked_functions() -> tuple[Callable[..., Any], ...]:
    """timm's own list of functions that must be called as they are, not followed."""
    from timm.models import _features_fx

    listed: set[Callable[..., Any]] = getattr(_features_fx, "_autowrap_functions", set())
    return tuple(sorted(listed, key=lambda function: function.__name__))
