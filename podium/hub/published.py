"""Where timm and torchvision publish a network's weights, and under which licence."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from podium.contracts.network import WeightsFile
from podium.foundation.errors import UserError
from podium.hub import repository, transfer
from podium.hub.refusals import Refused, sentence
from podium.hub.transfer import Wanted

FILES = ("model.safetensors", "pytorch_model.bin")  # in the order in which they are looked for
FREE = ("apache-2.0", "mit", "bsd-3-clause", "cc-by-4.0")  # licences that ask for a mention at most


@dataclass(frozen=True)
class Published:
    """Weights that somebody published."""

    name: str  # of the network, as the user wrote it
    tag: str  # in a model card: timm:<network>.<tag> or torchvision:<weights>
    repo: str  # at the hub; empty: a plain address
    files: tuple[str, ...]
    url: str
    licence: str  # empty: unknown


def of_timm(name: str) -> Published:
    """What timm names for `name`. Raises UserError where nobody published weights of it."""
    import timm

    config: Any = timm.get_pretrained_cfg(name, allow_unregistered=True)
    if not config.has_weights:
        raise UserError(
            f"params.yaml: pretrained: nobody published weights of {name}: set pretrained to false, or to "
            "the path of a local .safetensors file."
        )
    files = (config.hf_hub_filename,) if config.hf_hub_filename else FILES
    repo = config.hf_hub_id or ""
    return Published(
        name=name,
        tag=f"timm:{config.architecture}.{config.tag}" if config.tag else f"timm:{config.architecture}",
        repo=repo,
        files=files,
        url="" if repo else str(config.url),
        licence=config.license or "",
    )


def of_torchvision(name: str) -> Published:
    """What torchvision names for `name` (without tv:)."""
    from torchvision.models import get_model_weights

    chosen: Any = get_model_weights(name).DEFAULT
    return Published(f"tv:{name}", f"torchvision:{chosen}", "", (), str(chosen.url), "")


def fetch(published: Published, pin: WeightsFile | None = None) -> tuple[Path, WeightsFile]:
    """The weights' file, intact, and what it is; with a `pin` that very file. Raises UserError.

    So it does where a newer library names other weights for the network than those that are pinned.
    """
    now = published.repo or published.url
    if pin is not None and pin.place != now:
        raise UserError(
            f"data/network.json: the weights of {published.name} are those of {pin.place}, and the library "
            f"here takes {now}: install the version that the project was made with, or remove "
            "data/network.json to take today's (scores will differ)."
        )
    if published.repo:
        path, source = repository.fetch(published.name, published.repo, published.files, pin)
    else:
        path, source = _from_url(published, pin)
    return path, source.model_copy(update={"licence": published.licence})


def ready(published: Published) -> bool:
    """Are the weights on this machine already?"""
    if published.repo:
        return repository.cached(published.repo, published.files)
    return _checkpoint(published.url).is_file()


def terms(published: Published) -> str:
    """A sentence on the licence where it is not free, else nothing."""
    if published.licence in FREE or not published.repo:
        return ""
    licence = published.licence or "unknown"
    return f"licence of {published.name}'s weights: {licence}: read whether it allows what you do with them"


def _from_url(published: Published, pin: WeightsFile | None) -> tuple[Path, WeightsFile]:
    """torch's own cache, where torchvision and timm look first. The file's name ends in its digest's head."""
    path = _checkpoint(published.url)
    digest = path.stem.rpartition("-")[2]
    promised = digest if len(digest) == 8 and set(digest) <= set("0123456789abcdef") else ""
    known = pin.sha256 if pin is not None else promised
    wanted = Wanted(published.name, published.url, known)
    try:
        found = transfer.bring(wanted, path)
    except Refused as refused:
        host = f"{urlparse(published.url).scheme}://{urlparse(published.url).netloc}"
        raise sentence(published.name, published.url, host, refused.answer) from None
    size = path.stat().st_size
    return path, WeightsFile(kind="url", place=published.url, file=path.name, sha256=found, size=size)


def _checkpoint(url: str) -> Path:
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name
