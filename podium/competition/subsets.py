"""Which subset each image belongs to: train, validation, test or unlabelled."""

from collections import Counter

from podium.competition.labels import SHOWN, ShippedLabels
from podium.competition.roles import Roles, file_role
from podium.contracts.competition import Finding
from podium.contracts.images import SUBSETS


def divide(
    roles: Roles, labels: ShippedLabels, ids: dict[str, str], listed: dict[str, str], sample: str
) -> tuple[dict[str, str], list[Finding]]:
    """(subset by path, findings): by list, by split column, by folder, then by having a test id or a label.

    ids: test images and what the submission calls them. sample: the sample's name, "" without one.
    """
    subset: dict[str, str] = {}
    extra = []
    for path, folder in roles.of.items():
        role = listed.get(path) or file_role(f"{labels.splits.get(path, '')}.csv") or folder
        if path in ids:
            role = "test"
        elif role == "test":
            extra.append(path)
            role = "unlabelled"
        elif role != "unlabelled":
            role = (role or "train") if path in labels.of else "unlabelled"
        subset[path] = role
    findings = []
    counts = Counter(subset.values())
    for name in SUBSETS:
        if counts[name]:
            places = _places(name, subset, roles)
            findings.append(
                Finding(what=name, found=f"{counts[name]:,} images" + (f" in {places}" if places else ""))
            )
    lost = [path for path, role in roles.of.items() if role == "validation" and subset[path] == "unlabelled"]
    if lost:
        text = f"{len(lost):,} images of the validation folder have no label, such as {lost[0]}"
        why = "kept as unlabelled: are their classes named as in training?"
        findings.append(Finding(what="unlabelled", found=text, why=why, warning=True))
    if extra:
        where = sample or "the list of test ids"
        text = f"{len(extra):,} images of the test folder are not in {where}, such as {extra[0]}"
        findings.append(Finding(what="unlabelled", found=text, why="kept as unlabelled", warning=True))
    return subset, findings


def _places(name: str, subset: dict[str, str], roles: Roles) -> str:
    """The folders that hold the subset's images."""
    places = Counter(path.rpartition("/")[0] for path, value in subset.items() if value == name)
    told = [place for place in roles.folders.get(name, []) if any(path.startswith(place) for path in places)]
    if not told and len(places) <= SHOWN:
        told = [place for place in sorted(places) if place]
    return ", ".join(told[:SHOWN]) + (" ..." if len(told) > SHOWN else "")
