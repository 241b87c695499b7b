"""The digest of everything that a fold depends on: what a resume state is found by."""

import sys
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
from torch import nn

from podium.foundation.files import digest

STARTS = ("podium.training.fold", "podium.training.prepared")
PLUGINS = (
    "podium.training.losses.",
    "podium.augmentations.",
    "podium.networks.own.",
    "podium.training.feed.",
)
LIBRARIES = ("torch", "timm", "lightning", "numpy", "opencv-python-headless", "safetensors")


def key(parameters: dict[str, Any], network: nn.Module, frames: list[pd.DataFrame], arrays: list[Any]) -> str:
    """A digest of resolved parameters, initial weights, images, targets and weights, versions and code."""
    parts: dict[str, Any] = {
        "parameters": parameters,
        "network": weights_digest(network),
        "images": ["\n".join(frame["image_id"] + " " + frame["digest"]) for frame in frames],
        "arrays": [blake2b(array.tobytes(), digest_size=16).hexdigest() for array in arrays],
        "versions": {name: version(name) for name in LIBRARIES},
        "code": code_digest(),
    }
    return digest(parts)[:32]


def weights_digest(network: nn.Module) -> str:
    """The digest of all parameters and buffers, in order."""
    found = blake2b(digest_size=16)
    for name, value in network.state_dict().items():
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


def code_digest() -> str:
    """The digest of every module of ours that training reaches, chosen plug-ins included.

    Not of all that this process imported: a trial imports more than the stage that takes its fold over.
    """
    found = blake2b(digest_size=16)
    for name in sorted(_reached()):
        file = getattr(sys.modules[name], "__file__", None)
        if file:
            found.update(name.encode() + Path(file).read_bytes())
    return found.hexdigest()


def _reached() -> set[str]:
    """Names of loaded modules: plug-ins, and what training's own modules hold, on and on."""
    plugins = {name for name in sys.modules if name.startswith(PLUGINS)}
    reached: set[str] = set()
    waiting = [*plugins, *(name for name in STARTS if name in sys.modules)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [needed for needed in _held(sys.modules[name]) if needed in sys.modules]
    return reached


def _held(module: ModuleType) -> set[str]:
    """Our modules that a module's names stand for, or come from."""
    values = list(vars(module).values())
    names = {
        value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "")
        for value in values
    }
    return {name for name in names if isinstance(name, str) and name.startswith("podium.")}
