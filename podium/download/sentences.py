"""What the download says of itself, as one harmless line: no control characters, no endless words."""

import re
from collections.abc import Mapping

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # control
ENDLESS = re.compile(r"\S{400,}")  # longer than a path of several folders
KEPT = 80  # letters of an endless word


def readable(text: str) -> str:
    """The text with control characters spelled out (`\\x1b`) and endless words cut short."""
    spelled = CONTROLS.sub(lambda hit: hit[0].encode("unicode_escape").decode(), text)
    return ENDLESS.sub(lambda hit: f"{hit[0][:KEPT]}... ({len(hit[0]):,} letters)", spelled)


def counted(times: Mapping[str, int], noun: str) -> str:
    """`'a' (1 image) and 'b' (2 images)`."""
    return " and ".join(f"{name} ({n:,} {noun}{'s' * (n != 1)})" for name, n in times.items())
