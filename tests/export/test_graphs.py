"""The vote as a graph gives what the voters give."""

from pathlib import Path

import numpy as np
import pytest

from podium import ensemble, voters
from podium.calibration import Calibration
from podium.errors import UserError
from podium.metrics import registry
from tests.ensemble.cases import pool

ACCURACY = registry.get("accuracy")


@pytest.mark.parametrize("name", ["soft", "hard", "geometric", "weighted", "hill_climbing", "stacking"])
def test_the_vote_is_the_same(name: str, tmp_path: Path) -> None:
    import torch

    from podium.export import graphs

    made = pool(n=120)
    calibration = Calibration(1.7, np.array([1.0, 2.0, 0.5]))
    combine = ensemble.learnt(name, made, ACCURACY, seed=0)
    geometric = voters.load(name).merge_folds is voters.geometric_mean
    vote = graphs.Vote(name, combine, calibration, "geometric" if geometric else "arithmetic")
    example = {"probs": torch.tensor(made.test[:, :, :4], dtype=torch.float32)}
    graphs.write(vote, example, tmp_path / "vote.onnx", rows="probs")
    found = graphs.run(tmp_path / "vote.onnx", {"probs": made.test.astype(np.float32)})  # 30 rows, not 4
    wanted = ensemble.on_test(voters.load(name), combine, calibration, made.test)
    assert found == pytest.approx(wanted, abs=1e-5)
    assert wanted.std() > 0.1


def test_trees_are_refused() -> None:
    from podium.export import graphs

    with pytest.raises(UserError, match=r"the boosting vote is made of trees and cannot be exported: set"):
        graphs.Vote("boosting", lambda probs: probs[0], Calibration(1.0, np.ones(3)), "arithmetic")
