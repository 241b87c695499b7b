"""Which image an id means: with or without suffix and folder, zero-padded, in another case."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from os.path import commonprefix

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".ppm", ".pgm", ".pbm", ".pnm",
    ".tif", ".tiff",
)  # fmt: skip


@dataclass
class Match:
    """What each id was found to mean."""

    found: dict[str, str] = field(default_factory=dict)  # id -> path
    missing: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)  # id -> the paths that it fits
    forms: list[str] = field(default_factory=list)  # how ids name images, in words

    @property
    def share(self) -> float:
        """Of the ids, how many were found, [0, 1]."""
        total = len(self.found) + len(self.missing) + len(self.ambiguous)
        return len(self.found) / total if total else 0.0


def stem(path: str) -> str:
    """The path without an image's suffix."""
    for suffix in SUFFIXES:
        if path.lower().endswith(suffix):
            return path[: -len(suffix)]
    return path


def match(ids: list[str], paths: list[str]) -> Match:
    """Finds the path of each id; forms that come first in FORMS are tried first.

    Only names in `paths` are ever returned: an id such as ../../etc/passwd is just not found.
    """
    unique = list(dict.fromkeys(ids))
    result = _match(unique, paths)
    if result.missing:
        start = commonprefix([_plain(name) for name in unique]).rpartition("/")[0]
        if start:
            shorter = {name: _plain(name)[len(start) + 1 :] for name in unique}
            again = _match(list(shorter.values()), paths)
            if len(again.missing) < len(result.missing):
                return _renamed(again, shorter, unique)
    return result


def _renamed(found: Match, shorter: dict[str, str], ids: list[str]) -> Match:
    return Match(
        {name: found.found[shorter[name]] for name in ids if shorter[name] in found.found},
        [name for name in ids if shorter[name] in set(found.missing)],
        {name: found.ambiguous[shorter[name]] for name in ids if shorter[name] in found.ambiguous},
        [*found.forms, "below another folder"],
    )


def _match(ids: list[str], paths: list[str]) -> Match:
    result = Match(missing=list(ids))
    for words, id_key, path_key, alone in FORMS:
        if not result.missing:
            break
        if alone and result.found:
            continue
        _try(result, paths, words, id_key, path_key, weak=alone)
    return result


def _try(result: Match, paths: list[str], words: str, id_key: "Key", path_key: "Key", weak: bool) -> None:
    """Moves the ids that this form finds from `missing` to `found` or `ambiguous`.

    weak: a form that fits by chance, so that an id which fits several images counts as missing.
    """
    keys = {name: id_key(_plain(name)) for name in result.missing}
    depths = {key.count("/") for key in keys.values() if key is not None}
    index: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split("/")
        for depth in depths:
            key = path_key("/".join(parts[-depth - 1 :])) if depth < len(parts) else None
            if key is not None:
                index.setdefault(key, []).append(path)
    still = []
    for name, key in keys.items():
        hits = index.get(key, []) if key is not None else []
        if len(hits) == 1:
            result.found[name] = hits[0]
        elif hits and not weak:
            result.ambiguous[name] = hits
        else:
            still.append(name)
    if len(still) < len(keys):
        result.forms.append(words)
    result.missing = still


def _plain(name: str) -> str:
    """The id as a path: /, no leading dot or slash, letters in one Unicode form."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).removeprefix("./").lstrip("/")


def _number(text: str) -> str | None:
    """`007` and `7` are one key; anything but digits has none."""
    text = stem(text)
    return str(int(text)) if text.isascii() and text.isdigit() else None


def _digits(text: str) -> str | None:
    """The last number in a file's name: img_07.jpg is 7."""
    runs = re.findall(r"[0-9]+", stem(text))
    return str(int(runs[-1])) if runs else None


def _as_is(text: str) -> str | None:
    return text


def _folded(key: "Key") -> "Key":
    def folded(text: str) -> str | None:
        value = key(text)
        return None if value is None else value.casefold()

    return folded


Key = Callable[[str], str | None]
# words, key of an id, key of a path's last parts, whether it holds only where no other form found any
FORMS: list[tuple[str, Key, Key, bool]] = [
    ("file names", _as_is, _as_is, False),
    ("without suffix", _as_is, stem, False),
    ("another suffix", stem, stem, False),
    ("in another case", _folded(_as_is), _folded(_as_is), False),
    ("without suffix, in another case", _folded(_as_is), _folded(stem), False),
    ("another suffix, in another case", _folded(stem), _folded(stem), False),
    ("numbers, other zeros in front", _number, _number, False),
    ("the number in the file name", _number, _digits, True),
]
