"""Pools of made-up members."""

import numpy as np

from podium.experiments import Pool


def probs(generator: np.random.Generator, labels: np.ndarray, k: int, sure: float = 2.5) -> np.ndarray:
    """(n, k) that are right more often than not."""
    odds = np.exp(sure * np.eye(k)[labels] + 1.5 * generator.normal(size=(len(labels), k)))
    return odds / odds.sum(1, keepdims=True)


def pool(members: int = 3, n: int = 200, k: int = 3, folds: int = 5, tests: int = 30, seed: int = 0) -> Pool:
    """A pool whose groups are pairs of images in one fold."""
    generator = np.random.default_rng(seed)
    labels, truth = generator.integers(0, k, n), generator.integers(0, k, tests)
    return Pool(
        names=[f"m{i}" for i in range(members)],
        ids=[f"train/{i:04d}" for i in range(n)],
        labels=labels,
        home=np.arange(n) // 2 % folds,
        groups=np.arange(n) // 2,
        oof=np.stack([probs(generator, labels, k) for _ in range(members)]),
        test_ids=[f"test/{i:04d}" for i in range(tests)],
        test=np.stack([np.stack([probs(generator, truth, k) for _ in range(folds)]) for _ in range(members)]),
    )
