"""What the folds' networks themselves say of training images taken as test images: no graph, no bundle."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from podium.contracts import columns, embeddings
from podium.contracts.images import below_data
from podium.duplicates.answers import Answers, answer
from podium.export import bundle, members, probes
from podium.export.card import BundleCard
from podium.export.hiding import HiddenSet
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
from podium.vote.preparing import PreparedVote
from podium.vote.recipe import Metadata

Values = NDArray[np.float64]
ROOT = Path("data")
BATCH = 32


@dataclass(frozen=True)
class LearntVote:
    """The vote as ensemble learnt it."""

    ready: PreparedVote
    table: dict[str, Any]  # table.json
    metric: Metric
    seed: int


def vote(
    voting: LearntVote, sources: Sequence[members.MemberFiles], card: BundleCard, hidden: HiddenSet
) -> Values:
    """(r, c) of the hidden rows, with the answers of known duplicates if there are any."""
    rows = hidden.images
    ids = rows["image_id"].tolist()
    looked = embeddings.of(ids) if looks(voting) else np.zeros((len(ids), 0), np.float32)
    beside = Metadata(hidden.home, looked, columns.read().reindex(ids))
    voted = decided(voting, say(voting, sources, items_of(below_data(rows))), beside)
    known = {
        image: card.answers[digest]
        for image, digest in zip(rows["image_id"], rows["pixels"], strict=True)
        if digest in card.answers
    }
    if known:
        voted = answer(ids, voted, Answers(known, 0, card.groups, card.agreed)).probs
    return voted.astype(np.float32).astype(np.float64)


def say(
    voting: LearntVote, sources: Sequence[members.MemberFiles], items: Sequence[Item], root: Path = ROOT
) -> Values:
    """(m, f, n, c) what the members that have networks say of images below `root`."""
    folds = sorted(set(voting.ready.pool.home.tolist()))
    return np.stack([_member(source, folds, items, root) for source in sources]).astype(np.float32)


def looks(voting: LearntVote) -> bool:
    """Whether anybody asks for the fixed network's vectors."""
    return voting.ready.recipe.neighbours is not None or voters.needs_features(
        voters.load(voting.table["chosen"])
    )


def decided(voting: LearntVote, said: Values, beside: Metadata) -> Values:
    """(r, c) the published vote on the images of which members say so (m, f, n, c)."""
    pool, name = voting.ready.pool, voting.table["chosen"]
    learnt = voters.ready(ensemble.learnt(name, pool, voting.metric, voting.seed), beside.looks)
    seen = voting.ready.recipe(said.astype(np.float64), beside, pool.settle)
    told = bundle.calibration_of(voting.table["calibration"])
    classes = (
        pool.kind.link == "softmax"
    )  # a temperature and priors are of classes alone, whose rows sum to 1
    calibrate = told if classes or told.turn is not None else _as_they_are
    return ensemble.on_test(voters.load(name), learnt, calibrate, seen, pool.settle)


def _as_they_are(probs: Values) -> Values:
    return probs


def _member(source: members.MemberFiles, folds: Sequence[int], items: Sequence[Item], root: Path) -> Values:
    """(f, n, c)."""
    if source.probed:
        return _probe(source.name, folds, items, root)
    who = members.voting(source, folds)
    tta, views = members.views(source.root, who.networks[0].network)
    everyone = dict.fromkeys([one.fold for one in who.networks], np.arange(len(items)))
    logits = logits_of(who.networks, Inputs(items, everyone, views, "cpu", root), 0.0)
    return who.mixed(np.stack([merge(logits[m.fold], tta.merge, tta.of, m.link) for m in who.networks]))


def _probe(name: str, folds: Sequence[int], items: Sequence[Item], root: Path) -> Values:
    made = probes.load(name, folds)
    how, reader = made.preprocessing, Reader(root)
    parts = []
    for start in range(0, len(items), BATCH):
        stored = [decode(reader.read(i.shard, i.offset, i.length)) for i in items[start : start + BATCH]]
        squares = np.stack([square(one, how.size, how.resize, how.interpolation) for one in stored])  # type: ignore[arg-type]
        with torch.inference_mode():
            vectors = made.trunk(to_tensor(squares, how))
            parts.append(np.stack([tail(vectors).numpy() for tail in made.tails]))
    return np.asarray(LINKS[made.link](np.concatenate(parts, 1).astype(np.float64)))
