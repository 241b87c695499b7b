"""Where the processes of one machine meet."""

import os
from pathlib import Path

import lightning.pytorch as pl
import pytest
from lightning.fabric.plugins.environments import LightningEnvironment, SLURMEnvironment

from podium.foundation.errors import UserError
from podium.training.loop import meeting


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    monkeypatch.setenv(meeting.NAME, "")  # put back afterwards
    for name in ("SLURM_NTASKS", "SLURM_NNODES"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["auto", "ddp"])
def test_the_processes_of_one_machine_meet_over_a_file(name):
    made = meeting.strategy(name, devices=2, nodes=1)
    assert isinstance(made, meeting.OverFile)
    assert Path(os.environ[meeting.NAME]).parent.is_dir() and not Path(os.environ[meeting.NAME]).exists()


@pytest.mark.parametrize(("name", "devices", "nodes"), [("auto", 1, 1), ("ddp", 2, 2), ("fsdp", 2, 1)])
def test_what_else_is_lightnings_own(name, devices, nodes):
    assert meeting.strategy(name, devices, nodes) == name


def test_processes_that_somebody_else_started_meet_where_that_one_says(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "0")
    meeting.strategy("auto", devices=2, nodes=1)
    assert not os.environ[meeting.NAME]


@pytest.mark.parametrize(("tasks", "kind"), [("1", LightningEnvironment), ("2", SLURMEnvironment)])
def test_slurm_starts_the_processes_only_where_it_has_a_task_for_each(monkeypatch, tasks, kind):
    for name, value in {
        "NTASKS": tasks,
        "NTASKS_PER_NODE": tasks,
        "PROCID": "0",
        "LOCALID": "0",
        "NODEID": "0",
    }.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    monkeypatch.setenv("SLURM_JOB_NAME", "fold")
    made = meeting.strategy("auto", devices=2, nodes=1)
    trainer = pl.Trainer(accelerator="cpu", devices=2, strategy=made, logger=False)
    assert type(trainer.strategy.cluster_environment) is kind
    assert trainer.world_size == 2


def test_a_slurm_job_of_another_number_of_nodes_is_a_users_mistake(monkeypatch):
    monkeypatch.setenv("SLURM_NNODES", "1")
    with pytest.raises(UserError, match=r"train.nodes is 2, but this SLURM job has 1: .*srun --nodes 2"):
        meeting.strategy("auto", devices=1, nodes=2)
