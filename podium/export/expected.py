"""What the folds' networks themselves say of training images taken as test images: no graph, no bundle."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from podium.contracts.images import below_data
from podium.duplicates.answers import Answers, answer
from podium.experiments.runs import Pool
from podium.export import bundle, members, probes
from podium.export.card import Card
from podium.features.items import Item, items_of
from podium.features.pixels import to_tensor
from podium.images.pixels import decode, square
from podium.images.shards import Reader
from podium.metrics.metric import Metric
from podium.tasks.links import LINKS
from podium.tta.members import Inputs, logits_of
from podium.tta.merge import merge
from podium.vote import ensemble
from podium.vote import voter as voters

Values = NDArray[np.float64]
ROOT = Path("data")
BATCH = 32


@dataclass(frozen=True)
class Voting:
    """The vote as ensemble learnt it."""

    pool: Pool
    table: dict[str, Any]  # table.json
    metric: Metric
    seed: int


def vote(voting: Voting, sources: Sequence[members.Source], card: Card, rows: pd.DataFrame) -> Values:
    """(n, c) of readable rows of images.parquet, with the answers of known duplicates if there are any."""
    pool, name = voting.pool, voting.table["chosen"]
    folds = sorted(set(pool.home.tolist()))
    items = items_of(below_data(rows))
    test = np.stack([_member(source, folds, items) for source in sources]).astype(np.float32)
    learnt = voters.ready(ensemble.learnt(name, pool, voting.metric, voting.seed), None)
    calibration = bundle.calibration_of(voting.table["calibration"])
    voted = ensemble.on_test(voters.load(name), learnt, calibration, test.astype(np.float64), pool.settle)
    known = {
        image: card.answers[digest]
        for image, digest in zip(rows["image_id"], rows["pixels"], strict=True)
        if digest in card.answers
    }
    if known:
        voted = answer(rows["image_id"].tolist(), voted, Answers(known, 0, card.groups, card.agreed)).probs
    return voted.astype(np.float32).astype(np.float64)


def _member(source: members.Source, folds: Sequence[int], items: Sequence[Item]) -> Values:
    """(f, n, c)."""
    if source.probed:
        return _probe(source.name, folds, items)
    who = members.voting(source, folds)
    tta, views = members.views(source.root, who.networks[0].network)
    everyone = dict.fromkeys([one.fold for one in who.networks], np.arange(len(items)))
    logits = logits_of(who.networks, Inputs(items, everyone, views, "cpu", ROOT), 0.0)
    return who.mixed(np.stack([merge(logits[m.fold], tta.merge, tta.of, m.link) for m in who.networks]))


def _probe(name: str, folds: Sequence[int], items: Sequence[Item]) -> Values:
    made = probes.load(name, folds)
    how, reader = made.preprocessing, Reader(ROOT)
    parts = []
    for start in range(0, len(items), BATCH):
        stored = [decode(reader.read(i.shard, i.offset, i.length)) for i in items[start : start + BATCH]]
        squares = np.stack([square(one, how.size, how.resize, how.interpolation) for one in stored])  # type: ignore[arg-type]
        with torch.inference_mode():
            vectors = made.trunk(to_tensor(squares, how))
            parts.append(np.stack([tail(vectors).numpy() for tail in made.tails]))
    return np.asarray(LINKS[made.link](np.concatenate(parts, 1).astype(np.float64)))
