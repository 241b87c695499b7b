"""A file is complete or not there, whatever happens meanwhile."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.foundation import files

JSON = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=3)


class Stop(Exception):
    """What a crash looks like."""


def test_the_old_file_stands_until_the_new_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep/a.txt"
    files.write_text(path, "old")
    with pytest.raises(Stop), files.replacing(path) as draft:
        draft.write_text("half")
        assert path.read_text() == "old"
        raise Stop
    assert path.read_text() == "old"
    assert os.listdir(path.parent) == ["a.txt"], "the draft stayed behind"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with files.replacing_folder(path) as draft:
        (draft / "one").write_text("1")
    with pytest.raises(Stop), files.replacing_folder(path) as draft:
        (draft / "two").write_text("2")
        raise Stop
    assert os.listdir(tmp_path) == ["out"] and os.listdir(path) == ["one"]
    with files.replacing_folder(path) as draft:
        (draft / "three").write_text("3")
    assert os.listdir(path) == ["three"], "what the old folder held must go"


def test_drafts_of_killed_processes_go_and_living_ones_stay(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with files.replacing_folder(tmp_path / "images") as draft:
        mine = draft.name
        other = tmp_path / mine.replace(f"-{os.getpid()}.", f"-{dead.pid}.")
        far = tmp_path / f".images.elsewhere-{dead.pid}.abcd"
        other.mkdir()
        far.mkdir()
        (other / "half").write_text("x")
        with files.replacing_folder(tmp_path / "images"):
            assert draft.is_dir() and far.is_dir() and not other.exists()


def test_files_are_readable_by_others_as_the_umask_says(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        files.write_text(tmp_path / "a", "")
        with files.replacing_folder(tmp_path / "b"):
            pass
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o755


def test_a_linked_file_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("cached")
    os.link(tmp_path / "cache", tmp_path / "out")
    files.write_text(tmp_path / "out", "new")
    assert (tmp_path / "cache").read_text() == "cached"


def test_json_keeps_order_and_refuses_nan(tmp_path: Path) -> None:
    files.write_json(tmp_path / "a.json", {"z": "ü", "a": 1})
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '{\n  "z": "ü",\n  "a": 1\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        files.write_json(tmp_path / "b.json", float("nan"))
    assert not (tmp_path / "b.json").exists()


def test_sha256_of_a_known_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert files.sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@settings(deadline=None)  # no time is tested: a busy machine failed it
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_a_digest_knows_content_and_not_order(value: dict[str, object]) -> None:
    assert files.digest(value) == files.digest(dict(reversed(value.items())))
    assert files.digest(json.loads(json.dumps(value))) == files.digest(value)
    assert files.digest({**value, "more": 1}) != files.digest({**value, "more": 2})
