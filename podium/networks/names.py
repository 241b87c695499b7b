"""The names of all networks, read from a file and not from timm, whose import takes seconds of torch's.

names.txt holds a line an architecture: its name, then the tags of its published weights; torchvision's begin
with tv:. `python -m podium.networks.names` writes it anew after an update of timm or torchvision; a test
compares it with what they have.
"""

import difflib
from functools import lru_cache
from pathlib import Path

from podium.foundation.errors import UserError
from podium.foundation.files import write_text
from podium.foundation.plugins import Plugins
from podium.networks.packages import FIXED

FILE = Path(__file__).with_name("names.txt")
LISTED = "podium/networks/names.txt"
OWN = Plugins("podium.networks.own")  # a file holds `build(classes, size)`, SIZE and MINIMUM_SIZE
TORCHVISION = "tv:"
NEAREST = 3  # names that an unknown model's sentence suggests


def refuse_unknown(model: str, where: str = "params.yaml") -> None:
    """Raises UserError with the nearest names, or the architecture's tags, where no network is called so."""
    table = known()
    name, _, tag = model.partition(".")
    if name not in table and TORCHVISION + name in table:
        name = TORCHVISION + name  # torchvision's networks that timm has not need no tv:
    if name not in table:
        raise UserError(f"{where}: model: no network is called {model!r}{_nearest(name, list(table))}.")
    if tag and tag not in table[name]:
        tags = ", ".join(f"{name}.{one}" for one in table[name]) or "no weights"
        raise UserError(f"{where}: model: {name} has no weights called {tag!r}; published are {tags}.")


@lru_cache
def known() -> dict[str, tuple[str, ...]]:
    """Every architecture's name -> the tags of its published weights."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    table = {words[0]: tuple(words[1:]) for line in lines if (words := line.split())}
    return table | dict.fromkeys((*OWN.names(), *FIXED), ())


def listing() -> str:
    """What names.txt holds, asked of timm and torchvision."""
    import timm
    import torchvision

    tags: dict[str, list[str]] = {name: [] for name in timm.list_models()}
    for name in timm.list_models(pretrained=True):
        architecture, _, tag = name.partition(".")
        tags[architecture] += [tag] if tag else []
    torchvisions = torchvision.models.list_models(module=torchvision.models)
    lines = [" ".join([name, *sorted(tags[name])]) for name in sorted(tags)]
    return "\n".join(lines + sorted(TORCHVISION + name for name in torchvisions)) + "\n"


def _nearest(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=NEAREST, cutoff=0.5)
    return f"; did you mean {' or '.join(close)}" if close else f"; {LISTED} lists all of them"


if __name__ == "__main__":
    write_text(FILE, listing())
