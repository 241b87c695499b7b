"""What `auto` becomes in the train section: fixed rules on the data and the device, no stopwatch."""

import math
from dataclasses import dataclass
from typing import Literal

from podium.training.params import Auto, TrainParams

PICTURES = 6_500  # that a fold shows on a CPU over all epochs: on digits 20,000 scored no better out-of-fold
PICTURES_GPU = 200_000
EPOCHS = (2, 20)  # two epochs over images and a copy each scored as three did (0.871 and 0.868, 28 px photos)
EPOCHS_FROM_SCRATCH = (8, 60)
BATCH = 32
BATCH_GPU = 64
WORKERS = 8  # processes that read images for one device, at most
SHARE = 0.25  # of the memory, for activations and their gradients
SMALLEST_BATCH, LARGEST_BATCH = 8, 256
SMALL = 320  # training images below which batches are halved, so that an epoch still has ten steps
ADAPTIVE_RATE = 1e-3  # for batches of 32; Adam and its kin
PLAIN_RATE = 1e-2  # SGD with momentum
HEAD_FACTOR = 3.0  # a head alone learns convexly and takes more
# A pretrained tail with batch norm above a frozen part takes more too, and has few epochs. Lite0 cut at
# block 4, one to three folds each, 1e-3 -> 4e-3: digits 0.979 -> 0.992 (8e-3: 0.988), signs 0.987 -> 0.990,
# flowers 0.770 -> 0.779, photos of 28 px 0.871 -> 0.876. Nothing was measured without batch norm (ViT, Swin).
TAIL_FACTOR = 4.0


Part = Literal["head", "tail", "whole"]  # what trains: head alone, batch norm above a frozen part, or else


@dataclass(frozen=True)
class Resolved:
    """The values that `auto` became, or the user's own."""

    epochs: int
    batch_size: int
    lr: float
    workers: int
    devices: int


def resolve(
    params: TrainParams,
    images: int,
    device: str,
    processors: int,
    *,
    part: Part,
    pretrained: bool,
) -> Resolved:
    """The rules. `images` train (copies included), `processors` are cores."""
    on_cpu = device == "cpu"
    batch = _or(params.batch_size, (BATCH if on_cpu else BATCH_GPU) // (2 if images < SMALL else 1))
    lowest, highest = EPOCHS if pretrained else EPOCHS_FROM_SCRATCH
    shown = round((PICTURES if on_cpu else PICTURES_GPU) / max(1, images))
    epochs = highest if part == "head" else max(lowest, min(highest, shown))
    return Resolved(
        epochs=_or(params.epochs, epochs),
        batch_size=batch,
        lr=params.lr if params.lr != "auto" else rate(params, batch, part),
        workers=_or(params.workers, 0 if on_cpu else max(1, min(WORKERS, processors - 1))),
        devices=_or(params.devices, 1),
    )


def fresh(params: TrainParams, device: str, frozen: str, asked: bool) -> bool:
    """Is every image drawn anew each epoch, in place of the fixed copies? `frozen` is what freeze became.

    `auto` says yes where a GPU trains the whole network, which passes through images anyway, and nobody
    `asked` for certain copies. On processors fixed copies won at equal time by 1.5 to 13.5 points
    (benchmarks/results/online.md).
    """
    if params.online == "auto":
        return device != "cpu" and frozen == "none" and not asked
    return params.online


def batch_for(memory: int, activations: int, images: int) -> int:
    """The largest power of two whose activations, and as many gradients, take a share of `memory` bytes.

    Between 8 and 256, and at most a tenth of the images, so that an epoch has ten steps.
    """
    fits = SHARE * memory / max(1, activations * 4 * 2)
    wanted = max(SMALLEST_BATCH, min(LARGEST_BATCH, fits, images / 10))
    return int(2 ** int(math.log2(wanted)))


def rate(params: TrainParams, batch: int, part: Part) -> float:
    """The learning rate: the family's at a batch of 32, times the root of the batch's ratio to it."""
    plain = "sgd" in params.optimizer or "momentum" in params.optimizer
    base = PLAIN_RATE if plain else ADAPTIVE_RATE
    factor = {"head": HEAD_FACTOR, "tail": 1.0 if plain else TAIL_FACTOR, "whole": 1.0}[part]
    return float(f"{base * (batch / BATCH) ** 0.5 * factor:.3g}")


def _or(value: int | Auto, rule: int) -> int:
    return rule if value == "auto" else value
