"""The digest of everything that a fold depends on: what a resume state is found by."""

import sys
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from torch import nn

from podium.foundation.files import digest

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
    """The digest of every module of ours that this process imported, chosen plug-ins included."""
    found = blake2b(digest_size=16)
    for name in sorted(name for name in sys.modules if name == "podium" or name.startswith("podium.")):
        file = getattr(sys.modules[name], "__file__", None)
        if file:
            found.update(name.encode() + Path(file).read_bytes())
    return found.hexdigest()
