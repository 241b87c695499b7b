"""What params.yaml and the stages before ask a network to be trained with, and on which tables."""

from collections.abc import Sequence
from dataclasses import replace

from podium.contracts import competition, images, manifest, network, pseudo, selection
from podium.features.params import FeatureParams
from podium.foundation.params import load
from podium.foundation.run import Seed, Threads
from podium.images.params import ImageParams
from podium.networks.params import NetworkParams
from podium.training.feed.rows import Tables
from podium.training.params import TrainParams
from podium.training.settings.choices import Request


def asked(fold: int) -> Request:
    """A fold's training as params.yaml asks for it alone: what a trial begins with."""
    found, wanted = competition.read(), load(NetworkParams)
    return Request(
        fold=fold,
        seed=load(Seed).seed,
        threads=load(Threads).threads,
        classes=found.classes,
        image=load(ImageParams),
        network=wanted,
        train=load(TrainParams),
        features=load(FeatureParams),
        task=found.task,
        answers=tuple(found.answers),
        choice=network.read_for(wanted.model),
    )


def request(fold: int, folds: Sequence[int], chosen: selection.Selection, like: int | None = None) -> Request:
    """The training of one of `folds` as `select` chose it; of a refit, with the fold `like`'s many images."""
    one = asked(fold)
    freeze = chosen.freeze if one.network.freeze == "auto" else one.network.freeze
    train = one.train
    epochs = train.epochs if chosen.epochs is None or train.epochs != "auto" else chosen.epochs
    rate = train.lr if chosen.rate is None or train.lr != "auto" else chosen.rate
    return replace(
        one,
        train=train.model_copy(update={"epochs": epochs, "lr": rate}),
        folds=tuple(folds),
        image=one.image.model_copy(update={"size": chosen.size, "resize": chosen.resize}),
        network=one.network.model_copy(update={"freeze": freeze}),
        like=like,
    )


def tables() -> Tables:
    """Originals and copies, pseudo-labels, and the images as they were shipped."""
    found = competition.read()
    taught = pseudo.table(len(found.classes), found.task).read(pseudo.PATH)
    return Tables(manifest.MANIFEST.read(manifest.PATH), taught, images.IMAGES.read(images.PATH))
