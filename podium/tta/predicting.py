"""Out-of-fold and test probabilities of every fold, with the views that pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts.folds import HOLD_OUT
from podium.features import stored_items
from podium.networks.precision import best_device
from podium.tta.choosing import choose, used
from podium.tta.members import Member, Rows, Sight, logits_of, member
from podium.tta.merge import merge
from podium.tta.params import TtaParams
from podium.tta.views import names, views_of

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Task:
    """Which images are predicted by which fold's member; positions are rows of `images`."""

    images: pd.DataFrame  # readable rows of images.parquet
    oof: dict[int, Rows]  # fold -> its originals
    test: Rows  # test, hold-out and unlabelled
    labels: NDArray[np.int64]  # of the out-of-fold rows, fold after fold
    groups: NDArray[Any]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class Predictions:
    """What predict writes."""

    oof: dict[int, tuple[list[str], Floats]]
    test: dict[int, tuple[list[str], Floats]]
    facts: dict[str, Any]


def task(images: pd.DataFrame, folds: pd.DataFrame, run: Sequence[int]) -> Task:
    """Who predicts what, when the folds `run` are trained."""
    images = images[images["length"] > 0].reset_index(drop=True)
    place = pd.Series(np.arange(len(images)), index=images["image_id"])
    rows = {fold: folds[folds["fold"] == fold] for fold in run}
    held = set(folds.loc[folds["fold"] == HOLD_OUT, "image_id"])
    test = images["subset"].isin(["test", "unlabelled"]) | images["image_id"].isin(held)
    return Task(
        images=images,
        oof={fold: np.sort(place[part["image_id"]].to_numpy(np.int64)) for fold, part in rows.items()},
        test=np.flatnonzero(test),
        **_truth(images, folds, place, rows),
    )


def predict(
    task: Task, params: TtaParams, facts: Mapping[str, Any], quick: bool, budget_gb: float, root: Path
) -> Predictions:
    """Every fold's probabilities of its own originals and of the test images."""
    device = best_device()
    members = [member(fold, device) for fold in task.oof]
    first = members[0].network
    tried = names(params, facts, quick)
    views = views_of(tried, params, first.preprocessing, first.minimum_size, first.fixed_size, first.name)
    flat = [view for group in views.values() for view in group]
    wanted = {fold: np.concatenate([rows, task.test]) for fold, rows in task.oof.items()}
    ordered = {fold: np.unique(rows) for fold, rows in wanted.items()}
    sight = Sight(stored_items(task.images, root), ordered, flat, device, root)
    logits = logits_of(members, sight, budget_gb)
    span = _spans({name: len(group) for name, group in views.items()})

    def probs(one: Member, rows: Rows, chosen: Sequence[str]) -> Floats:
        at = np.searchsorted(ordered[one.fold], rows)
        picked = np.concatenate([span[name] for name in used(chosen)])
        return merge(logits[one.fold][picked][:, at], params.merge, params.of, one.temperature)

    chosen = choose(
        tried,
        params.keep,
        lambda some: np.concatenate([probs(one, task.oof[one.fold], some) for one in members]),
        task.labels,
        task.folds,
        task.groups,
    )
    ids = task.images["image_id"].to_numpy()
    return Predictions(
        oof={
            m.fold: (ids[task.oof[m.fold]].tolist(), probs(m, task.oof[m.fold], chosen.names))
            for m in members
        },
        test={m.fold: (ids[task.test].tolist(), probs(m, task.test, chosen.names)) for m in members},
        facts=chosen.facts(tried),
    )


def _truth(
    images: pd.DataFrame, folds: pd.DataFrame, place: pd.Series, rows: Mapping[int, pd.DataFrame]
) -> dict[str, NDArray[Any]]:
    """Labels, groups and folds of the out-of-fold rows, fold after fold, in the images' order."""
    parts = [part.assign(at=place[part["image_id"]].to_numpy()).sort_values("at") for part in rows.values()]
    table = pd.concat(parts) if parts else folds.head(0)
    return {
        "labels": table["label"].to_numpy(np.int64),
        "groups": table["group"].to_numpy(),
        "folds": table["fold"].to_numpy(np.int64),
    }


def _spans(sizes: Mapping[str, int]) -> dict[str, Rows]:
    """Each name's places among all views."""
    ends = np.cumsum(list(sizes.values()))
    return {name: np.arange(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}
