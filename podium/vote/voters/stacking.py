"""Stacking: multinomial logistic regression on the members' log probabilities (Wolpert 1992)."""

from dataclasses import dataclass

import numpy as np

from podium.vote.voter import Combine, Context, Probs, arithmetic_mean, centred_logs, normalised

COMPLEXITY = 6
FITTED = True
merge_folds = arithmetic_mean

C = 0.1  # inverse strength of the L2 penalty on standardised inputs: m k inputs overfit few images
MOST_STEPS = 500


@dataclass(frozen=True)
class Softmax:
    """softmax(weights (m k, c) @ log probabilities + offsets (c,)) on the classes seen in training."""

    weights: Probs
    offsets: Probs
    seen: np.ndarray  # (c,) class numbers
    classes: int

    def __call__(self, probs: Probs) -> Probs:
        """(m, n, k) -> (n, k); a class without a training image gets 0."""
        logits = centred_logs(probs) @ self.weights + self.offsets
        odds = np.zeros(probs.shape[1:])
        odds[:, self.seen] = np.exp(logits - logits.max(1, keepdims=True))
        return normalised(odds)


def fit(oof: Probs, labels: np.ndarray, _task: Context) -> Combine:
    """The regression's weights, with the inputs' standardisation folded in."""
    from sklearn.linear_model import LogisticRegression

    inputs = centred_logs(oof)
    mean, scale = inputs.mean(0), np.maximum(inputs.std(0), 1e-6)
    model = LogisticRegression(C=C, max_iter=MOST_STEPS).fit((inputs - mean) / scale, labels)
    weights, offsets = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one column for two classes
        weights, offsets = np.hstack([0 * weights, weights]), np.array([0.0, offsets[0]])
    weights = weights / scale[:, None]
    return Softmax(weights, offsets - mean @ weights, model.classes_, oof.shape[2])
