"""Pools of made-up members."""

import numpy as np

from podium.experiments.runs import Pool

FEATURES = 12  # of the made-up fixed network


def probs(generator: np.random.Generator, labels: np.ndarray, k: int, sure: float = 2.5) -> np.ndarray:
    """(n, k) that are right more often than not."""
    odds = np.exp(sure * np.eye(k)[labels] + 1.5 * generator.normal(size=(len(labels), k)))
    return odds / odds.sum(1, keepdims=True)


def pool(members: int = 3, n: int = 200, k: int = 3, folds: int = 5, tests: int = 30, seed: int = 0) -> Pool:
    """A pool whose groups are pairs of images in one fold."""
    generator, eyes = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    labels, truth = generator.integers(0, k, n), generator.integers(0, k, tests)
    ids, test_ids = [f"train/{i:04d}" for i in range(n)], [f"test/{i:04d}" for i in range(tests)]
    known = np.eye(k, FEATURES)[np.r_[labels, truth]] + 0.5 * eyes.normal(size=(n + tests, FEATURES))
    features = dict(zip([*ids, *test_ids], known.astype(np.float32), strict=True))
    return Pool(
        names=[f"m{i}" for i in range(members)],
        ids=ids,
        labels=labels,
        home=np.arange(n) // 2 % folds,
        groups=np.arange(n) // 2,
        oof=np.stack([probs(generator, labels, k) for _ in range(members)]),
        test_ids=test_ids,
        test=np.stack([np.stack([probs(generator, truth, k) for _ in range(folds)]) for _ in range(members)]),
        look=lambda wanted: np.stack([features[name] for name in wanted]),
    )
