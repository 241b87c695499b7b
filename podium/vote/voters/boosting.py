"""Stacking by gradient-boosted trees on the members' log probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from podium.foundation.run import derive
from podium.vote.models import SLOPE, SMALLEST_INPUT, Ints, Model, Trees, trees
from podium.vote.voter import (
    Combine,
    Context,
    GraphVote,
    Learnt,
    Probs,
    arithmetic_mean,
    centred_logs,
)

COMPLEXITY = 80
FITTED = True
merge_folds = arithmetic_mean

MOST_CLASSES = 30  # each round grows one tree a class: more classes would take minutes
ROUNDS = 50
LEAVES = 7
L2 = 1.0


@dataclass(frozen=True)
class Boosted:
    """The trees; a class without a training image gets 0."""

    model: Model

    def __call__(self, probs: Probs) -> Probs:
        """(m, n, k) -> (n, k)."""
        return self.model(centred_logs(probs))


def fit(oof: Probs, labels: np.ndarray, context: Context) -> Combine:
    """Fifty rounds of small trees, no early stopping."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=ROUNDS,
        max_leaf_nodes=LEAVES,
        l2_regularization=L2,
        early_stopping=False,
        random_state=derive(context.seed, "boosting") % 2**32,
    )
    inputs, known = centred_logs(oof), np.unique(labels)
    grown = trees(model.fit(inputs, labels), SLOPE * inputs.std(0), len(known) == 2)
    return Boosted(Model([grown], "softmax", known, oof.shape[2]))


def graph(learnt: Learnt) -> GraphVote:
    """The same trees, leaf by leaf: to a leaf comes what all nodes above it let through."""
    import torch

    assert isinstance(learnt, Boosted)
    grown = learnt.model.scorers[0]
    assert isinstance(grown, Trees)
    k, known = learnt.model.columns, torch.tensor(learnt.model.known)
    paths = leaf_by_leaf(grown)
    feature, through, left = torch.tensor(grown.feature), torch.tensor(paths.nodes), torch.tensor(paths.left)
    threshold, value = torch.tensor(grown.threshold), torch.tensor(paths.value)
    slope = torch.tensor(np.maximum(grown.slope, np.finfo(np.float64).tiny)[grown.feature])
    adds, start = torch.tensor(grown.adds()), torch.tensor(grown.start)
    places = torch.eye(k, dtype=torch.float64)[known]

    def voted(probs: torch.Tensor) -> torch.Tensor:
        """(m, f, n, k) -> (f, n, k)."""
        logs = probs.clamp(min=SMALLEST_INPUT).log()
        inputs = torch.cat(list((logs - logs.mean(-1, keepdim=True)).unbind(0)), -1)
        seen = inputs[..., feature]  # (f, n, t, nodes)
        share = ((threshold - seen) / slope + 0.5).clamp(0, 1)
        share = torch.cat([share, 0 * share[..., :1] + 1], -1)
        passed = share.flatten(-2)[..., through]
        leaves = torch.where(left, passed, 1 - passed).prod(-1)  # (f, n, t, leaves)
        scores = (leaves * value).sum(-1) @ adds + start
        return torch.softmax(scores, -1) @ places

    return voted


@dataclass(frozen=True)
class Paths:
    """The leaves of t trees of m nodes, and the nodes above each."""

    nodes: Ints  # (t, leaves, steps) places in (t, m + 1), flattened, where the last node lets all go left
    left: NDArray[np.bool_]  # whether the step goes left
    value: Probs  # (t, leaves)


def leaf_by_leaf(grown: Trees) -> Paths:
    """The paths of all trees, filled up to the longest."""
    count, nodes = grown.feature.shape
    found = [_leaves(grown, tree) for tree in range(count)]
    steps = max([1, *(len(path) for leaves in found for path, _ in leaves)])
    shape = (count, max(map(len, found)), steps)
    at = np.tile(np.arange(count)[:, None, None] * (nodes + 1) + nodes, (1, *shape[1:]))
    left, value = np.ones(shape, bool), np.zeros(shape[:2])
    for tree, leaves in enumerate(found):
        for leaf, (path, says) in enumerate(leaves):
            value[tree, leaf] = says
            for step, (node, goes) in enumerate(path):
                at[tree, leaf, step], left[tree, leaf, step] = tree * (nodes + 1) + node, goes
    return Paths(at, left, value)


def _leaves(grown: Trees, tree: int) -> list[tuple[list[tuple[int, bool]], float]]:
    """Each leaf's (nodes above it and whether its way goes left there, what it says)."""
    above: dict[int, list[tuple[int, bool]]] = {0: []}
    found = []
    for node in range(grown.feature.shape[1]):
        if node not in above:
            continue
        if grown.left[tree, node]:
            above[int(grown.left[tree, node])] = [*above[node], (node, True)]
            above[int(grown.right[tree, node])] = [*above[node], (node, False)]
        else:
            found.append((above[node], float(grown.value[tree, node])))
    return found
