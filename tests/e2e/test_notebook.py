"""The notebook, cell by cell, in a copy of the project with a tiny competition."""

import os
import sys
from pathlib import Path

import pytest
from tiny_project import SMALL, competition, copy_project, set_params

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebook")]
NOTEBOOK = Path("notebooks/quickstart.ipynb")


def installed(folder: Path) -> None:
    """This Python as the project's .venv: `make venv` finds nothing to do."""
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    (folder / ".venv/.installed").touch()


def test_every_cell_runs_and_the_last_ones_show_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nbformat
    from nbclient import NotebookClient

    folder = tmp_path / "project"
    project = copy_project(folder, tmp_path / "scratch")
    competition(folder / "data/raw/shapes.zip")
    set_params(folder, SMALL | {"competition.path": "data/raw/shapes.zip"})
    project.run("git", "commit", "-qam", "tiny")
    installed(folder)
    for name in ("PATH", "PODIUM_CACHE", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, project.environment[name])
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    read = nbformat.read(NOTEBOOK, as_version=4)
    where = {"metadata": {"path": str(folder / "notebooks")}}
    done = NotebookClient(read, timeout=1500, kernel_name="python3", resources=where).execute()
    said = [_text(cell) for cell in done.cells if cell.cell_type == "code"]
    assert not [text for text in said if "error:" in text.lower() or "Traceback" in text], said
    assert "own machine" in said[0]
    assert "fold 0: epoch 2 of 2" in said[2] and "CV score" in said[2] and "it/s" not in said[2]
    assert "<iframe srcdoc=" in said[3]
    assert "changed     train.epochs=1" in said[4]
    assert "shorter" in said[5] and "train.epochs=1" in said[5]
    assert said[6].startswith("id,label\n")
    assert os.listdir(folder / "reports")


def _text(cell: dict) -> str:
    parts = [out.get("text", "") or out.get("data", {}).get("text/html", "") for out in cell["outputs"]]
    return "".join("".join(part) for part in parts)
