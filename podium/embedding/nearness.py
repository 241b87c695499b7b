"""Whether the test images lie as near to the training images as folds lie to each other.

Cross-validation asks a model about images that have near relatives in the other folds. Where test images have
none, its score flatters, and no group of anybody's says so. What does: the distance of each training image to
its nearest in the other folds, beside each test image's to its nearest in the same folds. Measured on four
competitions (weather, signs, flowers, solar): test was the farther one with probability 0.46 to 0.53.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts import embeddings
from podium.linear import probe
from podium.linear.cosines import Units, scale
from podium.metrics.metric import auc

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]
Folds = NDArray[np.int8]

ASKED = 4000  # images of train and as many of test whose nearest is looked for
FARTHER = 0.6  # probability that a test image is farther: beyond it the score is not to be trusted
FEWEST = 20  # images on either side, below which nothing is said


@dataclass(frozen=True)
class Nearness:
    """How far train and test lie from the folds that a model learns from."""

    probability: float  # that a test image lies farther than a training image; 0.5: alike
    train: Floats  # (n',) cosine distances to the nearest of the other folds
    test: Floats  # (m',) to the nearest of the same folds
    asked: NDArray[np.int64]  # (n',) the training rows of `train`

    @property
    def farther(self) -> bool:
        """Whether CV asks easier questions than the test set."""
        return self.probability > FARTHER


@dataclass(frozen=True)
class NearnessFacts:
    """Flat numbers, a sentence, and the same as a warning where the score flatters."""

    facts: dict[str, float] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def beside_test(table: pd.DataFrame, embedded: tuple[list[str], Vectors], classes: int) -> NearnessFacts:
    """What the folds `table` (image_id, label, fold) can tell of the test images among `embedded`.

    `classes` of which labels are one each, or 0: then no accuracy is foretold.
    """
    ids, vectors = embedded
    place = {image_id: row for row, image_id in enumerate(ids)}
    train = embeddings.taken(vectors, [place[image_id] for image_id in table["image_id"]])
    tests = [row for row, image_id in enumerate(ids) if image_id.startswith("test/")]
    test = embeddings.taken(vectors, tests)
    folds = table["fold"].to_numpy(np.int8)
    found = nearness(train, test, folds)
    if found is None:
        return NearnessFacts()
    facts = {"test_farther": round(found.probability, 6)}
    seen = expected = None
    if found.farther and classes:
        labels = table["label"].to_numpy(np.int64)
        right = probe.out_of_fold(train, labels, folds, classes).argmax(axis=1) == labels
        seen, expected = foretold(found, right[found.asked])
        facts |= {"probe_seen": round(seen, 6), "probe_foretold": round(expected, 6)}
    sentence = tell(found, seen, expected)
    return NearnessFacts(facts, [sentence], [sentence] if found.farther else [])


def nearness(train: Vectors, test: Vectors, folds: Folds) -> Nearness | None:
    """Train (n, d) with its folds (n,), those below 0 asked of nothing, and test (m, d); None with too few.

    Every test image is measured against the rows outside one fold, as a training image of that fold is; folds
    take turns. Embeddings are standardised by train first. At most ASKED of each are asked, evenly spaced.
    """
    numbers = np.unique(folds[folds >= 0])
    scored = np.flatnonzero(folds >= 0)
    if len(numbers) < 2 or min(len(scored), len(test)) < FEWEST:
        return None
    mean, spread = scale(train)
    known, new = Units(train, mean, spread), Units(test, mean, spread)
    asked, others = scored[_spaced(len(scored))], _spaced(len(test))
    turn = numbers[np.arange(len(others)) % len(numbers)]
    both = np.concatenate([new[others], known[asked]])
    far, near = np.split(_nearest(both, np.concatenate([turn, folds[asked]]), known, folds), [len(others)])
    from_test = np.repeat([True, False], [len(far), len(near)])
    apart = np.concatenate([far, near])
    return Nearness(float(auc(from_test, apart, np.ones((1, len(apart))))[0]), near, far, asked)


def foretold(found: Nearness, right: NDArray[np.bool_]) -> tuple[float, float]:
    """(share of `right` (n',) as seen, share expected at test's distances): never more where farther."""
    from sklearn.isotonic import IsotonicRegression

    line = IsotonicRegression(increasing=False, out_of_bounds="clip", y_min=0.0, y_max=1.0)
    line.fit(found.train, right.astype(float))
    return float(right.mean()), float(line.predict(found.test).mean())


def tell(found: Nearness, seen: float | None, expected: float | None) -> str:
    """The finding in one sentence; shares of right answers where a classifier has them."""
    words = (
        f"with probability {found.probability:.2f} a test image lies farther from its nearest training image "
        f"than a training image from its nearest in other folds"
    )
    if not found.farther:
        return f"{words} (0.5: alike)."
    score = (
        ""
        if seen is None or expected is None
        else f": accuracy of the linear classifier {seen:.3f} in CV, about {expected:.3f} foretold on test"
    )
    return (
        f"{words}{score}: the CV score flatters; set competition.group_column or give folds of your own "
        f"(split.file) that keep relatives together."
    )


def _spaced(count: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, ASKED)).round().astype(np.int64))


def _nearest(asked: Vectors, own: Folds, known: Units, folds: Folds) -> Floats:
    """1 - cosine of each of `asked` (q, d) to its nearest of `known`, whose fold is not its own (q,)."""
    best = np.full(len(asked), -np.inf, np.float32)
    for rows, block in known.blocks():
        alike = asked @ block.T
        alike[own[:, None] == folds[rows][None]] = -np.inf
        np.maximum(best, alike.max(axis=1), out=best)
    return (1.0 - best).astype(np.float64)
