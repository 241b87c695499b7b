"""Labels by image path, from class folders or file names; label_tables.py has those from tables."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from podium.download.archives import bare
from podium.download.letters import plain
from podium.download.sentences import counted
from podium.foundation.errors import UserError
from podium.tasks.task import Name

SHOWN = 3  # examples in a sentence
NAME_FORMS = (  # cat.0.jpg, dog_12.png, rose (3).jpg; 0007_dog.jpg; owl_1_33.jpg
    r"^(?P<label>.*?[^\d\W_].*?)[ ._\-(]*\d+\)?$",
    r"^\d+[ ._-]+(?P<label>.*[^\d\W_].*)$",
    r"^(?P<label>.*?[^\d\W_].*?)(?:[ ._\-(]+\d+\)?)+$",
)
STORAGE = re.compile(  # folders that hold images of any class: images_001, part2
    r"(^|[\W_])(images?|imgs?|photos?|pictures?|jpe?g|png|part|batch|chunk)[\W_]*\d*$", re.IGNORECASE
)


@dataclass
class ShippedLabels:
    """Labels by image path, and how they were found."""

    source: str  # a table's path, `folders` or `names`
    found: str  # for the table of findings
    of: dict[str, str]  # image path -> label as shipped
    groups: dict[str, str] = field(default_factory=dict)
    group_column: str = ""  # whose cells they are
    splits: dict[str, str] = field(default_factory=dict)  # image path -> the subset that a table tells
    row_of: dict[str, str] = field(default_factory=dict)  # image path -> its row, where rows have several
    id_column: str = ""
    label_column: str = ""
    id_forms: list[str] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)  # of classes, where the same table tells them
    task: Name = "single"
    columns: list[str] = field(default_factory=list)  # of label sets or numbers: what is predicted
    mark: str = " "  # between the labels of a cell
    strength: int = 0  # how sure the label's column is
    rows: int = 0  # ids in the table
    notes: list[str] = field(default_factory=list)

    def classes(self) -> set[str]:
        """The different labels."""
        return set(self.of.values())


def from_folders(
    images: list[str], roots: list[str], level: int | None, known: set[str]
) -> ShippedLabels | None:
    """Labels from class folders below `roots`; None where there are no two classes.

    level: which folder below the root is the class, 1 the outermost; None to find it.
    known: class names that the sample or other folders tell, to choose between levels.
    """
    chains = {path: chain for path in images if (chain := _below(path, roots))}
    if not chains:
        return None
    depth = level - 1 if level else _class_depth(list(chains.values()), known)
    named = {path: chain[depth] for path, chain in chains.items() if depth < len(chain)}
    of = {path: plain(name) for path, name in named.items()}
    if len(set(of.values())) < 2 or all(STORAGE.search(label) for label in of.values()):
        return None
    place = ", ".join(root or "the top" for root in roots[:SHOWN])
    found = f"class folders in {place}" + (f", {depth + 1} deep" if depth else "")
    return ShippedLabels("folders", found, of, notes=merged(named.values()))


def merged(labels: Iterable[str]) -> list[str]:
    """Sentences on labels that are one class because they differ by blanks or Unicode form only.

    labels: as shipped, one for each image.
    """
    counts, forms = Counter(labels), dict[str, list[str]]()
    for label in sorted(counts):
        forms.setdefault(plain(label), []).append(label)
    return [
        f"{counted({ascii(form): counts[form] for form in shipped}, 'image')} differ by blanks or "
        f"Unicode form only: they are taken as one class, {name}"
        for name, shipped in forms.items()
        if name and len(shipped) > 1
    ]


def from_names(images: list[str]) -> ShippedLabels | None:
    """Labels from file names such as cat.0.jpg or 0007_dog.jpg, where every image has one."""
    for pattern in NAME_FORMS:
        hits = {path: re.match(pattern, path.rpartition("/")[2].rpartition(".")[0]) for path in images}
        of = {path: hit["label"] for path, hit in hits.items() if hit}
        counts = Counter(of.values())
        if len(of) == len(images) and len(counts) >= 2 and min(counts.values()) >= 2:
            example = min(of)
            return ShippedLabels(
                "names", f"file names, such as {example.rpartition('/')[2]} -> {of[example]}", of
            )
    return None


def _below(path: str, roots: list[str]) -> list[str]:
    """The folders between the innermost root and the file."""
    inside = [root for root in roots if not root or path.startswith(f"{root}/")]
    if not inside:
        return []
    root = max(inside, key=len)
    return folders_of(path[len(root) + 1 :] if root else path)


def folders_of(path: str) -> list[str]:
    """A path's folders; an archive is one without its suffix, and without the folder of its name in it."""
    names: list[str] = []
    packed = ""
    for part in path.split("/")[:-1]:
        if part != packed:
            names.append(bare(part))
        packed = bare(part) if bare(part) != part else ""
    return names


def _class_depth(chains: list[list[str]], known: set[str]) -> int:
    """Which folder below the root is the class, 0 the outermost. Raises UserError where several could be."""
    deepest = max(len(chain) for chain in chains)
    levels = [{chain[i] for chain in chains if i < len(chain)} for i in range(deepest)]
    open_levels = [i for i, names in enumerate(levels) if len(names) > 1]
    if len(open_levels) <= 1:
        return open_levels[0] if open_levels else 0
    fits = [i for i in open_levels if known and levels[i] <= known]
    fits = fits or [i for i in open_levels if known and known <= levels[i]]  # a sample shows some of them
    if len(fits) == 1:
        return fits[0]
    for upper in open_levels[:-1]:
        above: dict[str, set[str]] = {}
        for chain in chains:
            if len(chain) > upper + 1:
                above.setdefault(chain[upper + 1], set()).add(chain[upper])
        if any(len(names) > 1 for names in above.values()):
            return upper  # one folder name stands below several: it is no class, they are
    longest: list[str] = max(chains, key=len)
    raise UserError(
        f"class folders lie in folders, such as {'/'.join(longest)}: say in "
        "competition.class_level which of them is the class (1 is the outermost)."
    )
