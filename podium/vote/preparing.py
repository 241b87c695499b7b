"""Before anybody votes: images become rows of the submission, and what pays beside the members joins them."""

from podium.contracts import columns
from podium.contracts.competition import Competition
from podium.experiments.runs import Pool
from podium.metrics.metric import Metric
from podium.tasks.limits import only_one_image_a_row
from podium.vote import neighbours
from podium.vote.columns import joined
from podium.vote.params import EnsembleParams
from podium.vote.rows import by_row


def prepared(
    pool: Pool,
    company: dict[str, str],
    params: EnsembleParams,
    found: Competition,
    leak: bool,
    metric: Metric,
    seed: int,
) -> tuple[Pool, list[str]]:
    """(what votes, sentences). company: image_id -> row, where rows have several images.

    Raises UserError where `leak`, duplicates' answers, is asked for and rows have several images.
    """
    if leak:
        only_one_image_a_row(company, "leak.use_test_duplicates: true", "set it to false")
    pool, merged = by_row(pool, company, params.rows, metric, seed)
    pool, beside = joined(pool, columns.read(), params.columns, found.notebooks_only, metric, seed)
    pool, alike = neighbours.joined(pool, params.neighbours, found.notebooks_only, metric, seed)
    return pool, merged + beside + alike
