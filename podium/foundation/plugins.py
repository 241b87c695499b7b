"""Plug-ins: a folder with one file each, named as params.yaml names them and imported only when chosen."""

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

HOUSE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Plugins:
    """The plug-ins of a package, such as podium.vote.voters. A new file is one more."""

    package: str

    @property
    def folder(self) -> Path:
        """Where their files lie."""
        return HOUSE.joinpath(*self.package.split("."))

    def names(self) -> list[str]:
        """Their names, ascending; a file whose name no module can have, or that starts with _, is none."""
        return sorted(f.stem for f in self.folder.glob("*.py") if re.fullmatch(r"[a-z]\w*", f.stem))

    def load(self, name: str) -> ModuleType:
        """The plug-in of that name, one of `names`."""
        return importlib.import_module(f"{self.package}.{name}")
