"""Which mirror images keep their class: as params.yaml says, or measured on the embeddings.

Two questions, answered out of fold by a linear classifier on a random projection of the embeddings. Does the
class survive: are mirror images judged as well as their originals by who never saw a mirror image? And does
it harm: are originals judged worse by who learnt from mirror images too? The first alone would not do: a
network trained on mirrored photographs takes many a mirrored digit for the digit. The projection makes room
scarce, so that learning what never occurs costs something. Horizontally the doubt is in favour: photographs
taken anywhere agree with their mirror images. Vertically it is against.
Measured: digits neither; hand signs, cartoon characters and flowers horizontally, none vertically.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.augmentations import registry
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.contracts import embeddings, mirrors
from podium.foundation.errors import UserError
from podium.foundation.run import derive
from podium.linear import probe

DIRECTIONS = ("horizontal", "vertical")
FOLDS = 3
REPEATS = 4  # partitions into folds, whose results are averaged
DIMENSIONS = 256  # of the projection
ENOUGH = 100  # mirrored images: with fewer, a measure says nothing
LIKELY = 2.0  # standard errors: beyond them a difference is no accident
SURE = 3.0  # standard errors: beyond them a gain is worth acting on
NEGLIGIBLE = 0.01  # a loss of accuracy that a mirrored training set mends by itself
CLASS_LOSS = 0.3  # of a class's accuracy: as much means that its mirror image is another class
SMALLEST_SPREAD = 1e-3  # of an embedding's column: dead ones stay small
NAMED = 0.005  # of a class's accuracy: less shows as nothing in percent
CLASS_ENOUGH = 8  # mirrored images of a class


@dataclass(frozen=True)
class AllowedFlips:
    """The allowed mirror images, and why."""

    allowed: Flips
    sentences: list[str]


@dataclass(frozen=True)
class Survival:
    """How a classifier judges originals and their mirror images, out of fold, averaged over partitions."""

    labels: NDArray[np.int64]  # (m,)
    original: NDArray[np.float64]  # (m,) share of partitions that are right about the original
    mirrored: NDArray[np.float64]  # (m,) … about its mirror image, having learnt from originals alone
    gain: NDArray[np.float64]  # (m,) the original's Brier score less that after learning mirror images too

    @property
    def loss(self) -> float:
        """Accuracy lost by mirroring."""
        return float((self.original - self.mirrored).mean())

    @property
    def loss_error(self) -> float:
        """Standard error of the loss: only images judged differently count (McNemar 1947)."""
        return _error(self.original - self.mirrored)

    def worst(self) -> tuple[int, float]:
        """(class, accuracy it loses): the class that mirroring harms most; lowest class first in a tie."""
        losses = [
            (float((self.original - self.mirrored)[self.labels == label].mean()), -label)
            for label, count in enumerate(np.bincount(self.labels))
            if count >= CLASS_ENOUGH
        ]
        loss, label = max(losses, default=(0.0, 0))
        return -label, loss

    @property
    def harms(self) -> bool:
        """Whether a class becomes another one, or learning from mirror images makes originals harder."""
        return self.worst()[1] >= CLASS_LOSS or self.gain.mean() < -LIKELY * _error(self.gain)

    @property
    def pays(self) -> bool:
        """Whether mirror images pass for their originals, or learning from them clearly helps."""
        survives = self.loss <= max(NEGLIGIBLE, self.loss_error)
        return bool(survives or self.gain.mean() > SURE * _error(self.gain))


def _error(values: NDArray[np.float64]) -> float:
    """Standard error of the mean."""
    return float(values.std() / len(values) ** 0.5)


def choose(params: AugmentParams, rows: pd.DataFrame, classes: Sequence[str]) -> AllowedFlips:
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
        return AllowedFlips(allowed, [])
    if not mirrors_at_all:
        return AllowedFlips(Flips(), [f"Mirror images: none, as the policy {params.policy} has it."])
    return measured(rows, classes, *_vectors())


def measured(
    rows: pd.DataFrame,
    classes: Sequence[str],
    vectors: dict[str, NDArray[np.float32]],
    mirrored: dict[str, NDArray[np.float32]],
) -> AllowedFlips:
    """Judges each direction on `mirrored`: image_id -> (2, d). vectors: image_id -> (d,), of originals."""
    known = rows[rows["image_id"].isin(vectors.keys()) & (rows["weight"] > 0)]
    sample = known["image_id"].isin(mirrored.keys()).to_numpy()
    if sample.sum() < ENOUGH:
        said = (
            f"Mirror images: none; {int(sample.sum())} images are too few to measure whether classes survive."
        )
        return AllowedFlips(Flips(), [said])
    judged = survivals(
        np.stack([vectors[name] for name in known["image_id"][sample]]),
        np.stack([mirrored[name] for name in known["image_id"][sample]]),
        known["label"][sample].to_numpy(np.int64),
        len(classes),
    )
    allowed = Flips(not judged[0].harms, not judged[1].harms and judged[1].pays)
    verdicts = zip(DIRECTIONS, judged, (allowed.horizontal, allowed.vertical), strict=True)
    return AllowedFlips(allowed, [_sentence(*verdict, classes) for verdict in verdicts])


def survivals(
    originals: NDArray[np.float32], views: NDArray[np.float32], labels: NDArray[np.int64], k: int
) -> list[Survival]:
    """One for each view. originals (m, d), views (m, 2, d); in another order of rows another partition."""
    random = np.random.default_rng(derive(0, "mirror images"))
    parts = _projected([originals, *np.moveaxis(views, 1, 0)], random)
    m, times = len(labels), len(parts)
    right, gain = np.zeros((times, m)), np.zeros((times, m))
    for _ in range(REPEATS):
        folds = random.integers(0, FOLDS, m).astype(np.int8)
        alone = np.repeat([1.0, 0.0], [m, m * (times - 1)])  # mirror images weigh 0: judged, not learnt
        probs = _judged(parts, labels, folds, k, alone).reshape(times, m, k)
        right += (probs.argmax(axis=2) == labels) / REPEATS
        for view in range(1, times):
            learnt = _judged([parts[0], parts[view]], labels, folds, k, None)[:m]
            gain[view] += (_brier(probs[0], labels) - _brier(learnt, labels)) / REPEATS
    return [Survival(labels, right[0], right[view], gain[view]) for view in range(1, times)]


def _projected(parts: list[NDArray[np.float32]], random: np.random.Generator) -> list[NDArray[np.float32]]:
    """Each standardised by the first's mean and spread, then projected to fewer dimensions."""
    mean, spread = parts[0].mean(axis=0), parts[0].std(axis=0) + SMALLEST_SPREAD
    d = parts[0].shape[1]
    projection = random.normal(size=(d, min(d, DIMENSIONS))) / d**0.5
    return [((part - mean) / spread @ projection).astype(np.float32) for part in parts]


