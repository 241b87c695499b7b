"""A stage's deps are what it imports: a missing one makes the cache stale, a superfluous one retrains."""

import re
from pathlib import Path

import pytest
import yaml

from podium import closure, dvc_file

STAGES = dvc_file.stages()
# `check` sees every room's params, but its stamp is always the same: nothing runs again for its sake.
UPSTREAM_OF_VOTES = [name for name in STAGES if name not in ("check", "ensemble", "submit", "report")]


def deps(name: str) -> list[str]:
    return STAGES[name]["deps"]


@pytest.mark.parametrize("name", STAGES)
def test_deps_equal_the_import_closure(name: str) -> None:
    true = closure.expected(dvc_file.script(STAGES[name]), deps(name))
    assert set(deps(name)) == set(true), "run `make deps`"
    assert len(deps(name)) == len(set(deps(name)))


# `check` only lists names, and `embed` takes one fixed network: neither loads a plug-in.
LOADS_NONE = ("check", "embed")


@pytest.mark.parametrize("name", [name for name in STAGES if name not in LOADS_NONE])
def test_what_importlib_loads_is_a_dep(name: str) -> None:
    for path in closure.closure(dvc_file.script(STAGES[name])):
        if re.search(r'import_module\((?!")', Path(path).read_text()):
            folder = Path(path).parent.as_posix() + "/"
            plugins = [
                dep for dep in deps(name) if (dep + "/").startswith(folder) and not closure.is_code(dep)
            ]
            assert plugins, f"{path} loads plug-ins by name, but no dep of {name} says which"


@pytest.mark.parametrize("name", STAGES)
def test_named_modules_exist(name: str) -> None:
    for dep in deps(name):
        if closure.is_code(dep):
            assert Path(dep).is_file()
        elif dep.startswith("podium/"):
            assert Path(dep.partition("${")[0]).parent.is_dir()


def test_editing_a_voter_retrains_nothing() -> None:
    for name in UPSTREAM_OF_VOTES:
        assert not [dep for dep in deps(name) if dep.startswith("podium/voters")], name


def test_adding_an_unused_loss_retrains_nothing() -> None:
    for folder in ("podium/training/losses/", "podium/training/optimizers/", "podium/training/schedules/"):
        for name in STAGES:
            whole = [dep for dep in deps(name) if folder.startswith(dep.rstrip("/") + "/")]
            assert not whole, f"{name} depends on all of {folder}"


def test_editing_report_code_reruns_only_the_report() -> None:
    report = [path.as_posix() for path in (*Path("podium/report").rglob("*.py"), Path("podium/figures.py"))]
    assert report
    for name in STAGES:
        if name not in ("check", "report"):
            assert not set(deps(name)) & set(report), name


def test_the_file_is_as_the_tool_writes_it() -> None:
    text = dvc_file.PATH.read_text()
    assert dvc_file.with_true_deps(text) == text, "run `make deps`"


# -- the tool itself, on a small tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in {
        "podium/__init__.py": '"""Doc."""\n',
        "podium/a.py": "def f():\n    from podium.inner import deep\n",
        "podium/b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import podium.a\n",
        "podium/inner/__init__.py": "X = 1\n",
        "podium/inner/deep.py": "from ..b import g\nimport numpy\n",
        "podium/plug/__init__.py": '"""Doc."""\n',
        "podium/plug/one.py": "from podium import extra\nfrom podium.plug import two\n",
        "podium/plug/two.py": "",
        "podium/extra.py": "",
        "podium/late.py": "from importlib import import_module as m\nimport importlib\n"
        "importlib.import_module('podium.extra')\nimportlib.import_module(m)\n",
        "stages/s.py": "import podium.a\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_closure_follows_functions_packages_and_relative_imports(tree: Path) -> None:
    found = closure.closure(Path("stages/s.py"), tree)
    assert found == {
        "stages/s.py",
        "podium/a.py",
        "podium/inner/__init__.py",
        "podium/inner/deep.py",
        "podium/b.py",
    }


def test_closure_of_the_top_alone_leaves_functions_out(tree: Path) -> None:
    assert closure.closure(Path("stages/s.py"), tree, inside=False) == {"stages/s.py", "podium/a.py"}


def test_a_module_that_importlib_names_in_full_counts(tree: Path) -> None:
    assert closure.imports(Path("podium/late.py"), tree) == [
        Path("podium/__init__.py"),
        Path("podium/extra.py"),
    ]


def test_a_module_only_for_types_does_not_count(tree: Path) -> None:
    assert closure.imports(Path("podium/b.py"), tree) == []


def test_plugins_bring_what_they_import_but_not_each_other(tree: Path) -> None:
    true = closure.expected(
        Path("podium/extra.py"), ["data/x", "podium/plug/${p}.py", "podium/gone.py"], tree
    )
    assert true == ["data/x", "podium/plug/${p}.py", "podium/extra.py"]
    (tree / "podium/plug/two.py").write_text("import podium.b\n")
    true = closure.expected(Path("podium/extra.py"), ["podium/plug"], tree)
    assert true == ["podium/plug", "podium/b.py", "podium/extra.py"]


@pytest.mark.parametrize(
    "written",
    ["deps: []\n", "deps: [data/x, podium/old.py]\n", "deps:\n      - data/x\n      - podium/old.py\n"],
)
def test_deps_are_rewritten_in_every_form_and_nothing_else_is(tree: Path, written: str) -> None:
    rest = "    params: [a]  # kept\n  t:\n    cmd: python -m stages.missing\n    deps: [q]\n"
    text = f"stages:\n  s:\n    cmd: python -m stages.s\n    {written}{rest}"
    changed = dvc_file.with_true_deps(text, tree)
    assert changed.endswith(rest)
    data = ["data/x"] if "data/x" in written else []
    code = sorted(closure.closure(Path("stages/s.py"), tree))
    assert yaml.safe_load(changed)["stages"]["s"]["deps"] == data + code
    assert dvc_file.with_true_deps(changed, tree) == changed
