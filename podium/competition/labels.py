"""Where the labels are: a table, class folders or file names; one label an image, or a sentence why not."""

import re
from collections import Counter
from dataclasses import dataclass, field

from podium.competition.matching import Match, match, stem
from podium.competition.params import CompetitionParams
from podium.competition.tables import Sheet
from podium.errors import UserError

LABEL_WORDS = (
    "label", "labels", "class", "class_name", "classname", "category", "target", "breed", "species", "character",
    "digit", "diagnosis", "class_id", "classid", "category_id", "label_id", "y", "name", "type", "level",
)  # fmt: skip
ID_WORDS = (
    "id",
    "image_id",
    "image",
    "imageid",
    "img",
    "filename",
    "file_name",
    "file",
    "path",
    "filepath",
    "fname",
)
GROUP_WORDS = {"patient", "group", "video", "session", "subject", "sequence", "site", "individual", "person"}
SPLIT_WORDS = {"split", "subset", "set", "dataset", "fold", "usage", "partition"}
SAMPLE_ROWS = 200  # looked at to see which column names images
SHOWN = 3  # examples in a sentence


@dataclass
class Labels:
    """Labels by image path, and how they were found."""

    source: str  # a table's path, `folders` or `names`
    found: str
    why: str
    of: dict[str, str]  # image path -> label as shipped
    groups: dict[str, str] = field(default_factory=dict)
    id_column: str = ""
    label_column: str = ""
    id_forms: list[str] = field(default_factory=list)
    splits: dict[str, str] = field(default_factory=dict)  # image path -> what a split column says
    notes: list[str] = field(default_factory=list)


def id_column(sheet: Sheet, images: list[str], named: str | None = None) -> str | None:
    """The column whose cells name images, or None where no column does."""
    if named is not None and named in sheet.header:
        return named
    best, most = None, 0.0
    for name in sheet.header:
        cells = [cell for cell in sheet.column(name)[:SAMPLE_ROWS] if cell]
        found = match(cells, images)
        share = (len(found.found) + len(found.ambiguous)) / max(len(set(cells)), 1)
        share *= len(set(cells)) / max(len(cells), 1)  # an id is there once, a label is not
        share += 0.01 * (name.lower() in ID_WORDS)
        if share > most + 1e-9 and share > 0.011:
            best, most = name, share
    return best


def from_table(sheet: Sheet, images: list[str], column: str, params: CompetitionParams,
               wanted: list[str]) -> Labels | None:  # fmt: skip
    """Labels from a table; None where it has no column that could be one.

    wanted: the sample's columns after its id, which often name the label column or the classes.
    """
    others = [name for name in sheet.header if name != column]
    hot = one_hot(sheet, others, wanted) if params.label_column is None else []
    if hot:
        cells = _hot_labels(sheet, hot)
        label_column = f"{len(hot)} columns {hot[0]} .. {hot[-1]}"
    else:
        found = label_column_of(sheet, others, params.label_column, wanted)
        if found is None:
            return None
        label_column = found
        cells = sheet.column(label_column)
        refuse_several(sheet, label_column, cells)
    found_images = match(sheet.column(column), images)
    _refuse_missing(sheet, column, found_images, params)
    return _collect(sheet, column, label_column, cells, found_images, params)


def label_column_of(sheet: Sheet, others: list[str], named: str | None, wanted: list[str]) -> str | None:
    """The label's column: as params say, as the sample names it, by its name, or the only one left."""
    if named is not None:
        if named not in sheet.header:
            raise UserError(
                f"competition.label_column: {sheet.name} has no column {named!r}; it has {', '.join(sheet.header)}."
            )
        return named
    usable = [name for name in others if _could_be_label(sheet, name)]
    groups = {name for name in usable if _is_group(name) or _is_split(name)}
    for name in wanted:
        if name in usable and len(wanted) == 1:
            return name
    if len(wanted) > 1:
        for name in usable:
            if set(sheet.column(name)) <= set(wanted):
                return name
    for word in LABEL_WORDS:
        hits = [name for name in usable if name.lower().replace(" ", "_") == word]
        if len(hits) == 1:
            return hits[0]
    usable = [name for name in usable if name not in groups]
    if len(usable) > 1:
        raise UserError(
            f"{sheet.name} has several columns that could be the label ({', '.join(usable[:8])}): "
            "name one in competition.label_column."
        )
    return usable[0] if usable else None


