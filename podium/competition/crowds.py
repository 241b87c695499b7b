"""Which JSON files of the download may be tables: neither an image's own nor one of a crowd."""

import sys
from collections.abc import Collection
from dataclasses import dataclass

from podium.competition.suffixes import stem
from podium.download import annotations
from podium.download.raw import Raw


@dataclass(frozen=True)
class JsonFiles:
    """The download's JSON files; stems: of its images, without folders."""

    raw: Raw
    stems: Collection[str]

    def tables(self, size: int = sys.maxsize) -> list[str]:
        """Those up to `size` bytes that may be tables."""
        crowded = {name for names in self._crowds().values() for name in names}
        return [name for name in self._free() if name not in crowded and self.raw.size(name) <= size]

    def told(self) -> list[str]:
        """Sentences about folders whose JSON files are not read."""
        return [
            f"{len(names):,} JSON files in {folder or 'the topmost folder'} (such as {names[0]}) were not "
            "read: where they hold the labels, write a table of them and name that in competition.labels"
            for folder, names in self._crowds().items()
        ]

    def _crowds(self) -> dict[str, list[str]]:
        """Folders with so many JSON files that none is a table."""
        folders: dict[str, list[str]] = {}
        for name in self._free():
            folders.setdefault(name.rpartition("/")[0], []).append(name)
        return {folder: names for folder, names in folders.items() if len(names) > annotations.MAX_FILES}

    def _free(self) -> list[str]:
        """All of them; where they are many, those that bear no image's name."""
        names = [name for name in self.raw.names() if name.lower().endswith(annotations.SUFFIXES)]
        if len(names) <= annotations.MAX_FILES:
            return names
        return [name for name in names if _subject(name) not in self.stems]


def _subject(name: str) -> str:
    """The stem of the image that a file like 7.json or 7.png.json is about."""
    return stem(name.rpartition("/")[2].rpartition(".")[0])
