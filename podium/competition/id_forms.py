"""The ways in which ids name images: what of an id and what of a path must be equal."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from podium.competition.suffixes import FILMS, SOUNDS, stem

POWER = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})")
ROUNDED = "a spreadsheet has rounded such numbers: take the table as it was before"
LONGEST = 30  # zeros of an id


def number(text: str) -> str | None:
    """`007` and `7` are one key; anything but digits has none."""
    text = stem(text)
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else None


def _decimal(text: str) -> str | None:
    """`7.0` or `7,0` is 7, as spreadsheets and pandas write it; so is `7E+00`, and `1.2E+05` 120000."""
    hit = re.fullmatch(r"(\d+)(?:\.0+|,0)", text)
    if hit:
        return number(hit[1])
    hit = POWER.fullmatch(text)
    if not hit:
        return None
    zeros = int(hit[3]) - len(hit[2] or "")
    return number(hit[1] + (hit[2] or "") + "0" * zeros) if 0 <= zeros <= LONGEST else None


def is_rounded(text: str) -> bool:
    """Whether a number is written by its power of ten, `1.23457E+17`: its last digits are lost."""
    return bool(POWER.fullmatch(text))


def hint(text: str) -> str:
    """Why an id may name nothing: words that go into a sentence, or ""."""
    return f"; {ROUNDED}" if is_rounded(text) else ""


def _thousands(text: str) -> str | None:
    """`1,234` is 1234: a spreadsheet's marks between thousands."""
    hit = re.fullmatch(r"\d{1,3}(?:([,. '\u2019\u00a0\u202f])\d{3})(?:\1\d{3})*", stem(text))
    return re.sub(r"\D", "", stem(text)) if hit else None


def _worded(text: str) -> str | None:
    """The words of a name without the signs between them: `a b` is `a_b`; nothing of numbers alone."""
    words = re.sub(r"[\W_]+", "_", stem(text)).strip("_").casefold()
    return words if re.search(r"[^\W\d_]", words) else None


def _unquoted(text: str) -> str | None:
    """`a%20b.jpg` as its letters, as links write them."""
    return unquote(text) if "%" in text else None


def _bare(text: str) -> str | None:
    name = _unquoted(text)
    return None if name is None else stem(name)


def _heard(text: str) -> str | None:
    """`clip.wav` as `clip`: a sound or film of which pictures were made."""
    return next((text[: -len(suffix)] for suffix in (*SOUNDS, *FILMS) if text.lower().endswith(suffix)), None)


def _without_any(text: str) -> str | None:
    """The name without suffixes, however many: `a.jpg.png` and `A.jpg` are `a`."""
    while (bare := stem(text)) != text:
        text = bare
    return text.casefold()


def _last_number(text: str) -> str | None:
    """The last number in a file's name: img_07.jpg is 7."""
    runs = re.findall(r"[0-9]+", stem(text))
    return runs[-1].lstrip("0") or "0" if runs else None


def as_is(text: str) -> str | None:
    """The text."""
    return text


def folded(key: "Key") -> "Key":
    """The key in small letters."""

    def fold(text: str) -> str | None:
        value = key(text)
        return None if value is None else value.casefold()

    return fold


Key = Callable[[str], str | None]


@dataclass(frozen=True)
class IdForm:
    """One way in which ids name images: an id and an image fit where their keys are equal."""

    words: str
    of_id: Key
    of_path: Key  # of a path's last parts, as many as the key has
    weak: bool = False  # fits by chance: only where no other form found any, and never ambiguous


EXACT = "file names"
WITHOUT_SUFFIX = "file names without suffix"
OTHER_ZEROS = "numbers with other zeros in front"
BY_NUMBER = "the number in the file name"
DECIMAL = "whole numbers written as decimals"
THOUSANDS = "numbers with marks between thousands"
NUMBERS = {OTHER_ZEROS, BY_NUMBER, DECIMAL, THOUSANDS}
FORMS = [
    IdForm(EXACT, as_is, as_is),
    IdForm(WITHOUT_SUFFIX, as_is, stem),
    IdForm("file names with another suffix", stem, stem),
    IdForm("file names in another case", folded(as_is), folded(as_is)),
    IdForm("file names without suffix, in another case", folded(as_is), folded(stem)),
    IdForm("file names with another suffix, in another case", folded(stem), folded(stem)),
    IdForm("file names without their suffixes", _without_any, _without_any),
    IdForm(OTHER_ZEROS, number, number),
    IdForm("file names as links write them", _unquoted, as_is),
    IdForm("file names without suffix, as links write them", _bare, stem),
    IdForm(DECIMAL, _decimal, number),
    IdForm(THOUSANDS, _thousands, number),
    IdForm("sounds or films, of which pictures have the names", _heard, stem),
    IdForm("file names with other signs between words", _worded, _worded, weak=True),
    IdForm(BY_NUMBER, number, _last_number, weak=True),
]
