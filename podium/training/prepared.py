"""A fold made ready: everything that decides its training, settled and free of contradictions."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import nn

from podium.contracts import manifest
from podium.contracts.images import median_short_side
from podium.foundation.errors import UserError
from podium.foundation.run import cores, derive
from podium.networks import build as networks
from podium.networks import registry
from podium.networks.cut import Cut, cut
from podium.networks.device import best_device, take_own
from podium.networks.dress import checkpoint, has_batch_norm, stochastic_depth
from podium.networks.exactness import be_exact
from podium.networks.precision import card_multiplies_bfloat16
from podium.tasks import registry as tasks
from podium.training.feed import scaling
from podium.training.feed.inputs import Outlook, outlook
from podium.training.feed.rows import Tables, TrainingRows, balanced_weights, training, validation
from podium.training.loop import engine
from podium.training.loop.learner import LearningPlan
from podium.training.params import TrainParams
from podium.training.record import identity, summary
from podium.training.settings import auto, choices, contradictions
from podium.training.settings.choices import Request


@dataclass(frozen=True)
class Prepared:
    """What a fold is trained with; making it costs no more than passes of two images."""

    request: Request  # what it left to the device and the network is decided
    device: str
    network: networks.Network
    parts: Cut  # of the network
    rows: TrainingRows  # that it learns from
    check: TrainingRows  # that it is watched on
    outlook: Outlook
    resolved: auto.Resolved
    plan: LearningPlan
    settings: engine.Settings
    said: list[str]  # what `auto` became
    scale: scaling.Scale | None = None  # of numbers: rows are on the network's, predictions on theirs

    def at(self, rate: float) -> "Prepared":
        """The same with another learning rate."""
        return replace(self, resolved=replace(self.resolved, lr=rate), plan=replace(self.plan, lr=rate))

    @cached_property
    def setup(self) -> contradictions.Setup:
        """What the rules on contradictions look at."""
        return contradictions.Setup(
            train=self.request.train,
            frozen=self.parts.name,
            weights=self.network.weights,
            shape=self.outlook.shape,
            cached=self.outlook.cached,
            normed=contradictions.trains_batch_norm(self.parts.tail),
            images=len(self.rows),
            watched=len(self.check),
            epochs=self.resolved.epochs,
            batch_size=self.resolved.batch_size,
            devices=self.resolved.devices,
            device=self.device,
            available=torch.cuda.device_count() if self.device == "cuda" else 1,
            imitated=self.device == "cuda" and not card_multiplies_bfloat16(),
        )

    @cached_property
    def key(self) -> str:
        """A digest of all that decides how the fold is trained. Taken once: training changes the weights."""
        request, network = self.request, self.network
        parameters = {
            "fold": request.fold,
            "seed": request.seed,
            "threads": request.threads,
            "device": self.device,
            "precision": self.settings.precision,
            "train": request.train.model_dump(mode="json"),
            "resolved": self.resolved.decisive,
            "input": list(self.outlook.shape),
            "network": request.network.model_dump(mode="json"),
            "preprocessing": network.preprocessing.model_dump(mode="json"),
        }
        arrays = [self.rows.targets, self.rows.weights, self.check.targets]
        return identity.key(parameters, network.module, [self.rows.frame, self.check.frame], arrays)

    @property
    def part(self) -> auto.TrainedPart:
        """What trains, as far as rules look."""
        return part_that_trains(self.network, self.parts)

    @property
    def starts_from_probe(self) -> bool:
        """Does the head start as the linear probe's solution, on layers that know something?"""
        params = self.request.train
        return params.start == "probe" and params.head == "linear" and self.network.weights != "random"

    @property
    def ignored(self) -> list[str]:
        """Settings that play no part."""
        return contradictions.ignored(self.setup)