def _judged(
    parts: list[NDArray[np.float32]],
    labels: NDArray[np.int64],
    folds: NDArray[np.int8],
    k: int,
    weights: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Probabilities (parts x m, k); an image and its mirror images share a fold."""
    times = len(parts)
    return probe.out_of_fold(np.concatenate(parts), np.tile(labels, times), np.tile(folds, times), k, weights)


def _brier(probs: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(m,): the squared distance from the label's indicator, [0, 2]; unlike log loss, no image dominates."""
    missed = probs.copy()
    missed[np.arange(len(labels)), labels] -= 1
    return np.asarray((missed**2).sum(axis=1))


def _sentence(direction: str, survival: Survival, allowed: bool, classes: Sequence[str]) -> str:
    label, loss = survival.worst()
    most = f"; most: {classes[label]}, {loss:.0%}" if loss >= NAMED else ""
    return (
        f"{direction.capitalize()} mirror images are {'allowed' if allowed else 'not allowed'}: of "
        f"{len(survival.labels)} images a classifier knows {survival.original.mean():.1%}, mirrored "
        f"{survival.mirrored.mean():.1%} (loss {survival.loss:.1%} ± {survival.loss_error:.1%}{most}); "
        f"learning from them changes the originals' Brier score by {-survival.gain.mean():+.4f} ± "
        f"{_error(survival.gain):.4f}."
    )


def _vectors() -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
    ids, vectors = embeddings.read()
    mirrored_ids, mirrored = mirrors.read()
    return dict(zip(ids, vectors, strict=True)), dict(zip(mirrored_ids, mirrored, strict=True))
