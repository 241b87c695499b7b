"""A labelled folder of the user's: each image lies below a folder that has its class's name."""

import os
from dataclasses import dataclass
from pathlib import Path

from podium.competition.suffixes import pictures
from podium.download.params import Limits
from podium.download.raw import open_raw
from podium.foundation.errors import UserError
from podium.images.audit import audit_all
from podium.images.channels import Meaning
from podium.images.params import Storage
from podium.images.shards import Place, Writer

NAMED = 5  # folders or classes named in a sentence


@dataclass(frozen=True)
class Labelled:
    """The readable images, as ingest would store them, and what could not be read (name, reason)."""

    names: list[str]
    labels: list[int]
    digests: list[str]  # of the stored bytes
    places: list[Place]
    unreadable: list[tuple[str, str]]


def find(names: list[str], classes: list[str], where: Path) -> dict[str, int]:
    """image -> class: that of its innermost folder with a class's name, in any case of letters.

    Raises UserError where there is no image, or one lies below no such folder.
    """
    exact = {name: label for label, name in enumerate(classes)}
    folded: dict[str, int] = {}
    for label, name in enumerate(classes):
        folded.setdefault(name.casefold(), label)
    found = {}
    for name in names:
        folders = name.split("/")[-2::-1]
        hits = [exact.get(part, folded.get(part.casefold())) for part in folders]
        told = [hit for hit in hits if hit is not None]
        if not told:
            known = ", ".join(classes[:NAMED]) + (" ..." if len(classes) > NAMED else "")
            raise UserError(
                f"{where}: {name} lies in no folder with a class's name; give one folder a class ({known})."
            )
        found[name] = told[0]
    if not found:
        raise UserError(f"{where} holds no image: give a folder with one folder of images a class.")
    return found


def store(
    where: Path, classes: list[str], storage: Storage, limits: Limits, meaning: Meaning, into: Path
) -> Labelled:
    """Opens every image below `where` and stores the readable ones in `into`, in the order of their names.

    meaning: of values beyond the usual, as ingest decided it for the images that were trained on.
    """
    if not where.is_dir():
        raise UserError(f"DIR: {where} is no folder: give make score DIR=path/to/labelled.")
    raw = open_raw(where, limits)
    labels = find(pictures(raw.names())[0], classes, where)
    kept: list[tuple[str, int, str, Place]] = []
    unreadable = []
    with Writer(into, "labelled") as writer:
        audited = audit_all(list(labels), raw.read, storage, limits.megapixels, os.cpu_count() or 1, meaning)
        for name, one in audited:
            if one.data:
                place = writer.add(f"{len(kept):07d}", one.data)
                kept.append((name, labels[name], one.digest, place))
            else:
                unreadable.append((name, one.note))
    if not kept:
        raise UserError(f"{where}: none of {len(unreadable):,} images can be read ({unreadable[0][1]}).")
    names, true, digests, places = (list(column) for column in zip(*kept, strict=True))
    return Labelled(names, true, digests, places, unreadable)
