"""Which of our files a stage really runs: what its `deps` in dvc.yaml must name, no more and no less."""

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGES = ("podium", "stages")
TEMPLATE = "${"  # a dep like podium/training/losses/${train.loss}.py: the plug-in that params choose


def closure(script: Path, root: Path = Path(), inside: bool = True) -> set[str]:
    """The script and all modules of ours that it imports, at the top and `inside` functions, as paths.

    Imports under `if TYPE_CHECKING:` do not run and do not count. A package's `__init__.py` counts where
    it holds code. What importlib loads by name is a plug-in: a dep of its own.
    """
    found: set[str] = set()
    waiting = [script]
    while waiting:
        path = waiting.pop()
        name = path.as_posix()
        if name in found:
            continue
        if path.name != "__init__.py" or _has_code(root / path):
            found.add(name)
        waiting += [module for module in imports(path, root, inside) if module.as_posix() not in found]
    return found


def expected(script: Path, listed: list[str], root: Path = Path()) -> list[str]:
    """The deps that the stage should have: what `listed` has of data and plug-ins, then its code, sorted.

    Plug-ins may import modules too: what any of them needs beyond its own folder belongs to the stage.
    """
    kept = [dep for dep in listed if not is_code(dep)]
    code = closure(script, root)
    for dep in kept:
        code |= _of_plugins(dep, root)
    return kept + sorted(code)


def is_code(dep: str) -> bool:
    """Whether the dep is one module of ours, named in full."""
    return dep.endswith(".py") and TEMPLATE not in dep and dep.partition("/")[0] in PACKAGES


def imports(path: Path, root: Path = Path(), inside: bool = True) -> list[Path]:
    """The modules of ours that a file imports directly, the packages above them included."""
    tree = ast.parse((root / path).read_text(encoding="utf-8"))
    names = [name for node in _running(tree, inside) for name in _names(node, path)]
    return sorted({module for name in names for module in _modules(name, root)})


def _running(node: ast.AST, inside: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not inside and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield other
                yield from _running(other, inside)
            continue
        yield child
        yield from _running(child, inside)


def _names(node: ast.AST, path: Path) -> list[str]:
    """Dotted names that may be modules: `from a import b` gives a and a.b."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
        named = node.args[0]  # a name in full is an import like others; one made up at run time is a plug-in
        return [named.value] if isinstance(named, ast.Constant) and isinstance(named.value, str) else []
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = list(path.parent.parts[: len(path.parent.parts) - node.level + 1]) if node.level else []
        base = ".".join([*package, *([node.module] if node.module else [])])
        return [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return []


def _modules(name: str, root: Path) -> Iterator[Path]:
    parts = name.split(".")
    if parts[0] not in PACKAGES:
        return
    for end in range(1, len(parts) + 1):
        place = Path(*parts[:end])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if (root / path).is_file():
                yield path


def _has_code(path: Path) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in body)


def _of_plugins(dep: str, root: Path) -> set[str]:
    folder = Path(dep.partition(TEMPLATE)[0].rpartition("/")[0]) if TEMPLATE in dep else Path(dep)
    if folder.parts[:1] != (PACKAGES[0],):
        return set()
    code: set[str] = set()
    for plugin in sorted((root / folder).rglob("*.py")):
        code |= closure(plugin.relative_to(root), root)
    return {
        name for name in code if Path(name).name == "__init__.py" or not Path(name).is_relative_to(folder)
    }
