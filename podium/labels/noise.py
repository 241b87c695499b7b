"""Which labels are probably wrong: out-of-fold probabilities, seen through a model of the labeller.

A labeller who takes class j for class i with probability T[j, i] explains the given labels z by
P(z = i | x) = sum_j q_j(x) T[j, i]. T, and how sharp q must be, are those under which the given labels are
likeliest (expectation maximisation: Dawid and Skene 1979, with one labeller and a classifier's q as prior);
Bayes' rule then says how probable it is that a given label is wrong. Unlike a threshold on q, it knows
whether labels are rarely or often wrong, and which classes are taken for each other.

Measured on two competitions with flipped labels (benchmarks/label_noise.py): mean F1 0.68, against 0.64
for cleanlab's best filter on the same probabilities.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.linear import probe
from podium.tasks.links import softmax

Probs = NDArray[np.float64]  # (n, k)
Labels = NDArray[np.int64]  # (n,)
Floats = NDArray[np.float64]

EXPONENTS = (0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.4, 2.8, 3.4, 4.0)  # sharpness of q tried
SHRINK = 0.3  # of a class's images: how much all mistakes are taken to be alike
PRIOR_IMAGES, PRIOR_NOISE = 5.0, 0.05  # a class starts as if 5 images had been seen, 5 % of them wrong
LAPS = 3  # of the classifier; a fourth changed nothing, the third saves 40 % noise between two classes
ROUNDS, CLOSE = 80, 1e-5  # of expectation maximisation; change of mean log-likelihood that ends it
JUDGED, CELLS = 20_000, 4_000_000  # rows, and rows times classes, that fit the labeller
TINY = 1e-9


@dataclass(frozen=True)
class Noise:
    """For each image: suspected, the quality of its given label in [0, 1], the label suggested instead."""

    suspect: NDArray[np.bool_]
    quality: Floats  # probability that the given label is right
    suggested: Labels  # the likeliest other label; ties: the lowest class
    confidence: Floats  # its probability
    probs: Probs  # out of fold, of the last lap


def find(vectors: probe.Vectors, labels: Labels, folds: NDArray[np.int8], k: int) -> Noise:
    """Suspects among `labels` (n,) by a linear classifier on `vectors` (n, d), out of fold in three laps.

    From the second on each image weighs the probability that its label is right. Suspects are the set with
    the highest expected F1.
    """
    right = np.ones(len(labels))
    for _ in range(LAPS):
        probs = probe.out_of_fold(vectors, labels, folds, k, right)
        right = _own(posterior(probs, labels), labels)
    return judge(probs, labels)


def judge(probs: Probs, labels: Labels) -> Noise:
    """Suspects by given out-of-fold probabilities (n, k)."""
    truth = posterior(probs, labels)
    right = _own(truth, labels)
    others = np.where(np.isin(np.arange(truth.shape[1]), labels), truth, -1.0)  # no class without images
    others[np.arange(len(labels)), labels] = -1.0
    return Noise(
        suspect=most_likely_wrong(1 - right),
        quality=right,
        suggested=others.argmax(axis=1),
        confidence=np.maximum(others.max(axis=1), 0.0),
        probs=probs,
    )


def posterior(probs: Probs, labels: Labels) -> Probs:
    """P(true label | image, given label) (n, k), from out-of-fold `probs` and the given `labels`."""
    logs = np.log(np.maximum(probs, TINY))
    few = slice(None, None, -(-len(labels) // max(1, min(JUDGED, CELLS // probs.shape[1]))))
    fits = [_labeller(softmax(logs[few] * power), labels[few]) for power in EXPONENTS]
    best = int(np.argmax([fit[0] for fit in fits]))  # ties: the flattest
    joint = softmax(logs * EXPONENTS[best]) * fits[best][1][:, labels].T
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def _labeller(probs: Probs, labels: Labels) -> tuple[float, Floats]:
    """(mean log-likelihood of the labels, T (k, k): row = true class, column = given) by EM."""
    n, k = probs.shape
    order = np.argsort(labels, kind="stable")
    probs, labels = probs[order], labels[order]
    present, starts = np.unique(labels, return_index=True)
    matrix = np.full((k, k), PRIOR_NOISE / max(k - 1, 1))
    np.fill_diagonal(matrix, 1 - PRIOR_NOISE)
    before = -np.inf
    for _ in range(ROUNDS):
        joint = probs * matrix[:, labels].T
        total = np.maximum(joint.sum(axis=1), TINY)
        likelihood = float(np.log(total).mean())
        if likelihood - before < CLOSE:
            break
        before = likelihood
        counts = np.zeros((k, k))
        counts[:, present] = np.add.reduceat(joint / total[:, None], starts, axis=0).T
        matrix = _matrix(counts, n)
    return likelihood, matrix


def _matrix(counts: Floats, n: int) -> Floats:
    """T from expected counts (k, k), mistakes shrunk towards being alike over classes."""
    k = len(counts)
    held = counts.sum(axis=1)
    noise = 1 - np.trace(counts) / n
    wrong = SHRINK * held * noise + PRIOR_IMAGES * PRIOR_NOISE
    prior = np.repeat((wrong / max(k - 1, 1))[:, None], k, axis=1)
    np.fill_diagonal(prior, SHRINK * held * (1 - noise) + PRIOR_IMAGES * (1 - PRIOR_NOISE))
    return np.asarray((counts + prior) / (counts + prior).sum(axis=1, keepdims=True))


def _own(truth: Probs, labels: Labels) -> Floats:
    return np.clip(truth[np.arange(len(labels)), labels], 0.0, 1.0)


def most_likely_wrong(wrong: Floats) -> NDArray[np.bool_]:
    """The set of highest expected F1, given each image's probability of being wrong (n,).

    Of the m likeliest, 2 * sum(wrong of them) / (m + sum of all) is greatest; ties: the smallest set.
    """
    if not len(wrong) or wrong.sum() <= 0:
        return np.zeros(len(wrong), dtype=bool)
    ordered = np.sort(wrong)[::-1]
    gained = np.cumsum(ordered)
    expected = 2 * gained / (np.arange(1, len(ordered) + 1) + gained[-1])
    return np.asarray(wrong >= ordered[int(expected.argmax())])


def torn_groups(labels: Labels, groups: list[str]) -> NDArray[np.bool_]:
    """Whether an image has a duplicate under another label (n,)."""
    kinds = pd.DataFrame({"group": groups, "label": labels}).groupby("group")["label"].transform("nunique")
    return np.asarray(kinds > 1)
