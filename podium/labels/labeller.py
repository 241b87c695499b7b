"""A model of the labeller, fitted to out-of-fold probabilities, and how sharply these are to be read.

A labeller who takes class j for class i with probability T[j, i] explains the given labels z by
P(z = i | x) = sum_j q_j(x) T[j, i]. T, and the exponent that sharpens q, are those under which the given
labels are likeliest (expectation maximisation: Dawid and Skene 1979, with one labeller and a classifier's q
as prior).

That finds flips, whose rate does not depend on the image. People err where an image is hard, and a network
that learnt from their labels foretells these mistakes: its q, read as it stands, explains every label, the
likeliest T says that none is wrong, and nothing in q alone contradicts it. What does is the quarter of images
of which the network is surest. There a network that is strong enough is right, so that a label that differs
is a mistake; where the likeliest fit denies these, q foretells labels and not truth: it is read more sharply.
How many of these it admits also says whether to believe the labeller's account at all, or the other one: that
the network's decision is the truth. Measured in benchmarks/results/human_noise.md.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from podium.tasks.links import softmax

Probs = NDArray[np.float64]  # (n, k)
Labels = NDArray[np.int64]  # (n,)
Floats = NDArray[np.float64]

EXPONENTS = (0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 1.7, 2.0, 2.4, 2.8, 3.4, 4.0)  # sharpness of q tried
SHRINK, SHRUNK = 0.3, 20.0  # how much mistakes are taken to be alike: of a class's images, at most so many
PRIOR_IMAGES, PRIOR_NOISE = 5.0, 0.05  # a class starts as if 5 images had been seen, 5 % of them wrong
ROUNDS, CLOSE = 80, 1e-5  # of expectation maximisation; change of mean log-likelihood that ends it
JUDGED, CELLS = 20_000, 4_000_000  # rows, and rows times classes, that fit the labeller
TINY = 1e-9
SUREST = 4  # the surest quarter of the images
DOUBTED = 1 / 3  # of its labels: where more of them differ, the network is not right there either
WEAK = (
    0.15  # of all labels: where more differ beyond the surest quarter's share, the network may err by itself
)
EVEN = (
    1 / 6
)  # of the rate at which all labels differ: where the quarter's is lower, the network errs by itself
UNSEEN = 10  # labels that differ, half of them admitted, as if seen beside those of the surest quarter
DISPUTED = {False: 0.25, True: 0.5}  # by a network that is trusted or not: one that differs from more errs
SHARPER, SHARPEST = 1.75, 12.0  # times the sharpness that foretells the labels best: least, most
TEMPERATURES = np.exp(np.linspace(np.log(0.2), np.log(5.0), 33))


@dataclass(frozen=True)
class Labeller:
    """How the given labels come about: P(given = i | true = j) = matrix[j, i], P(true | x) ~ q ** power."""

    power: float
    matrix: Floats  # (k, k)
    explains: float = 1.0  # probability of this account; the rest: that the network's decision is the truth

    def odds(self, probs: Probs, labels: Labels) -> Floats:
        """log P(true class, given label | x) (n, k), up to a constant a row."""
        return np.log(np.maximum(probs, TINY)) * self.power + np.log(self.matrix[:, labels].T)

    def posterior(self, probs: Probs, labels: Labels) -> Probs:
        """P(true label | image, given label) (n, k)."""
        return softmax(self.odds(probs, labels))


def likeliest(probs: Probs, labels: Labels) -> Labeller:
    """The labeller under whom the given labels are likeliest; ties: the flattest."""
    logs, given = _few(probs, labels)
    fits = [_fit(softmax(logs * power), given) for power in EXPONENTS]
    best = int(np.argmax([fit[0] for fit in fits]))
    return Labeller(EXPONENTS[best], fits[best][1])


def believed(probs: Probs, labels: Labels, trusted: bool = False) -> Labeller:
    """The likeliest labeller, or one who fits a network that is right where it is surest, and his `explains`.

    The surest quarter's labels that differ are mistakes, if any are. A labeller who admits them explains what
    he is shown, as flips are; one who denies them, as people's mistakes are denied, explains nothing. Without
    such labels both accounts are as good. A network that disputes a large part of all labels is not believed.
    """
    differ = probs.argmax(axis=1) != labels
    surest = np.argsort(-probs.max(axis=1), kind="stable")[: len(labels) // SUREST]
    wrong, seen = surest[differ[surest]], float(differ.mean())
    first = likeliest(probs, labels)
    admitted = 1 - first.posterior(probs[wrong], labels[wrong])[np.arange(len(wrong)), labels[wrong]]
    found = _sharpened(first, probs, labels, admitted, seen, len(wrong) / max(len(surest), 1))
    explains = (admitted.sum() + UNSEEN / 2) / (len(wrong) + UNSEEN)
    return replace(found, explains=1.0 if seen > DISPUTED[trusted] else float(explains))


def _sharpened(
    first: Labeller, probs: Probs, labels: Labels, admitted: Floats, seen: float, share: float
) -> Labeller:
    """`first`, or a sharper one where it denies mistakes of the surest quarter, whose `share` differs."""
    if not EVEN * seen <= share <= DOUBTED or seen - share > WEAK or not share:
        return first
    sharper = SHARPER / max(float(admitted.mean()), TINY) ** 2
    power = min(sharper, SHARPEST) * _temperature(probs, labels)
    if power <= first.power:
        return first
    logs, given = _few(probs, labels)
    return Labeller(power, _fit(softmax(logs * power), given)[1])


def _few(probs: Probs, labels: Labels) -> tuple[Floats, Labels]:
    """(log q, labels) of at most JUDGED rows and CELLS cells."""
    few = slice(None, None, -(-len(labels) // max(1, min(JUDGED, CELLS // probs.shape[1]))))
    return np.log(np.maximum(probs[few], TINY)), labels[few]


def _temperature(probs: Probs, labels: Labels) -> float:
    """The exponent under which q foretells the given labels best, by log loss."""
    logs, given = _few(probs, labels)
    rows = np.arange(len(given))
    losses = [-np.log(np.maximum(softmax(logs * t)[rows, given], TINY)).mean() for t in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _fit(probs: Probs, labels: Labels) -> tuple[float, Floats]:
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
    alike = np.minimum(SHRINK * held, SHRUNK)
    wrong = alike * noise + PRIOR_IMAGES * PRIOR_NOISE
    prior = np.repeat((wrong / max(k - 1, 1))[:, None], k, axis=1)
    np.fill_diagonal(prior, alike * (1 - noise) + PRIOR_IMAGES * (1 - PRIOR_NOISE))
    return np.asarray((counts + prior) / (counts + prior).sum(axis=1, keepdims=True))
