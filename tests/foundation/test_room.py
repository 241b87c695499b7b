"""Room on a disk is asked for before anything is written."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from podium.foundation import room
from podium.foundation.errors import UserError


def _three_gigabytes(path: Path) -> SimpleNamespace:
    return SimpleNamespace(free=3e9 if path.exists() else 0)


def test_what_is_needed_and_what_is_free_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", _three_gigabytes)
    room.need("ingest", "storing 2 images", 2.9e7, tmp_path / "not/made", "free its disk")
    assert not capsys.readouterr().out
    room.need("ingest", "storing 2 images", 3e9, tmp_path / "not/made", "free its disk")
    assert capsys.readouterr().out == (
        f"ingest: storing 2 images needs about 3.0 GB in {tmp_path}/not/made, 3.0 GB are free\n"
    )
    with pytest.raises(UserError, match=r"^storing .* needs about 3.1 GB in .*: free its disk\.$"):
        room.need("ingest", "storing 2 images", 3.1e9, tmp_path / "not/made", "free its disk")
    assert not list(tmp_path.iterdir())
