"""One fold from its rows to its trained network: what is chosen, in which order things happen."""

import os
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import torch
from torch import nn

from podium.contracts import manifest
from podium.contracts.model import ModelCard
from podium.foundation import scratch
from podium.foundation.run import derive
from podium.images.shards import Reader
from podium.networks import build as networks
from podium.networks import registry
from podium.networks.cut import Cut, cut
from podium.networks.precision import best_device
from podium.training import losses
from podium.training.feed.data import Examples
from podium.training.feed.inputs import Feed, feed, outlook
from podium.training.feed.pictures import Augment, Pictures
from podium.training.feed.rows import Rows, balanced_weights, with_places
from podium.training.feed.rows import training as training_rows
from podium.training.feed.rows import validation as validation_rows
from podium.training.feed.sampling import Order
from podium.training.loop import engine, resume, svm
from podium.training.loop.learner import Plan, Row
from podium.training.optim import optimizers
from podium.training.optim.convolutions import quicken
from podium.training.record import card as record
from podium.training.record import summary, times
from podium.training.record.identity import key
from podium.training.record.look import first_batch
from podium.training.settings import auto, choices, contradictions, range_test
from podium.training.settings.choices import Request


@dataclass(frozen=True)
class Tables:
    """What a fold is trained on, as the contracts read it."""

    manifest: pd.DataFrame
    pseudo: pd.DataFrame
    images: pd.DataFrame

    def median_short_side(self) -> int:
        """Pixels, of the readable images that were shipped."""
        readable = self.images[self.images["length"] > 0]
        return int(readable[["width", "height"]].min(axis=1).median())


@dataclass(frozen=True)
class Result:
    """The trained network, its card and its history."""

    network: networks.Network
    card: ModelCard
    history: list[Row]
    picture: bytes  # the first batch as the network sees it, a JPEG
    key: str  # of the resume state, to clean once the result is recorded


def train(request: Request, tables: Tables) -> Result:
    """Trains the fold's network, watched on its validation rows; goes on from an interrupted run's state."""
    torch.set_num_threads(request.threads)
    device = best_device()
    network, parts = _network(request, tables.median_short_side(), device)
    facts = manifest.facts(request.data / manifest.FOLDER.name)
    request, said = choices.decided(request, network, parts.name, device, bool(facts.get("asked")))
    said.append(parts.sentence)
    rows, check = _rows(request, tables)
    resolved = _rules(request, network, parts, len(rows), device)
    contradictions.refuse(_case(request, network, parts, resolved, rows, check, device))
    choices.plan(request, network, resolved, len(rows), device).optimizer()  # refuses before it is paid for
    fed = _feed(request, network, parts, [rows.frame, check.frame], device, facts)
    contradictions.refuse_softmax(fed.tail, fed.shape)
    examples = [Examples(fed.inputs[i], part.targets, part.weights) for i, part in enumerate((rows, check))]
    if request.train.auto:
        resolved = _trials(request, resolved, fed, examples[0], device)
    case = _case(request, network, parts, resolved, rows, check, device)
    contradictions.refuse(case)
    notes = contradictions.ignored(case)
    if engine.first():
        record.say(request, network, said, resolved, fed, rows, notes)
    if parts.frozen is not None and not fed.cached and not request.train.online:
        made = network.preprocessing
        print(times.sentence(parts, made.size, device, len(rows), len(check), resolved.epochs), flush=True)
    plan = choices.plan(request, network, resolved, len(rows), device)
    settings = choices.settings(request, network, resolved, device, rows)
    picture = _picture(request, network, fed, examples[0], rows, plan, settings)
    if settings.precision == "32-true":
        quicken(fed.tail, device)
    name = _key(request, network, resolved, fed, rows, check)
    with scratch.lock("resume", name) if engine.first() else nullcontext():
        if request.train.head == "svm":
            sources = [str(name).partition("#")[0] for name in rows.frame["image_id"]]
            outcome = svm.train(fed.tail, examples[0], examples[1], sources, plan.seed)
        else:
            outcome = engine.fit(fed.tail, plan, settings, examples[0], examples[1], resume.folder(name))
    card = record.card(request, network, parts, resolved, rows, outcome, fed, [*said, *notes])
    return Result(network, card, outcome.history, picture, name)


def _rows(request: Request, tables: Tables) -> tuple[Rows, Rows]:
    pseudo = with_places(tables.pseudo, tables.images, Reader(request.data))
    rows = training_rows(tables.manifest, pseudo, request.fold, request.table)
    if request.train.online:
        rows = rows.originals()
    if request.train.class_weights:
        rows = balanced_weights(rows)
    return rows, validation_rows(tables.manifest, request.fold, request.table)


