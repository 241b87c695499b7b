"""A linear SVM with Platt's sigmoids on the fixed network's features beside the members' log probabilities.

Each fold's network has a feature space of its own, so no SVM can learn in one fold's and judge in another's.
The features that all images share are those of the fixed network that saw no label: data/embeddings.

Few log probabilities stand beside many features, and all features together weigh as much as all log
probabilities: on 1,544 sign photos that took the log loss from 0.28 to 0.06.
"""

from dataclasses import dataclass

import numpy as np

from podium.linear import svm
from podium.tasks.links import normalised
from podium.vote.models import SMALLEST_INPUT
from podium.vote.voter import (
    Combine,
    Context,
    Features,
    FeatureVote,
    GraphVote,
    Learnt,
    Probs,
    arithmetic_mean,
    centred_logs,
)

COMPLEXITY = 70
FITTED = True
NEEDS_FEATURES = True
merge_folds = arithmetic_mean

MOST_CELLS = 10_000  # classes x images: beyond it the SVMs of nested cross-validation would take minutes
PENALTY = 1e-3  # LinearSVC's C: best of 1e-4 to 1e-1 on 1,544 sign photos
SMALLEST_SPREAD = 1e-6


@dataclass(frozen=True)
class SvmVote:
    """The SVMs, and the mean and spread of the inputs that they learnt from."""

    sigmoids: svm.Sigmoids
    mean: Probs  # (d + m k,)
    spread: Probs
    seen: np.ndarray  # (k,) whether a class had a training image

    def on(self, features: Features) -> Combine:
        """The vote on the images that have these features (n, d); a class never seen gets 0."""

        def combine(probs: Probs) -> Probs:
            """(m, n, k) -> (n, k)."""
            judged = self.sigmoids((inputs(features, probs) - self.mean) / self.spread)
            return normalised(judged * self.seen)

        return combine


def fit(oof: Probs, labels: np.ndarray, context: Context) -> FeatureVote:
    """Learns from the features and predictions of these images alone, their scale included."""
    assert context.features is not None
    values, k = inputs(context.features, oof), oof.shape[2]
    mean, spread = values.mean(0), values.std(0) + SMALLEST_SPREAD
    d = context.features.shape[1]
    spread[d:] *= np.sqrt((len(spread) - d) / d)  # both kinds of inputs have the same total variance
    learnt = svm.fit((values - mean) / spread, labels, context.groups, k, PENALTY, context.seed)
    return SvmVote(learnt, mean, spread, np.bincount(labels, minlength=k) > 0)


def graph(learnt: Learnt) -> GraphVote:
    """The same SVMs; a class never seen keeps 0."""
    import torch

    assert isinstance(learnt, SvmVote)
    mean, spread, vectors, biases, seen = (
        torch.tensor(np.asarray(part), dtype=torch.float64)
        for part in (
            learnt.mean,
            learnt.spread,
            learnt.sigmoids.vectors.T,
            learnt.sigmoids.biases,
            learnt.seen,
        )
    )

    def voted(probs: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        """(m, f, n, k), features (n, d) -> (f, n, k)."""
        logs = probs.clamp(min=SMALLEST_INPUT).log()
        inputs = torch.cat(list((logs - logs.mean(-1, keepdim=True)).unbind(0)), -1)
        alike = features.to(torch.float64).unsqueeze(0).repeat(probs.shape[1], 1, 1)
        judged = (torch.cat([alike, inputs], -1) - mean) / spread @ vectors + biases
        return torch.sigmoid(judged) * seen

    return voted


def inputs(features: Features, probs: Probs) -> Probs:
    """(n, d + m k) features, and the members' centred log probabilities."""
    return np.hstack([features, centred_logs(probs)], dtype=np.float64)
