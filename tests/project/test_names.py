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


def test_dvcs_own_notes_are_no_experiments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `dvc exp apply`, make experiments listed `stash` and `ORIG_HEAD`, and a vote took them."""
    monkeypatch.chdir(tmp_path)
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    mine = f"ab/{38 * 'c'}/mine"
    for ref in ("exec/EXEC_HEAD", "apply/ORIG_HEAD", "apply/stash", "stash", mine):
        subprocess.run(["git", "update-ref", f"refs/exps/{ref}", "HEAD"], check=True)
    assert list(names.experiments()) == [f"refs/exps/{mine}"]
