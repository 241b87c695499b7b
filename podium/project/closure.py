"""Which of our files a stage really runs: what its `data/code/<stage>.txt` lists, no more and no less.

DVC reads and writes the whole of dvc.lock at every stage, with a parser in Python: a thousand modules as
`deps` cost it 2 s a stage. One list of a stage's modules and their digests is one dep and says the same.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from podium.foundation.errors import UserError
from podium.foundation.files import sha256

PACKAGES = ("podium", "stages")
TEMPLATE = "${"  # a dep like podium/training/losses/${train.loss}.py: the plug-in that params choose
FOLDER = Path("data/code")


class Code:
    """The files below `root`, each parsed once."""

    def __init__(self, root: Path = Path()) -> None:
        self.root = root
        self._trees: dict[Path, ast.Module] = {}
        self._imports: dict[tuple[Path, bool], list[Path]] = {}
        self._digests: dict[str, str] = {}

    def imports(self, path: Path, inside: bool = True) -> list[Path]:
        """The modules of ours that a file imports directly, the packages above them included."""
        key = path, inside
        if key not in self._imports:
            names = {name for node in _running(self._tree(path), inside) for name in _names(node, path)}
            self._imports[key] = sorted({module for name in names for module in self._modules(name)})
        return self._imports[key]

    def closure(self, script: Path, inside: bool = True) -> set[str]:
        """The script and all modules of ours that it imports, at the top and `inside` functions, as paths.

        Imports under `if TYPE_CHECKING:` do not run and do not count. A package's `__init__.py` counts where
        it holds code. What importlib loads by name is a plug-in: a dep of its own.
        """
        found: set[str] = set()
        waiting = [script, *self._package(script)]
        while waiting:
            path = waiting.pop()
            name = path.as_posix()
            if name in found:
                continue
            if path.name != "__init__.py" or self._has_code(path):
                found.add(name)
            waiting += [module for module in self.imports(path, inside) if module.as_posix() not in found]
        return found

    def of_stage(self, script: Path, deps: Iterable[str] = (), chosen: Iterable[Path] = ()) -> list[str]:
        """The stage's modules, sorted: what the script imports, and what its plug-ins among `deps` do.

        What any plug-in of a folder needs beyond that folder belongs to the stage; the plug-in that is
        chosen is a dep by itself. `chosen`: plug-ins that are none, with all that they import.
        """
        code = self.closure(script)
        for plugin in chosen:
            code |= self.closure(plugin)
        for dep in deps:
            code |= self._of_plugins(dep)
        return sorted(code)

    def listing(self, script: Path, deps: Iterable[str] = (), chosen: Iterable[Path] = ()) -> str:
        """One line a module, `<SHA-256>  <path>`, as sha256sum writes and checks it."""
        return "".join(f"{self._digest(name)}  {name}\n" for name in self.of_stage(script, deps, chosen))

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            self._digests[name] = sha256(self.root / name)
        return self._digests[name]

    def _package(self, script: Path) -> list[Path]:
        """What Python runs before the script itself, `python -m stages.train` for one."""
        path = script.with_name("__init__.py")
        return [path] if (self.root / path).is_file() else []

    def _tree(self, path: Path) -> ast.Module:
        if path not in self._trees:
            try:
                self._trees[path] = ast.parse((self.root / path).read_text(encoding="utf-8"))
            except (SyntaxError, UnicodeDecodeError) as error:
                raise UserError(f"{path} is no Python that can be read: {error}: mend it.") from None
        return self._trees[path]

    def _modules(self, name: str) -> Iterator[Path]:
        parts = name.split(".")
        if parts[0] not in PACKAGES:
            return
        for end in range(1, len(parts) + 1):
            place = Path(*parts[:end])
            for path in (place / "__init__.py", place.with_suffix(".py")):
                if (self.root / path).is_file():
                    yield path

    def _has_code(self, path: Path) -> bool:
        body = self._tree(path).body
        return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in body)

    def _of_plugins(self, dep: str) -> set[str]:
        folder = Path(dep.partition(TEMPLATE)[0].rpartition("/")[0]) if TEMPLATE in dep else Path(dep)
        if folder.parts[:1] != (PACKAGES[0],):
            return set()
        code: set[str] = set()
        for plugin in sorted((self.root / folder).rglob("*.py")):
            code |= self.closure(plugin.relative_to(self.root))
        return {
            name for name in code if Path(name).name == "__init__.py" or not Path(name).is_relative_to(folder)
        }


def _running(node: ast.AST, inside: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not inside and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and _last_name(child.test) == "TYPE_CHECKING":
            for other in child.orelse:
                yield other
                yield from _running(other, inside)
            continue
        yield child
        yield from _running(child, inside)


def _names(node: ast.AST, path: Path) -> list[str]:
    """Dotted names that may be modules: `from a import b` gives a and a.b."""
    if isinstance(node, ast.Call) and node.args and _last_name(node.func) == "import_module":
        named = node.args[0]  # a name in full is an import like others; one made up at run time is a plug-in
        return [named.value] if isinstance(named, ast.Constant) and isinstance(named.value, str) else []
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        package = list(path.parent.parts[: len(path.parent.parts) - node.level + 1]) if node.level else []
        base = ".".join([*package, *([node.module] if node.module else [])])
        return [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return []


def _last_name(func: ast.expr) -> str:
    """The last part of a dotted name."""
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""
