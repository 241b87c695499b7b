"""What a folder or archive holds besides plain files: links without an end, pipes, names with a dot."""

import os
from pathlib import Path

import pytest

from podium.download.raw import open_raw
from podium.foundation.errors import UserError
from tests.competition.shipping import ship_folder, ship_zip


def test_links_that_lead_to_themselves_end(tmp_path: Path) -> None:
    folder = ship_folder({"a/1.png": b"x"}, tmp_path)
    (folder / "a/loop").symlink_to("loop")
    (folder / "b").symlink_to("c")
    (folder / "c").symlink_to("b")
    raw = open_raw(folder)
    assert raw.names() == ["a/1.png"]
    assert raw.notes == [
        "3 symbolic links to nothing, such as a/loop, were left out: fetch what they stand for (git annex "
        "get, dvc pull), or mend them"
    ]


def test_links_to_nothing_and_links_that_lead_out_have_their_own_ways_out(tmp_path: Path) -> None:
    folder = ship_folder({"a/1.png": b"x"}, tmp_path)
    (tmp_path / "away.png").write_bytes(b"x")
    (folder / "a/2.png").symlink_to("../.git/annex/objects/2.png")
    (folder / "a/3.png").symlink_to(tmp_path / "away.png")
    out, nothing = open_raw(folder).notes
    assert "such as a/3.png, were left out: competition.links: follow takes them" in out
    assert "1 symbolic links to nothing, such as a/2.png" in nothing
    assert open_raw(folder, follow=True).notes == [nothing]


def test_a_pipe_is_named_and_never_read(tmp_path: Path) -> None:
    folder = ship_folder({"a/1.png": b"x"}, tmp_path)
    os.mkfifo(folder / "a/2.png")
    assert open_raw(folder).notes == ["1 pipes or devices, such as a/2.png, were left out: they are no files"]


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ship_folder({"a/1.png": b"x"}, tmp_path)
    scan = os.scandir

    def closed(path: Path) -> object:
        if path.name == "a":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(
        UserError, match=r"the folder .*/comp/a cannot be read \(Permission denied\): mend its"
    ):
        open_raw(folder)


@pytest.mark.parametrize("ship", [ship_zip, ship_folder])
def test_pictures_behind_a_dot_are_told_and_what_tools_leave_is_not(ship, tmp_path: Path) -> None:
    files = dict.fromkeys(
        ("train/.net/1.png", "train/.net/2.png", "train/a/1.png", "train/a/.2.JPG", "train/a/._1.png",
         "train/a/.gitkeep", ".ipynb_checkpoints/1.png", ".Trash-1000/1.png", "__MACOSX/train/.3.png"), b"x"
    )  # fmt: skip
    raw = open_raw(ship(files, tmp_path))
    assert raw.names() == ["train/a/1.png"]
    assert raw.notes == [
        "2 folders or pictures whose names begin with a dot, such as train/.net, were left out: rename them "
        "where they are wanted"
    ]


def test_what_stores_and_systems_leave_is_no_class(tmp_path: Path) -> None:
    left = ("@__thumb", "Network Trash Folder", "MSOCache", "$WinREAgent", "@tmp")
    files: dict[str, str | bytes] = {f"train/{name}/1.png": b"x" for name in (*left, "a")}
    assert open_raw(ship_folder(files, tmp_path)).names() == ["train/a/1.png"]
