"""What a module defines is used, and what a function takes it looks at."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

FILES = [file for top in ("podium", "stages", "benchmarks") for file in sorted(Path(top).rglob("*.py"))]
TREES = {".".join(file.with_suffix("").parts): ast.parse(file.read_text("utf-8")) for file in FILES}
# Their names are asked for by those who load a plug-in, or their import is what counts.
ASKED_FOR = ("podium.vote.voters.", "podium.tasks.kinds.", "podium.augmentations.policies.",
             "podium.networks.own.", "podium.training.losses.", "podium.forms.kinds.")  # fmt: skip
IMPORTED = {"podium.images.opening.PLUGINS"}


def test_nothing_at_the_top_of_a_module_goes_unused() -> None:
    used = _used()
    unused = [
        f"{module}.{name}"
        for module, tree in TREES.items()
        if not module.startswith(ASKED_FOR)
        for name in _defined(tree)
        if name not in used[module] and not name.startswith("__") and f"{module}.{name}" not in IMPORTED
    ]
    assert not unused, "only tests know these, or nobody"


def test_every_parameter_of_a_function_that_is_only_called_is_looked_at() -> None:
    """Functions that are handed on, and methods of a class with bases, have others' signatures."""
    handed = {name for tree in TREES.values() for name in _handed_on(tree)}
    idle = [
        f"{module}: {function.name}({parameter})"
        for module, tree in TREES.items()
        if not module.startswith(ASKED_FOR)
        for function in _free(tree)
        if function.name not in handed and not function.name.startswith("__") and not function.decorator_list
        for parameter in _parameters(function) - _names(function)
    ]
    assert not idle, "\n".join(idle)


def test_every_field_of_a_document_is_set_by_who_writes_it() -> None:
    """Of documents that are written field by field; of others no call shows what they are filled from."""
    calls = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    updates = [word.value for call in calls for word in call.keywords if word.arg == "update"]
    copied = {key.value for value in updates for node in ast.walk(value) if isinstance(node, ast.Dict)
              for key in node.keys if isinstance(key, ast.Constant)}  # fmt: skip
    never = []
    for module, tree in TREES.items():
        for kind in ast.walk(tree) if module.startswith("podium.contracts.") else []:
            if isinstance(kind, ast.ClassDef) and kind.bases:
                makers = [call for call in calls if _last(call.func) == kind.name and call.keywords]
                told = {word.arg for call in makers for word in call.keywords}
                if makers and None not in told:
                    never += [f"{kind.name}.{name}" for name in _fields(kind) if name not in told | copied]
    assert not [name for name in never if not name.endswith(".version")]


def _last(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _fields(kind: ast.ClassDef) -> list[str]:
    return [node.target.id for node in kind.body if isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)]  # fmt: skip


def _used() -> dict[str, set[str]]:
    """Module -> names of it that it or others load."""
    used: dict[str, set[str]] = defaultdict(set)
    for module, tree in TREES.items():
        alias: dict[str, str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    used[node.module].add(one.name)
                    alias[one.asname or one.name] = f"{node.module}.{one.name}"
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used[alias.get(node.value.id, "")].add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used[module].add(node.id)
    return used


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))


def _handed_on(tree: ast.Module) -> Iterator[str]:
    """Names that stand where nothing calls them."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in called:
            yield node.id if isinstance(node, ast.Name) else node.attr


def _free(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions at the top of the module, and methods of classes that derive from nothing."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.bases:
            yield from (part for part in node.body if isinstance(part, ast.FunctionDef))


def _parameters(function: ast.FunctionDef) -> set[str]:
    given = function.args
    names = {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    return {name for name in names - {"self", "cls"} if not name.startswith("_")}


def _names(function: ast.FunctionDef) -> set[str]:
    return {node.id for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)}


TEXTS = [*FILES, Path("README.md"), Path("params.yaml"), Path("dvc.yaml"),
         *Path("docs").glob("*.md"), *Path("benchmarks").rglob("*.md")]  # fmt: skip
PATHS = re.compile(r"\b(?:podium|stages|tests|benchmarks|docs|recipes)/[\w/.-]*\w")
NAMES = re.compile(r"\b(?:podium|benchmarks)(?:\.[A-Za-z_]\w*)+")


def test_places_that_code_and_pages_name_are_there() -> None:
    """A path, or a dotted name: of a room, a module, or something that stands in it."""
    gone = [
        f"{text}: {name}"
        for text in TEXTS
        for name in PATHS.findall(text.read_text("utf-8"))
        if not (Path(name).exists() or list(Path(name).parent.glob(f"{Path(name).name}.*")))
    ]
    gone += [
        f"{text}: {name}"
        for text in TEXTS
        for name in NAMES.findall(text.read_text("utf-8"))
        if not _there(name)
    ]
    assert not gone, "\n".join(gone)


def _there(name: str) -> bool:
    parts = name.split(".")
    place = Path(parts.pop(0))
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if not parts or place.joinpath(parts[0]).with_suffix(".py").exists():
        module, inside = (place / parts[0]).with_suffix(".py") if parts else place, parts[1:2]
    else:
        module, inside = place / "__init__.py", parts[:1]
    return not inside or (
        module.exists() and re.search(rf"\b{inside[0]}\b", module.read_text("utf-8")) is not None
    )
