"""Pictures that lie in several class folders: each of those classes is one of its labels."""

from collections import defaultdict
from hashlib import sha256

from podium.competition.classes import order
from podium.competition.labels import ShippedLabels
from podium.competition.roles import Roles
from podium.competition.targets import FEWEST, SEVERAL, refuse_marked
from podium.contracts.competition import Finding
from podium.download.raw import Raw
from podium.tasks.answers import joined
from podium.tasks.task import Name


def gather(raw: Raw, labels: ShippedLabels, roles: Roles, task: Name | None) -> list[Finding]:
    """Makes sets of the labels where a tenth of the pictures, and three, lie in several class folders.

    They have one name and the same bytes; one file of each picture stays. task: as params say.
    """
    sets = _sets(raw, labels, roles) if task != "single" else []
    several = [paths for paths in sets if len(paths) > 1]
    if len(several) < (1 if task == "multi" else max(SEVERAL * len(sets), FEWEST)):
        return []
    names = order(labels.classes())
    refuse_marked(names)
    gathered = {paths[0]: joined((labels.of[path] for path in paths), names) for paths in sets}
    if len(set(gathered.values())) < 2:
        return []  # one picture in every folder says nothing of any
    left = {path for paths in several for path in paths[1:]}
    labels.of = {path: gathered.get(path, label) for path, label in labels.of.items() if path not in left}
    labels.task, labels.columns = "multi", names
    roles.leave_out(sorted(left))
    text = f"{len(several):,} pictures lie in several class folders, such as {' and '.join(several[0])}"
    why = "each folder is a label of theirs; competition.task: single takes every file for itself"
    return [Finding(what="labels", found=text, why=why, warning=True)]


def _sets(raw: Raw, labels: ShippedLabels, roles: Roles) -> list[list[str]]:
    """The labelled files, but for the test's; of one name and content in several classes together."""
    named: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for path in sorted(labels.of):
        if roles.of[path] != "test":
            named[roles.of[path], path.rpartition("/")[2], raw.size(path)].append(path)
    sets: list[list[str]] = []
    for paths in named.values():
        same: dict[bytes, list[str]] = defaultdict(list)
        for path in paths:
            same[sha256(raw.glance(path)).digest() if paths[1:] else b""].append(path)
        for some in same.values():
            alike = len({labels.of[path] for path in some}) == 1
            sets += [[path] for path in some] if alike else [some]
    return sets
