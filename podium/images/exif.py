"""What a camera wrote beside the pixels: how to turn them, which camera it was, and the day."""

import re
from dataclasses import dataclass
from typing import Any

ORIENTATION = 0x0112  # EXIF's tags; 1 is upright
MAKE, MODEL, CHANGED = 0x010F, 0x0110, 0x0132
DETAILS = 0x8769  # the directory that holds these:
TAKEN, DIGITISED, SERIAL = 0x9003, 0x9004, 0xA431
DAY = re.compile(r"((?:19|20)\d\d)[:\-/.](0[1-9]|1[0-2])[:\-/.](0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True)
class Origin:
    """Where an image comes from; empty where it does not say."""

    camera: str = ""  # maker, model and serial number
    day: str = ""  # 20190731: taken, else digitised, else changed


def orientation(header: Any) -> int:
    """EXIF's orientation, 1 to 8, of an image that Pillow opened; 1 where it has none."""
    try:
        turn = int(header.getexif().get(ORIENTATION, 1))
    except Exception:  # a broken EXIF block says nothing
        return 1
    return turn if 1 <= turn <= 8 else 1


def origin(header: Any) -> Origin:
    """The camera and the day of an image that Pillow opened."""
    try:
        tags = header.getexif()
        more = tags.get_ifd(DETAILS)
        names = [_text(tags.get(MAKE)), _text(tags.get(MODEL)), _text(more.get(SERIAL))]
        days = (DAY.match(_text(v)) for v in (more.get(TAKEN), more.get(DIGITISED), tags.get(CHANGED)))
        return Origin(" ".join(filter(None, names)), next(("".join(day.groups()) for day in days if day), ""))
    except Exception:  # a broken EXIF block says nothing
        return Origin()


def _text(value: Any) -> str:
    """A tag's text in one line of letters that can be printed."""
    text = value.decode("latin-1") if isinstance(value, bytes) else "" if value is None else str(value)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:60]
