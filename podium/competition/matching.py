"""Which image an id means: with or without suffix and folder, zero-padded, in another case."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import unquote

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".webp", ".ppm", ".pgm", ".pbm", ".pnm",
    ".tif", ".tiff", ".avif", ".heic", ".heif", ".jp2", ".j2k", ".jxl", ".psd",
)  # fmt: skip
SOUNDS = (".wav", ".mp3", ".ogg", ".flac", ".aif", ".aiff", ".m4a")  # and films are not read: their ids may
FILMS = (".mp4", ".avi", ".mov")  # mean the pictures made of them
MEASURED = (".dcm", ".dicom", ".npy")  # pictures where no usual ones are: beside them they are the same again


@dataclass
class Match:
    """What each id was found to mean. Ids are as given, each once."""

    found: dict[str, str] = field(default_factory=dict)  # id -> path
    missing: list[str] = field(default_factory=list)
    ambiguous: dict[str, list[str]] = field(default_factory=dict)  # id -> the paths that it fits
    forms: list[str] = field(default_factory=list)  # how ids name images, in words
    several: dict[str, list[str]] = field(default_factory=dict)  # id -> its images, where they are several

    def paths(self, name: str) -> list[str]:
        """The images of an id, ascending; none where it was not found."""
        return self.several.get(name) or ([self.found[name]] if name in self.found else [])

    def ids(self) -> dict[str, str]:
        """Every image that was found -> its id."""
        return {path: name for name in self.found for path in self.paths(name)}

    @property
    def share(self) -> float:
        """Of the ids, how many were found, [0, 1]."""
        total = len(self.found) + len(self.missing) + len(self.ambiguous)
        return len(self.found) / total if total else 0.0


class ImageIndex:
    """Images that an id may mean, indexed once by every form that ids have.

    rows: the column whose ids may mean several images; "" where an id means one.
    """

    def __init__(self, paths: Iterable[str], rows: str = "") -> None:
        self.paths = list(paths)
        self.rows = rows
        self._indices: dict[tuple[str, int], dict[str, list[str]]] = {}

    def index(self, words: str, depth: int, key_of: "Key") -> dict[str, list[str]]:
        """Key of the last depth + 1 parts of each path -> the paths that have it."""
        if (words, depth) not in self._indices:
            index: dict[str, list[str]] = {}
            for path in self.paths:
                parts = path.split("/")
                key = key_of("/".join(parts[-depth - 1 :])) if depth < len(parts) else None
                if key is not None:
                    index.setdefault(key, []).append(path)
            self._indices[words, depth] = index
        return self._indices[words, depth]


def match(ids: Iterable[str], pool: ImageIndex) -> Match:
    """Finds the path of each id; forms that come first in FORMS are tried first.

    Only paths of the pool are ever returned: an id such as ../../etc/passwd is just not found.
    """
    plain = {name: _plain(name) for name in ids}
    result = _match(plain, pool)
    shared = _shared_folder(list(plain.values()))
    if result.missing and shared:
        shorter = {name: path[len(shared) :] for name, path in plain.items()}
        again = _match(shorter, pool)
        if len(again.missing) < len(result.missing):
            again.forms.append(f"below {shared}")
            result = again
    if result.missing and pool.rows:
        whole = match_several(plain, pool)
        return whole if len(whole.missing) < len(result.missing) else result
    return result


def pictures(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """(names with a picture's suffix, those of measured pictures that more usual ones lie beside)."""
    usual: list[str] = []
    measured: list[str] = []
    for name in names:
        lower = name.lower()
        if lower.endswith((*SUFFIXES, *MEASURED)):
            (usual if lower.endswith(SUFFIXES) else measured).append(name)
    return (usual, measured) if len(measured) <= len(usual) else (usual + measured, [])


def stem(path: str) -> str:
    """The path without an image's suffix."""
    for suffix in (*SUFFIXES, *MEASURED):
        if path.lower().endswith(suffix):
            return path[: -len(suffix)]
    return path


def _match(ids: dict[str, str], pool: ImageIndex) -> Match:
    result = Match(missing=list(ids))
    for form in FORMS:
        if not result.missing:
            break
        if not (form.weak and result.found):
            _try(result, ids, pool, form)
    return result


def _try(result: Match, ids: dict[str, str], pool: ImageIndex, form: "Form") -> None:
    """Moves the ids that this form finds from `missing` to `found` or `ambiguous`."""
    still = []
    for name in result.missing:
        key = form.of_id(ids[name])
        hits = [] if key is None else pool.index(form.words, key.count("/"), form.of_path).get(key, [])
        if len(hits) == 1:
            result.found[name] = hits[0]
        elif hits and not form.weak:
            result.ambiguous[name] = hits
        else:
            still.append(name)
    if len(still) < len(result.missing):
        result.forms.append(form.words)
    result.missing = still


def _plain(name: str) -> str:
    """The id as a path: /, no leading dot or slash, letters in one Unicode form."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).removeprefix("./").lstrip("/")


def _shared_folder(names: list[str]) -> str:
    """The folders that all ids lie in, with a / at the end: the organiser's own, which we may not have."""
    shared = names[0].split("/")[:-1] if names else []
    for name in names:
        parts = name.split("/")[:-1]
        same = [a == b for a, b in zip(shared, parts, strict=False)]
        shared = shared[: same.index(False) if False in same else len(same)]
    return "/".join([*shared, ""]) if shared else ""


def _number(text: str) -> str | None:
    """`007` and `7` are one key; anything but digits has none."""
    text = stem(text)
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else None


def _decimal(text: str) -> str | None:
    """`7.0` is 7, as a spreadsheet or pandas writes a whole number."""
    hit = re.fullmatch(r"(\d+)\.0+", text)
    return _number(hit[1]) if hit else None


def _unquoted(text: str) -> str | None:
    """`a%20b.jpg` as its letters, as links write them."""
    return unquote(text) if "%" in text else None


def _bare(text: str) -> str | None:
    name = _unquoted(text)
    return None if name is None else stem(name)


def _heard(text: str) -> str | None:
    """`clip.wav` as `clip`: a sound or film of which pictures were made."""
    return next((text[: -len(suffix)] for suffix in (*SOUNDS, *FILMS) if text.lower().endswith(suffix)), None)


def _last_number(text: str) -> str | None:
    """The last number in a file's name: img_07.jpg is 7."""
    runs = re.findall(r"[0-9]+", stem(text))
    return runs[-1].lstrip("0") or "0" if runs else None


def _as_is(text: str) -> str | None:
    return text


def _folded(key: "Key") -> "Key":
    def folded(text: str) -> str | None:
        value = key(text)
        return None if value is None else value.casefold()

    return folded


Key = Callable[[str], str | None]


@dataclass(frozen=True)
class Form:
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
NUMBERS = {OTHER_ZEROS, BY_NUMBER, DECIMAL}
FORMS = [
    Form(EXACT, _as_is, _as_is),
    Form(WITHOUT_SUFFIX, _as_is, stem),
    Form("file names with another suffix", stem, stem),
    Form("file names in another case", _folded(_as_is), _folded(_as_is)),
    Form("file names without suffix, in another case", _folded(_as_is), _folded(stem)),
    Form("file names with another suffix, in another case", _folded(stem), _folded(stem)),
    Form(OTHER_ZEROS, _number, _number),
    Form("file names as links write them", _unquoted, _as_is),
    Form("file names without suffix, as links write them", _bare, stem),
    Form(DECIMAL, _decimal, _number),
    Form("sounds or films, of which pictures have the names", _heard, stem),
    Form(BY_NUMBER, _number, _last_number, weak=True),
]


def match_several(ids: dict[str, str], pool: ImageIndex) -> Match:
    """Ids (as given -> as paths) that name a folder of images, or that images' names begin with.

    An image belongs to the innermost folder, or the longest beginning, that is an id.
    """
    depths = {plain.count("/") for plain in ids.values()}
    tried = [
        _gathered(ids, {key(plain): name for name, plain in ids.items()}, pool, words, parts, key, depths)
        for (words, parts), key in product(SEVERAL.items(), (_as_is, _folded(_as_is), _number))
    ]
    return min(tried, key=lambda one: len(one.missing))


def _gathered(
    ids: Iterable[str],
    wanted: dict[str | None, str],
    pool: ImageIndex,
    words: str,
    parts: Callable[[str, int], list[str]],
    key: "Key",
    depths: set[int],
) -> Match:
    """wanted: the key of each id -> the id; parts: what of a path may be an id, the narrowest first."""
    images: dict[str, list[str]] = {}
    for path in sorted(pool.paths):
        keys = (key(part) for depth in depths for part in parts(path, depth))
        name = next((wanted[one] for one in keys if one is not None and one in wanted), None)
        if name is not None:
            images.setdefault(name, []).append(path)
    missing = [name for name in ids if name not in images]
    found = {name: paths[0] for name, paths in images.items()}
    return Match(found, missing, {}, [words], {name: paths for name, paths in images.items() if paths[1:]})


def _folders(path: str, depth: int) -> list[str]:
    """The folders of a path, the innermost first, each with so many above it."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[i - depth : i + 1]) for i in range(len(parts) - 1, depth - 1, -1)]


def _beginnings(path: str, depth: int) -> list[str]:
    """What a file's name begins with, the longest first, below so many of its folders."""
    *folders, name = stem(path).split("/")
    above = "".join(f"{folder}/" for folder in folders[len(folders) - depth :])
    ends = [hit.start() for hit in re.finditer(r"[_\-. ]", name)]
    return (
        [above + name] + [above + name[:end] for end in reversed(ends) if end]
        if depth <= len(folders)
        else []
    )


FOLDERS, BEGINNINGS = "folders of images", "what file names begin with"
SEVERAL = {FOLDERS: _folders, BEGINNINGS: _beginnings}
