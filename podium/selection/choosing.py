"""From the parameters and the evidence to what is trained, and how large its input is. Imports torch."""

from collections.abc import Sequence
from dataclasses import replace

from podium.contracts.probe import Chosen
from podium.contracts.selection import Selection
from podium.networks import build, registry
from podium.networks.device import best_device
from podium.selection import deciding, trial
from podium.selection.material import Material
from podium.selection.params import Effort
from podium.training.feed.rows import Tables
from podium.training.prepared import Prepared, name_of, prepare
from podium.training.settings.choices import Request


def select(
    request: Request, folds: Sequence[int], tables: Tables, material: Material, probes: Chosen, effort: Effort
) -> Selection:
    """`request` is of the first of `folds`. Trains one or two of them where only a trial can tell."""
    request = _looking(request, probes)
    prepared = _sized(request, probes, tables, len(folds), effort)
    size, resize = prepared.network.preprocessing.size, prepared.network.preprocessing.resize
    verdict, why = deciding.asked(effort, request.network, request.train)
    if verdict == "train":
        return Selection(train=True, size=size, resize=resize, why=why)
    found = trial.run([prepared], material, probes, len(folds))
    if deciding.doubtful(found) and len(folds) > 1:
        image = request.image.model_copy(update={"size": size})
        second = prepare(replace(request, fold=folds[1], image=image), tables)
        found = trial.run([prepared, second], material, probes, len(folds))
    why = deciding.sentence(found)
    return Selection(train=deciding.pays(found), size=size, resize=resize, why=why, trial=found)


def _looking(request: Request, probes: Chosen) -> Request:
    """With the crop that the probes chose."""
    wanted = probes.resize if request.image.resize == "auto" else request.image.resize
    return replace(request, image=request.image.model_copy(update={"resize": wanted}))


def _sized(request: Request, probes: Chosen, tables: Tables, folds: int, effort: Effort) -> Prepared:
    """At the largest size up to the probes' that a processor can afford for all folds.

    A network that was named, or that runs on a GPU, takes its own size.
    """
    if request.image.size != "auto":
        return prepare(request, tables)
    device = best_device()
    entry = registry.find(name_of(request, device))
    natural = build.auto_size(entry, tables.median_short_side())
    if entry.fixed_size or device != "cpu" or request.network.model != "auto":
        return prepare(_at(request, natural), tables)
    limit = deciding.TRAINING["high" if effort == "high" else "auto"]
    for size in deciding.sizes(max(probes.size, entry.minimum_size)):
        prepared = prepare(_at(request, size), tables)
        if trial.multiply_adds(prepared, folds) <= limit:
            break
    return prepared


def _at(request: Request, size: int) -> Request:
    return replace(request, image=request.image.model_copy(update={"size": size}))