def prepare(request: Request, tables: Tables) -> Prepared:
    """Settles what the user left open. Raises UserError for what cannot be trained, before it is paid for."""
    torch.set_num_threads(request.threads)
    device = best_device()
    take_own(device)
    be_exact(device)
    network, parts = _network(request, median_short_side(tables.images), device)
    copies_asked = bool(manifest.facts(request.data / manifest.FOLDER.name).get("asked"))
    request, said = choices.decided(request, network, parts.name, device, copies_asked)
    contradictions.refuse_for_task(request.train, tasks.load(request.task))
    rows, check = _rows(request, tables)
    counted = _counted(request, tables, rows)
    scale = scaling.of(rows, tasks.load(request.task).link)
    rows, check = (part if scale is None else scale(part) for part in (rows, check))
    seen = outlook(
        parts,
        len(rows) + len(check),
        network.preprocessing,
        request.features.budget_gb,
        device,
        fresh=request.train.online is True,
        exact=request.train.precision == "32",
    )
    precision = choices.precision_of(request.train.precision, network, device)
    resolved = _resolved(request, network, parts, seen, counted, device, precision)
    if request.train.checkpointing:
        checkpoint(network, parts.name)
    prepared = Prepared(
        request=request,
        device=device,
        network=network,
        parts=parts,
        rows=rows,
        check=check,
        outlook=seen,
        resolved=resolved,
        plan=choices.plan(request, network, resolved, len(rows), precision),
        settings=choices.settings(request, resolved, device, rows, precision),
        said=[*said, parts.sentence],
        scale=scale,
    )
    _refuse(prepared)
    return prepared


def _refuse(prepared: Prepared) -> None:
    contradictions.refuse(prepared.setup)
    prepared.plan.optimizer(prepared.plan.lr)
    contradictions.refuse_softmax(prepared.outlook.tail, prepared.outlook.shape)


def name_of(request: Request, device: str) -> str:
    """The network that the request trains: the project's recorded choice, else the one for the device."""
    return request.choice.model if request.choice else registry.chosen(request.network.model, device)


def _network(request: Request, short_side: float, device: str) -> tuple[networks.Network, Cut]:
    chosen, choice, model = request.network, request.choice, name_of(request, device)
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
        pin=choice.source if choice else None,
    )
    _drop_paths(network, request.train)
    return network, cut(network, chosen.freeze, device)


def _drop_paths(network: networks.Network, params: TrainParams) -> None:
    """Before the cut, which takes modules as they are; what is frozen drops nothing."""
    part: auto.TrainedPart = "normless" if _is_normless(network) else "whole"
    rate = auto.drop_path(params, part, _size(network))
    if rate and not stochastic_depth(network, rate) and params.drop_path != "auto":
        raise UserError(f"params.yaml: train.drop_path: {network.name} has no branches to drop: set it to 0.")


def _is_normless(network: networks.Network) -> bool:
    return network.weights != "random" and not has_batch_norm(network.module)


def _size(network: networks.Network) -> int:
    return sum(p.numel() for p in network.module.parameters())


def _rows(request: Request, tables: Tables) -> tuple[TrainingRows, TrainingRows]:
    rows = training(tables.manifest, tables.taught(), request.fold, request.table)
    if request.train.online:
        rows = rows.originals()
    if request.train.class_weights:
        rows = balanced_weights(rows)
    return rows, validation(tables.manifest, request.fold, request.table)


def _counted(request: Request, tables: Tables, rows: TrainingRows) -> int:
    """The images by whose number `auto` is decided: a refit's epochs, rates and batches are a fold's."""
    if request.like is None:
        return len(rows)
    return len(_rows(replace(request, fold=request.like), tables)[0])


def part_that_trains(network: networks.Network, parts: Cut) -> auto.TrainedPart:
    """What trains, as far as the learning rate's rule looks."""
    if parts.name == "head":
        return "head"
    if _is_normless(network):
        return "normless"
    normalised = any(isinstance(module, nn.BatchNorm2d) for module in parts.tail.modules())
    return "tail" if parts.frozen is not None and normalised and network.weights != "random" else "whole"


def _resolved(
    request: Request,
    network: networks.Network,
    parts: Cut,
    seen: Outlook,
    images: int,
    device: str,
    precision: str,
) -> auto.Resolved:
    """What `auto` became by the rules; `train.auto: true` asks memory for the batch."""
    params = request.train
    part, parameters = part_that_trains(network, parts), _size(network)
    resolved = auto.resolve(
        params,
        images,
        device,
        cores(),
        part=part,
        pretrained=network.weights != "random",
        parameters=parameters,
        available=torch.cuda.device_count() if device == "cuda" else 1,
        classes=len(request.classes) if tasks.load(request.task).link == "softmax" else 1,
    )
    if params.head == "svm":
        resolved = replace(resolved, epochs=1)
    if params.batch_size != "auto" or not (params.auto or device == "cuda"):
        return resolved
    memory = auto.Memory(
        size=summary.memory(device),
        weights=summary.kept(network.module, params.optimizer) + summary.average(network.module, params.ema),
        activations=summary.activations(seen.tail, seen.shape),
        each=4 if precision == choices.EXACT else 2,
    )
    return auto.fitted(
        resolved, memory, images, on_cpu=device != "cuda", grow=params.auto, nodes=params.nodes
    )
