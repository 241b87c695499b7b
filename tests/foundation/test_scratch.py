"""The scratch store: built once, whole or not there, capped, never more than time saved."""

import errno
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from podium.foundation import scratch
from podium.foundation.errors import UserError


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "store"))
    monkeypatch.delenv("PODIUM_CACHE_GB", raising=False)
    return tmp_path / "store"


def fill(size: int = 1, built: list[int] | None = None):  # type: ignore[no-untyped-def]
    def build(folder: Path) -> None:
        (folder / "data").write_bytes(b"x" * size)
        if built is not None:
            built.append(1)

    return build


def test_an_entry_is_built_once() -> None:
    built: list[int] = []
    first = scratch.obtain("features", "k", fill(built=built))
    assert scratch.obtain("features", "k", fill(built=built)) == first == scratch.find("features", "k")
    assert len(built) == 1
    assert scratch.find("features", "other") is None


def test_two_who_want_the_same_build_it_once() -> None:
    built: list[int] = []

    def slow(folder: Path) -> None:
        time.sleep(0.2)
        built.append(1)

    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(lambda _: scratch.obtain("features", "k", slow), range(4)))
    assert len(places) == 1 and len(built) == 1


def test_a_crash_while_building_leaves_nothing(store: Path) -> None:
    def crash(folder: Path) -> None:
        (folder / "half").write_text("")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        scratch.obtain("features", "k", crash)
    assert os.listdir(store / "features") == []
    assert scratch.obtain("features", "k", fill()).is_dir()


def test_the_least_recently_used_go_beyond_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE_GB", str(250e-9))  # 250 bytes
    old, used = (scratch.obtain("features", key, fill(100)) for key in ("old", "used"))
    for age, place in ((200, old), (300, used)):
        os.utime(place, (time.time() - age,) * 2)
    assert scratch.find("features", "used") == used  # a use makes it young
    scratch.obtain("features", "new", fill(100))
    assert not old.exists() and used.exists()


def test_what_was_just_built_stays_though_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE_GB", "0")
    assert scratch.obtain("features", "k", fill(100)).exists()


def test_resume_states_are_never_evicted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE_GB", "0")
    state = scratch.state("resume", "k")
    (state / "epoch").write_text("3")
    scratch.evict()
    assert (state / "epoch").read_text() == "3"


def test_drafts_of_dead_processes_go_at_the_next_build_and_living_ones_stay(store: Path) -> None:
    for name in (".k.1", ".other.1", ".living.1"):
        (store / "features" / name).mkdir(parents=True)
    with scratch.lock("features", "living"):
        scratch.obtain("features", "k", fill())
    assert sorted(os.listdir(store / "features")) == [".living.1", "k"]


def test_a_full_store_is_one_sentence_before_anything_is_mapped(store: Path, tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free

    def build(folder: Path) -> None:
        scratch.reserve(folder / "data", free * 2)

    with pytest.raises(UserError, match=r"store .*store has .* MB left and .* MB are needed: .*PODIUM_CACHE"):
        scratch.obtain("features", "k", build)
    assert not list(store.glob("features/*")) and not list(store.glob("features/.*"))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_store_that_cannot_be_written_is_one_sentence(number: int) -> None:
    def build(folder: Path) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(UserError, match=r"cannot be written \(.*\): free its disk, or set PODIUM_CACHE"):
        scratch.obtain("features", "k", build)


def test_a_user_without_a_home_is_told_and_no_folder_named_tilde_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # what Python does where nothing tells it
    monkeypatch.setattr(scratch, "user_cache_path", lambda name: Path("~/.cache") / name)
    for named in ("", "~/cache"):
        monkeypatch.setenv("PODIUM_CACHE", named)
        with pytest.raises(
            UserError, match=r"no home folder is known, so ~/.*: set PODIUM_CACHE to a folder"
        ):
            scratch.root()
    assert not list(tmp_path.iterdir())


def test_deleting_the_store_costs_only_time(store: Path) -> None:
    scratch.obtain("features", "k", fill())
    shutil.rmtree(store)
    assert scratch.obtain("features", "k", fill()).is_dir()


def test_bad_settings_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PODIUM_CACHE_GB", "much")
    with pytest.raises(
        UserError, match=r"^PODIUM_CACHE_GB is 'much': give a number of gigabytes, such as 50\.$"
    ):
        scratch.cap_bytes()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "file/store"))
    with pytest.raises(UserError, match=r"cannot be made .*: set PODIUM_CACHE to a folder that can\.$"):
        scratch.root()
