"""Which labels are probably wrong: confident learning on out-of-fold probabilities."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Probs = NDArray[np.float64]  # (n, k)
Labels = NDArray[np.int64]  # (n,)


@dataclass(frozen=True)
class Noise:
    """For each image: suspected, the quality of its given label in [0, 1], the label suggested instead."""

    suspect: NDArray[np.bool_]
    quality: NDArray[np.float64]
    suggested: Labels
    confidence: NDArray[np.float64]  # out-of-fold probability of the suggested label


def find(labels: Labels, probs: Probs) -> Noise:
    """Suspects among `labels` by out-of-fold `probs` (cleanlab's filter `both`).

    quality is the probability of the given label. The suggestion is the likeliest label (ties: the
    lowest class). Classes without an image take no part.
    """
    from cleanlab.filter import find_label_issues

    present = np.unique(labels)
    codes = np.searchsorted(present, labels)
    inner = probs[:, present]
    inner = inner / inner.sum(axis=1, keepdims=True)
    if len(present) < 2:
        suspect = np.zeros(len(labels), dtype=bool)
    else:
        suspect = np.asarray(find_label_issues(codes, inner, filter_by="both", n_jobs=1), dtype=bool)
    rows = np.arange(len(labels))
    return Noise(
        suspect=suspect,
        quality=np.clip(inner[rows, codes], 0.0, 1.0),
        suggested=present[inner.argmax(axis=1)],
        confidence=inner.max(axis=1),
    )


def torn_groups(labels: Labels, groups: list[str]) -> NDArray[np.bool_]:
    """Whether an image has a duplicate under another label (n,)."""
    kinds = pd.DataFrame({"group": groups, "label": labels}).groupby("group")["label"].transform("nunique")
    return np.asarray(kinds > 1)
