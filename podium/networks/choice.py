"""Which network a project trains, decided once: by device for `model: auto`, with its published file pinned.

What is decided stands in data/network.json and is kept: a hub that is lost between two folds, or a year
between two runs, changes neither the network nor its weights without a sentence.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.contracts.network import PATH, NetworkChoice, WeightsFile
from podium.networks import names, registry
from podium.networks.machine import Device
from podium.networks.packages import packaged
from podium.networks.params import NetworkParams

if TYPE_CHECKING:
    from podium.hub.published import Published

SMALL_IMAGES = (
    64  # pixels of the median short side; below it, a larger network than the packaged has little to see
)
ANEW = f"remove {PATH} to decide anew"


@dataclass(frozen=True)
class Offer:
    """A published network for GPUs with at least so much memory."""

    memory_gb: float
    name: str
    megabytes: int  # of its weights


# lite2, which needs no hub, takes nearly convnext_tiny's time for less: 77.5 against 84.2 top-1 on ImageNet.
TABLE = (
    Offer(40, "convnext_base.fb_in22k_ft_in1k", 354),
    Offer(20, "convnext_small.in12k_ft_in1k", 201),
    Offer(12, "convnext_tiny.in12k_ft_in1k", 114),
    Offer(0, "convnext_nano.in12k_ft_in1k", 62),
)
# Three that err on different images: a convolutional network, one of windows, one of patches at 448 pixels.
STRONG = (
    TABLE[0],
    Offer(40, "swin_base_patch4_window7_224.ms_in22k_ft_in1k", 351),
    Offer(40, "eva02_base_patch14_448.mim_in22k_ft_in22k_in1k", 348),
)


def spelled_out(models: list[str]) -> list[str]:
    """The networks that `make vote MODELS=` names: `strong` stands for three of them."""
    strong = [one.name for one in STRONG]
    return list(dict.fromkeys(one for name in models for one in (strong if name == "strong" else [name])))


def stronger(on: Device) -> list[str]:
    """For `effort: high` on a GPU: what three networks together would be, and the command."""
    if on.kind != "cuda":
        return []
    least = max(one.memory_gb for one in STRONG)
    narrow = "" if on.memory_gb >= least else f"; below {least:.0f} GB with small batches, and slowly"
    who, size = " and ".join(one.name for one in STRONG), sum(one.megabytes for one in STRONG)
    return [
        f"effort: high: three strong networks vote by `make vote MODELS=strong`: {who}, about {size} MB to "
        f"fetch once{narrow}"
    ]


def decide(
    params: NetworkParams, hub: bool, short_side: float, on: Device, earlier: NetworkChoice | None
) -> tuple[NetworkChoice, list[str]]:
    """The choice, and sentences on what it means. `short_side`: pixels, the images' median.

    An `earlier` choice for the same params stands, and with it the file of its weights, unless `hub` may now
    fetch what it could not. Raises UserError where weights that are needed cannot be had.
    """
    same = earlier is not None and (earlier.asked, earlier.pretrained) == (params.model, params.pretrained)
    if earlier is not None and same and (params.model != "auto" or earlier.source or not hub):
        return _kept(earlier)
    if params.model != "auto":
        return _named(params, params.model, "named in params.yaml")
    return _automatic(params, hub, short_side, on)


def candidate(memory_gb: float) -> Offer:
    """The published network for a GPU of this memory, 10^9 bytes."""
    return next(one for one in TABLE if memory_gb >= one.memory_gb)


def _kept(earlier: NetworkChoice) -> tuple[NetworkChoice, list[str]]:
    if earlier.source is not None:
        _fetch(earlier.model, earlier.source)  # still there, or fetched again: the very same bytes
    if earlier.asked != "auto":
        return earlier, []
    return earlier, [f"model: auto stays {earlier.model} ({earlier.why}); {ANEW}"]


def _automatic(
    params: NetworkParams, hub: bool, short_side: float, on: Device
) -> tuple[NetworkChoice, list[str]]:
    small = registry.chosen("auto", on.kind)
    if on.kind != "cuda" or params.pretrained is False:
        return _named(params, small, f"the one for {on.kind}")
    if short_side < SMALL_IMAGES:
        return _named(params, small, f"the one for images of {short_side:.0f} pixels on a GPU")
    better = candidate(on.memory_gb)
    why = f"the one for a GPU with {on.memory_gb:.0f} GB"
    if hub or _ready(better.name):
        return _named(params, better.name, why)
    choice, said = _named(params, small, f"{why} without the hub")
    return choice, [
        *said,
        f"hub: with hub: true this GPU would train {better.name}, about {better.megabytes} MB to fetch once",
    ]


def _named(params: NetworkParams, name: str, why: str) -> tuple[NetworkChoice, list[str]]:
    said = [f"model: auto became {name}, {why}"] if params.model == "auto" else []
    source = None
    if params.pretrained is True and _published(name):
        from podium.hub import published

        before = [*said, published.terms(_where(name))]
        print(
            "".join(f"{line}\n" for line in before if line), end="", flush=True
        )  # before minutes of fetching
        said = []
        source = _fetch(name, None)
    choice = NetworkChoice(
        asked=params.model, model=name, pretrained=params.pretrained, source=source, why=why
    )
    return choice, said


def _published(name: str) -> bool:
    """Do its pretrained weights lie at a hub or server, and in no package?"""
    return name not in names.OWN.names() and not packaged(name)


def _where(name: str) -> "Published":
    from podium.hub import published

    entry = registry.find(name)
    of = {"timm": published.of_timm, "torchvision": published.of_torchvision}[entry.library]
    return of(entry.name)


def _ready(name: str) -> bool:
    from podium.hub import published

    return published.ready(_where(name))


def _fetch(name: str, pin: WeightsFile | None) -> WeightsFile:
    from podium.hub import published

    return published.fetch(_where(name), pin)[1]