def one_hot(sheet: Sheet, others: list[str], wanted: list[str]) -> list[str]:
    """The columns of 0 and 1, one a class, where the table has two or more of them."""
    hot = [name for name in others if {_zero_one(cell) for cell in sheet.column(name)} == {"0", "1"}]
    named = [name for name in others if name in wanted]
    if len(named) > 1 and set(named) == set(wanted):
        hot = [name for name in named if {_zero_one(cell) for cell in sheet.column(name)} <= {"0", "1"}]
    if len(hot) < 2 or (len(hot) == 2 and len(others) > 2 and len(named) < 2):
        return []
    return hot


def refuse_several(sheet: Sheet, column: str, cells: list[str]) -> None:
    """Raises UserError where cells hold several labels: a multi-label competition."""
    values = set(cells)
    for mark in ("|", ";", ",", " "):
        several = {value for value in values if mark in value}
        tokens = {token.strip() for value in values for token in value.split(mark)}
        alone = sum(token.strip() in values for value in several for token in value.split(mark))
        enough = len(values) >= 8 and len(tokens) * 2 < len(values)
        if several and (enough or alone * 2 > sum(value.count(mark) + 1 for value in several)):
            row = next(i for i, cell in enumerate(cells) if cell in several)
            raise UserError(
                f"{sheet.name}, line {sheet.lines[row]}: {column} holds several labels ({cells[row]!r}): this is a "
                "multi-label competition, which Podium does not take."
            )


def from_folders(images: list[str], roots: list[str], level: int | None, known: set[str]) -> Labels | None:
    """Labels from class folders below `roots`; None where there are no two classes.

    known: class names that the sample tells, to choose between levels of folders.
    """
    below = {path: _below(path, roots) for path in images}
    below = {path: parts for path, parts in below.items() if parts}
    if not below:
        return None
    depth = level - 1 if level else _class_depth(below, known)
    of = {path: parts[depth] for path, parts in below.items() if depth < len(parts)}
    if len(set(of.values())) < 2:
        return None
    place = ", ".join(root or "the top" for root in roots[:SHOWN])
    why = f"folder {depth + 1} below {place}" if depth else f"folders in {place}"
    return Labels("folders", "class folders", why, of)


def from_names(images: list[str]) -> Labels | None:
    """Labels from file names such as cat.0.jpg, dog_12.png or 0007_dog.jpg, where most images have one."""
    for pattern in (r"^(?P<label>.*?[^\d\W_].*?)[ ._\-(]*\d+\)?$", r"^\d+[ ._-]+(?P<label>.*[^\d\W_].*)$"):
        hits = {path: re.match(pattern, stem(path.rpartition("/")[2])) for path in images}
        of = {path: hit["label"] for path, hit in hits.items() if hit}
        counts = Counter(of.values())
        if len(of) == len(images) and len(counts) >= 2 and min(counts.values()) >= 2:
            example = min(of)
            return Labels("names", "file names", f"{example.rpartition('/')[2]} -> {of[example]}", of)
    return None


def _collect(sheet: Sheet, column: str, label_column: str, cells: list[str], found: Match,
             params: CompetitionParams) -> Labels:  # fmt: skip
    ids = sheet.column(column)
    labels = Labels(sheet.name, sheet.name, "", {}, id_column=column, label_column=label_column)
    labels.id_forms = found.forms
    group = _group_column(sheet, column, label_column, params.group_column)
    groups = sheet.column(group) if group else []
    split = next((name for name in sheet.header if _is_split(name) and name != label_column), None)
    splits = sheet.column(split) if split else []
    for i, (name, label) in enumerate(zip(ids, cells, strict=True)):
        path = found.found.get(name)
        if path is None:
            continue
        if not label:
            raise UserError(f"{sheet.name}, line {sheet.lines[i]}: {label_column} of {name!r} is empty.")
        if labels.of.setdefault(path, label) != label:
            raise UserError(
                f"{sheet.name}, line {sheet.lines[i]}: {name!r} is {label!r} here and {labels.of[path]!r} before: "
                "an image has one label (a multi-label competition is not taken)."
            )
        if groups:
            labels.groups[path] = groups[i]
        if splits:
            labels.splits[path] = splits[i]
    labels.why = f"columns {column} -> image, {label_column} -> label" + (
        f", {group} -> group" if group else ""
    )
    if found.missing:
        labels.notes.append(
            f"{len(found.missing):,} rows of {sheet.name} name images that are not there: left out"
        )
    return labels


