"""A vote's graph decides as the ensemble does, whatever the task and its cut points."""

from pathlib import Path

import numpy as np
import pytest
import torch

from podium.export import engines, graphs
from podium.tasks import registry
from podium.vote import ensemble
from podium.vote import voter as voters
from podium.vote.calibration import Calibration
from podium.vote.cutting import placed, regrade, warp
from podium.vote.voter import WeightedMean

WEIGHTS = np.array([0.5, 0.3, 0.2])
TABLE = np.array([[0.0, 1.0, 5.0], [2.0, 3.0, 9.0]], np.float32)  # the least and most of each number
CUTS = {
    "multi": (np.array([0.2, 0.5, 0.9]), warp),
    "ordinal": (np.array([0.8, 1.1]), regrade),
    "single": (np.array([2, 0.7, 0.3]), placed),  # the class 2 is of what is none of the others
}


@pytest.mark.parametrize("task", ["single", "multi", "ordinal", "number"])
def test_cut_points_and_the_tasks_own_bounds_leave_with_the_vote(task: str, tmp_path: Path) -> None:
    kind, draw = registry.load(task), np.random.default_rng(0)
    probs = draw.random((3, 2, 50, 3)) * (10 if task == "number" else 1)
    if kind.link == "softmax":
        probs /= probs.sum(-1, keepdims=True)

    def settle(values: np.ndarray) -> np.ndarray:
        return np.asarray(kind.normalise(values, TABLE))

    cuts, turn = CUTS.get(task, (np.ones(3), lambda values, _: values))
    calibration = Calibration(1.0, np.ones(3), cuts, turn)
    learnt = WeightedMean(WEIGHTS, settle)
    wanted = ensemble.on_test(voters.load("hill_climbing"), learnt, calibration, probs, settle)
    vote = graphs.VoteGraph("hill_climbing", learnt, calibration, kind, TABLE)
    for suffix in engines.SUFFIXES.values():
        file = tmp_path / f"vote{suffix}"
        graphs.write(vote, {"probs": torch.tensor(probs[:, :, :4])}, file, {"probs": 2})
        assert engines.graph(file, "cpu")([probs]) == pytest.approx(wanted, abs=1e-9)


class Positions(torch.nn.Module):
    """Makes a tensor on its input's device while it runs, as DINOv3 does."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values * torch.arange(values.shape[1], device=values.device).to(values.device)


def test_what_a_network_makes_while_it_runs_is_made_on_the_card(tmp_path: Path) -> None:
    file, values = tmp_path / "n.pt", torch.rand(2, 5)
    graphs.write(torch.nn.Sequential(Positions()), {"values": values}, file)
    elsewhere = torch.jit.load(str(file))
    assert torch.equal(elsewhere(values), values * torch.arange(5))
    elsewhere = torch.jit.load(str(file))
    engines.take_device(elsewhere, "meta")  # a device without memory stands for the card
    assert elsewhere(values.to("meta")).device.type == "meta"


def test_a_card_that_fails_is_told_once_and_the_processor_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def graph(_path: Path, where: str) -> engines.Graph:
        def run(arrays: engines.Arrays) -> np.ndarray:
            seen.append(where)
            if where == "cuda":
                raise RuntimeError("CUDA error: no kernel image is available")
            return np.asarray(arrays[0])

        return run

    monkeypatch.setattr(engines, "device", lambda _: "cuda")
    monkeypatch.setattr(engines, "graph", graph)
    some = engines.OnDevice([tmp_path / "a.pt"], "torch")
    for _ in range(2):
        assert some(0, [np.ones(2)]).tolist() == [1, 1]
    assert seen == ["cuda", "cpu", "cpu"]
    assert capsys.readouterr().out.count("warning: the graphics card failed (CUDA error: no kernel") == 1
