"""Before anybody votes: images become rows of the submission, and what pays beside the members joins them."""

from dataclasses import dataclass

import pandas as pd

from podium.contracts import columns, folds, rows
from podium.contracts.competition import Competition
from podium.duplicates.params import LeakParams
from podium.experiments.runs import Pool
from podium.foundation import lock, params, run
from podium.metrics import registry
from podium.metrics.metric import Metric
from podium.tasks.limits import only_one_image_a_row
from podium.vote import neighbours
from podium.vote.columns import joined
from podium.vote.members import gather
from podium.vote.params import EnsembleParams
from podium.vote.recipe import Recipe
from podium.vote.rows import by_row


@dataclass(frozen=True)
class PreparedVote:
    """What votes, sentences on it, and how it is made of the members' predictions."""

    pool: Pool
    said: list[str]
    recipe: Recipe


def published(
    asked: EnsembleParams, found: Competition, split: pd.DataFrame, ran: bool = True
) -> PreparedVote:
    """What votes of this run and of those that `asked` names: the same again from the same predictions.

    ran: the run has ended, and dvc.lock has its parameters; while it runs params.yaml has them.
    """
    load = lock.load if ran else params.load
    declared = run.folds_to_run(load(run.Folds).folds, folds.present(split))
    pool = gather(asked, found, split, declared)
    leak, seed = load(LeakParams).use_test_duplicates, load(run.Seed).seed
    return prepared(pool, rows.read(), asked, found, leak, registry.of(found), seed)


def prepared(
    pool: Pool,
    company: dict[str, str],
    params: EnsembleParams,
    found: Competition,
    leak: bool,
    metric: Metric,
    seed: int,
) -> PreparedVote:
    """What votes. company: image_id -> row, where rows have several images.

    Raises UserError where `leak`, duplicates' answers, is asked for and rows have several images.
    """
    if leak:
        only_one_image_a_row(company, "leak.use_test_duplicates: true", "set it to false")
    pool, merged, merging = by_row(pool, company, params.rows, metric, seed)
    pool, beside, stacked = joined(pool, columns.read(), params.columns, metric, seed)
    pool, alike, judges = neighbours.joined(pool, params.neighbours, metric, seed)
    return PreparedVote(pool, merged + beside + alike, Recipe(merging, stacked, judges))
