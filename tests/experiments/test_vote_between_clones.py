"""make vote, as a team uses it: models run where they have not, experiments pushed, pulled and voted on."""

import json
import re
from pathlib import Path

import pytest
import yaml

from podium.contracts import metrics
from tests.experiments import tiny

pytestmark = pytest.mark.slow


def names(root: Path) -> list[str]:
    listed = tiny.run(root, "git", "for-each-ref", "refs/exps", "--format=%(refname)")
    return [ref.rpartition("/")[2] for ref in listed.split() if "/exec/" not in ref]


def test_a_team_votes_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    ours = tiny.repository(tmp_path / "ours")
    # DVC pushes an experiment's data to the remote that the experiment's own commit knows: so it comes first.
    tiny.run(tmp_path, "git", "init", "-q", "--bare", "-b", "main", "hub.git")
    tiny.run(ours, "git", "remote", "add", "origin", str(tmp_path / "hub.git"))
    tiny.run(ours, "dvc", "remote", "add", "-d", "shared", str(tmp_path / "shared"))
    tiny.run(ours, "git", "commit", "-q", "-am", "a remote")
    tiny.run(ours, "git", "push", "-q", "origin", "main")

    # From nothing: both models run, each as an experiment in a temporary workspace, and vote.
    committed = (ours / "params.yaml").read_text()
    first = tiny.run(ours, "python", "-m", "stages.vote", "--models", "resnet18 tv:alexnet", "--name", "both")
    assert (ours / "params.yaml").read_text() == committed
    assert "resnet18 has not run yet" in first and "tv:alexnet has not run yet" in first
    assert "params.yaml is as it was" in first and "`dvc exp apply both`" in first
    assert "this run's own predictions do not vote" in first
    scored = metrics.read(ours / metrics.PATH)
    kept = tiny.run(ours, "git", "show", f"{name_ref(ours, 'both')}:params.yaml")
    voting = yaml.safe_load(kept)["ensemble"]["experiments"]
    assert scored["voted"] == f"resnet18@{voting[0][:7]}, tv:alexnet@{voting[1][:7]}"
    assert scored["Run"] == "whole: 5 folds, 200 images, of other experiments"
    assert all(len(revision) == 40 for revision in voting)
    assert "# auto, or a file of podium/vote/voters" in kept

    # The next experiment is scored by its own predictions, not by the vote's members.
    tiny.run(ours, "dvc", "exp", "run", "--name", "next", "-S", "model=tv:vgg11")
    assert "this run" in str(metrics.read(ours / metrics.PATH)["voted"])
    tiny.run(ours, "python", "-m", "stages.reset")

    # A vote whose members do not go together changes nothing.
    tiny.run(ours, "dvc", "exp", "run", "--temp", "--name", "other-folds", "-S", "seed=1")
    files = ("params.yaml", "dvc.lock", "reports/metrics.json", "data/ensemble/table.json")
    before = {name: (ours / name).read_bytes() for name in files}
    refused = tiny.run(ours, "python", "-m", "stages.vote", "--experiments", "both other-folds", fails=True)
    assert "has other folds" in refused and "Traceback" not in refused
    assert {name: (ours / name).read_bytes() for name in files} == before

    # A temporary workspace reads its parent's experiments; nothing but the vote runs.
    tiny.run(ours, "dvc", "exp", "apply", "both")
    temporary = tiny.run(ours, "dvc", "exp", "run", "--temp", "-S", "ensemble.voter=hard")
    assert "ensemble: hard vote of resnet18@" in temporary and "Running stage 'predict'" not in temporary

    # The other clone has neither data nor runs: it pulls two experiments by name and votes the same.
    pushed = [name for name in names(ours) if revision_of(ours, name) in voting]
    tiny.run(ours, "dvc", "exp", "push", "origin", *pushed)
    tiny.run(tmp_path, "git", "clone", "-q", "hub.git", "theirs")
    theirs = tmp_path / "theirs"
    for key, value in (("user.name", "u"), ("user.email", "u@example.org")):
        tiny.run(theirs, "git", "config", key, value)
    tiny.run(theirs, "dvc", "exp", "pull", "origin", *pushed)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "their-cache"))
    ordered = sorted(pushed, key=lambda name: voting.index(revision_of(theirs, name)))
    said = tiny.run(theirs, "python", "-m", "stages.vote", "--experiments", " ".join(ordered))
    assert "Running stage 'predict'" not in said
    assert metrics.read(theirs / metrics.PATH) == scored
    assert said.count("CV score") == 1  # the report's stage and the command itself know the last lines
    assert f"ensemble.experiments={json.dumps(ordered)}" in said
    assert not re.search("[0-9a-f]{40}", said)

    wrong = tiny.run(theirs, "python", "-m", "stages.vote", "--experiments", f"{ordered[0]}x", fails=True)
    assert f"error: experiment '{ordered[0]}x' is not here; did you mean {ordered[0]}." in wrong
    assert "Traceback" not in wrong


def name_ref(root: Path, name: str) -> str:
    listed = tiny.run(root, "git", "for-each-ref", "refs/exps", "--format=%(refname)").split()
    return next(ref for ref in listed if ref.endswith(f"/{name}"))


def revision_of(root: Path, name: str) -> str:
    return tiny.run(root, "git", "rev-parse", name_ref(root, name)).strip()


def test_a_project_inside_a_larger_repository_votes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("of another project\n")
    ours = tiny.repository(tmp_path / "mine/kaggle/podium", top=tmp_path / "mine")
    committed = (ours / "params.yaml").read_text()
    first = tiny.run(ours, "python", "-m", "stages.vote", "--models", "resnet18 tv:alexnet", "--name", "both")
    assert "resnet18 has not run yet" in first and "`dvc exp apply both`" in first
    scored = metrics.read(ours / metrics.PATH)
    assert (ours / "params.yaml").read_text() == committed
    kept = yaml.safe_load(tiny.run(ours, "git", "show", f"{name_ref(ours, 'both')}:./params.yaml"))
    assert len(kept["ensemble"]["experiments"]) == 2
    again = tiny.run(ours, "python", "-m", "stages.vote", "--models", "resnet18 tv:alexnet", "--name", "more")
    assert "has not run yet" not in again and metrics.read(ours / metrics.PATH) == scored
    tiny.run(ours, "dvc", "exp", "apply", "both")
    temporary = tiny.run(ours, "dvc", "exp", "run", "--temp", "-S", "ensemble.voter=hard")
    assert "ensemble: hard vote of resnet18@" in temporary
