"""Columns beside the image (age, site, camera): those that may help are kept, the others told with why."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from podium.competition.cells import Cells, tell
from podium.competition.id_columns import counts_rows, id_column
from podium.competition.label_columns import is_split
from podium.competition.labels import ShippedLabels
from podium.competition.matching import ImageIndex, match
from podium.competition.roles import file_role
from podium.competition.sample import is_sample
from podium.contracts.competition import Finding
from podium.download.tables import Sheet
from podium.forms.classes import Classes, integer, is_number

OF_PODIUM = {"fold", "kfold", "index", "image_id"}  # what tables say of folds, and our own key
COVERED = 0.5  # of the training images, and of the test's, must have a value
OWN = 0.5  # different words a row: above it each row has one of its own, as ids have
NUMBERED = 0.9  # different whole numbers a row: above it they number the rows
SHARED = 0.95  # of the test images with a value of training: a column of groups then is none, it may help
SEEN = 0.5  # of the test's values must be values of training
FEWEST = 20  # rows from which on a column can be judged to tell the label
FEWEST_GROUPS = 10  # different values of a column that tells groups, and a class needs two of them
SURE = 0.999  # how alike in order a column and measured labels are, where it is the label once more


@dataclass
class Beside:
    """The columns that may help, name -> cells by image path, and what to say of them."""

    columns: dict[str, Cells] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)  # of them those whose values in the test are training's
    apart: dict[str, Cells] = field(default_factory=dict)  # columns of groups by their values, of training


@dataclass(frozen=True)
class ColumnCells:
    """One column: its cells in training and in the test, and the rows and labels of the images."""

    trained: Cells
    tested: Cells
    rows: Cells  # image path -> its row
    labels: Cells
    images: tuple[int, int]  # of training, of the test


def beside(
    sheets: Iterable[Sheet],
    labels: ShippedLabels,
    classes: Classes,
    subset: Cells,
    rows: Cells,
    asked: list[str],
) -> Beside:
    """What tables, but for samples, say of labelled and test images.

    subset: of each image path. rows: its row, where rows have several. asked: columns of the sample.
    """
    trained = [path for path, one in subset.items() if one in ("train", "validation")]
    tested = [path for path, one in subset.items() if one == "test"]
    known = [labels.id_column, labels.label_column, *labels.columns, *classes.names, *asked]
    left = {name.casefold() for name in known if name}
    sheets = [sheet for sheet in sheets if not is_sample(sheet.name)]
    found = _values(sheets, trained, tested, left)
    made = Beside()
    refused = []
    for name, cells in found.items():
        judged = ColumnCells(
            {path: cells[path] for path in trained if path in cells},
            {path: cells[path] for path in tested if path in cells},
            rows, labels.of, (len(trained), len(tested)),
        )  # fmt: skip
        why = next((why for rule, why in RULES if rule(judged)), "")
        if _is_apart(judged):
            made.apart[name] = judged.trained
        if why:
            refused.append(f"{name} ({why})")
        else:
            made.columns[name] = judged.trained | judged.tested
            if _hits(judged) >= SHARED * len(tested):
                made.shared.add(name)
    if made.columns:
        why = "ensemble.columns: none leaves them out"
        made.findings.append(Finding(what="columns", found=f"may help: {', '.join(made.columns)}", why=why))
    if refused:
        made.findings.append(Finding(what="columns", found=f"not used: {', '.join(refused)}"))
    return made


def settle_groups(told: Beside, labels: ShippedLabels, named: str | None) -> list[Finding]:
    """Takes groups whose values the test shares from `labels`, and gives it those that no name told.

    Where a column that the test has other values of holds the groups that a name told, it takes their place.

    `named` is the column that params.yaml names: it stays as it is.
    """
    said: list[Finding] = []
    if named is not None:
        return said
    if labels.group_column in told.shared:
        labels.groups = {}
        text = f"none by {labels.group_column}: the test images are of the same ones"
        why = "competition.group_column keeps them whole"
        said.append(Finding(what="groups", found=text, why=why, warning=True))
    apart = {
        name: cells
        for name, cells in told.apart.items()
        if name != labels.group_column and _holds(cells, labels.groups)
    }
    if not apart:
        return said
    name, cells = min(apart.items(), key=lambda one: len(set(one[1].values())))
    text = (
        f"{name}: its {len(set(cells.values())):,} values repeat in training, and the test has none of them"
    )
    text += f"; each holds {labels.group_column} whole" if labels.groups else ""
    labels.group_column, labels.groups = name, dict(cells)
    why = "images of one value stay in one fold; competition.group_column names another"
    return [*said, Finding(what="groups", found=text, why=why, warning=True)]


def _holds(cells: Cells, groups: Cells) -> bool:
    """Whether no group's images have two values: places hold sequences, sequences do not hold places."""
    home: dict[str, str] = {}
    return all(
        home.setdefault(group, cells.get(path, "")) == cells.get(path, "") for path, group in groups.items()
    )


