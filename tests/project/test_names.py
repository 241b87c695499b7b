"""Revisions as a person reads them."""

import subprocess
from pathlib import Path

import pytest

from podium.project import names


def test_a_full_revision_reads_as_its_experiment_or_its_first_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def git(*words: str) -> str:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        done = subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one")
    head = git("rev-parse", "HEAD")
    other = "0123456789" * 4
    git("update-ref", f"refs/exps/{head[:2]}/{head[2:]}/larger", head)
    assert names.shortened(f'ensemble.experiments=["{head}", "{other}"]') == (
        'ensemble.experiments=["larger", "0123456"]'
    )
    digest = other + other[:24]  # a SHA-256 is no revision
    assert names.shortened(digest) == digest
