"""The page's tables of voters and members: every number that the vote wrote, and none about a lone member."""

import html
import json
from pathlib import Path

import numpy as np

from podium.contracts import predictions
from podium.foundation.files import write_json
from podium.metrics import registry
from podium.report import page
from podium.report.evidence import VOTERS, gather
from podium.report.params import ReportParams
from podium.vote import ensemble
from podium.vote.params import EnsembleParams
from tests.vote.cases import pool


def rendered(members: int) -> tuple[str, ensemble.Vote]:
    made, metric = pool(members=members, n=120), registry.get("log_loss")
    vote = ensemble.vote(made, EnsembleParams(), metric, seed=0)
    write_json(VOTERS, ensemble.table(vote, made, metric))
    return page.render(gather([0, 1, 2]), ReportParams()), vote


def test_each_voter_stands_with_its_interval(finished: Path) -> None:
    seen, vote = rendered(members=3)
    assert len(vote.compared) > 5
    for candidate in vote.compared:
        found = candidate.interval
        cells = (candidate.name, *(f"{value:.4f}" for value in (found.score, found.low, found.high)))
        assert all(f">{cell}<" in seen for cell in cells), cells
    assert f"Voter chosen: {vote.chosen.name}." in seen
    table = json.loads(VOTERS.read_text())
    assert table["why"] and all(html.escape(told) in seen for told in table["why"])
    assert "paired error" in seen


def test_members_pairs_and_what_each_adds(finished: Path) -> None:
    seen, _ = rendered(members=3)
    told = json.loads(VOTERS.read_text())
    assert "error correlation" in seen and "disagreement" in seen and len(told["pairs"]) == 3
    numbers = [pair["error_correlation"] for pair in told["pairs"]] + [m["adds"] for m in told["members"]]
    assert np.ptp(numbers) > 0 and all(f">{n:.4f}<" in seen for n in numbers if abs(n) >= 1e-4)


def test_one_member_has_nobody_to_differ_from(finished: Path) -> None:
    seen, _ = rendered(members=1)
    assert "error correlation" not in seen and predictions.ENSEMBLE.exists()