def _refuse_missing(sheet: Sheet, column: str, found: Match, params: CompetitionParams) -> None:
    ids = sheet.column(column)
    if found.ambiguous:
        name, paths = next(iter(found.ambiguous.items()))
        raise UserError(
            f"{sheet.name}, line {sheet.lines[ids.index(name)]}: {name!r} fits {len(paths)} images "
            f"({', '.join(paths[:SHOWN])}): name the folder in competition.train."
        )
    if found.missing and params.on_missing == "fail":
        name = found.missing[0]
        raise UserError(
            f"{sheet.name}, line {sheet.lines[ids.index(name)]}: no image {name!r} in the download "
            f"({len(found.missing):,} of {len(set(ids)):,} are missing); competition.on_missing: skip leaves such "
            "rows out."
        )


def _hot_labels(sheet: Sheet, hot: list[str]) -> list[str]:
    at = [sheet.header.index(name) for name in hot]
    cells = []
    for row, line in zip(sheet.rows, sheet.lines, strict=True):
        ones = [name for name, i in zip(hot, at, strict=True) if _zero_one(row[i].strip()) == "1"]
        if len(ones) > 1:
            raise UserError(
                f"{sheet.name}, line {line}: {len(ones)} of the columns {', '.join(hot[:SHOWN])} ... are 1: this is a "
                "multi-label competition, which Podium does not take."
            )
        if not ones:
            raise UserError(
                f"{sheet.name}, line {line}: none of the columns {', '.join(hot[:SHOWN])} ... is 1."
            )
        cells.append(ones[0])
    return cells


def _zero_one(cell: str) -> str:
    return {"0": "0", "1": "1", "0.0": "0", "1.0": "1", "False": "0", "True": "1"}.get(cell, cell)


def _could_be_label(sheet: Sheet, name: str) -> bool:
    """Repeats, and is no measured number."""
    cells = sheet.column(name)
    distinct = set(cells)
    return 2 <= len(distinct) and (
        len(distinct) <= len(cells) / 2 or len(cells) <= 50 or name.lower() in LABEL_WORDS
    )


def _is_group(name: str) -> bool:
    return bool(GROUP_WORDS & set(re.findall(r"[a-z]+", name.lower())))


def _is_split(name: str) -> bool:
    return name.lower().replace(" ", "").replace("_", "") in SPLIT_WORDS


def _group_column(sheet: Sheet, column: str, label_column: str, named: str | None) -> str | None:
    if named is not None:
        if named not in sheet.header:
            raise UserError(
                f"competition.group_column: {sheet.name} has no column {named!r}; it has {', '.join(sheet.header)}."
            )
        return named
    for name in sheet.header:
        if name not in (column, label_column) and _is_group(name):
            return name
    return None


def _below(path: str, roots: list[str]) -> list[str]:
    """The folders between a root and the file."""
    for root in sorted(roots, key=len, reverse=True):
        if not root or path.startswith(f"{root}/"):
            rest = path[len(root) + 1 :] if root else path
            return rest.split("/")[:-1]
    return []


def _class_depth(below: dict[str, list[str]], known: set[str]) -> int:
    """Which folder below the root is the class, 0 the outermost."""
    chains = list(below.values())
    deepest = max(len(parts) for parts in chains)
    levels = [{parts[i] for parts in chains if i < len(parts)} for i in range(deepest)]
    wrap = next((i for i, names in enumerate(levels) if len(names) > 1), deepest)
    rest = list(range(wrap, deepest))
    if len(rest) <= 1:
        return rest[0] if rest else 0
    fits = [i for i in rest if known and known & levels[i] and len(levels[i] - known) == 0]
    if len(fits) == 1:
        return fits[0]
    for upper in rest[:-1]:
        parents: dict[str, set[str]] = {}
        for parts in chains:
            if len(parts) > upper + 1:
                parents.setdefault(parts[upper + 1], set()).add(parts[upper])
        if any(len(names) > 1 for names in parents.values()):
            return upper  # the same folder name stands below several: the class is above it
    raise UserError(
        f"folders lie {deepest - wrap} deep below the training folder ({'/'.join(chains[0])}): say in "
        "competition.class_level which of them is the class (1 is the outermost)."
    )
