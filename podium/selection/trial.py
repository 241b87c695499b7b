"""One fold trained for the evidence: is a network worth training beside the probes? Imports torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.flop_counter import FlopCounterMode

from podium.contracts import predictions
from podium.contracts.probe import FOLDER, Chosen
from podium.contracts.selection import Trial
from podium.features.items import IDENTITY, stored_items
from podium.linear.links import LINKS
from podium.selection import deciding
from podium.selection.material import Material
from podium.training.prepared import Prepared
from podium.training.record import finished
from podium.tta.members import Inputs, logits_of, member

JUDGED = 1000  # unlabelled images that foretell what averaging gains


def multiply_adds(prepared: Prepared, folds: int) -> float:
    """Of training that many folds."""
    tail = prepared.outlook.tail
    blank = torch.zeros(1, *prepared.outlook.shape)
    was = tail.training
    tail.eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        tail(blank)
    tail.train(was)
    shown = prepared.resolved.epochs * len(prepared.rows)
    return float(counter.get_total_flops()) / 2 * deciding.BACKWARD * shown * folds


def run(prepared: Sequence[Prepared], material: Material, probes: Chosen, count: int) -> Trial:
    """Trains the folds of `prepared` (or finds them trained) and judges them together beside the probes.

    Each image is judged by its own fold's network. `count` folds would be averaged.
    """
    case, function = material.case, LINKS[material.case.link]
    items, device = stored_items(material.images, prepared[0].request.data), prepared[0].device
    budget, root = prepared[0].request.features.budget_gb, prepared[0].request.data
    members = [member(one.request.fold, device, finished.obtain(one)) for one in prepared]
    homes = {one.fold: case.rows[case.folds == one.fold] for one in members}
    home = logits_of(members, Inputs(items, homes, [IDENTITY], device, root), budget)
    few = material.test[:: max(1, -(-len(material.test) // JUDGED))]
    abroad = {one.fold: few for one in members} if len(members) > 1 else {}
    seen = logits_of(members, Inputs(items, abroad, [IDENTITY], device, root), budget) if abroad else {}
    others = np.array([seen[one.fold][0] for one in members]) if seen else np.empty((1, 0, 0))
    rows = np.concatenate([np.flatnonzero(case.folds == one.fold) for one in members])
    network = np.concatenate([home[one.fold][0] for one in members]).astype(np.float64)
    known = function.logits(_probes(probes, material, rows))
    gain = deciding.averaging(others.astype(np.float64), case.link, count)
    groups = [case.groups[row] for row in rows]
    seen_at = prepared[0].network.preprocessing.size
    plan = deciding.Plan([one.fold for one in members], seen_at, prepared[0].parts.name)
    return deciding.judge(plan, known, network, case.given[rows].astype(np.float64), groups, gain, case.link)


def _probes(
    probes: Chosen, material: Material, rows: NDArray[np.int64], folder: Path = FOLDER
) -> NDArray[np.float64]:
    """(n, c) the mean of the probes' out-of-fold predictions of labelled rows."""
    case = material.case
    ids = material.ids(case.rows[rows])
    found = []
    for one in probes.probes:
        told: dict[str, NDArray[np.float32]] = {}
        for fold in np.unique(case.folds[rows]):
            file = predictions.path(int(fold), "oof", folder / one.name)
            names, values = predictions.read(file, case.given.shape[1], material.task)
            told |= dict(zip(names, values, strict=True))
        found.append(np.array([told[name] for name in ids], np.float64))
    return np.asarray(np.mean(found, axis=0))
