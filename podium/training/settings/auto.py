"""What `auto` becomes in the train section: fixed rules on the data and the device, no stopwatch."""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from podium.training.params import Auto, TrainParams

N = TypeVar("N", int, float)

# That a fold shows on a CPU over all epochs. Digits lost by 6,000 and by 20,000; weather photos, 1,750 with
# copies, folds 0 and 1: two epochs 0.103 and 0.124, three 0.111 and 0.091, four no better than three
PICTURES = 4_000
PICTURES_GPU = 200_000
EPOCHS = (2, 20)  # two epochs over images and a copy each scored as three did (0.871 and 0.868, 28 px photos)
# Training images, with copies, from which one pass is enough and a larger input the better use of time:
# 12,800 of 28 px, one pass at 128 px 0.889, two at 64 px 0.820; 5,500 photos at 128 px, two 0.774, one 0.755
MANY = 10_000
# Pictures of a class that a pretrained tail is shown on a CPU, at least. 242 characters, 9.6 drawings each
# and a copy, 128 pixels: two epochs (38 a class) knew 0.833, four 0.871 (loss 0.557), six 0.866 (0.575)
OF_A_CLASS = 60
EPOCHS_FROM_SCRATCH = (8, 60)
BATCH = 32
BATCH_GPU = 64
WORKERS = 16  # processes that read images for one device, at most: eight starve a fast card
SHARE_GPU = 0.8  # of a GPU's memory, for all that training keeps
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


# Pretrained networks without batch norm (ConvNeXt, ViT, Swin, EVA), after timm's and AutoGluon's recipes
# (AutoGluon: 1e-4, decay 0.9, clip 1). Unmeasured here: small ones with random weights cannot show it.
NORMLESS_RATE = 1e-4  # for batches of 32; Adam and its kin
NORMLESS_LAYER_DECAY = 0.8
NORMLESS_HEAD_FACTOR = 5.0
NORMLESS_CLIP = 1.0
NORMLESS_WARMUP = 1.0  # epochs, and at most a quarter of them
DROP_PATHS = ((50_000_000, 0.1), (150_000_000, 0.2))  # up to so many parameters; beyond them
DROP_PATH_BEYOND = 0.3
WARMUP = 0.5

# What trains: the head alone, batch norm above a frozen part, pretrained without batch norm, or else.
TrainedPart = Literal["head", "tail", "normless", "whole"]


@dataclass(frozen=True)
class Resolved:
    """The values that `auto` became, or the user's own."""

    epochs: int
    batch_size: int
    lr: float
    workers: int
    devices: int
    layer_decay: float
    head_factor: float  # of the head's rate
    drop_path: float
    warmup_epochs: float
    clip: float
    accumulate: int = 1  # batches a step

    @property
    def decisive(self) -> dict[str, Any]:
        """All that decides the result: not how many processes read the images, which follows the cores."""
        return {name: value for name, value in vars(self).items() if name != "workers"}


@dataclass(frozen=True)
class Memory:
    """What a device has and what training takes of it."""

    size: int  # bytes
    weights: int  # bytes kept whatever the batch: weights, gradients, what the optimizer keeps
    activations: int  # numbers that an image leaves in the tail
    each: int  # bytes of such a number in the forward pass


