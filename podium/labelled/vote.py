"""The trained folds' soft vote on images that no stage has seen, with the views that predict kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from podium.contracts import model
from podium.features.items import Item
from podium.foundation.errors import UserError
from podium.metrics.metric import Floats
from podium.networks.device import best_device
from podium.tta.choosing import used
from podium.tta.members import Inputs, logits_of, member
from podium.tta.merge import merge
from podium.tta.params import TtaParams
from podium.tta.views import views_of


def trained(classes: list[str], folder: Path = model.FOLDER) -> list[int]:
    """The folds that have a model. Raises UserError where none has, or one knows other classes."""
    found = sorted(int(card.parent.name[4:]) for card in folder.glob("fold*/model.json"))
    if not found:
        raise UserError(f"{folder} holds no trained model: run `dvc repro`.")
    for fold in found:
        if model.read_card(model.folder(fold) / "model.json").classes != classes:
            raise UserError(f"{model.folder(fold)} was trained on other classes: run `dvc repro`.")
    return found


def vote(
    items: Sequence[Item], folds: list[int], kept: list[str], params: TtaParams, budget_gb: float, root: Path
) -> Floats:
    """Probabilities (n, k): the mean over folds of each fold's merged views."""
    device = best_device()
    members = [member(fold, device) for fold in folds]
    first = members[0].network
    views = views_of(kept, params, first.preprocessing, first.minimum_size, first.fixed_size, first.name)
    flat = [view for name in used(kept) for view in views[name]]
    rows = np.arange(len(items))
    logits = logits_of(members, Inputs(items, dict.fromkeys(folds, rows), flat, device, root), budget_gb)
    votes = [merge(logits[one.fold], params.merge, params.of, one.link) for one in members]
    return np.asarray(np.mean(votes, axis=0), np.float64)
