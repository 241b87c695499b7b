"""A folder's files and folders; what is passed over, and what of that must be told."""

import mimetypes
import os
from dataclasses import dataclass, field
from pathlib import Path

from podium.foundation.errors import UserError

IGNORED_FOLDERS = {  # what systems and tools leave, in small letters; and all that begin with a dot
    "__macosx", "@eadir", "#recycle", "@recycle", "@recently-snapshot", "$recycle.bin", "recycler",
    "recycled", "system volume information", "lost+found", "found.000", "__pycache__", "#snapshot",
    "@__thumb", "@tmp", "@sharebin", "#trash", "network trash folder", "temporary items", "msocache",
    "config.msi", "$winreagent", "$sysreset", "$windows.~bt", "$windows.~ws", "_gsdata_", "node_modules",
}  # fmt: skip
IGNORED_FILES = {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "autorun.inf"}
OF_TOOLS = (  # how names with a dot begin that nobody misses
    "._", ".trash", ".git", ".dvc", ".ipynb_checkpoints", ".ds_store", ".spotlight", ".fseventsd", ".apple",
    ".documentrevisions", ".temporaryitems", ".thumb", ".cache", ".idea", ".vscode", ".venv", ".picasa",
    ".snapshot", ".svn", ".hg", ".datalad",
)  # fmt: skip


@dataclass
class HiddenNames:
    """Names that begin with a dot and that no tool of a known name left: a class may be called .net."""

    names: dict[str, None] = field(default_factory=dict)

    def passes(self, parts: list[str], folder: bool) -> bool:
        """Whether a path (its parts) is passed over; remembers those that somebody may miss.

        folder: whether the last part is a folder.
        """
        for i, part in enumerate(parts):
            above = folder or i < len(parts) - 1
            if not _ignored(part, IGNORED_FOLDERS if above else IGNORED_FILES):
                continue
            lower = part.lower()
            if part.startswith(".") and not lower.startswith(OF_TOOLS) and (above or _is_picture(lower)):
                self.names["/".join(parts[: i + 1])] = None
            return True
        return False

    def note(self) -> list[str]:
        """A sentence about them, if there are any."""
        if not self.names:
            return []
        return [
            f"{len(self.names):,} folders or pictures whose names begin with a dot, such as "
            f"{next(iter(self.names))}, were left out: rename them where they are wanted"
        ]


class Walk:
    """A folder's files and their sizes, its folders, and what is not taken, by its reason."""

    def __init__(self, root: Path, follow: bool) -> None:
        self.root, self.follow = root, follow
        self.inside = os.path.realpath(root)
        self.files: dict[str, int] = {}
        self.folders: list[str] = []
        self.hidden = HiddenNames()
        self._outside: list[str] = []
        self._broken: list[str] = []
        self._no_files: list[str] = []

    def down(self, below: str = "", seen: tuple[str, ...] = ()) -> None:
        """Walks in the order of names; `seen` are the real folders above, so that a ring of links ends.

        Raises UserError for a folder that may not be read.
        """
        real = os.path.realpath(self.root / below)
        if real in seen:
            return
        try:
            with os.scandir(self.root / below) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise UserError(
                f"the folder {self.root / below} cannot be read ({error.strerror}): mend its rights, or copy "
                "it to a place of your own."
            ) from None
        for entry in entries:
            name = f"{below}{entry.name}"
            folder = _is_folder(entry)
            if self.hidden.passes([*below.split("/")[:-1], entry.name], folder):
                continue
            if entry.is_symlink() and not self._taken(name):
                continue
            if folder:
                self.folders.append(name)
                self.down(f"{name}/", (*seen, real))
            elif entry.is_file():
                self.files[name] = entry.stat().st_size
            else:
                self._no_files.append(name)

    def notes(self) -> list[str]:
        """What was left out, in sentences."""
        said = [
            (self._outside, f"symbolic links that lead out of {self.root}",
             "were left out: competition.links: follow takes them"),
            (self._broken, "symbolic links to nothing",
             "were left out: fetch what they stand for (git annex get, dvc pull), or mend them"),
            (self._no_files, "pipes or devices", "were left out: they are no files"),
        ]  # fmt: skip
        told = [f"{len(names):,} {what}, such as {names[0]}, {why}" for names, what, why in said if names]
        return told + self.hidden.note()

    def _taken(self, name: str) -> bool:
        """Whether a link is followed; those that are not are remembered by their reason."""
        target = os.path.realpath(self.root / name)
        if not os.path.exists(self.root / name):
            self._broken.append(name)
        elif not (self.follow or Path(target).is_relative_to(self.inside)):
            self._outside.append(name)
        else:
            return True
        return False


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _ignored(name: str, names: set[str]) -> bool:
    return name.startswith(".") or name.lower() in names


def _is_picture(name: str) -> bool:
    kind, _ = mimetypes.guess_type(name.lstrip("."))
    return bool(kind) and str(kind).startswith("image/")
