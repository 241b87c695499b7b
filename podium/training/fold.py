"""One fold from what was prepared to its trained network."""

from contextlib import nullcontext
from dataclasses import dataclass, replace

import numpy as np
from torch import nn

from podium.contracts import manifest
from podium.contracts.fold_numbers import HOLD_OUT
from podium.contracts.model import ModelCard
from podium.features.pixels import Normalise
from podium.foundation import scratch
from podium.foundation.run import derive
from podium.images.shards import Reader
from podium.networks import build as networks
from podium.networks.exactness import tolerant
from podium.tasks import registry as tasks
from podium.training import losses
from podium.training.feed import inputs
from podium.training.feed.data import Examples, InputsOf
from podium.training.feed.pictures import Augment, Pictures
from podium.training.feed.sampling import EpochBatches
from podium.training.loop import engine, resume, svm
from podium.training.loop.engine import TrainedTail
from podium.training.loop.learner import Row
from podium.training.optim import optimizers
from podium.training.optim.convolutions import quicken
from podium.training.prepared import Prepared
from podium.training.record import card, times
from podium.training.record.look import first_batch
from podium.training.settings import lp_ft, range_test
from podium.training.settings.choices import EXACT


@dataclass(frozen=True)
class Result:
    """The trained network, its card and its history."""

    network: networks.Network
    card: ModelCard
    history: list[Row]
    picture: bytes  # the first batch as the network sees it, a JPEG
    key: str  # of the resume state, to clean once the result is recorded


def train(prepared: Prepared) -> Result:
    """Trains the fold's network, watched on its validation rows; goes on from an interrupted run's state.

    What the frozen part gives is computed first, or found in the scratch store.
    """
    inexact: list[str] = []
    learnt, watched = tolerant(lambda: _examples(prepared), inexact.append)
    if prepared.request.train.auto:
        prepared = prepared.at(tolerant(lambda: _tested_rate(prepared, learnt), inexact.append))
    prepared = replace(prepared, said=[*prepared.said, *inexact])
    _say(prepared)
    picture = _picture(prepared, learnt)
    if prepared.settings.precision == EXACT:
        quicken(prepared.outlook.tail, prepared.device)
    name = prepared.key
    with scratch.lock("resume", name) if engine.first() else nullcontext():
        outcome = _fit(prepared, learnt, watched, name)
    if prepared.scale is not None:
        prepared.scale.undo(prepared.network.module)
    return Result(prepared.network, card.card(prepared, outcome), outcome.history, picture, name)


def _examples(prepared: Prepared) -> tuple[Examples, Examples]:
    frames = [prepared.rows.frame, prepared.check.frame]
    made, root = prepared.network.preprocessing, prepared.request.data
    if prepared.outlook.cached:
        assert prepared.parts.frozen is not None
        kind, device = prepared.outlook.kind, prepared.device
        found = inputs.kept(prepared.parts.frozen, frames, made, kind, device, root)
    else:
        seed = derive(prepared.request.seed, "online", prepared.request.fold)
        found = inputs.pictures(frames, made, root, seed, _fresh(prepared))
    learnt, watched = (
        Examples(given, rows.targets, rows.weights)
        for given, rows in zip(found, (prepared.rows, prepared.check), strict=True)
    )
    return learnt, watched


def _fresh(prepared: Prepared) -> Augment | None:
    params = prepared.request.train
    if not params.online:
        return None
    from podium.training.feed import online  # albumentations: only who asks for it pays

    facts = manifest.facts(prepared.request.data / manifest.FOLDER.name)
    return online.build(params.online_policy, params.online_settings, facts)


def _from_bytes(prepared: Prepared) -> nn.Module:
    """What trains, on what the examples give: bytes are normalised first, features are as they are."""
    return nn.Sequential(Normalise(prepared.network.preprocessing), prepared.outlook.tail)


def _tested_rate(prepared: Prepared, learnt: Examples) -> float:
    """`train.auto: true` asks a range test for the rate."""
    params = prepared.request.train
    return range_test.learning_rate(
        _from_bytes(prepared),
        lambda tail, lr: optimizers.build(params.optimizer, tail, lr, params.weight_decay, 1.0),
        losses.load(params.loss, params.loss_options, prepared.plan.link),
        learnt,
        prepared.resolved.batch_size,
        derive(prepared.request.seed, "range", prepared.request.fold),
        prepared.device,
    )


def _say(prepared: Prepared) -> None:
    if engine.first():
        card.say(prepared)
    if prepared.parts.frozen is None or prepared.outlook.cached or prepared.request.train.online:
        return
    size, epochs = prepared.network.preprocessing.size, prepared.resolved.epochs
    given = size, prepared.device, len(prepared.rows), len(prepared.check), epochs, prepared.outlook.needed
    print(tolerant(lambda: times.sentence(prepared.parts, *given), print), flush=True)


def _picture(prepared: Prepared, learnt: Examples) -> bytes:
    """The first batch; behind features, the images that they are of."""
    made, rows, cached = prepared.network.preprocessing, prepared.rows, prepared.outlook.cached
    images: InputsOf = Pictures(rows.frame, Reader(prepared.request.data), made) if cached else learnt.inputs
    settings, plan = prepared.settings, prepared.plan
    order = EpochBatches(len(rows), settings.batch_size, plan.seed, 0, settings.chances)
    return first_batch(learnt, images, order, plan, made, mixed=not cached)


def _fit(prepared: Prepared, learnt: Examples, watched: Examples, name: str) -> TrainedTail:
    tail, plan = prepared.outlook.tail, prepared.plan
    if prepared.starts_from_probe:
        _start(prepared, learnt)
    if prepared.request.train.head == "svm":
        sources = [str(image).partition("#")[0] for image in prepared.rows.frame["image_id"]]
        return svm.train(tail, learnt, watched, sources, plan.seed)
    return engine.fit(tail, plan, prepared.settings, learnt, watched, resume.folder(name))


def _start(prepared: Prepared, learnt: Examples) -> None:
    """The head as the linear probe has it, of the originals that this fold learns from."""
    frame, head = prepared.rows.frame, prepared.network.module.get_submodule(prepared.network.head)
    assert isinstance(head, nn.Linear)
    rows = np.flatnonzero(((frame["copy"] == 0) & (frame["fold"] != HOLD_OUT)).to_numpy())
    folds, link = frame["fold"].to_numpy(np.int8)[rows], tasks.load(prepared.request.task).link
    tail = _from_bytes(prepared)
    tolerant(lambda: lp_ft.start(tail, head, learnt, rows, folds, link, prepared.device), print)
