"""make train over two workers, one killed in the middle of a fold: the bits of one machine."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from tiny_project import Project

from podium.foundation.files import sha256

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("e2e")]
EPOCHS = 6  # enough that a fold has a middle


@pytest.fixture
def project(untouched: Project) -> Iterator[Project]:
    """The finished project; its models are put back too."""
    yield untouched
    untouched.run("git", "checkout", "-q", "--", ".")
    untouched.run("dvc", "checkout", "--quiet", "--force")


def digests(project: Project) -> dict[str, str]:
    return {path.parent.name: sha256(path) for path in project.folder.glob("models/*/model.safetensors")}


def test_a_worker_dies_in_the_middle_of_a_fold_and_the_bits_are_those_of_one_machine(
    project: Project,
) -> None:
    project.change(train__epochs=EPOCHS, seed=1)
    command = [sys.executable, "-m", "stages.train_folds", "--jobs", "2"]
    where = {"cwd": project.folder, "env": project.environment}
    with subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **where) as d:
        assert d.stdout is not None
        said = ""
        while "fold 1: epoch 2 of" not in said:
            said += (line := d.stdout.readline())
            assert line, said
        workers = psutil.Process(d.pid).children()
        victim = next(w for w in workers if any("train 1" in " ".join(c.cmdline()) for c in below(w)))
        victim.send_signal(signal.SIGKILL)
        said += d.communicate(timeout=600)[0]
    assert d.returncode == 0, said
    assert said.count("> python -m stages.train 1") == 2
    over_workers = digests(project)
    alone = project.environment | {"PODIUM_CACHE": project.environment["PODIUM_CACHE"] + "-other"}
    one = replace(project, environment=alone)
    one.run("dvc", "repro", "--force", "--single-item", "train@0", "train@1")
    assert digests(project) == over_workers
    assert len(over_workers) == 2


def below(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)
