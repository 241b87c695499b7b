"""The real dvc.yaml, end to end: what is written, what runs again and what does not."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest
import yaml
from tiny_project import Project

from podium.foundation import lock
from podium.foundation.files import sha256
from podium.kaggle import verify
from podium.project.dvc_file import stages

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]


def stale(project: Project) -> set[str]:
    """The stages that `dvc status` finds changed by themselves, matrix items without their item."""
    project.run("dvc", "repro", "check")
    found = json.loads(project.run("dvc", "status", "--json").stdout or "{}")
    return {
        name.partition("@")[0]
        for name, reasons in found.items()
        if any("changed deps" in r or "changed command" in r for r in reasons if isinstance(r, dict))
    }


def test_everything_is_written_and_the_submission_is_in_the_samples_form(finished: Project) -> None:
    for name, stage in stages().items():
        for out in stage["outs"]:
            path = next(iter(out)) if isinstance(out, dict) else out.replace("${item.fold}", "0")
            assert (finished.folder / path).exists() or name == "demo", f"{name} wrote no {path}"
    sample = pd.read_csv(finished.folder / "data/index/sample_submission.csv", dtype=str)
    sent = pd.read_csv(finished.folder / "reports/submission.csv", dtype=str)
    assert sent["id"].tolist() == sample["id"].tolist() and list(sent) == list(sample)
    assert set(sent["label"]) <= {"circle", "cross", "square"}
    found = json.loads((finished.folder / "reports/metrics.json").read_text())
    assert found["metric"] == "accuracy" and 0 <= found["cv_low"] <= found["cv"] <= found["cv_high"] <= 1
    assert found["folds"] == "0,1" and found["n"] == 20


def test_start_registers_the_zip_and_commits_a_baseline(finished: Project) -> None:
    assert finished.run("git", "log", "-1", "--format=%s").stdout.startswith("Baseline of ")
    committed = finished.run("git", "show", "--stat", "--format=", "HEAD").stdout
    for name in ("params.yaml", "dvc.lock", "reports/metrics.json", "data/raw/shapes.zip.dvc"):
        assert name in committed
    text = (finished.folder / "params.yaml").read_text()
    assert yaml.safe_load(text)["competition"]["path"] == "data/raw/shapes.zip" and "# found: " in text
    assert finished.run("git", "status", "--porcelain").stdout == ""


def test_the_lock_that_dvc_writes_is_understood_by_upload(
    finished: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(finished.folder)
    verify.refuse_strangers()
    scored = lock.recorded(lock.stages(), "ensemble", "outs", verify.METRICS)
    assert len(scored) == 32


def test_a_second_run_does_nothing(finished: Project) -> None:
    out = finished.run("dvc", "repro").stdout
    assert "Running stage" not in out and out.count("didn't change, skipping") >= len(stages())


def test_a_temporary_experiment_finds_the_zip_and_all_views_work(untouched: Project) -> None:
    untouched.run("dvc", "exp", "run", "-q", "--temp", "-n", "hard", "-S", "ensemble.voter=hard")
    shown = untouched.run("dvc", "exp", "show", "--csv").stdout
    assert "hard" in shown and "cv" in shown.splitlines()[0]
    assert "cv" in untouched.run("dvc", "metrics", "diff", "--all").stdout
    untouched.run("dvc", "plots", "show", "-o", "plots")
    assert (untouched.folder / "plots/index.html").exists()
    assert "train@0" in untouched.run("dvc", "dag").stdout
    untouched.run("git", "clean", "-fdq", "plots")


def test_edits_rerun_only_what_runs_them(untouched: Project) -> None:
    for edited in ("podium/vote/voters/soft.py", "podium/report/parts.py", "podium/training/losses/focal.py"):
        with (untouched.folder / edited).open("a") as file:
            file.write("\n# a comment\n")
    (untouched.folder / "podium/training/losses/brand_new.py").write_text("X = 1\n")
    assert stale(untouched) == {"ensemble", "report"}  # neither the unused loss nor the new one retrains


def test_an_edit_of_the_engine_retrains(untouched: Project) -> None:
    with (untouched.folder / "podium/training/loop/engine.py").open("a") as file:
        file.write("\n# a comment\n")
    assert stale(untouched) == {"select", "train", "refit"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"model": "test_vit", "submit__digits": 4}, {"network", "select", "train", "refit", "submit"}),
        ({"ensemble__voter": "soft", "augment__per_class": 20}, {"ensemble", "augment"}),
    ],
)
def test_a_parameter_reruns_the_stage_that_reads_it(
    changes: dict[str, object], expected: set[str], untouched: Project
) -> None:
    untouched.change(**changes)
    assert stale(untouched) - {"check", "report"} == expected  # these two look at all parameters


def test_an_interrupted_training_is_not_recorded_and_goes_on_to_the_same_bits(untouched: Project) -> None:
    weights = untouched.folder / "models/fold0/model.safetensors"
    lock = (untouched.folder / "dvc.lock").read_bytes()
    before = sha256(weights)
    process = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "-f", "-s", "train@0"],
        cwd=untouched.folder, env=untouched.environment, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    stage = wait_for_stage(process.pid)
    os.kill(stage, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert (untouched.folder / "dvc.lock").read_bytes() == lock
    assert not weights.exists()
    untouched.run("dvc", "repro", "-s", "train@0")
    assert sha256(weights) == before


def wait_for_stage(dvc: int) -> int:
    """The process that runs stages.train below `dvc`."""
    for _ in range(300):
        for child in psutil.Process(dvc).children(recursive=True):
            if "stages.train" in child.cmdline():
                time.sleep(2)  # the handlers are in place after the first imports
                return child.pid
        time.sleep(0.1)
    raise AssertionError("the stage did not start")


def test_folds_that_are_no_longer_declared_leave_nothing_behind(untouched: Project) -> None:
    assert Path(untouched.folder / "models/fold1").exists()
    untouched.change(folds=[0])
    untouched.run("stages.check")
    assert not Path(untouched.folder / "models/fold1").exists()
    untouched.run("git", "checkout", "-q", "--", "params.yaml")
    untouched.run("dvc", "checkout", "-q", "train@1")
    assert Path(untouched.folder / "models/fold1/model.json").exists()
