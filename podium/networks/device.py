"""Which device does the work, and why a card that is there cannot."""

import os
from functools import lru_cache
from pathlib import Path

import torch


def best_device() -> str:
    """cuda, mps or cpu: the first that is there and can be used; a card that cannot be is named, once."""
    why = unusable()
    if why is not None:
        _say(f"warning: {why}; until then the processor does the work")
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def unusable() -> str | None:
    """Why a card that is there cannot be used, and the way out; None where none is, or all is well."""
    if torch.cuda.is_available():
        made, (major, minor) = torch.cuda.get_arch_list(), torch.cuda.get_device_capability()
        if not made or any(_runs(kernels, major, minor) for kernels in made):
            return None
        name = torch.cuda.get_device_name()
        return (
            f"{name} is sm_{major}{minor}, and torch {torch.__version__} has kernels for "
            f"{', '.join(made)} alone: "
            "install a torch build with its kernels (CUDA 11.8 and 12.6 builds have the older ones)"
        )
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    if hidden or not any(Path("/dev").glob("nvidia[0-9]*")):
        return None
    if torch.version.cuda is None:
        return (
            f"an NVIDIA card is there, and torch {torch.__version__} is built without CUDA: install torch "
            "from https://download.pytorch.org/whl/ with the CUDA version that nvidia-smi shows"
        )
    return (
        f"an NVIDIA card is there, and its driver does not serve torch {torch.__version__}, built for CUDA "
        f"{torch.version.cuda}: update the driver, or install a torch build for the CUDA version that "
        "nvidia-smi shows"
    )


def take_own(device: str) -> None:
    """Of a machine's processes that train one fold each takes its own card, before training begins too."""
    if device == "cuda":
        rank = os.environ.get("LOCAL_RANK") or os.environ.get("SLURM_LOCALID") or "0"
        torch.cuda.set_device(int(rank) % torch.cuda.device_count())


def _runs(kernels: str, major: int, minor: int) -> bool:
    """Do kernels named sm_XY (of one generation) or compute_XY (compiled on the spot) run on that card?

    AMD's have other names (gfx90a), and torch itself refuses a card that is none of them.
    """
    kind, _, number = kernels.partition("_")
    if kind not in ("sm", "compute"):
        return True
    digits = number.rstrip("af")  # sm_90a is for that card alone, sm_100f for those of its generation
    made = int(digits[:-1]), int(digits[-1])
    if kind == "compute":
        return made <= (major, minor)
    return made == (major, minor) if number.endswith("a") else made[0] == major and made[1] <= minor


@lru_cache
def _say(sentence: str) -> None:
    """Prints a sentence once in a process."""
    print(sentence, flush=True)
