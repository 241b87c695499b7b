"""Out-of-fold and test probabilities of every fold, with the views that pay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts.competition import Competition
from podium.contracts.fold_numbers import HOLD_OUT
from podium.contracts.images import below_data, readable
from podium.features.items import View, items_of
from podium.metrics.rows import ROWS
from podium.networks.build import Network
from podium.networks.device import best_device
from podium.networks.exactness import be_exact
from podium.networks.passes import flops
from podium.tta.choosing import OutOfFold, choose, used
from podium.tta.members import FoldNetwork, Inputs, Logits, Rows, logits_of, member
from podium.tta.merge import merge
from podium.tta.params import TtaParams
from podium.tta.views import ViewBudget, names, scales_fit, views_of

Floats = NDArray[np.floating]
# What `auto` may spend on out-of-fold images under views beside flips: nothing on a CPU, where six views of
# 1,258 digits took 30 s and gained 0.0008 +- 0.0014 accuracy; some seconds on a GPU, which reaches a tenth
# to a half of an H100's 1e15 a second.
MOST_FLOPS = {"cpu": 0.0, "gpu": 1.5e15}


@dataclass(frozen=True)
class Wishes:
    """What else decides which views are tried."""

    shown: Sequence[str] = ()  # what augmentation showed beside flips


@dataclass(frozen=True)
class ToPredict:
    """Which images are predicted by which fold's member; positions are rows of `images`."""

    images: pd.DataFrame  # readable rows of images.parquet
    oof: dict[int, Rows]  # fold -> its originals
    test: Rows  # test, hold-out and unlabelled
    judged: OutOfFold  # the out-of-fold rows, fold after fold
    refits: Sequence[int] = ()  # networks that learnt from every fold: they predict test images alone


@dataclass(frozen=True)
class Predictions:
    """What predict writes."""

    oof: dict[int, tuple[list[str], Floats]]
    test: dict[int, tuple[list[str], Floats]]
    facts: dict[str, Any]
    refit: tuple[list[str], Floats] | None = None  # the refits' mean of test images


def task(
    images: pd.DataFrame,
    folds: pd.DataFrame,
    run: Sequence[int],
    found: Competition | None = None,
    refits: Sequence[int] = (),
) -> ToPredict:
    """Who predicts what, when the folds `run` are trained."""
    images = readable(images)
    place = pd.Series(np.arange(len(images)), index=images["image_id"])
    rows = {fold: folds[folds["fold"] == fold] for fold in run}
    held = set(folds.loc[folds["fold"] == HOLD_OUT, "image_id"])
    test = images["subset"].isin(["test", "unlabelled"]) | images["image_id"].isin(held)
    return ToPredict(
        images=images,
        oof={fold: np.sort(place[part["image_id"]].to_numpy(np.int64)) for fold, part in rows.items()},
        test=np.flatnonzero(test),
        judged=_judged(folds, place, rows, found),
        refits=refits,
    )


def predict(
    task: ToPredict, params: TtaParams, facts: Mapping[str, Any], wishes: Wishes, budget_gb: float, root: Path
) -> Predictions:
    """Every fold's probabilities of its own originals and, with the views that pay there, of test images.

    Refits predict test images alone: of all others they know the label.
    """
    device = best_device()
    be_exact(device)
    members = [member(fold, device) for fold in task.oof]
    tried = _tried(members[0].network, params, facts, wishes, len(task.judged.labels), device)
    views = _views(tried, params, members[0].network)
    span = _spans({name: len(group) for name, group in views.items()})
    items = items_of(below_data(task.images))
    logits = logits_of(members, Inputs(items, task.oof, _flat(views), device, root), budget_gb)

    def merged(one: FoldNetwork, some: Logits) -> Floats:
        return merge(some, params.merge, params.of, one.link)

    def out_of_fold(one: FoldNetwork, names: Sequence[str]) -> Floats:
        return merged(one, logits[one.fold][np.concatenate([span[name] for name in used(names)])])

    def out_of_folds(names: Sequence[str]) -> Floats:
        return np.concatenate([out_of_fold(one, names) for one in members])

    chosen = choose(tried, params.keep, out_of_folds, task.judged)
    kept = _flat(_views(chosen.names, params, members[0].network))
    refits = [member(one, device) for one in task.refits]
    everyone = dict.fromkeys([*task.oof, *task.refits], task.test)
    on_test = logits_of([*members, *refits], Inputs(items, everyone, kept, device, root), budget_gb)
    ids = task.images["image_id"].to_numpy()
    tested = ids[task.test].tolist()
    return Predictions(
        oof={m.fold: (ids[task.oof[m.fold]].tolist(), out_of_fold(m, chosen.names)) for m in members},
        test={m.fold: (tested, merged(m, on_test[m.fold])) for m in members},
        facts=chosen.facts(tried) | {"network": members[0].network.name},
        refit=(tested, np.mean([merged(m, on_test[m.fold]) for m in refits], 0)) if refits else None,
    )


def _tried(
    network: Network, params: TtaParams, facts: Mapping[str, Any], wishes: Wishes, images: int, device: str
) -> list[str]:
    """The views' names to try on so many out-of-fold images; `auto` leaves out what does not fit."""
    preprocessing = network.preprocessing
    fits = scales_fit(params, preprocessing, network.minimum_size, network.fixed_size)
    shown = [name for name in wishes.shown if name != "scale" or fits]
    most = MOST_FLOPS["cpu" if device == "cpu" else "gpu"]
    image = (3, preprocessing.size, preprocessing.size)
    effort = ViewBudget(images, flops(network.module, image) if shown else 0.0, most)
    return names(params, facts, shown, effort)


def _views(names: Sequence[str], params: TtaParams, network: Network) -> dict[str, list[View]]:
    return views_of(
        names, params, network.preprocessing, network.minimum_size, network.fixed_size, network.name
    )


def _flat(views: Mapping[str, list[View]]) -> list[View]:
    return [view for group in views.values() for view in group]


def _judged(
    folds: pd.DataFrame, place: pd.Series, rows: Mapping[int, pd.DataFrame], found: Competition | None
) -> OutOfFold:
    """The out-of-fold rows, fold after fold, in the images' order."""
    parts = [part.assign(at=place[part["image_id"]].to_numpy()).sort_values("at") for part in rows.values()]
    table = pd.concat(parts) if parts else folds.head(0)
    return OutOfFold(
        labels=table["label"].to_numpy(np.int64),
        folds=table["fold"].to_numpy(np.int64),
        groups=table["group"].to_numpy(),
        rows_of=ROWS[found.kind.truth if found else "labels"],
        table=found.table if found else None,
    )


def _spans(sizes: Mapping[str, int]) -> dict[str, Rows]:
    """Each name's places among all views."""
    ends = np.cumsum(list(sizes.values()))
    return {name: np.arange(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}
