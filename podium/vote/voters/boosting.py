"""Stacking by gradient-boosted trees on the members' log probabilities."""

import numpy as np

from podium.foundation.run import derive
from podium.vote.voter import Combine, Context, Probs, arithmetic_mean, centred_logs

COMPLEXITY = 80
FITTED = True
NO_GRAPH = "is made of trees"
merge_folds = arithmetic_mean

MOST_CLASSES = 30  # each round grows one tree a class: more classes would take minutes
ROUNDS = 50
LEAVES = 7
L2 = 1.0


def fit(oof: Probs, labels: np.ndarray, context: Context) -> Combine:
    """Fifty rounds of small trees, no early stopping."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        max_leaf_nodes=LEAVES,
        l2_regularization=L2,
        early_stopping=False,
        random_state=derive(context.seed, "boosting") % 2**32,
    ).fit(centred_logs(oof), labels)

    def combine(probs: Probs) -> Probs:
        """(m, n, k) -> (n, k); a class without a training image gets 0."""
        voted = np.zeros(probs.shape[1:])
        voted[:, model.classes_] = model.predict_proba(centred_logs(probs))
        return voted

    return combine
