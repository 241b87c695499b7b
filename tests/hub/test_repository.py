"""Files of a hub that fails in each way in which hubs fail: healed, or one sentence with the way out."""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from podium.contracts.network import WeightsFile
from podium.foundation.errors import UserError
from podium.hub import repository
from podium.hub.repository import fetch
from tests.hub.server import COMMIT, Hub, serving

REPO, FILES = "timm/small.in1k", ("model.safetensors", "pytorch_model.bin")
CONTENT = bytes(range(256)) * 4096  # a megabyte
DIGEST = hashlib.sha256(CONTENT).hexdigest()
LATER = "beef" + "0" * 36


@pytest.fixture
def full(hub: Hub) -> Hub:
    hub.put(REPO, "model.safetensors", CONTENT)
    return hub


def got(pin: WeightsFile | None = None) -> tuple[Path, WeightsFile]:
    return fetch("small", REPO, FILES, pin)


def test_a_file_comes_announced_with_its_commit_and_digest(
    full: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    path, source = got()
    assert path.read_bytes() == CONTENT and path.name == "model.safetensors"
    assert source == WeightsFile(
        kind="hub", place=REPO, file="model.safetensors", commit=COMMIT, sha256=DIGEST, size=len(CONTENT)
    )
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "fetching small: 1.0 MB" and told[-1].startswith("fetching small: 1.0 of 1.0 MB")


def test_what_is_there_is_not_fetched_again_and_a_pinned_file_needs_no_hub(full: Hub) -> None:
    _, source = got()
    full.calls.clear()
    assert got()[1] == source and not [call for call in full.calls if call.startswith("GET")]
    full.calls.clear()
    assert got(source)[1] == source and not full.calls


def test_the_hubs_own_client_finds_what_came_and_we_find_what_it_fetched(full: Hub) -> None:
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    path, _ = got()
    assert try_to_load_from_cache(REPO, "model.safetensors", cache_dir=constants.HF_HUB_CACHE) == str(path)
    full.put("timm/other", "model.safetensors", CONTENT[:1000])
    place = hf_hub_download(
        "timm/other", "model.safetensors", cache_dir=constants.HF_HUB_CACHE, endpoint=full.url
    )
    full.calls.clear()
    assert str(fetch("other", "timm/other", FILES)[0]) == place
    assert not [call for call in full.calls if call.startswith("GET")]


def test_bytes_of_the_right_length_that_are_wrong_are_fetched_again(full: Hub) -> None:
    full.corrupt = 1
    assert got()[0].read_bytes() == CONTENT
    assert sum(call.startswith("GET") for call in full.calls) == 2


def test_bytes_that_stay_wrong_are_refused_and_nothing_of_them_is_kept(full: Hub) -> None:
    full.corrupt = 2
    with pytest.raises(UserError, match=r"the weights of small arrive damaged from .*, twice: a proxy"):
        got()
    assert not [
        path for path in Path(constants.HF_HUB_CACHE).rglob("*") if path.is_file() and path.stat().st_size
    ]
    assert got()[0].read_bytes() == CONTENT


@pytest.mark.parametrize("spoil", [lambda b: b[:1000], lambda b: b[:-1] + b"x", lambda b: b""])
@pytest.mark.parametrize("pinned", [False, True])
def test_a_file_that_the_cache_holds_damaged_heals(full: Hub, spoil: object, pinned: bool) -> None:
    path, source = got()
    path.resolve().write_bytes(spoil(CONTENT))  # type: ignore[operator]
    assert got(source if pinned else None)[0].read_bytes() == CONTENT


def test_a_connection_that_ends_early_goes_on_where_it_ended(full: Hub) -> None:
    full.cut_after = 300_000
    assert got()[0].read_bytes() == CONTENT
    assert "bytes=300000-" in full.ranges


@pytest.mark.parametrize("store", ["another host", "the same host"])
def test_a_hub_that_sends_to_its_store_is_followed_and_keeps_the_token_to_itself(
    full: Hub, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's own store is another host's, a mirror's may be its own: the store knows no commit."""
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    with serving(Hub(files=full.files)) as other:
        full.store = other.url if store == "another host" else full.url
        place = other if store == "another host" else full
        place.cut_after = 300_000
        path, source = got()
    assert path.read_bytes() == CONTENT and (source.commit, source.sha256) == (COMMIT, DIGEST)
    assert [call.split()[0] for call in full.calls if "/resolve/" in call][:2] == ["HEAD", "GET"]
    assert place.calls[-1] == f"GET /plain/{DIGEST}" and place.ranges[-1] == "bytes=300000-"
    assert "Bearer hf_x" in full.tokens and "Bearer hf_x" not in other.tokens


def test_a_hub_that_moved_a_repository_is_followed(full: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    full.moved["timm/old"] = REPO
    path, source = fetch("small", "timm/old", FILES)
    assert path.read_bytes() == CONTENT and (source.commit, source.sha256) == (COMMIT, DIGEST)
    full.moved = {"timm/a": "timm/b", "timm/b": "timm/a"}
    with pytest.raises(UserError, match="no model hub"):
        fetch("small", "timm/a", FILES)


def test_a_later_run_goes_on_where_an_interrupted_one_ended(full: Hub) -> None:
    draft = Path(constants.HF_HUB_CACHE) / "models--timm--small.in1k/blobs" / f"{DIGEST}.incomplete"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(CONTENT[:700_000])
    assert got()[0].read_bytes() == CONTENT and "bytes=700000-" in full.ranges


def test_a_body_that_stalls_ends_in_time(full: Hub) -> None:
    full.stall_after = 1000
    began = time.monotonic()
    with pytest.raises(UserError, match=r"the weights of small could not be fetched: .* does not answer"):
        got()
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("status", "headers", "token", "sentence"),
    [
        (503, {}, "", r"is out of order \(503\): nothing is wrong here, try again in a few minutes"),
        (
            429,
            {"Retry-After": "120"},
            "",
            r"too many requests from here \(429\): wait 120 s and run again, or log",
        ),
        (429, {}, "hf_x", r"\(429\): wait 60 s and run again, or set pretrained"),
        (
            401,
            {"X-Error-Message": "Invalid credentials in Authorization header"},
            "hf_x",
            "does not accept your token",
        ),
        (
            401,
            {"X-Error-Code": "RepoNotFound"},
            "",
            r"is not to be found .* or log in with `hf auth login` if it is",
        ),
        (
            401,
            {"X-Error-Code": "GatedRepo"},
            "",
            r"accept their terms at http://.*/timm/small.in1k, then log in",
        ),
        (
            403,
            {"X-Error-Code": "GatedRepo"},
            "hf_x",
            r"accept their terms at http://.*/timm/small.in1k, or set",
        ),
        (403, {}, "", "forbids it"),
        (404, {"X-Error-Code": "RepoNotFound"}, "hf_x", "check the name, or set"),
    ],
)
@pytest.mark.parametrize("late", [False, True], ids=["asked", "in_the_transfer"])
def test_each_refusal_has_its_own_way_out(
    full: Hub, monkeypatch: pytest.MonkeyPatch, late: bool, status: int, headers: dict[str, str], token: str,
    sentence: str,
) -> None:  # fmt: skip
    full.refusal, full.refuse_bodies = (status, headers), late
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    began = time.monotonic()
    with pytest.raises(UserError, match=sentence) as told:
        got()
    assert str(told.value).endswith(
        "to the path of a local .safetensors file, or to false for random weights."
    )
    assert time.monotonic() - began < 3
    assert not token or f"Bearer {token}" in full.tokens


def test_a_hub_that_recovers_is_asked_twice(full: Hub) -> None:
    full.refusal, full.refusals = (503, {}), 1
    assert got()[0].read_bytes() == CONTENT


def test_a_login_page_is_no_hub(full: Hub) -> None:
    full.page = b"<html>Welcome to our hotel</html>"
    with pytest.raises(UserError, match="no model hub, perhaps the login page of this network"):
        got()


def test_a_lost_hub_leaves_the_cache_and_an_empty_cache_a_sentence(
    full: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, source = got()
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert got() == (path, source)
    assert "its weights are those of the cache" in capsys.readouterr().out
    path.resolve().write_bytes(b"damaged")
    with pytest.raises(
        UserError, match=r"http://127.0.0.1:9 does not answer .*: connect to the network once, or"
    ):
        got()


def test_offline_by_wish_asks_nobody(full: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="HF_HUB_OFFLINE is set"):
        got()
    assert not full.calls


def test_a_pin_brings_the_old_bytes_after_main_moved(full: Hub, tmp_path: Path) -> None:
    _, pin = got()
    full.put(REPO, "model.safetensors", b"newer", LATER)
    constants.HF_HUB_CACHE = str(tmp_path / "another machine")
    path, source = got(pin)
    assert path.read_bytes() == CONTENT and source == pin
    assert got()[1].commit == LATER


def test_bytes_that_changed_and_commits_that_went_are_told(full: Hub, tmp_path: Path) -> None:
    _, pin = got()
    constants.HF_HUB_CACHE = str(tmp_path / "another machine")
    full.files[REPO, COMMIT, "model.safetensors"] = b"rewritten"
    with pytest.raises(
        UserError, match=r"data/network.json: .*model.safetensors changed at the hub: .* remove"
    ):
        got(pin)
    del full.files[REPO, COMMIT, "model.safetensors"]
    with pytest.raises(UserError, match=r"no longer has the commit that data/network.json records"):
        got(pin)


def test_the_second_name_is_taken_where_the_first_is_missing(hub: Hub) -> None:
    hub.put(REPO, "pytorch_model.bin", CONTENT)
    assert got()[1].file == "pytorch_model.bin"


def test_two_processes_fetch_once(full: Hub, tmp_path: Path) -> None:
    code = f"from podium.hub.repository import fetch; print(fetch('small', {REPO!r}, {FILES!r})[1].sha256)"
    environment = os.environ | {"HF_ENDPOINT": full.url, "HF_HUB_CACHE": str(tmp_path / "shared")}
    runs = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert all(DIGEST in run.communicate()[0] for run in runs)
    assert sum(call.startswith(f"GET /{REPO}/resolve") for call in full.calls) == 1


def test_whether_the_weights_are_here_is_known_without_the_hub(full: Hub) -> None:
    assert not repository.cached(REPO, FILES)
    got()
    assert repository.cached(REPO, FILES)
