"""What each folder is for: train, validation, test or unlabelled, told by its name or by params."""

import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from podium.competition.matching import ImageIndex
from podium.competition.suffixes import stem
from podium.foundation.errors import UserError

WORDS = {
    "train": "train", "training": "train", "trn": "train", "trainset": "train",
    "test": "test", "testing": "test", "tst": "test", "tests": "test", "testset": "test",
    "valid": "validation", "val": "validation", "validation": "validation", "dev": "validation",
    "unlabeled": "unlabelled", "unlabelled": "unlabelled", "unsup": "unlabelled",
    "unsupervised": "unlabelled", "extra": "unlabelled",
    "pred": "predict", "predict": "predict", "prediction": "predict", "predictions": "predict",
}  # fmt: skip
NO_CLASSES = {"unlabeled", "unlabelled", "unsup", "unsupervised"}  # below train/, too
AUGMENTED = {"aug", "augmented", "augmentation", "augmentations"}
COPIES = 20  # folders of one role: more of them are no copies of each other
HEAVIER = ("tif", "tiff", "jp2", "psd", "bmp")  # formats of which a competition often has a JPEG or PNG, too
SHOWN = 3  # folders in a sentence
IGNORED = "ignored"  # folders that tell a role which params give to another one


@dataclass
class Roles:
    """The role of each image: where its outermost telling folder says; "" where none does."""

    of: dict[str, str]  # image path -> role
    folders: dict[str, list[str]] = field(default_factory=dict)  # role -> the folders that gave it
    rows: str = ""  # the column whose ids mean several images each; "" where an id means one
    _pools: dict[tuple[str, ...], ImageIndex] = field(default_factory=dict)

    def images(self, *roles: str) -> list[str]:
        """The paths that have one of the roles."""
        return self.pool(*roles).paths

    def pool(self, *roles: str) -> ImageIndex:
        """Those images, ready to be matched with ids."""
        if roles not in self._pools:
            paths = (path for path, role in self.of.items() if role in roles)
            self._pools[roles] = ImageIndex(paths, self.rows)
        return self._pools[roles]

    def set_rows(self, column: str) -> None:
        """Lets an id mean several images: a cell of that column names a row of the submission."""
        self.rows = column
        self._pools.clear()

    def change(self, paths: list[str], role: str) -> None:
        """Gives images another role."""
        self.of.update(dict.fromkeys(paths, role))
        self._pools.clear()

    def leave_out(self, paths: list[str]) -> None:
        """Forgets images, and the folders that hold no others."""
        for path in paths:
            del self.of[path]
        self._pools.clear()
        for role, places in self.folders.items():
            kept = [place for place in places if any(path.startswith(f"{place}/") for path in self.of)]
            self.folders[role] = kept


@cache
def word_role(name: str) -> str:
    """The role that a folder's or file's name tells, or ""; two that contradict tell none."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name.removesuffix(".zip"))
    roles = {WORDS[word.lower()] for word in words if word.lower() in WORDS}
    if "unlabelled" in roles:
        return "unlabelled"
    return roles.pop() if len(roles) == 1 else ""


def file_role(path: str) -> str:
    """The role that a table's file name tells, or ""."""
    return word_role(path.rpartition("/")[2].rpartition(".")[0])


def assign(images: list[str], folders: set[str], named: dict[str, str | None]) -> Roles:
    """Gives each image its role; folders that params name come before what names tell."""
    roles = Roles({})
    chosen = {_folder(value, role, folders): role for role, value in named.items() if value is not None}
    start = wrapping(images)
    for path in images:
        place, role = _named_place(path, chosen)
        if not role:
            place, role = _told_place(path, start)
            role = IGNORED if role in chosen.values() else role
        roles.of[path] = role
        if role and place not in roles.folders.setdefault(role, []):
            roles.folders[role].append(place)
    return roles


def doubles(roles: Roles) -> list[tuple[str, list[str]]]:
    """(sentence, images) of folders beside train or test: with its masks, or the same images once more."""
    found = []
    for places in roles.folders.values():
        plain = [place for place in places if _word(place) in WORDS]
        if not plain or len(places) > COPIES:
            continue
        names = Counter(_names(roles, plain))
        for place in [place for place in places if place not in plain]:
            images = [path for path in roles.of if path.startswith(f"{place}/")]
            words = set(re.split(r"[^a-z]+", _word(place)))
            if {"mask", "masks"} & words:
                found.append((f"{len(images):,} masks in {place}", images))
            elif AUGMENTED & words:
                found.append(
                    (f"{len(images):,} changed copies in {place}: they would cross the folds", images)
                )
            elif Counter(_names(roles, [place])) == names:
                found.append((f"{place}: the same {len(images):,} names as in {plain[0]}", images))
    return found + _in_another_format(roles)


def _in_another_format(roles: Roles) -> list[tuple[str, list[str]]]:
    """Images of a role that all bear names of images of it in a more usual format: the same again."""
    found = []
    for role, places in roles.folders.items():
        of: dict[str, list[str]] = {"": []}
        for path in roles.images(role):
            suffix = path.rpartition(".")[2].lower()
            of.setdefault(suffix if suffix in HEAVIER else "", []).append(path)
        usual = Counter(stem(path.rpartition("/")[2]) for path in of.pop(""))
        for suffix, images in of.items():
            names = Counter(stem(path.rpartition("/")[2]) for path in images)
            if usual and max(names.values()) == 1 and names <= usual:
                text = f"{len(images):,} .{suffix} files of {', '.join(places[:SHOWN])}"
                found.append((f"{text}: the same names as of images in a more usual format", images))
    return found


def _word(place: str) -> str:
    return place.rpartition("/")[2].lower().removesuffix(".zip")


def _names(roles: Roles, places: list[str]) -> list[str]:
    starts = tuple(f"{place}/" for place in places)
    return [stem(path.rpartition("/")[2]) for path in roles.of if path.startswith(starts)]


def wrapping(images: list[str]) -> int:
    """How many outermost folders wrap everything and so tell nothing."""
    shared = images[0].split("/")[:-1] if images else []
    for path in images:
        while shared and not path.startswith("/".join(shared) + "/"):
            shared.pop()
    deeper = {part for path in images for part in path.split("/")[len(shared) : -1]}
    if any(word_role(part) for part in deeper):
        return len(shared)
    told = [depth for depth, part in enumerate(shared) if word_role(part)]
    return told[0] if told else len(shared)


def _folder(value: str, role: str, folders: set[str]) -> str:
    place = value.strip("/")
    if place in folders:
        return place
    close = difflib.get_close_matches(place, sorted(folders), n=1, cutoff=0.4)
    hint = f"; did you mean {close[0]}" if close else ""
    raise UserError(f"competition.{role}: the download has no folder or table {value!r}{hint}.")


def _named_place(path: str, chosen: dict[str, str]) -> tuple[str, str]:
    parts = path.split("/") if chosen else []
    for depth in range(len(parts) - 1, 0, -1):  # the innermost named folder wins
        place = "/".join(parts[:depth])
        if place in chosen:
            return place, chosen[place]
    return "", ""


def _told_place(path: str, start: int) -> tuple[str, str]:
    parts = path.split("/")
    for depth in range(start, len(parts) - 1):
        role = word_role(parts[depth])
        if role:
            below = [i for i, part in enumerate(parts[:-1]) if i > depth and part.lower() in NO_CLASSES]
            if role == "train" and below:
                return "/".join(parts[: below[0] + 1]), "unlabelled"
            return "/".join(parts[: depth + 1]), role
    return "", ""
