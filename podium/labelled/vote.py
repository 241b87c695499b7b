"""The published vote on images that no stage has seen: voter, calibration, probes and refits as they were."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from podium.contracts import images
from podium.embedding.embed import input_size
from podium.embedding.params import EmbedParams
from podium.export import members
from podium.export.beside import FixedNetwork
from podium.export.expected import BATCH, LearntVote, decided, looks, say
from podium.features.items import Item
from podium.foundation.errors import UserError
from podium.foundation.words import counted
from podium.images.pixels import decode, square
from podium.images.shards import Reader
from podium.labelled.folder import Labelled
from podium.metrics.metric import Floats
from podium.vote.params import EnsembleParams
from podium.vote.recipe import Metadata


def vote(
    voting: LearntVote, params: EnsembleParams, given: Labelled, root: Path, embed: EmbedParams
) -> Floats:
    """(n, k) of labelled images stored below `root`, each a row of its own; no duplicate answers.

    Raises UserError where predictions made elsewhere vote, or columns beside the image.
    """
    stored = zip(given.digests, given.places, strict=True)
    items = [Item(digest, at.shard, at.offset, at.length) for digest, at in stored]
    members.refuse_external(params)
    recipe = voting.ready.recipe
    if recipe.columns is not None:
        raise UserError(
            f"{', '.join(recipe.columns.encoding.wanted)} vote, columns beside the image that a folder does "
            "not tell: set ensemble.columns: none, run `dvc repro`, then score."
        )
    vectors = look(items, root, embed) if looks(voting) else np.zeros((len(items), 0), np.float32)
    beside = Metadata(np.arange(len(items)), vectors, pd.DataFrame(index=range(len(items))))
    sources = members.sources(params, voting.ready.pool.names)
    return np.asarray(decided(voting, say(voting, sources, items, root), beside), np.float64)


def look(items: Sequence[Item], root: Path, embed: EmbedParams) -> NDArray[np.float32]:
    """(n, d) the fixed network's vectors, as embed has them."""
    size = input_size(embed.size, images.median_short_side(images.IMAGES.read(images.PATH)))
    network, reader = FixedNetwork(size, embed.resize).eval(), Reader(root)
    how, parts = network.how, []
    for start in range(0, len(items), BATCH):
        stored = [decode(reader.read(i.shard, i.offset, i.length)) for i in items[start : start + BATCH]]
        squares = np.stack([square(one, how.size, how.resize, how.interpolation) for one in stored])  # type: ignore[arg-type]
        with torch.inference_mode():
            parts.append(network(torch.from_numpy(squares)).numpy())
    return np.concatenate(parts)


def told(voting: LearntVote) -> str:
    """Whose score it is, in one sentence."""
    pool, calibration = voting.ready.pool, voting.table["calibration"]
    kept = f", calibrated by {calibration['kind']}" if calibration["kept"] else ""
    refits = f"; on them networks that learnt from every fold vote, as published: {', '.join(pool.refits)}"
    return (
        f"scored is the published vote: {voting.table['chosen']} of {', '.join(pool.names)} x "
        f"{counted(pool.test.shape[1], 'fold')}{kept}{refits if pool.refits else ''}"
    )
