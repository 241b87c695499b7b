"""Links of any make: those of an archive that stay inside are followed, those that are texts are told."""

import posixpath
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

Member = TypeVar("Member")
CHAIN = 8  # links that lead to links
SMALL = 4096  # bytes: what a link written as a file has at most
TEXT = re.compile(rb"(?:\.{1,2}[/\\]|/|[A-Za-z]:\\)[^\n\0]+\n?")  # Git on Windows writes links so
WRITTEN = {  # how a file that stands for another begins
    b"L\0\0\0\x01\x14\x02\0": "shortcuts of Windows", b"book\0\0\0\0mark": "aliases of macOS",
    b"!<symlink>": "links of Cygwin", b"XSym\n": "links of a Mac's server",
}  # fmt: skip


def followed(links: dict[str, str], members: dict[str, Member]) -> tuple[dict[str, Member], list[str]]:
    """(members that links add, links that lead nowhere inside). links: name -> target as written.

    A link to a folder adds its files under the link's name; one to a folder above itself leads nowhere.
    """
    added: dict[str, Member] = {}
    waiting = {name: posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
               for name, target in links.items()}  # fmt: skip
    for _ in range(CHAIN):
        known = members | added
        for name, target in list(waiting.items()):
            below = f"{target}/"
            if target in known:
                added[name] = known[target]
            elif f"{name}/".startswith(below) or not any(other.startswith(below) for other in known):
                continue
            else:
                files = [other for other in known if other.startswith(below)]
                added |= {f"{name}/{other[len(below) :]}": known[other] for other in files}
            del waiting[name]
    return added, list(waiting)


def told(names: Iterable[str], size: Callable[[str], int], glance: Callable[[str], bytes]) -> list[str]:
    """Sentences on files that stand for others, as programs write them that know of no links."""
    found: dict[str, list[str]] = {}
    for name in names:
        suffix = name.rpartition("/")[2].rpartition(".")[2].lower()
        if ("." in name.rpartition("/")[2] and suffix not in ("lnk", "alias")) or not 0 < size(name) <= SMALL:
            continue
        data = glance(name)
        kind = next((kind for head, kind in WRITTEN.items() if data.startswith(head)), "")
        if not kind and TEXT.fullmatch(data):
            kind = "links written as text"
        if kind:
            found.setdefault(kind, []).append(name)
    return [
        f"{len(these):,} {kind}, such as {these[0]}, were left out: copy what they stand for to their place"
        for kind, these in found.items()
    ]