def _values(
    sheets: Iterable[Sheet], trained: list[str], tested: list[str], left: set[str]
) -> dict[str, Cells]:
    """Every column's cells by image path; the first table that says something of an image counts."""
    found: dict[str, Cells] = defaultdict(dict)
    pools = {"train": ImageIndex(trained), "test": ImageIndex(tested)}
    for sheet in sheets:
        named = file_role(sheet.name)
        seen: set[str] = set()
        for role in [named] if named in pools else pools:
            ids = id_column(sheet, pools[role])
            if ids is None:
                continue
            places = match(sheet.columns[ids], pools[role])
            if len(places.ids()) < COVERED * len(pools[role].paths) or not seen.isdisjoint(places.found):
                continue
            seen |= places.found.keys()
            names = [name for name in sheet.header if name != ids and not _no_column(sheet, name, left)]
            tell(found, sheet, ids, places, names)
    return found


def _no_column(sheet: Sheet, name: str, left: set[str]) -> bool:
    usual = name.casefold() in left or name.casefold() in OF_PODIUM
    return usual or is_split(name) or counts_rows(sheet, name)


def _few(judged: ColumnCells) -> bool:
    return len(judged.trained) < COVERED * judged.images[0]


def _not_in_test(judged: ColumnCells) -> bool:
    return len(judged.tested) < COVERED * judged.images[1]


def _constant(judged: ColumnCells) -> bool:
    return len(set(judged.trained.values())) < 2


def _id_like(judged: ColumnCells) -> bool:
    values = set(judged.trained.values())
    rows = len({judged.rows.get(path, path) for path in judged.trained})
    if all(integer(value) is not None for value in values):
        return len(values) > max(NUMBERED * rows, FEWEST)
    return not all(map(is_number, values)) and len(values) > OWN * rows


def _hits(judged: ColumnCells) -> int:
    known = set(judged.trained.values())
    return sum(value in known for value in judged.tested.values())


def _unseen(judged: ColumnCells) -> bool:
    """Names and whole numbers that the test has others of: patients, days, sessions."""
    known = set(judged.trained.values())
    if any(is_number(value) and integer(value) is None for value in known):
        return False
    few_numbers = all(map(is_number, known)) and len(known) <= FEWEST
    return not few_numbers and _hits(judged) < SEEN * len(judged.tested)


def _is_apart(judged: ColumnCells) -> bool:
    """Whether training's values repeat and the test has none of them, as with places, writers, sequences."""
    values = set(judged.trained.values())
    rows = len({judged.rows.get(path, path) for path in judged.trained})
    if _few(judged) or _not_in_test(judged) or not FEWEST_GROUPS <= len(values) <= OWN * rows:
        return False
    if any(is_number(value) and integer(value) is None for value in values) or _hits(judged):
        return False
    of: dict[str, set[str]] = defaultdict(set)
    for path, value in judged.trained.items():
        if path in judged.labels:
            of[judged.labels[path]].add(value)
    return len(of) > 1 and min(map(len, of.values())) > 1


def _tells_the_label(judged: ColumnCells) -> bool:
    """Whether the label can be read off the column: a word a class, or thresholds of a number.

    Measured labels: the same order.
    """
    given = [(cell, judged.labels[path]) for path, cell in judged.trained.items() if path in judged.labels]
    labels = [label for _, label in given]
    if len(given) < FEWEST or len(set(labels)) < 2:
        return False
    if all(map(is_number, labels)) and len(set(labels)) > FEWEST:
        return all(is_number(cell) for cell, _ in given) and _same_order(given)
    of: dict[str, set[str]] = defaultdict(set)
    for cell, label in given:
        of[cell].add(label)
    if any(len(answers) > 1 for answers in of.values()):
        return False
    if not all(map(is_number, of)):
        return True
    ordered = [next(iter(of[cell])) for cell in sorted(of, key=float)]
    turns = sum(a != b for a, b in pairwise(ordered))
    return turns <= 2 * (len(set(labels)) - 1)


def _same_order(given: list[tuple[str, str]]) -> bool:
    from scipy.stats import spearmanr

    cells, labels = (np.array([float(pair[side]) for pair in given]) for side in (0, 1))
    return bool(len(np.unique(cells)) > 1 and abs(spearmanr(cells, labels).statistic) > SURE)


RULES: list[tuple[Callable[[ColumnCells], bool], str]] = [
    (_few, "empty for most training images"),
    (_not_in_test, "missing in the test"),
    (_constant, "always the same"),
    (_id_like, "a value of its own for each row, as ids have"),
    (_unseen, "the test has other values: patients, days or the like"),
    (_tells_the_label, "it tells the label of every training image: what is known only with the answer"),
]
