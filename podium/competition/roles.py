"""What each folder is for: train, validation, test or unlabelled, told by its name or by params."""

import difflib
import re
from dataclasses import dataclass
from os.path import commonprefix

from podium.errors import UserError

WORDS = {
    "train": "train", "training": "train", "trn": "train", "trainset": "train",
    "test": "test", "testing": "test", "tst": "test", "tests": "test", "testset": "test",
    "valid": "validation", "val": "validation", "validation": "validation", "dev": "validation",
    "unlabeled": "unlabelled", "unlabelled": "unlabelled", "unsup": "unlabelled", "unsupervised": "unlabelled",
    "extra": "unlabelled",
    "pred": "predict", "predict": "predict", "prediction": "predict", "predictions": "predict",
}  # fmt: skip


@dataclass
class Roles:
    """The folders of each role; an image is where its outermost named folder says, "" where none does."""

    of: dict[str, str]  # image path -> role
    folders: dict[str, list[str]]  # role -> the folders that gave it

    def images(self, *roles: str) -> list[str]:
        """The paths that have one of the roles."""
        return [path for path, role in self.of.items() if role in roles]


def word_role(name: str) -> str:
    """The role that a folder's or file's name tells, or ""."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name.removesuffix(".zip"))
    roles = {WORDS[word.lower()] for word in words if word.lower() in WORDS}
    if "unlabelled" in roles:
        return "unlabelled"
    return roles.pop() if len(roles) == 1 else ""


def assign(images: list[str], folders: set[str], named: dict[str, str | None]) -> Roles:
    """Gives each image its role; `named` folders (params) come before what names tell."""
    roles = Roles({}, {})
    chosen = {_folder(value, role, folders): role for role, value in named.items() if value is not None}
    start = wrapping(images)
    told: dict[str, str] = {}  # folder -> role
    for path in images:
        place, role = _named_place(path, chosen)
        if not role:
            place, role = _told_place(path, start, told, set(chosen.values()))
        roles.of[path] = role
        if role and place not in roles.folders.setdefault(role, []):
            roles.folders[role].append(place)
    return roles


def wrapping(images: list[str]) -> int:
    """How many outermost folders wrap everything and so tell nothing."""
    shared = commonprefix([path.split("/")[:-1] for path in images])
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
    raise UserError(f"competition.{role}: the download has no folder {value!r}{hint}.")


def _named_place(path: str, chosen: dict[str, str]) -> tuple[str, str]:
    parts = path.split("/")
    for depth in range(len(parts) - 1, 0, -1):  # the innermost named folder wins
        place = "/".join(parts[:depth])
        if place in chosen:
            return place, chosen[place]
    return "", ""


def _told_place(path: str, start: int, told: dict[str, str], taken: set[str]) -> tuple[str, str]:
    parts = path.split("/")
    for depth in range(start + 1, len(parts)):
        place = "/".join(parts[:depth])
        if place not in told:
            told[place] = word_role(parts[depth - 1])
        if told[place] and told[place] not in taken:
            return place, told[place]
    return "", ""