def _feed(
    request: Request,
    network: networks.Network,
    parts: Cut,
    frames: list[pd.DataFrame],
    device: str,
    facts: Mapping[str, Any],
) -> Feed:
    return feed(
        parts,
        frames,
        network.preprocessing,
        budget_gb=request.features.budget_gb,
        device=device,
        seed=derive(request.seed, "online", request.fold),
        root=request.data,
        augment=_fresh(request, facts),
    )


def _part(network: networks.Network, parts: Cut) -> auto.Part:
    """What trains, as far as the learning rate's rule looks."""
    if parts.name == "head":
        return "head"
    normalised = any(isinstance(module, nn.BatchNorm2d) for module in parts.tail.modules())
    return "tail" if parts.frozen is not None and normalised and network.weights != "random" else "whole"


def _rules(
    request: Request, network: networks.Network, parts: Cut, images: int, device: str
) -> auto.Resolved:
    """What `auto` became by the rules alone."""
    resolved = auto.resolve(
        request.train,
        images,
        device,
        os.cpu_count() or 1,
        part=_part(network, parts),
        pretrained=network.weights != "random",
        quick=request.quick,
    )
    return replace(resolved, epochs=1) if request.train.head == "svm" else resolved


def _trials(
    request: Request, resolved: auto.Resolved, fed: Feed, examples: Examples, device: str
) -> auto.Resolved:
    """`train.auto: true` asks memory for the batch and a range test for the rate."""
    params = request.train
    if params.batch_size == "auto":
        left = summary.activations(fed.tail, fed.shape)
        resolved = replace(resolved, batch_size=auto.batch_for(summary.memory(device), left, len(examples)))
    rate = range_test.learning_rate(
        fed.tail,
        lambda tail, lr: optimizers.build(params.optimizer, tail, lr, params.weight_decay, 1.0),
        losses.load(params.loss, params.loss_options),
        examples,
        resolved.batch_size,
        derive(request.seed, "range", request.fold),
        device,
    )
    return replace(resolved, lr=rate)


def _case(
    request: Request,
    network: networks.Network,
    parts: Cut,
    resolved: auto.Resolved,
    rows: Rows,
    check: Rows,
    device: str,
) -> contradictions.Case:
    made, budget = network.preprocessing, request.features.budget_gb
    count = len(rows) + len(check)
    shape, cached = outlook(parts, count, made, budget, device, fresh=request.train.online is True)
    return contradictions.Case(
        train=request.train,
        frozen=parts.name,
        weights=network.weights,
        shape=shape,
        cached=cached,
        normed=contradictions.has_batch_norm(parts.tail),
        images=len(rows),
        watched=len(check),
        epochs=resolved.epochs,
        batch_size=resolved.batch_size,
        devices=resolved.devices,
        device=device,
        available=torch.cuda.device_count() if device == "cuda" else 1,
    )


def _picture(
    request: Request,
    network: networks.Network,
    fed: Feed,
    examples: Examples,
    rows: Rows,
    plan: Plan,
    settings: engine.Settings,
) -> bytes:
    """The first batch; behind features, the images that they are of."""
    made = network.preprocessing
    images = Pictures(rows.frame, Reader(request.data), made) if fed.cached else fed.inputs[0]
    order = Order(len(rows), settings.batch_size, plan.seed, 0, settings.chances)
    return first_batch(examples, images, order, plan, made, mixed=not fed.cached)


def _fresh(request: Request, facts: Mapping[str, Any]) -> Augment | None:
    if not request.train.online:
        return None
    from podium.training.feed import online  # albumentations: only who asks for it pays

    return online.build(request.train.online_policy, request.train.online_settings, facts)


def _key(
    request: Request, network: networks.Network, resolved: auto.Resolved, fed: Feed, rows: Rows, check: Rows
) -> str:
    parameters = {
        "fold": request.fold,
        "seed": request.seed,
        "threads": request.threads,
        "train": request.train.model_dump(mode="json"),
        "resolved": vars(resolved),
        "input": list(fed.shape),
        "network": request.network.model_dump(mode="json"),
        "preprocessing": network.preprocessing.model_dump(mode="json"),
    }
    arrays = [rows.targets, rows.weights, check.targets]
    return key(parameters, network.module, [rows.frame, check.frame], arrays)


def _network(request: Request, short_side: int, device: str) -> tuple[networks.Network, Cut]:
    chosen = request.network
    model = registry.chosen(chosen.model, device)
    size = networks.input_size(model, request.image.size, short_side)
    network = networks.build(
        model,
        chosen.pretrained,
        len(request.classes),
        size,
        seed=derive(request.seed, "network", request.fold),
        resize=request.image.resize,
        attention=chosen.attention,
        head=request.train.head,
        dropout=request.train.dropout,
    )
    return network, cut(network, chosen.freeze, device)
