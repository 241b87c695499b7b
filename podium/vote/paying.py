"""Whether a further member pays: what the metric gains by it over the members' mean, and how sure that is."""

from dataclasses import dataclass

from podium.experiments.runs import Pool
from podium.metrics.intervals import gained
from podium.metrics.metric import Metric
from podium.vote.voter import Probs, arithmetic_mean


@dataclass(frozen=True)
class TriedMember:
    """A further member: its predictions, and what the metric gains by them, more being better."""

    name: str
    oof: Probs  # (n, c)
    test: Probs  # (f, t, c)
    gain: float
    error: float  # the paired difference's standard error


def tried(
    name: str, oof: Probs, test: Probs, voted: Probs, pool: Pool, metric: Metric, seed: int
) -> TriedMember:
    """The member with what the vote `voted` (n, c), in which it has its part, gains over that of the pool."""
    before = arithmetic_mean(pool.oof, pool.settle)
    return TriedMember(name, oof, test, *gained(metric, pool.labels, voted, before, pool.groups, seed))
