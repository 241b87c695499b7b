"""Which mirror images keep their class: as params.yaml says, or measured on the embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium import probe
from podium.augmentations import registry
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.contracts import embeddings, mirrors
from podium.errors import UserError
from podium.run import derive

DIRECTIONS = ("horizontal", "vertical")
FOLDS = 3
ENOUGH = 100  # mirrored images: with fewer, a measure says nothing
LIKELY = 2.0  # standard errors: beyond them a loss is no accident
NEGLIGIBLE = 0.01  # a loss of accuracy that a mirrored training set mends by itself
CLASS_LOSS = 0.3  # of a class's accuracy: as much means that its mirror image is another class
CLASS_ENOUGH = 8  # mirrored images of a class


@dataclass(frozen=True)
class Choice:
    """The allowed mirror images, and why."""

    allowed: Flips
    sentences: list[str]


@dataclass(frozen=True)
class Survival:
    """How a classifier of originals, out of fold, judges mirror images of the same originals."""

    original: NDArray[np.bool_]  # (m,) right about the original
    mirrored: NDArray[np.bool_]  # (m,) right about its mirror image
    labels: NDArray[np.int64]  # (m,)

    @property
    def loss(self) -> float:
        """Accuracy lost by mirroring."""
        return float(self.original.mean() - self.mirrored.mean())

    @property
    def error(self) -> float:
        """Standard error of the loss: only images judged differently count (McNemar 1947)."""
        differences = self.original.astype(float) - self.mirrored
        return float(differences.std() / len(differences) ** 0.5)

    def worst(self) -> tuple[int, float]:
        """(class, accuracy it loses): the class that mirroring harms most; lowest class first in a tie."""
        losses = [
            (self._class_loss(label), -label)
            for label, count in enumerate(np.bincount(self.labels))
            if count >= CLASS_ENOUGH
        ]
        loss, label = max(losses, default=(0.0, 0))
        return -label, loss

    @property
    def survives(self) -> bool:
        """Whether no loss shows, neither of all images nor of a single class."""
        return self.loss <= max(NEGLIGIBLE, LIKELY * self.error) and self.worst()[1] < CLASS_LOSS

    def _class_loss(self, label: int) -> float:
        mine = self.labels == label
        return float(self.original[mine].mean() - self.mirrored[mine].mean())


def choose(params: AugmentParams, rows: pd.DataFrame, classes: Sequence[str]) -> Choice:
    """The flips of `augment.flip`; auto measures each direction. rows: image_id, label, weight.

    Raises UserError where flips are asked of a policy that never mirrors.
    """
    mirrors_at_all = registry.mirrors(params.policy)
    if params.flip != "auto":
        allowed = Flips(params.flip in ("horizontal", "both"), params.flip in ("vertical", "both"))
        if allowed != Flips() and not mirrors_at_all:
            raise UserError(
                f"params.yaml: augment.flip is {params.flip}, but the policy {params.policy} never mirrors: "
                "set augment.flip to none or auto, or take another policy."
            )
        return Choice(allowed, [])
    if not mirrors_at_all:
        return Choice(Flips(), [f"Mirror images: none, as the policy {params.policy} has it."])
    return measured(rows, classes, *_vectors())


def measured(
    rows: pd.DataFrame,
    classes: Sequence[str],
    vectors: dict[str, NDArray[np.float32]],
    mirrored: dict[str, NDArray[np.float32]],
) -> Choice:
    """Judges each direction on `mirrored`: image_id -> (2, d). vectors: image_id -> (d,), of originals."""
    known = rows[rows["image_id"].isin(vectors.keys()) & (rows["weight"] > 0)]
    sample = known["image_id"].isin(mirrored.keys()).to_numpy()
    if sample.sum() < ENOUGH:
        said = (
            f"Mirror images: none; {int(sample.sum())} images are too few to measure whether classes survive."
        )
        return Choice(Flips(), [said])
    views = np.stack([mirrored[name] for name in known["image_id"][sample]])
    judged = dict(zip(DIRECTIONS, _survivals(known, vectors, views, sample, len(classes)), strict=True))
    sentences = [_sentence(direction, survival, classes) for direction, survival in judged.items()]
    return Choice(
        Flips(**{direction: survival.survives for direction, survival in judged.items()}), sentences
    )


def _survivals(
    known: pd.DataFrame,
    vectors: dict[str, NDArray[np.float32]],
    views: NDArray[np.float32],
    sample: NDArray[np.bool_],
    k: int,
) -> list[Survival]:
    """One for each of the views (m, 2, d). They join their originals, at weight 0: predicted only."""
    ids, labels = known["image_id"].tolist(), known["label"].to_numpy(np.int64)
    folds = np.array([derive(0, "mirror", name) % FOLDS for name in ids], np.int8)
    weights = np.concatenate([np.ones(len(ids)), np.zeros(views.shape[0] * views.shape[1])])
    parts = [np.stack([vectors[name] for name in ids]), views[:, 0], views[:, 1]]
    every = np.concatenate([labels, labels[sample], labels[sample]])
    places = np.concatenate([folds, folds[sample], folds[sample]])
    probs = probe.out_of_fold(np.concatenate(parts), every, places, k, weights)
    original, *flipped = np.split(probs.argmax(axis=1) == every, [len(ids), len(ids) + len(views)])
    return [Survival(original[sample], right, labels[sample]) for right in flipped]


def _sentence(direction: str, survival: Survival, classes: Sequence[str]) -> str:
    label, loss = survival.worst()
    verdict = "allowed" if survival.survives else "not allowed"
    return (
        f"{direction.capitalize()} mirror images are {verdict}: a classifier of originals is right about "
        f"{survival.original.mean():.1%} of {len(survival.labels)} images and {survival.mirrored.mean():.1%} "
        f"mirrored (loss {survival.loss:.1%} ± {survival.error:.1%}; most: {classes[label]}, {loss:.0%})."
    )


def _vectors() -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
    ids, vectors = embeddings.read()
    mirrored_ids, mirrored = mirrors.read()
    return dict(zip(ids, vectors, strict=True)), dict(zip(mirrored_ids, mirrored, strict=True))
