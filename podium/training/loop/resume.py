"""The state after an epoch, on disk in the scratch store: what an interrupted fold goes on from.

A state is one file, written beside its place and renamed into it, read without unpickling code. Its key is
the digest of everything that the fold depends on, so that a state of other settings, data or code is
never found. No generator is saved: all randomness is a function of (seed, fold, epoch, step or image).
"""

import pickle
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from podium.foundation import scratch
from podium.foundation.errors import UserError
from podium.foundation.files import replacing

FILE = "state.pt"

Tensors = dict[str, Tensor]


@dataclass
class State:
    """Where training stands after `epochs` epochs."""

    epochs: int
    tail: Tensors
    optimizer: dict[str, Any]
    scheduler: dict[str, Any]
    history: list[dict[str, float]]
    average: Tensors = field(default_factory=dict)  # the EMA weights, where they are used
    best: Tensors = field(default_factory=dict)  # the weights of the best epoch, where it is kept
    scaler: dict[str, Any] = field(default_factory=dict)  # of float16's losses
    stop: bool = False  # early stopping has ended training


def save(state: State, folder: Path) -> None:
    """Replaces the folder's state; a full disk leaves the one before. Raises UserError then."""
    try:
        with replacing(folder / FILE) as draft:
            torch.save(vars(state), draft)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError
        if isinstance(error, RuntimeError) and "write" not in str(error):
            raise
        raise UserError(
            f"{folder} takes no more data ({error}): free some space or move PODIUM_CACHE, then run again: "
            f"training goes on from the last saved epoch."
        ) from None


def read(folder: Path) -> State | None:
    """The folder's state, or None where there is none or it cannot be read."""
    try:
        values = torch.load(folder / FILE, map_location="cpu", weights_only=True)
    except (FileNotFoundError, EOFError, RuntimeError, pickle.UnpicklingError):
        return None
    return State(**values)


def folder(key: str) -> Path:
    """Where the states of a fold with this key lie."""
    return scratch.state("resume", key)


def clean(key: str) -> None:
    """Removes the fold's states: its result is recorded."""
    shutil.rmtree(folder(key), ignore_errors=True)
