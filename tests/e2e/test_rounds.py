"""Experiments that build on experiments: pseudo-labels twice over, and copies of what a teacher got wrong."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from dvc.api import DVCFileSystem
from tiny_project import Project

from podium.contracts import manifest, pseudo
from podium.copies.orders import CROPPED

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]


def experiment(project: Project, name: str, *settings: str) -> str:
    """Runs it in a temporary workspace; its full revision."""
    options = [word for setting in settings for word in ("-S", setting)]
    project.run("dvc", "exp", "run", "-q", "--temp", "-n", name, *options)
    shown = project.run("dvc", "exp", "list", "--sha-only").stdout.split()
    named = project.run("dvc", "exp", "list", "--name-only").stdout.split()
    return shown[named.index(name)]


def read(project: Project, revision: str, name: str) -> bytes:
    """One artifact of an experiment, from the cache."""
    with DVCFileSystem(url=str(project.folder), rev=revision).open(name, "rb") as file:
        content: bytes = file.read()
    return content


def table(project: Project, revision: str, path: Path) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(read(project, revision, path.as_posix())))


def test_a_second_round_learns_from_the_first(untouched: Project) -> None:
    long = ("train.epochs=20",)  # a teacher that knows something
    easy = (*long, "pseudo_label.precision=0.2", "pseudo_label.cap=2")
    baseline = experiment(untouched, "round-0", *long)
    first = experiment(untouched, "round-1", f"pseudo_label.teacher={baseline}", *easy)
    second = experiment(untouched, "round-2", f"pseudo_label.teacher={first}", *easy)
    rounds = [table(untouched, revision, pseudo.PATH) for revision in (first, second)]
    for labels, teacher in zip(rounds, (baseline, first), strict=True):
        assert len(labels) and set(labels["teacher"]) == {teacher} and set(labels["fold"]) <= {0, 1}
        assert labels["image_id"].str.startswith("test/").all()
    scores = [
        json.loads(read(untouched, rev, "reports/metrics.json"))["cv"] for rev in (baseline, first, second)
    ]
    assert all(0 <= score <= 1 for score in scores)


def test_what_the_teacher_got_wrong_gets_more_copies(untouched: Project) -> None:
    baseline = untouched.run("git", "rev-parse", "HEAD").stdout.strip()
    found = experiment(untouched, "hard-examples", f"augment.hard_examples.teacher={baseline}")
    copies = table(untouched, found, manifest.PATH)
    cropped = copies[copies["copy"] > CROPPED]
    usual = copies[copies["copy"] <= CROPPED]
    assert len(cropped) and cropped.groupby("source_id").size().eq(2).all()  # augment.hard_examples.copies
    assert cropped.groupby("label")["source_id"].nunique().max() <= 10 // 4  # a quarter of a class
    assert len(usual) == len(table(untouched, baseline, manifest.PATH))
    facts = json.loads(read(untouched, found, "data/augmented/facts.json"))
    assert any("got wrong" in sentence or "missed" in sentence for sentence in facts["sentences"]), facts