def resolve(
    params: TrainParams,
    images: int,
    device: str,
    processors: int,
    *,
    part: TrainedPart,
    pretrained: bool,
    parameters: int = 0,
    available: int = 1,
    classes: int = 1,
) -> Resolved:
    """The rules. The network has so many `parameters`, the machine so many devices `available`.

    `images` train (copies included), of so many `classes` that exclude each other; `processors` are cores.
    """
    on_cpu = device == "cpu"
    batch = _or(params.batch_size, (BATCH if on_cpu else BATCH_GPU) // (2 if images < SMALL else 1))
    epochs = _or(params.epochs, _epochs(images, classes, part, pretrained=pretrained, on_cpu=on_cpu))
    normless = part == "normless"
    warmup = min(NORMLESS_WARMUP, epochs / 4) if normless else WARMUP
    devices = _or(params.devices, max(1, available))
    workers = 0 if on_cpu else max(1, min(WORKERS, processors // devices - 1))
    return Resolved(
        epochs=epochs,
        batch_size=batch,
        lr=params.lr if params.lr != "auto" else rate(params, batch, part),
        workers=_or(params.workers, workers),
        devices=devices,
        layer_decay=_or(params.layer_decay, NORMLESS_LAYER_DECAY if normless else 1.0),
        head_factor=_or(params.head_factor, NORMLESS_HEAD_FACTOR if normless else 1.0),
        drop_path=drop_path(params, part, parameters),
        warmup_epochs=_or(params.warmup_epochs, warmup),
        clip=_or(params.clip, NORMLESS_CLIP if normless else 0.0),
        accumulate=params.accumulate,
    )


def _epochs(images: int, classes: int, part: TrainedPart, *, pretrained: bool, on_cpu: bool) -> int:
    lowest, highest = EPOCHS if pretrained else EPOCHS_FROM_SCRATCH
    if part == "head":
        return highest
    if on_cpu and part == "tail":
        lowest = max(1 if images >= MANY else lowest, math.ceil(OF_A_CLASS * classes / max(1, images)))
    shown = round((PICTURES if on_cpu else PICTURES_GPU) / max(1, images))
    return min(highest, max(lowest, shown))


def fresh(params: TrainParams, device: str, frozen: str, asked: bool) -> bool:
    """Is every image drawn anew each epoch, in place of the fixed copies? `frozen` is what freeze became.

    `auto` says yes where a GPU trains the whole network, which passes through images anyway, and nobody
    `asked` for certain copies. On processors fixed copies won at equal time by 1.5 to 13.5 points
    (benchmarks/results/online.md).
    """
    if params.online == "auto":
        return device != "cpu" and frozen == "none" and not asked
    return params.online


def fitted(
    resolved: Resolved, memory: Memory, images: int, *, on_cpu: bool, grow: bool, nodes: int = 1
) -> Resolved:
    """The batch as memory allows: `grow` takes the largest, else a GPU's is halved until it fits.

    A CPU's takes a share of the memory for activations and as many gradients, in float32.
    """
    if on_cpu:
        return replace(
            resolved, batch_size=_largest(SHARE * memory.size / max(1, memory.activations * 8), images)
        )
    most = _fits(memory, resolved.devices * nodes)
    if grow:
        resolved = replace(resolved, batch_size=_largest(most, images))
    batch, accumulate = resolved.batch_size, resolved.accumulate
    while batch > most:
        batch, accumulate = -(-batch // 2), 2 * accumulate
    return replace(resolved, batch_size=batch, accumulate=accumulate)


def _largest(most: float, images: int) -> int:
    """The largest power of two up to `most`, between 8 and 256, and at most a tenth of the images."""
    wanted = max(SMALLEST_BATCH, min(LARGEST_BATCH, most, images / 10))
    return int(2 ** int(math.log2(wanted)))


def _fits(memory: Memory, devices: int) -> int:
    """Images a batch that so many GPUs hold. Unmeasured on a GPU, where running out of memory is caught.

    On a CPU autograd kept 0.31 to 1.05 of the numbers that `activations` counts (13 networks, 64 pixels).
    """
    free = SHARE_GPU * memory.size - memory.weights
    return devices * max(1, int(free / max(1, memory.activations * memory.each)))


def drop_path(params: TrainParams, part: TrainedPart, parameters: int) -> float:
    """The chance to drop the last block's branch: none with batch norm, or where a head alone trains."""
    rule = next((rate for most, rate in DROP_PATHS if parameters <= most), DROP_PATH_BEYOND)
    return _or(params.drop_path, rule if part == "normless" else 0.0)


def rate(params: TrainParams, batch: int, part: TrainedPart) -> float:
    """The learning rate: the family's at a batch of 32, times the root of the batch's ratio to it."""
    plain = "sgd" in params.optimizer or "momentum" in params.optimizer
    base = PLAIN_RATE if plain else NORMLESS_RATE if part == "normless" else ADAPTIVE_RATE
    factor = {"head": HEAD_FACTOR, "tail": 1.0 if plain else TAIL_FACTOR}.get(part, 1.0)
    return float(f"{base * (batch / BATCH) ** 0.5 * factor:.3g}")


def _or(value: N | Auto, rule: N) -> N:
    return rule if value == "auto" else value
