"""What a person reads in place of 40 hexadecimal digits: the experiment's name, else the first seven."""

import re

from podium.foundation import git

FULL = re.compile(r"\b[0-9a-f]{40}\b")
SHORT = 7
OF_A_COMMIT = re.compile(r"refs/exps/[0-9a-f]{2}/[0-9a-f]{38,}/")  # others are DVC's own: exec, apply, stash


def experiments() -> dict[str, str]:
    """Each experiment's ref with its revision; nothing outside a Git repository."""
    lines = git.answer("for-each-ref", "refs/exps", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split() for line in lines if OF_A_COMMIT.match(line))


def shortened(text: str) -> str:
    """The text with each full revision in it as a name; for reading, not for `-S`."""
    if not FULL.search(text):
        return text
    names = {revision: ref.rpartition("/")[2] for ref, revision in experiments().items()}
    return FULL.sub(lambda found: names.get(found[0], found[0][:SHORT]), text)
