"""A download that holds itself once more in a folder of its name, as archives of archives leave it."""

from collections import defaultdict

from podium.download.raw import Raw

COMPARED = 3  # pictures of such a folder whose bytes must be equal


def without_doubles(raw: Raw, images: list[str]) -> tuple[list[str], list[str]]:
    """(images, sentences) without folders in one of their name that holds each of their images, too."""
    there = set(images)
    inside: dict[str, dict[str, str]] = defaultdict(dict)  # such a folder -> image -> where its twin would be
    for path in images:
        parts = path.split("/")
        for i in range(1, len(parts) - 1):
            if parts[i] == parts[i - 1]:
                inside["/".join(parts[: i + 1])][path] = "/".join(parts[:i] + parts[i + 1 :])
    said = []
    for folder, twins in sorted(inside.items()):
        if there.issuperset(twins.values()) and _same(raw, twins):
            above = folder.rpartition("/")[0]
            said.append(
                f"{folder}: its {len(twins):,} images lie once more in {above}: one of each was taken"
            )
            there -= twins.keys()
    return [path for path in images if path in there], said


def _same(raw: Raw, twins: dict[str, str]) -> bool:
    """Whether all are as large as their twins, and some, evenly spread, have the same bytes."""
    some = list(twins)[:: max(1, len(twins) // COMPARED)]
    return all(raw.size(path) == raw.size(twin) for path, twin in twins.items()) and all(
        raw.glance(path) == raw.glance(twins[path]) for path in some
    )
