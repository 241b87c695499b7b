"""The same bits on a GPU: algorithms that repeat themselves, and the name of one that cannot."""

import os
from collections.abc import Callable
from typing import TypeVar

import torch
from torch.utils import deterministic

T = TypeVar("T")

INEXACT = "does not have a deterministic implementation"  # in what torch raises
CUBLAS = ":4096:8"  # workspaces with which cuBLAS repeats itself, as NVIDIA names them


def be_exact(device: str) -> None:
    """Asks for exact algorithms alone; call it before anything runs. A CPU repeats itself anyway.

    Asked to warn only, torch leaves the backward pass of flash and memory-efficient attention inexact. What
    was loosened in this process stays so.
    """
    if device != "cuda" or torch.are_deterministic_algorithms_enabled():
        return
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", CUBLAS)
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True)
    # or every new tensor is written twice
    deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def loosened(error: RuntimeError) -> str | None:
    """Lets inexact algorithms pass where the error is about one: a sentence that names it; else None."""
    strict = torch.are_deterministic_algorithms_enabled()
    if INEXACT not in str(error) or not strict or torch.is_deterministic_algorithms_warn_only_enabled():
        return None
    torch.use_deterministic_algorithms(True, warn_only=True)
    name = str(error).partition(" ")[0]
    return f"{name} has no exact algorithm on this device: another run will give slightly different numbers"


def tolerant(work: Callable[[], T], tell: Callable[[str], None]) -> T:
    """What `work` gives; once more with inexact algorithms, which `tell` hears of, where it needs one."""
    try:
        return work()
    except RuntimeError as error:
        sentence = loosened(error)
        if sentence is None:
            raise
    tell(sentence)
    return work()
