"""Rows of several images: which images the submission takes together, and that they have one label."""

from collections import Counter, defaultdict

from podium.competition.labels import SHOWN, ShippedLabels
from podium.contracts.competition import Finding
from podium.download.letters import plain
from podium.foundation.errors import UserError

TRAINED = ("train", "validation")


def row_of_images(
    labels: ShippedLabels, subset: dict[str, str], ids: dict[str, str]
) -> tuple[dict[str, str], list[Finding]]:
    """(path -> row of training and test images, findings).

    subset: of each path. ids: path -> id of the test images. Raises UserError for a row of two labels.
    """
    known = labels.row_of or _by_folder(labels)
    trained = {path: known[path] for path in known if path in labels.of and subset.get(path) in TRAINED}
    _refuse_torn(trained, labels)
    tested = {path: name for path, name in ids.items() if subset.get(path) == "test"}
    return trained | tested, [_told(trained, labels), _shapes(trained, tested)]


def _by_folder(labels: ShippedLabels) -> dict[str, str]:
    """Below class folders a folder of its own is a row."""
    if labels.source != "folders":
        return {}
    folders = {path: path.rpartition("/")[0] for path in labels.of}
    return {path: f for path, f in folders.items() if plain(f.rpartition("/")[2]) != labels.of[path]}


def _refuse_torn(rows: dict[str, str], labels: ShippedLabels) -> None:
    first: dict[str, str] = {}
    for path in sorted(rows):
        other = first.setdefault(rows[path], path)
        if labels.of[other] != labels.of[path]:
            raise UserError(
                f"{labels.source}: {other} is {labels.of[other]!r} and {path} is {labels.of[path]!r}, but "
                f"both are images of {rows[path]!r}, one row of the submission, which has one label: mend "
                "the labels, or leave out the images that do not show it."
            )


def _told(rows: dict[str, str], labels: ShippedLabels) -> Finding:
    if rows:
        counts = Counter(rows.values())
        text = (
            f"{len(rows):,} training images are {len(counts):,} rows, of 1 to {max(counts.values())} images"
        )
        return Finding(what="rows", found=text, why="their images stay in one fold and vote for their row")
    text = f"nothing says which training images make a row, such as {min(labels.of, default='')}"
    why = "each is scored by itself: the CV score is one of images, and split.group may keep them together"
    return Finding(what="rows", found=text, why=why, warning=True)


def _shapes(trained: dict[str, str], tested: dict[str, str]) -> Finding:
    """How many images a row has in training and in the test: a vote of other sizes is another vote."""
    sizes = [Counter(Counter(rows.values()).values()) for rows in (trained, tested)]
    shown = [", ".join(f"{n:,} of {size}" for size, n in found.most_common(SHOWN)) for found in sizes]
    apart = bool(trained) and set(sizes[0]).isdisjoint(sizes[1])
    text = f"rows by their number of images: {shown[0] or 'unknown'} in training, {shown[1]} in the test"
    return Finding(what="rows", found=text, warning=apart)


def several(rows: dict[str, str], readable: set[str]) -> dict[str, str]:
    """image_id -> the first image of its row, for readable images in company; rows: image_id -> row."""
    images: dict[str, list[str]] = defaultdict(list)
    for image_id in sorted(rows):
        if rows[image_id] and image_id in readable:
            images[rows[image_id]].append(image_id)
    return {image_id: row[0] for row in images.values() if row[1:] for image_id in row}
