"""From the parameters and the evidence to what is trained, and how large its input is. Imports torch."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from podium.contracts.images import median_short_side
from podium.contracts.probe import Chosen
from podium.contracts.selection import Selection
from podium.contracts.trials import Trials
from podium.networks import build, registry
from podium.networks.device import best_device
from podium.selection import deciding, trial
from podium.selection.material import Material
from podium.selection.params import Effort
from podium.training.feed.rows import Tables
from podium.training.prepared import Prepared, name_of, prepare
from podium.training.settings.choices import Request

# Of the deeper tail's size: from what on a shallower one at a larger size is worth its trial. Weather photos,
# folds 0 and 1: 160 pixels, two stages 0.103, 0.124; 192, one stage 0.111, 0.113, as long to train. Signs,
# where the deeper tail is far ahead of the probes: 128, two stages 0.052; 192, one stage 0.052, two minutes.
LARGER = 1.3
FASTER = 3.0  # times the rule's rate: what a trial of a network without batch norm compares it with


def select(
    request: Request,
    folds: Sequence[int],
    tables: Tables,
    material: Material,
    probes: Chosen,
    further: Callable[[], Chosen],
    effort: Effort,
) -> tuple[Selection, Trials]:
    """What is chosen, and why. `request` is of the first of `folds`. Trains one or two of them where only a
    trial can tell. `probes` has the first probes; `further` asks for all that shall vote, which costs passes
    of all images: not where a trial beside the first ones has shown that they tell nothing.

    Where a processor cannot pay the deeper tail at the probes' size, the last stage at a much larger one is
    tried too, unless the deeper is far ahead of the probes: far from a network's own pictures depth gains
    more, on photographs size. A network that has not learnt its own images yet is tried with twice the
    epochs, as long as that pays; one without batch norm, whose rate is a recipe's, at a higher one too.
    """
    request = _looking(request, probes)
    deep = _sized(request, probes, tables, len(folds), effort)
    verdict, why = deciding.asked(effort, request.network, request.train)
    if verdict == "train":
        further()
        return _selection(deep, train=True), Trials(why=why)
    best_case = deciding.reach(*trial.probed(request.fold, material, probes))
    if effort != "high" and not best_case.pays:
        further()
        return _selection(deep, train=False), Trials(why=deciding.hopeless(request.fold, best_case))
    if deep.setup.processes > 1:
        request = _alone(request)
        deep = _sized(request, probes, tables, len(folds), effort)
    tried = [trial.run([deep], material, probes, len(folds))]
    ahead = deciding.ahead(tried[0].trial, effort)
    if not ahead:
        probes = further()
        tried = [trial.beside(probes, tried[0].seen, len(folds))]
    hopeful = not ahead and (tried[0].trial.pays or deciding.doubtful(tried[0].trial))
    shallow = _shallow(deep, request, probes, tables, len(folds), effort) if hopeful else None
    if shallow is not None:
        tried.append(trial.run([shallow], material, probes, len(folds)))
    best = min(tried, key=lambda one: one.least)
    while (longer := _longer(best, tables, len(folds), effort)) is not None:
        tried.append(trial.run([longer], material, probes, len(folds)))
        if not deciding.pays_twice(best.losses, tried[-1].losses, best.groups):
            break
        best = tried[-1]
    faster = _faster(best, tables)
    if faster is not None:
        tried.append(trial.run([faster], material, probes, len(folds)))
        if deciding.better(best.losses, tried[-1].losses, best.groups):
            best = tried[-1]
    prepared, found = best.prepared, best.trial
    if deciding.doubtful(found) and len(folds) > 1:
        second = prepare(replace(prepared.request, fold=folds[1]), tables)
        found = trial.run([prepared, second], material, probes, len(folds)).trial
    others = [one.trial for one in tried if one is not best]
    told = Trials(why=deciding.sentence(found, others) + deciding.ALONE * ahead, trial=found, others=others)
    return _selection(prepared, train=found.pays), told


def _longer(best: trial.Tried, tables: Tables, folds: int, effort: Effort) -> Prepared | None:
    """Twice the epochs, where the network has not learnt its own images and a processor can pay them."""
    prepared = best.prepared
    epochs = 2 * prepared.resolved.epochs
    if prepared.device != "cpu" or not best.trial.unfinished:
        return None
    if 2 * trial.multiply_adds(prepared, folds) > deciding.LONGEST[effort]:
        return None
    train = prepared.request.train.model_copy(update={"epochs": epochs})
    return prepare(replace(prepared.request, train=train), tables)


def _faster(best: trial.Tried, tables: Tables) -> Prepared | None:
    """At FASTER times the rate, where the rule's is a recipe's that nobody measured here: of a pretrained
    network without batch norm that may pay.
    """
    prepared, params = best.prepared, best.prepared.request.train
    hopeful = best.trial.pays or deciding.doubtful(best.trial)
    if prepared.part != "normless" or params.lr != "auto" or params.auto or not hopeful:
        return None
    train = params.model_copy(update={"lr": float(f"{FASTER * prepared.resolved.lr:.3g}")})
    return prepare(replace(prepared.request, train=train), tables)


def _alone(request: Request) -> Request:
    """Trained by one process: several would run this whole stage, each waiting at the store for the first."""
    return replace(request, train=request.train.model_copy(update={"devices": 1, "nodes": 1}))


def _selection(prepared: Prepared, train: bool) -> Selection:
    seen, asked = prepared.network.preprocessing, prepared.request
    epochs = None if asked.train.epochs == "auto" else asked.train.epochs
    rate = None if asked.train.lr == "auto" else asked.train.lr
    return Selection(
        train=train,
        size=seen.size,
        resize=seen.resize,
        freeze=asked.network.freeze,
        epochs=epochs,
        rate=rate,
    )


def _shallow(
    deep: Prepared, request: Request, probes: Chosen, tables: Tables, folds: int, effort: Effort
) -> Prepared | None:
    """The last stage alone at the size that it affords, where that is much larger than the deeper tail's."""
    wanted = LARGER * deep.network.preprocessing.size
    if probes.size < wanted:
        return None
    network = request.network.model_copy(update={"freeze": "last_stage"})
    made = _sized(replace(request, network=network), probes, tables, folds, effort)
    return made if made.network.preprocessing.size >= wanted else None


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
    natural = build.auto_size(entry, median_short_side(tables.images))
    if entry.fixed_size or device != "cpu" or request.network.model != "auto":
        return prepare(_at(request, natural), tables)
    for size in deciding.sizes(max(probes.size, entry.minimum_size)):
        prepared = prepare(_at(request, size), tables)
        if trial.multiply_adds(prepared, folds) <= deciding.affordable(effort, size):
            break
    return prepared


def _at(request: Request, size: int) -> Request:
    return replace(request, image=request.image.model_copy(update={"size": size}))
