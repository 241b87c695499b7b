"""Every fold's network on every view: the frozen part once for all folds, each image decoded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from podium.contracts.model import Preprocessing, folder
from podium.features.engine import batch_of, fingerprint
from podium.features.items import Item, StoredFeatures, View
from podium.features.pixels import Normalise, decoders, read_ahead, to_bytes
from podium.features.store import ROOT, canvas, features_of_views
from podium.networks.build import Network, load
from podium.networks.cut import Cut, cut
from podium.networks.exactness import tolerant
from podium.networks.passes import channels_last, in_halves
from podium.tasks import registry as tasks
from podium.tasks.task import LinkName

Rows = NDArray[np.int64]
Logits = NDArray[np.float32]  # (v, n, k)


@dataclass(frozen=True)
class FoldNetwork:
    """A fold's trained network, cut where it was cut in training."""

    fold: int
    network: Network
    cut: Cut
    classes: int
    link: LinkName = "softmax"


def member(fold: int, device: str, place: Path | None = None) -> FoldNetwork:
    """The member in models/fold<k>/, or in another such folder."""
    network, card = load(place or folder(fold))
    parts = cut(network, card.freeze, device)  # before it moves: the tracer's zeros lie on the CPU
    for part in (network.module, parts.tail, parts.frozen):
        if part is not None:
            channels_last(part.to(device)).eval()
    return FoldNetwork(fold, network, parts, len(card.classes), tasks.load(card.task).link)


@dataclass(frozen=True)
class Inputs:
    """What is looked at: items, the positions that each fold's member wants, and the views."""

    items: Sequence[Item]
    wanted: Mapping[int, Rows]  # fold -> positions in items, ascending
    views: Sequence[View]
    device: str = "cpu"
    root: Path = ROOT


def logits_of(members: Sequence[FoldNetwork], inputs: Inputs, budget_gb: float) -> dict[int, Logits]:
    """fold -> logits (v, n of that fold, k), in the views' and the wanted positions' order."""
    if not any(len(rows) for rows in inputs.wanted.values()):
        return {one.fold: np.empty((len(inputs.views), 0, one.classes), np.float32) for one in members}
    found: dict[int, Logits] = {}
    for group in alike(members):
        found |= tolerant(partial(_of_group, group, inputs, budget_gb), print)
    return found


def _of_group(group: Sequence[FoldNetwork], inputs: Inputs, budget_gb: float) -> dict[int, Logits]:
    kept = _from_features(group, inputs, budget_gb)
    return _from_pixels(group, inputs) if kept is None else kept


def alike(members: Sequence[FoldNetwork]) -> list[list[FoldNetwork]]:
    """Members that share their frozen part and preprocessing; all those without a frozen part together."""
    groups: dict[tuple[str, Preprocessing], list[FoldNetwork]] = {}
    for one in members:
        frozen = "" if one.cut.frozen is None else fingerprint(one.cut.frozen)
        groups.setdefault((frozen, one.network.preprocessing), []).append(one)
    return list(groups.values())


def _from_features(
    group: Sequence[FoldNetwork], inputs: Inputs, budget_gb: float
) -> dict[int, Logits] | None:
    """Through the store; None where nothing is frozen or it is more than the disk budget."""
    first = group[0]
    if first.cut.frozen is None:
        return None
    rows = np.unique(np.concatenate([inputs.wanted[one.fold] for one in group]))
    features = features_of_views(
        [inputs.items[row] for row in rows],
        first.cut.frozen,
        first.network.preprocessing,
        inputs.views,
        budget_gb=budget_gb,
        device=inputs.device,
        root=inputs.root,
    )
    if features is None:
        return None
    found = {}
    for one in group:
        at = np.searchsorted(rows, inputs.wanted[one.fold])
        found[one.fold] = np.stack([_tail(one, features[view.name], at, inputs) for view in inputs.views])
    return found


def _tail(one: FoldNetwork, features: StoredFeatures, rows: Rows, inputs: Inputs) -> NDArray[np.float32]:
    batch = batch_of(inputs.device)
    parts = [
        _numbers(one.cut.tail, torch.from_numpy(features[rows[start : start + batch]]).to(inputs.device))
        for start in range(0, len(rows), batch)
    ]
    return _stacked(parts, one)


def _from_pixels(group: Sequence[FoldNetwork], inputs: Inputs) -> dict[int, Logits]:
    """Through the whole networks; each image is decoded once for all members and views."""
    preprocessing = group[0].network.preprocessing
    rows = np.unique(np.concatenate([inputs.wanted[one.fold] for one in group]))
    length = batch_of(inputs.device)
    runs = [rows[start : start + length] for start in range(0, len(rows), length)]
    sides = sorted({canvas(view, preprocessing) for view in inputs.views})
    squares = read_ahead(
        [[inputs.items[row] for row in run] for run in runs],
        sides,
        preprocessing,
        inputs.root,
        decoders(inputs.device),
    )
    normalise = Normalise(preprocessing).to(inputs.device)
    parts: dict[int, list[list[NDArray[np.float32]]]] = {
        one.fold: [[] for _ in inputs.views] for one in group
    }
    for run, pixels in zip(tqdm(runs, desc="predict", disable=None), squares, strict=True):
        for number, view in enumerate(inputs.views):
            batch = view.apply(normalise(to_bytes(pixels[canvas(view, preprocessing)]).to(inputs.device)))
            for one in group:
                mine = np.flatnonzero(np.isin(run, inputs.wanted[one.fold]))
                if len(mine):
                    chosen = batch[torch.from_numpy(mine).to(batch.device)]
                    parts[one.fold][number].append(_numbers(one.network.module, chosen))
    return {one.fold: np.stack([_stacked(view, one) for view in parts[one.fold]]) for one in group}


def _numbers(module: nn.Module, batch: Tensor) -> NDArray[np.float32]:
    """Logits (n, k), in float32 whatever trained: bfloat16 moved them by 0.13 to 0.25 and tied 12 %."""
    with torch.inference_mode():
        logits: NDArray[np.float32] = in_halves(lambda part: module(part).float().cpu(), batch).numpy()
    return logits


def _stacked(parts: list[NDArray[np.float32]], one: FoldNetwork) -> NDArray[np.float32]:
    return np.concatenate(parts) if parts else np.empty((0, one.classes), np.float32)
