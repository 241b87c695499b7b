"""What the GPU checks train on: drawn JPEGs in a shard, small sizes for a machine without a card."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from podium.contracts.model import Preprocessing
from podium.features.pixels import Normalise
from podium.images.shards import Reader, Writer
from podium.networks import build as networks
from podium.networks.precision import precision
from podium.training import losses
from podium.training.feed.data import Cached, Examples, InputsOf
from podium.training.feed.pictures import Pictures
from podium.training.loop import engine
from podium.training.loop.learner import LearningPlan
from podium.training.optim import optimizers, schedules

CLASSES = 4
ASLEEP, AWAKE = 1e-2, 0.5  # scales below which a branch gives nothing, and what they become
LIGHTNING = {"float32": "32-true", "bfloat16": "bf16-mixed", "float16": "16-mixed"}


@dataclass(frozen=True)
class Sizes:
    """How large the checks are."""

    images: int
    side: int  # pixels of the stored images
    size: int  # of the network's input
    batch: int
    model: str  # whose speed is measured
    repeats: tuple[str, ...]  # whose bits are compared
    workers: tuple[int, ...]
    steps: int  # that are timed, after as many that are not


BIG = Sizes(
    1024, 320, 224, 64, "resnet50", ("resnet18", "convnext_atto", "vit_tiny_patch16_224"), (1, 4, 8, 15), 32
)
TOY = Sizes(24, 48, 32, 8, "test_resnet", ("test_resnet", "test_convnext"), (1,), 3)


@dataclass(frozen=True)
class Setup:
    """A folder, a device, sizes."""

    out: Path
    device: str
    sizes: Sizes

    @property
    def gpu(self) -> bool:
        return self.device == "cuda"

    def network(self, model: str, seed: int = 0, awake: bool = True) -> networks.Network:
        """With random weights, all of which count if `awake`."""
        made = networks.build(model, False, CLASSES, self.sizes.size, seed=seed)
        if awake:
            awaken(made.module)
        return made

    def frame(self) -> pd.DataFrame:
        """The drawn images' rows: image_id, digest, shard, offset, length."""
        root = self.out / "data/images"
        rows = []
        if not (self.out / "rows.json").exists():
            random = np.random.default_rng(0)
            with Writer(root, "train") as writer:
                for number in range(self.sizes.images):
                    coarse = random.integers(0, 255, (6, 6, 3), dtype=np.uint8)
                    pixels = cv2.resize(coarse, (self.sizes.side,) * 2, interpolation=cv2.INTER_CUBIC)
                    data = cv2.imencode(".jpg", pixels)[1].tobytes()
                    place = writer.add(f"{number}.jpg", data)
                    rows.append(
                        (
                            f"train/{number}.jpg",
                            sha256(data).hexdigest(),
                            f"images/{place.shard}",
                            place.offset,
                            place.length,
                        )
                    )
            columns = ["image_id", "digest", "shard", "offset", "length"]
            pd.DataFrame(rows, columns=columns).to_json(self.out / "rows.json")
        return pd.read_json(self.out / "rows.json", dtype={"digest": str}).astype({"shard": object})

    def pictures(self, made: Preprocessing) -> Pictures:
        """The stored images, decoded each time."""
        return Pictures(self.frame(), Reader(self.out / "data"), made)

    def resident(self, made: Preprocessing) -> InputsOf:
        """The same from memory, decoded by the first check that asks."""
        file = self.out / f"pixels-{made.size}-{made.interpolation}.npy"
        if not file.exists():
            np.save(file, self.pictures(made)(np.arange(self.sizes.images), 0).numpy())
        return Cached(np.load(file), np.arange(self.sizes.images))

    def examples(self, inputs: InputsOf, count: int = 0) -> Examples:
        """So many, or each image once, with labels that mean nothing: checks look at speed and bits."""
        count = count or self.sizes.images
        targets = np.eye(CLASSES, dtype=np.float32)[np.arange(count) % CLASSES]
        return Examples(Again(inputs, self.sizes.images), targets, np.ones(count, np.float32))


@torch.no_grad()
def awaken(module: nn.Module) -> None:
    """Branches that timm begins at nothing (a block's last norm, a layer's scale) take part.

    Else most of a fresh network computes what nobody sees, and no check would notice what becomes of it.
    """
    for name, value in module.named_parameters():
        if value.ndim == 1 and not name.endswith("bias") and float(value.abs().max()) < ASLEEP:
            value.fill_(AWAKE)


class Again:
    """Inputs of more examples than there are images: from the first one again."""

    def __init__(self, inputs: InputsOf, images: int) -> None:
        self.inputs, self.images = inputs, images

    def __call__(self, positions: NDArray[np.int64], epoch: int) -> torch.Tensor:
        return self.inputs(positions % self.images, epoch)


def fit(
    setup: Setup,
    network: networks.Network,
    inputs: InputsOf,
    folder: Path,
    epochs: int = 1,
    count: int = 0,
    normalise: nn.Module | None = None,
    **changes: Any,
) -> engine.TrainedTail:
    """Trains the network in place as a fold is; `changes` name the engine's settings."""
    module, made = network.module, network.preprocessing
    learnt = setup.examples(inputs, count)
    empty = replace(learnt, targets=learnt.targets[:0], weights=learnt.weights[:0])
    steps = epochs * -(-len(learnt) // setup.sizes.batch)
    kind = LIGHTNING[precision(module, setup.device)]
    plan = LearningPlan(
        seed=3, epochs=epochs, loss=losses.load("cross_entropy", {}), lr=1e-3,
        optimizer=lambda lr: optimizers.build("adamw", module, lr, 0.01, 1.0),
        schedule=lambda optimizer: schedules.build("cosine", optimizer, steps, 1),
        normalise=normalise or Normalise(made), channels_last=True,
    )  # fmt: skip
    given: dict[str, Any] = {"batch_size": setup.sizes.batch, "precision": kind}
    given["accelerator"] = "gpu" if setup.gpu else "cpu"
    settings = engine.Settings(fold=0, **(given | changes))
    folder.mkdir(parents=True, exist_ok=True)
    return engine.fit(module, plan, settings, learnt, empty, folder)


def digest(module: nn.Module) -> str:
    """Of all weights' bits."""
    found = sha256()
    for name, value in sorted(module.state_dict().items()):
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


class Interrupts:
    """Inputs that raise Ctrl-C after so many batches."""

    def __init__(self, inputs: InputsOf, batches: int) -> None:
        self.inputs, self.left = inputs, batches

    def __call__(self, positions: Any, epoch: int) -> torch.Tensor:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return self.inputs(positions, epoch)


Check = Callable[[Setup], dict[str, Any]]
__all__ = ["BIG", "TOY", "Check", "Interrupts", "Setup", "digest", "fit"]
