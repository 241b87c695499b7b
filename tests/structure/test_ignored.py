"""What Git and DVC may see: DVC does not enter a folder that it thinks ignored."""

import subprocess
from pathlib import Path

import pytest
from scmrepo.git import Git

from podium.project import dvc_file


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("data/", False),
        ("data/raw/", False),
        ("data/raw/mine.zip.dvc", False),
        ("data/raw/mine.zip", True),
        ("data/raw/sub/mine.zip", True),
        ("data/index/", True),
        ("data/code/README.md", False),
        ("data/code/train.txt", True),
        ("data/corrections.csv", False),
        ("data/network.json", False),
        ("models/fold0/", True),
        ("reports/metrics.json", False),
        ("reports/details.json", True),
        ("reports/leaderboard.csv", False),
        ("reports/index.html", True),
        (".venv/", True),
    ],
)
def test_dvc_sees_what_it_must(path: str, ignored: bool) -> None:
    full = Path(path).absolute().as_posix() + ("/" if path.endswith("/") else "")
    assert Git(".").is_ignored(full) == ignored


def test_the_lock_of_one_machine_is_not_shipped() -> None:
    """Its outs lie in no remote, and DVC would prefer it to the run cache: docs/decisions.md."""
    shipped = subprocess.run(["git", "ls-files", "dvc.lock"], capture_output=True, text=True, check=True)
    assert shipped.stdout == ""
    assert dvc_file.NOTE.read_text() == dvc_file.SAID  # stays as `check` writes it, or every run is dirty
