"""What params.yaml and the stages before ask a network to be trained with, and on which tables."""

from collections.abc import Sequence

from podium.contracts import competition, images, manifest, network, pseudo, selection
from podium.features.params import FeatureParams
from podium.foundation.params import load
from podium.foundation.run import Seed, Threads
from podium.images.params import ImageParams
from podium.networks.params import NetworkParams
from podium.training.feed.rows import Tables
from podium.training.params import TrainParams
from podium.training.settings.choices import Request


def request(fold: int, folds: Sequence[int], chosen: selection.Selection, like: int | None = None) -> Request:
    """The training of one of `folds`; of a refit, with the number of images of the fold `like`."""
    found, wanted, train = competition.read(), load(NetworkParams), load(TrainParams)
    if wanted.freeze == "auto":
        wanted = wanted.model_copy(update={"freeze": chosen.freeze})
    if train.epochs == "auto" and chosen.epochs is not None:
        train = train.model_copy(update={"epochs": chosen.epochs})
    return Request(
        fold=fold,
        folds=tuple(folds),
        seed=load(Seed).seed,
        threads=load(Threads).threads,
        classes=found.classes,
        image=load(ImageParams).model_copy(update={"size": chosen.size, "resize": chosen.resize}),
        network=wanted,
        train=train,
        features=load(FeatureParams),
        task=found.task,
        answers=tuple(found.answers),
        choice=network.read_for(wanted.model),
        like=like,
    )


def tables() -> Tables:
    """Originals and copies, pseudo-labels, and the images as they were shipped."""
    found = competition.read()
    taught = pseudo.table(len(found.classes), found.task).read(pseudo.PATH)
    return Tables(manifest.MANIFEST.read(manifest.PATH), taught, images.IMAGES.read(images.PATH))
