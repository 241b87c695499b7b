"""May `model: auto` fetch published networks? `make start` asks who has a GPU; only a clear yes counts."""

import re
from collections.abc import Callable

from podium.foundation.errors import UserError
from podium.networks.choice import candidate
from podium.networks.machine import Device

HUB_LINE = re.compile(r"^hub: (true|false)( *)", re.MULTILINE)
WORDS = {"yes": True, "y": True, "no": False, "n": False}


def wanted(given: str, on: Device, ask: Callable[[str], str] | None) -> bool | None:
    """True or false as the user said, None where nobody was asked: params.yaml stays as it is.

    `given`: HUB=yes or HUB=no; without it `ask` puts the question, where there is a GPU and a terminal.
    Raises UserError for another word in HUB.
    """
    if given:
        if given.lower() not in WORDS:
            raise UserError(f"HUB={given}: give HUB=yes or HUB=no.")
        return WORDS[given.lower()]
    if on.kind != "cuda" or ask is None:
        return None
    better = candidate(on.memory_gb)
    said = ask(
        f"With this GPU `model: auto` would train {better.name}, whose weights (about {better.megabytes} MB) "
        "come from the model hub. Fetch them? [y/N] "
    )
    return WORDS.get(said.strip().lower(), False)


def with_hub(text: str, answer: bool | None) -> str:
    """params.yaml's text with `hub` as answered; its comment stays in its column."""
    if answer is None:
        return text

    def line(found: re.Match[str]) -> str:
        word = "true" if answer else "false"
        return f"hub: {word}" + " " * max(1, len(found[1]) + len(found[2]) - len(word))

    changed, times = HUB_LINE.subn(line, text, count=1)
    if not times:
        raise UserError("params.yaml: hub is not there: add a line `hub: false`.")
    return changed
