"""The vote as a graph gives what the voters give."""

from pathlib import Path

import numpy as np
import pytest

from podium.foundation.errors import UserError
from podium.metrics import registry
from podium.vote import ensemble, voter
from podium.vote.calibration import Calibration
from tests.vote.cases import pool

ACCURACY = registry.get("accuracy")


@pytest.mark.parametrize("name", ["soft", "hard", "geometric", "weighted", "hill_climbing", "stacking"])
def test_the_vote_is_the_same(name: str, tmp_path: Path) -> None:
    import torch

    from podium.export import graphs

    made = pool(n=120)
    calibration = Calibration(1.7, np.array([1.0, 2.0, 0.5]))
    combine = voter.ready(ensemble.learnt(name, made, ACCURACY, seed=0), None)
    geometric = voter.load(name).merge_folds is voter.geometric_mean
    vote = graphs.VoteGraph(name, combine, calibration, "geometric" if geometric else "arithmetic")
    example = {"probs": torch.tensor(made.test[:, :, :4], dtype=torch.float32)}
    graphs.write(vote, example, tmp_path / "vote.onnx", rows="probs")
    found = graphs.run(tmp_path / "vote.onnx", {"probs": made.test.astype(np.float32)})  # 30 rows, not 4
    wanted = ensemble.on_test(voter.load(name), combine, calibration, made.test)
    assert found == pytest.approx(wanted, abs=1e-5)
    assert wanted.std() > 0.1


@pytest.mark.parametrize(
    ("name", "why"),
    [("boosting", "is made of trees"), ("svm", "looks at images through one more network")],
)
def test_what_no_graph_expresses_is_refused(name: str, why: str) -> None:
    from podium.export import graphs

    with pytest.raises(UserError, match=f"the {name} vote {why} and cannot be exported: set"):
        graphs.VoteGraph(name, lambda probs: probs[0], Calibration(1.0, np.ones(3)), "arithmetic")


def test_every_voter_is_a_graph_or_says_why_not() -> None:
    from podium.export import graphs

    assert sorted([*graphs.FORMS, *graphs.REFUSED]) == voter.names()
