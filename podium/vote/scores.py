"""What a vote's score becomes: metrics.json and, with the folds' spread and the work, details.json."""

from typing import Any

import pandas as pd

from podium.contracts import folds, metrics
from podium.contracts.competition import Competition
from podium.contracts.rows import alone
from podium.experiments import runs
from podium.experiments.runs import Pool
from podium.metrics import registry, report
from podium.vote import voter as voters
from podium.vote.ensemble import Vote


def scores(
    vote: Vote, pool: Pool, found: Competition, split: pd.DataFrame, company: dict[str, str],
    effort: str, own: bool, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """metrics.json: the cross-validated score and the hold-out's; company: image_id -> row."""
    metric = registry.of(found)
    beside = voters.judgeable(voters.load(vote.chosen.name), registry.beside(found))
    held = runs.hold_out(alone(split, company), pool.test_ids)
    return (
        {metrics.RUN: report.scope(pool.home, len(folds.present(split)), effort, own, pool.unit)}
        | report.cross_validation(metric, pool.labels, vote.oof, pool.home, pool.groups, seed, beside)
        | report.held_out(metric, held.labels, vote.test[held.rows], held.groups, seed, beside)
        | {"voter": vote.chosen.name, "voted": ", ".join(pool.names)}
        | ({"refit": ", ".join(pool.refits)} if pool.refits else {})
    )


def details(vote: Vote, pool: Pool, found: Competition) -> dict[str, Any]:
    """details.json: the mean and spread of the folds' scores, what stages measured, and the work."""
    spread = report.spread(registry.of(found), pool.labels, vote.oof, pool.home)
    return spread | report.facts() | report.work()
