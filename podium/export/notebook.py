"""export/notebook/: the script that Kaggle runs, its metadata, and the bundle as a data set."""

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from podium.export import card, offline
from podium.foundation.errors import UserError
from podium.foundation.files import digest, replacing_folder, sha256, write_json, write_text

FOLDER = card.FOLDER / "notebook"
DATASET = "dataset"
CODE = "submission.py"
KERNEL_FILE, DATASET_FILE = "kernel-metadata.json", "dataset-metadata.json"  # as Kaggle's client wants them
NOBODY = "INSERT-USERNAME"  # until make submit-notebook knows who it is
LONGEST, SHORTEST = 50, 6  # letters of a data set's and a notebook's name
LICENSE = "other"  # the images' and weights' own: nothing is given away with a private data set
MARK = "podium bundle"  # before the digest by which an interrupted sending knows its own
YES = {"yes": True, "no": False}


@dataclass(frozen=True)
class Asked:
    """What the notebook is for."""

    competition: str  # its slug
    owner: str  # user name at Kaggle
    gpu: bool

    @property
    def name(self) -> str:
        """Of the data set and of the notebook."""
        return f"podium-{self.competition}"[:LONGEST].rstrip("-")


def gpu(text: str) -> bool:
    """GPU=yes or no; yes where nothing is said, for a card that fails is told and the processor goes on."""
    if (text or "yes") not in YES:
        raise UserError(f"GPU: give yes or no, found {text!r}.")
    return YES[text or "yes"]


def write(asked: Asked, made: Path = card.FOLDER) -> Path:
    """Writes the folder from the bundle in `made`. Raises UserError where there is no bundle or no sample."""
    if not (made / card.FILE).exists():
        raise UserError(f"{made / card.FILE} is missing: run `make export`, then make notebook.")
    read = card.read(made)
    if not read.sample:
        raise UserError(
            "the download ships no sample submission, so a notebook cannot know which rows are asked for: "
            "take the download that has one."
        )
    if read.engine != "torch":
        raise UserError(
            f"{made} was exported with ENGINE={read.engine}, which Kaggle's image does not have: run "
            "`make export`, then make notebook."
        )
    with replacing_folder(made / FOLDER.name) as folder:
        skipped = shutil.ignore_patterns(FOLDER.name, f".{FOLDER.name}.*", "__pycache__")
        shutil.copytree(made, folder / DATASET, ignore=skipped)
        mark = content(folder, asked)
        write_text(folder / CODE, code(mark))
        _metadata(folder, asked, mark)
    return made / FOLDER.name


def kernel(asked: Asked) -> dict[str, Any]:
    """kernel-metadata.json: no internet, this competition, that data set."""
    return {
        "id": f"{asked.owner}/{asked.name}",
        "title": asked.name,
        "code_file": CODE,
        "language": "python",
        "kernel_type": "script",
        "is_private": "true",
        "enable_gpu": str(asked.gpu).lower(),
        "enable_internet": "false",
        "dataset_sources": [f"{asked.owner}/{asked.name}"],
        "competition_sources": [asked.competition],
        "kernel_sources": [],
        "model_sources": [],
    }


def code(mark: str) -> str:
    """The script, which names the content that it was made for."""
    return Path(offline.__file__).read_text(encoding="utf-8") + f"# {MARK} {mark}\n"


def content(folder: Path, asked: Asked) -> str:
    """A digest of all that is sent but its names: the data set's files, the script, GPU or not."""
    place = folder / DATASET
    files = {
        path.relative_to(place).as_posix(): sha256(path)
        for path in sorted(place.rglob("*"))
        if path.is_file() and path.name != DATASET_FILE and "__pycache__" not in path.parts
    }
    return digest([files, sha256(Path(offline.__file__)), asked.competition, asked.gpu])


def owned(folder: Path, owner: str) -> tuple[Asked, str]:
    """(what it is for, the digest of its content), the user's name written into its metadata.

    Raises UserError where it is no such folder, was edited, or its internet is on.
    """
    asked = replace(asked_of(folder), owner=owner)
    mark = content(folder, asked)
    if (folder / CODE).read_text(encoding="utf-8") != code(mark):
        raise UserError(f"{folder} is not as make notebook wrote it: run `make notebook` again.")
    if str(json.loads((folder / KERNEL_FILE).read_text(encoding="utf-8"))["enable_internet"]) != "false":
        raise UserError(
            f"{folder / KERNEL_FILE} turns the internet on, which a code competition forbids: set "
            "enable_internet to false, or run `make notebook` again."
        )
    _metadata(folder, asked, mark)
    return asked, mark


def _metadata(folder: Path, asked: Asked, mark: str) -> None:
    write_json(folder / KERNEL_FILE, kernel(asked))
    write_json(folder / DATASET / DATASET_FILE, dataset(asked, mark))


def dataset(asked: Asked, mark: str) -> dict[str, Any]:
    """dataset-metadata.json."""
    name = {"id": f"{asked.owner}/{asked.name}", "title": asked.name.ljust(SHORTEST, "-")}
    return name | {"licenses": [{"name": LICENSE}], "description": f"{MARK} {mark}"}


def asked_of(folder: Path) -> Asked:
    """What the folder's metadata say. Raises UserError where it is not there or no such thing."""
    path = folder / KERNEL_FILE
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        owner, slug = said["id"].split("/")[0], said["competition_sources"][0]
        return Asked(slug, owner, said["enable_gpu"] == "true")
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        raise UserError(f"{path} is missing or broken: run `make notebook`.") from None


def known_slug(text: str) -> str:
    """A competition's slug for the metadata, from a name that may be a zip's. Raises UserError for none."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not slug:
        raise UserError("nothing says which competition this is: give make notebook COMPETITION=slug.")
    return slug
