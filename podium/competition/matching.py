"""Which image an id means: with or without suffix and folder, zero-padded, in another case."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product

from podium.competition.id_forms import FORMS, IdForm, Key, as_is, folded, number
from podium.competition.suffixes import stem

UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"  # invisible: what joined tables leave in front of a row
ELSEWHERE = "whatever folders their ids name"


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

    def index(self, words: str, depth: int, key_of: Key) -> dict[str, list[str]]:
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
    bare = _bare(plain) if result.missing else {}
    if bare:
        again = _match(bare, pool)
        if len(again.missing) < len(result.missing):
            again.forms.append(ELSEWHERE)
            result = again
    if result.missing and pool.rows:
        whole = match_several(plain, pool)
        return whole if len(whole.missing) < len(result.missing) else result
    return result


def _match(ids: dict[str, str], pool: ImageIndex) -> Match:
    result = Match(missing=list(ids))
    for form in FORMS:
        if not result.missing:
            break
        if not (form.weak and result.found):
            _try(result, ids, pool, form)
    return result


def _try(result: Match, ids: dict[str, str], pool: ImageIndex, form: IdForm) -> None:
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
    """The id as a path: /, no leading dot or slash, letters in one Unicode form.

    A spreadsheet keeps a number's zeros by writing it as ="007" or '007.
    """
    bare = name.strip().strip(UNSEEN).strip()
    bare = bare[2:-1] if bare.startswith('="') and bare.endswith('"') else bare.removeprefix("'")
    return unicodedata.normalize("NFC", bare.replace("\\", "/")).removeprefix("./").lstrip("/")


def which(paths: list[str], role: str) -> str:
    """What to do where an id fits several images: of two folders name one, of two files in one keep one."""
    if len({path.rpartition("/")[0] for path in paths}) > 1:
        return f"name the {'test ' if role == 'test' else ''}folder in competition.{role}"
    return "they lie in one folder: write their suffix into the ids, or take all but one of such files away"


def _bare(plain: dict[str, str]) -> dict[str, str]:
    """The file names of ids that are addresses or paths of another disk; none where two would be one."""
    names = {name: re.split(r"[?#]", path)[0].rpartition("/")[2] for name, path in plain.items()}
    told = all(stem(bare) != bare for bare in names.values())
    new = any(bare != plain[name] for name, bare in names.items())
    return names if told and new and len(set(names.values())) == len(names) else {}


def _shared_folder(names: list[str]) -> str:
    """The folders that all ids lie in, with a / at the end: the organiser's own, which we may not have."""
    shared = names[0].split("/")[:-1] if names else []
    for name in names:
        parts = name.split("/")[:-1]
        same = [a == b for a, b in zip(shared, parts, strict=False)]
        shared = shared[: same.index(False) if False in same else len(same)]
    return "/".join([*shared, ""]) if shared else ""


def match_several(ids: dict[str, str], pool: ImageIndex) -> Match:
    """Ids (as given -> as paths) that name a folder of images, or that images' names begin with.

    An image belongs to the innermost folder, or the longest beginning, that is an id.
    """
    depths = {plain.count("/") for plain in ids.values()}
    tried = [
        _gathered(ids, {key(plain): name for name, plain in ids.items()}, pool, words, parts, key, depths)
        for (words, parts), key in product(SEVERAL.items(), (as_is, folded(as_is), number))
    ]
    return min(tried, key=lambda one: len(one.missing))


def _gathered(
    ids: Iterable[str],
    wanted: dict[str | None, str],
    pool: ImageIndex,
    words: str,
    parts: Callable[[str, int], list[str]],
    key: Key,
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
