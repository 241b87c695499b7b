"""What a rehearsal compares with is the published vote, whatever the task."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from podium.export.expected import LearntVote, decided
from podium.metrics.registry import FAMILIES
from podium.tasks import registry
from podium.vote import ensemble
from podium.vote.params import EnsembleParams
from podium.vote.preparing import PreparedVote
from podium.vote.recipe import Metadata, Recipe
from tests.vote.cases import pool

METRICS = {"single": ("labels", "accuracy"), "multi": ("sets", "roc_auc"), "number": ("numbers", "rmse")}


@pytest.mark.parametrize("calibrate", ["none", "auto"])
@pytest.mark.parametrize("task", METRICS)
def test_it_is_decided_as_the_ensemble_did(task: str, calibrate: str) -> None:
    made = pool(n=80, folds=2)
    table = np.array([[0, 1, 0], [1, 1, 0], [0, 0, 1]], np.float32) if task != "single" else np.eye(3)
    scale = {"single": 1.0, "multi": 0.9, "number": 0.7}[task]  # rows that do not sum to 1
    made = replace(made, kind=registry.load(task), table=table, oof=made.oof * scale, test=made.test * scale)
    family, name = METRICS[task]
    metric = FAMILIES[family][name] if task == "single" else FAMILIES[family][name].on(table)
    vote = ensemble.vote(made, EnsembleParams(voter="soft", calibrate=calibrate), metric, 0)
    voting = LearntVote(PreparedVote(made, [], Recipe()), ensemble.table(vote, made, metric), metric, 0)
    n = len(made.test_ids)
    beside = Metadata(np.arange(n), np.zeros((n, 0), np.float32), pd.DataFrame(index=range(n)))
    assert decided(voting, made.test, beside) == pytest.approx(vote.test, abs=1e-9)
