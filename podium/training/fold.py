"""One fold from its rows to its trained network: what is chosen, in which order things happen."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from podium import scratch
from podium.contracts.model import ModelCard
from podium.feature_params import FeatureParams
from podium.image_params import ImageParams
from podium.networks import build as networks
from podium.networks.cut import Cut, cut
from podium.networks.params import NetworkParams
from podium.networks.precision import best_device, precision
from podium.run import derive
from podium.shards import Reader
from podium.training import auto, engine, losses, mixing, optimizers, resume, sampling, schedules, summary
from podium.training.convolutions import quicken
from podium.training.data import Examples
from podium.training.identity import key
from podium.training.inputs import feed
from podium.training.learner import Plan, Row
from podium.training.params import TrainParams
from podium.training.rows import Rows, balanced_weights, with_places
from podium.training.rows import training as training_rows
from podium.training.rows import validation as validation_rows

OPTIMISTIC = "the kept epoch was chosen on the validation fold ({}): the out-of-fold score is optimistic"


@dataclass(frozen=True)
class Request:
    """What a fold is to be trained with; sections of params.yaml as they stand."""

    fold: int
    seed: int
    threads: int
    classes: list[str]
    image: ImageParams
    network: NetworkParams
    train: TrainParams
    features: FeatureParams
    data: Path = Path("data")


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
    key: str  # of the resume state, to clean once the result is recorded


def train(request: Request, tables: Tables) -> Result:
    """Trains the fold's network, watched on its validation rows; goes on from an interrupted run's state."""
    torch.set_num_threads(request.threads)
    device = best_device()
    classes = len(request.classes)
    pseudo = with_places(tables.pseudo, tables.images, Reader(request.data))
    rows = training_rows(tables.manifest, pseudo, request.fold, classes)
    check = validation_rows(tables.manifest, request.fold, classes)
    network, parts = _network(request, tables.median_short_side(), device)
    head_only = parts.name == "head"
    resolved = auto.resolve(
        request.train,
        len(rows),
        device,
        os.cpu_count() or 1,
        head_only=head_only,
        pretrained=network.weights != "random",
    )
    print(parts.sentence)
    print(_said(request, resolved, rows))
    fed = feed(
        parts,
        [rows.frame, check.frame],
        network.preprocessing,
        budget_gb=request.features.budget_gb,
        device=device,
        seed=derive(request.seed, "online", request.fold),
        root=request.data,
    )
    if request.train.class_weights:
        rows = balanced_weights(rows)
    plan = _plan(request, network, resolved, len(rows))
    settings = _settings(request, network, resolved, device, rows)
    examples = [Examples(fed.inputs[i], part.targets, part.weights) for i, part in enumerate((rows, check))]
    if settings.precision == "32-true":
        quicken(fed.tail, device)
    name = _key(request, network, resolved, rows, check)
    with scratch.lock("resume", name):
        outcome = engine.fit(fed.tail, plan, settings, examples[0], examples[1], resume.folder(name))
    return Result(network, _card(request, network, parts, resolved, rows, outcome), outcome.history, name)


def _key(
    request: Request, network: networks.Network, resolved: auto.Resolved, rows: Rows, check: Rows
) -> str:
    parameters = {
        "fold": request.fold,
        "seed": request.seed,
        "threads": request.threads,
        "train": request.train.model_dump(mode="json"),
        "resolved": vars(resolved),
        "network": request.network.model_dump(mode="json"),
        "preprocessing": network.preprocessing.model_dump(mode="json"),
    }
    arrays = [rows.targets, rows.weights, check.targets]
    return key(parameters, network.module, [rows.frame, check.frame], arrays)


def _network(request: Request, short_side: int, device: str) -> tuple[networks.Network, Cut]:
    chosen = request.network
    size = networks.input_size(chosen.model, request.image.size, short_side)
    network = networks.build(
        chosen.model,
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


def _plan(request: Request, network: networks.Network, resolved: auto.Resolved, images: int) -> Plan:
    params = request.train
    updates = -(-sampling.batches(images, resolved.batch_size) // params.accumulate)
    steps = resolved.epochs * updates
    return Plan(
        seed=derive(request.seed, "train", request.fold),
        epochs=resolved.epochs,
        loss=losses.load(params.loss, params.loss_options),
        optimizer=lambda: optimizers.build(
            params.optimizer, network.module, resolved.lr, params.weight_decay, params.layer_decay
        ),
        schedule=lambda optimizer: schedules.build(
            params.schedule, optimizer, steps, round(params.warmup_epochs * updates)
        ),
        mixing=mixing.build(params.mixup, params.cutmix),
        ema=params.ema,
        channels_last=True,
    )


def _settings(
    request: Request, network: networks.Network, resolved: auto.Resolved, device: str, rows: Rows
) -> engine.Settings:
    params = request.train
    chances = sampling.balanced(rows.targets.argmax(1)) if params.sampler == "balanced" else None
    return engine.Settings(
        fold=request.fold,
        batch_size=resolved.batch_size,
        chances=chances,
        accumulate=params.accumulate,
        clip=params.clip,
        early_stopping=params.early_stopping,
        keep=params.keep,
        precision=_precision(params.precision, network, device),
        accelerator={"cuda": "gpu"}.get(device, device),
        devices=resolved.devices,
        nodes=params.nodes,
        strategy=params.strategy,
        workers=resolved.workers,
    )


def _precision(wanted: str, network: networks.Network, device: str) -> str:
    names = {"float32": "32-true", "bfloat16": "bf16-mixed", "float16": "16-mixed"}
    chosen = {"32": "float32", "bf16": "bfloat16", "16": "float16"}.get(wanted)
    return names[chosen or precision(network.module, device).tail]


def _said(request: Request, resolved: auto.Resolved, rows: Rows) -> str:
    copies = int((rows.frame["copy"] > 0).sum())
    return (
        f"fold {request.fold}: {len(rows) - copies} images and {copies} copies, {resolved.epochs} epochs in "
        f"batches of {resolved.batch_size}, {request.train.optimizer} at {resolved.lr:g}"
    )


def _card(
    request: Request,
    network: networks.Network,
    parts: Cut,
    resolved: auto.Resolved,
    rows: Rows,
    outcome: engine.Outcome,
) -> ModelCard:
    total, trainable = summary.counts(network.module)
    copies = int((rows.frame["copy"] > 0).sum())
    notes = [parts.sentence]
    if outcome.stopped_early or request.train.keep == "best":
        notes.append(OPTIMISTIC.format("best epoch" if request.train.keep == "best" else "early stopping"))
    values: dict[str, Any] = vars(resolved) | {"size": network.preprocessing.size, "network": network.options}
    return ModelCard(
        fold=request.fold,
        model=network.name,
        weights=network.weights,
        classes=request.classes,
        preprocessing=network.preprocessing,
        freeze=parts.name,
        parameters=total,
        trainable=trainable,
        images=len(rows) - copies,
        copies=copies,
        resolved=values | {"freeze": parts.name, "kept_epoch": outcome.kept_epoch},
        notes=notes,
    )
