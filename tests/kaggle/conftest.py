"""No test here can reach anything but loopback, nor a real token."""

import hashlib
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from podium.contracts import competition
from tests.kaggle.server import Kaggle, serving

KEY = "s3cr3t-0123456789abcdef"
LOOPBACK = ("127.0.0.1", "localhost", "::1", None)


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Refuses every other address, and hides the user's own files; tests/conftest.py does the rest."""
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in LOOPBACK:
            raise socket.gaierror(f"a test asked for {host}")
        return resolve(host, *args, **kwargs)

    def joined(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise OSError(f"a test connected to {address}")
        connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    monkeypatch.setattr(socket.socket, "connect", joined)
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "KAGGLE_CONFIG_DIR"):
        monkeypatch.setenv(name, str(home))
    from kaggle.api.kaggle_api_extended import KaggleApi

    monkeypatch.setattr(KaggleApi, "config", str(home / "kaggle.json"))


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own retries follow each other at once."""
    monkeypatch.setattr("urllib3.util.retry.Retry.sleep", lambda *_: None)
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kaggle]:
    """The server, and a user without a token."""
    from kagglesdk import kaggle_env

    with serving(Kaggle()) as state:
        monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.LOCAL, state.url)
        yield state


@pytest.fixture
def kaggle(nobody: Kaggle, monkeypatch: pytest.MonkeyPatch) -> Kaggle:
    """The server, and a user's token."""
    monkeypatch.setenv("KAGGLE_USERNAME", "someone")
    monkeypatch.setenv("KAGGLE_KEY", KEY)
    return nobody


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished run, committed; nothing uploaded yet."""
    place = tmp_path / "project"
    for folder in ("reports", "data/raw", "data/index"):
        (place / folder).mkdir(parents=True)
    (place / "params.yaml").write_text("seed: 1\ncompetition:\n  path: data/raw/some.zip\n")
    (place / "data/raw/some.kaggle.json").write_text(json.dumps({"slug": "some-zip"}))
    (place / "reports/submission.csv").write_text("id,label\na,1\n")
    scores = {"metric": "accuracy", "cv": 0.9, "cv_spread": 0.01}
    (place / "reports/metrics.json").write_text(json.dumps(scores))
    found = {"name": "some", "classes": ["0", "1"], "metric": "accuracy", "form": "label", "id_column": "id",
             "columns": ["label"], "values": ["0", "1"], "column_classes": []}  # fmt: skip
    (place / "data/index/competition.json").write_text(json.dumps(found | {"version": competition.VERSION}))
    (place / "data/index/sample_submission.csv").write_text("id,label\na,0\n")
    monkeypatch.chdir(place)
    record()
    for name in ("COMPETITION", "FORCE", "WAIT", "FILE"):
        monkeypatch.delenv(name, raising=False)
    git("init", "-q")
    git("add", "-f", ".")
    commit()
    return place


def record(vote: str = "v1.dir", filled_from: str = "v1.dir") -> None:
    """Writes the dvc.lock of a run that made the files as they lie here."""
    scores, submission = (
        hashlib.md5(Path(name).read_bytes()).hexdigest()
        for name in ("reports/metrics.json", "reports/submission.csv")
    )
    vote_and_scores = [
        {"path": "data/ensemble", "md5": vote},
        {"path": "reports/metrics.json", "md5": scores},
    ]
    read = [{"path": "data/index", "md5": "i1.dir"}, {"path": "data/ensemble", "md5": filled_from}]
    written = [{"path": "reports/submission.csv", "hash": "md5", "md5": submission}]
    stages = {"ensemble": {"outs": vote_and_scores}, "submit": {"deps": read, "outs": written}}
    Path("dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


def git(*words: str) -> str:
    """What Git prints."""
    named = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *named, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit() -> str:
    """Commits everything tracked; the commit."""
    git("commit", "-qam", "run", "--allow-empty")
    return git("rev-parse", "HEAD")
