"""What Git and DVC may see: DVC does not enter a folder that it thinks ignored."""

from pathlib import Path

import pytest
from scmrepo.git import Git


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("data/", False),
        ("data/raw/", False),
        ("data/raw/mine.zip.dvc", False),
        ("data/raw/mine.zip", True),
        ("data/raw/sub/mine.zip", True),
        ("data/index/", True),
        ("data/corrections.csv", False),
        ("data/network.json", False),
        ("models/fold0/", True),
        ("reports/metrics.json", False),
        ("reports/details.json", False),
        ("reports/leaderboard.csv", False),
        ("reports/index.html", True),
        (".venv/", True),
    ],
)
def test_dvc_sees_what_it_must(path: str, ignored: bool) -> None:
    full = Path(path).absolute().as_posix() + ("/" if path.endswith("/") else "")
    assert Git(".").is_ignored(full) == ignored
