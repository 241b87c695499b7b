"""Voters: how several predictions of the same images become one. One file each, named as in params.

A voter's module holds
    COMPLEXITY: float     how simple it is: `auto` prefers the simplest that is as good. Only the order
                          counts, between any two numbers there is room, and equal ones go by name
    FITTED: bool          whether it learns from labels
    merge_folds           how the folds' votes on test images become one: arithmetic_mean or geometric_mean;
                          one of its own takes (probs (f, n, k), settle) and has no graph
    fit(oof (m, n, k), labels (n,), context) -> Combine
    graph(learnt) -> GraphVote   the same vote in torch and float64, for export, which settles what it gives;
                          or NO_GRAPH: str, why there is none
and, where they apply,
    MOST_CLASSES: int     the most classes with which `auto` offers it
    MOST_CELLS: int       the most classes x images with which `auto` offers it
    WANTS: tuple          the kinds of metrics (Metric.wants) for which `auto` offers it
    GIVES: str            "ranks" where what it gives are no probabilities
    NEEDS_FEATURES: bool  it looks at images too: context.features, and `fit` gives a FeatureVote
Heavy libraries are imported inside `fit` and `graph`. A new file is a new voter: `auto` finds it by itself,
export asks it for its graph, and tests/vote/test_every_voter.py holds it to all that is said here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from podium.metrics.metric import Metric
from podium.tasks.links import normalised
from podium.vote.models import SMALLEST_INPUT
from podium.vote.params import VOTERS

if TYPE_CHECKING:
    from torch import Tensor

Probs = NDArray[np.float64]
Features = NDArray[np.float32]  # (n, d) the fixed network's, of data/embeddings
Combine = Callable[[Probs], Probs]  # (m, n, k) -> (n, k), rows sum to 1
GraphVote = Callable[..., "Tensor"]  # (m, f, n, k) -> (f, n, k), in operations that ONNX has; a voter that
# looks at images is given their features (n, d) too

names = VOTERS.names
SMALLEST = 1e-7  # a probability below it is float32's rounding: logarithms stop there


@dataclass(frozen=True)
class Context:
    """What a voter may know besides predictions and labels."""

    metric: Metric
    groups: NDArray[np.int64]  # (n,) images of one group never part
    seed: int = 0
    features: Features | None = None  # for a voter with NEEDS_FEATURES
    settle: Callable[[Probs], Probs] = normalised  # any scores (..., c) as the task's predictions

    def of(self, rows: NDArray[np.bool_]) -> "Context":
        """The context of some images."""
        features = None if self.features is None else self.features[rows]
        return Context(self.metric, self.groups[rows], self.seed, features, self.settle)


@runtime_checkable
class FeatureVote(Protocol):
    """What a voter learnt that looks at images: a vote once it has the features of those to vote on."""

    def on(self, features: Features) -> Combine:
        """The vote on the images of `features`, in their order."""


Learnt = Combine | FeatureVote


class Voter(Protocol):
    """A voter's module."""

    COMPLEXITY: float
    FITTED: bool

    @staticmethod
    def fit(oof: Probs, labels: NDArray[np.int64], context: Context) -> Learnt:
        """Learns to combine m members from their out-of-fold predictions."""

    @staticmethod
    def graph(learnt: Learnt) -> GraphVote:
        """The same vote in torch, not settled yet; a voter with NO_GRAPH has none."""

    @staticmethod
    def merge_folds(probs: Probs, settle: Callable[[Probs], Probs] = normalised) -> Probs:
        """One prediction (n, k) of the folds' (f, n, k), settled as the task's predictions are."""


def load(name: str) -> Voter:
    """The voter of that name."""
    module: Any = VOTERS.load(name)
    voter: Voter = module
    return voter


def by_complexity() -> list[str]:
    """The voters, the simplest first; equally simple ones by name."""
    return sorted(names(), key=lambda name: (load(name).COMPLEXITY, name))


def judged_by(voter: Voter) -> tuple[str, ...]:
    """The families of metrics whose tasks it can vote on: classes, unless it says otherwise."""
    found: tuple[str, ...] = getattr(voter, "TRUTHS", ("labels",))
    return found


def judgeable(voter: Voter, metrics: list[Metric]) -> list[Metric]:
    """The metrics that say something of its votes: of ranks none that judges probabilities."""
    ranks = getattr(voter, "GIVES", "probs") == "ranks"
    return [metric for metric in metrics if not (ranks and metric.wants == "probs")]


def needs_features(voter: Voter) -> bool:
    """Whether it looks at images, and not at predictions alone."""
    return bool(getattr(voter, "NEEDS_FEATURES", False))


def row_by_row(voter: Voter) -> bool:
    """Whether an image's vote hangs on nothing but its own predictions, once the voter has learnt."""
    return getattr(voter, "GIVES", "probs") != "ranks" and not needs_features(voter)


def ready(learnt: Learnt, features: Features | None) -> Combine:
    """The vote on images, some of which the voter wants to see: their features (n, d)."""
    if isinstance(learnt, FeatureVote):
        assert features is not None
        return learnt.on(features)
    return learnt


def arithmetic_mean(probs: Probs, settle: Callable[[Probs], Probs] = normalised) -> Probs:
    """The mean of (m, n, k) over m."""
    return settle(probs.mean(0))


def geometric_mean(probs: Probs, settle: Callable[[Probs], Probs] = normalised) -> Probs:
    """The normalised geometric mean of (m, n, k) over m."""
    return settle(np.exp(np.log(np.maximum(probs, SMALLEST)).mean(0)))


def centred_logs(probs: Probs) -> Probs:
    """(n, m k) what stacking learns from: each member's log probabilities, less their mean over classes."""
    logs = np.log(np.maximum(probs, SMALLEST_INPUT))
    return np.hstack(list(logs - logs.mean(2, keepdims=True)))


@dataclass(frozen=True)
class WeightedMean:
    """The mean of members' probabilities under weights (m,) that sum to 1."""

    weights: Probs
    settle: Callable[[Probs], Probs] = normalised

    def __call__(self, probs: Probs) -> Probs:
        """(m, n, k) -> (n, k)."""
        return self.settle(np.tensordot(self.weights, probs, 1))
