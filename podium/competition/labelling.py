"""The choice between a table, class folders and file names as the source of the labels."""

from podium.competition import classes as class_rules
from podium.competition.foreign import other_labels, pixel_table
from podium.competition.id_columns import id_column
from podium.competition.id_forms import ROUNDED, is_rounded
from podium.competition.label_columns import shown_words
from podium.competition.label_files import as_table
from podium.competition.labels import STORAGE, ShippedLabels, folders_of, from_folders, from_names
from podium.competition.matching import match
from podium.competition.params import CompetitionParams
from podium.competition.roles import Roles, file_role, word_role
from podium.competition.shared import gather
from podium.competition.sheets import Sheets
from podium.competition.unused import tell_unused
from podium.competition.written import alike, nothings
from podium.contracts.competition import Finding
from podium.download.letters import plain
from podium.download.raw import Raw
from podium.download.tables import Sheet
from podium.foundation.errors import UserError

SHOWN = 5  # names in a sentence
HALF = 0.5  # of a table's ids that are images, for it to be about them
SURE = 2  # how sure a table's label column must be to win over folders: the sample or its name tells it
Values = dict[str, list[str]]  # the sample's columns after its id


def find_labels(
    raw: Raw, roles: Roles, sheets: Sheets, values: Values, params: CompetitionParams
) -> tuple[ShippedLabels, list[Finding]]:
    """(labels, findings). Raises UserError where there are none, or two that differ."""
    findings: list[Finding] = []
    folders = _folder_labels(roles, values, params.class_level, strict=False)
    tables = sheets.labels(roles, values, folders.classes() if folders else set())
    if params.labels in (None, "folders") and tables is None:
        folders = _folder_labels(roles, values, params.class_level, strict=True)
    elif params.labels is not None:
        folders = None
    if tables is None and folders is None and params.labels is None:
        tables = _from_files(raw, roles, sheets, values)
    if tables and folders and not set(tables.of) & set(folders.of) and tables.classes() <= folders.classes():
        _join(folders, tables)
        tables = None
    if params.labels == "folders" and folders is None:
        raise UserError(f"competition.labels: folders, but {raw.path} has no two class folders.")
    if tables and folders:
        findings += _compare(tables, folders, values, roles)
    labels = tables or folders or from_names(roles.images("train") or roles.images(""))
    if labels is None:
        raise pixel_table(raw) or UserError(_no_labels(raw, roles, sheets))
    if labels is folders:
        findings += [*_empty(raw, folders, roles), *gather(raw, labels, roles, params.task)]
    if labels is not tables and params.labels is None:
        findings += tell_unused(sheets, labels, values)
    counted = f"{len(labels.columns)} columns" if labels.columns else f"{len(labels.classes())} classes"
    text = f"{labels.found}; {counted}; "
    text += f"{len(labels.of):,} of {labels.rows or len(labels.of):,} images found"
    notes = [Finding(what="labels", found=note, warning=True) for note in labels.notes]
    said = [Finding(what="labels", found=text), *findings, *notes, *alike(labels)]
    said += nothings(labels.of, shown_words(values))
    return labels, said + _merge(labels, params)


def _from_files(raw: Raw, roles: Roles, sheets: Sheets, values: Values) -> ShippedLabels | None:
    """Labels from a file beside each image."""
    sheet = as_table(raw, roles.images("train") or roles.images(""))
    if sheet is None:
        return None
    sheets.all.append(sheet)
    return sheets.labels(roles, values, set())


def _merge(labels: ShippedLabels, params: CompetitionParams) -> list[Finding]:
    """Brings the labels that `competition.classes` lists together to their class."""
    if not params.classes:
        return []
    if labels.columns:
        raise UserError(
            f"params.yaml: competition.classes joins classes of which an image has one; {labels.source} "
            "holds label sets or numbers: take it out."
        )
    labels.of = class_rules.joined(labels.of, params.classes, labels.source)
    told = "; ".join(f"{name} = {', '.join(listed)}" for name, listed in params.classes.items())
    return [Finding(what="classes", found=told, why="competition.classes")]


def _folder_labels(roles: Roles, values: Values, level: int | None, strict: bool) -> ShippedLabels | None:
    """Class folders of train, then of validation and test by the classes that train has.

    strict: whether folders that fit in two ways are an error.
    """
    known = set(values) if len(values) > 1 else {cell for cells in values.values() for cell in cells}
    trained = roles.images("train")
    roots = roles.folders["train"] if trained else [""]
    try:
        found = from_folders(trained or roles.images(""), roots, level, known)
    except UserError:
        if strict:
            raise
        return None
    if found is not None:
        classes = found.classes()
        for role in ("validation", "test"):
            told = {}
            for path in roles.images(role):
                if hits := [part for part in _folders(path) if part in classes]:
                    told[path] = hits[-1]
            if role == "validation" or len(set(told.values())) > 1:
                found.of |= told
    return found


def _join(folders: ShippedLabels, tables: ShippedLabels) -> None:
    """Class folders for some images, a table of the same classes for others."""
    folders.of |= tables.of
    folders.splits |= tables.splits
    folders.found += f" and {tables.found}"


def _compare(tables: ShippedLabels, folders: ShippedLabels, values: Values, roles: Roles) -> list[Finding]:
    """A table wins over folders that say the same, and over folders of which the sample shows nothing.

    Where the sample's words are the folders' alone, or the table is not sure, the user says which.
    """
    pairs = {(tables.of[path], folders.of[path]) for path in tables.of if path in folders.of}
    if len({folder for _, folder in pairs}) < 2:
        return []
    if len(pairs) == len({table for table, _ in pairs}) == len({folder for _, folder in pairs}):
        text = f"class folders agree with {tables.source}"
        return [Finding(what="labels", found=text, why="the table was taken")]
    shown = shown_words(values)
    for_folders = not shown.isdisjoint(folders.classes()) and shown.isdisjoint(tables.classes())
    whole = all(path in tables.of for path in folders.of if roles.of[path] != "test")
    if tables.strength >= SURE and whole and not for_folders:
        why = f"{tables.source} has a label for each of their images: set competition.labels to change it"
        text = f"{folders.found} were taken for storage, not for classes"
        return [Finding(what="labels", found=text, why=why, warning=True)]
    raise UserError(
        f"labels could come from {tables.source} or from {folders.found}, and they differ: say in "
        f"competition.labels which ({tables.source} or folders)."
    )


def _empty(raw: Raw, folders: ShippedLabels, roles: Roles) -> list[Finding]:
    """Folders that lie beside class folders and hold no image."""
    filled: set[str] = set()
    beside: set[str] = set()
    for path, label in folders.of.items():
        parts = path.split("/")[:-1]
        if label not in _folders(path):  # labelled by a table
            continue
        depth = len(parts) - _folders(path)[::-1].index(label)
        beside.add("/".join(parts[: depth - 1]))
    for path in roles.of:
        parts = path.split("/")[:-1]
        filled.update("/".join(parts[:i]) for i in range(1, len(parts) + 1))
    empty = sorted(folder for folder in raw.folders - filled if folder.rpartition("/")[0] in beside)
    if not empty:
        return []
    text = f"{len(empty)} folders without images: {', '.join(empty[:SHOWN])}" + (
        " ..." if empty[SHOWN:] else ""
    )
    others = [name for name in raw.names() if name.startswith(f"{empty[0]}/")]
    text += f" ({len(others):,} other files there, such as {others[0]})" if others else ""
    return [Finding(what="labels", found=text, why="no class", warning=True)]


def _folders(path: str) -> list[str]:
    """The folders of a path as class folders are read: in plain letters."""
    return [plain(part) for part in folders_of(path)]


def _no_names(sheet: Sheet, image: str) -> str:
    """The sentence on a table of which no cell names an image: what stands in its first row, and why."""
    if sheet.header[1:]:
        cells = ", ".join(f"{name}: {sheet.columns[name][0]}" for name in sheet.header[:SHOWN])
        way = "is it this download's table?"
    else:
        cells = f"{sheet.header[0]}: {sheet.columns[sheet.header[0]][0]}"
        way = "is it one column? A comma, semicolon, tab or bar must separate two."
    if any(is_rounded(column[0]) for column in sheet.columns.values()):
        way = f"{ROUNDED}."
    return (
        f"{sheet.where(0)}: no cell names an image of the download, such as {image}, and no other row does "
        f"({cells}): {way}"
    )


def _no_labels(raw: Raw, roles: Roles, sheets: Sheets) -> str:
    images = roles.images("train") or roles.images("")
    example = (
        f" for {len(images):,} images such as {images[0]}" if images else ": every image is for the test"
    )
    for sheet in sheets.others():
        if images and not sheet.lines and file_role(sheet.name) == "train":
            return f"{sheet.name} has a header but no rows: download it again, or name another table."
        if images and sheet.lines and (file_role(sheet.name) == "train" or "label" in sheet.name.lower()):
            column = id_column(sheet, roles.pool("train", ""))
            if column and match(sheet.columns[column], roles.pool("train", "")).share > HALF:
                rest = ", ".join([name for name in sheet.header if name != column][:SHOWN]) or "none"
                return (
                    f"{sheet.name}: {column} names images, but no other column could be their label "
                    f"(columns: {rest}): name it in competition.label_column, or the table in "
                    "competition.labels."
                )
            return _no_names(sheet, images[0])
    if not images and roles.images("validation"):
        place = ", ".join(roles.folders["validation"])
        return f"{raw.path}: all labelled images are for validation: name {place} in competition.train."
    below = {part for path in images for part in _folders(path)[-1:]}
    classes = {part for part in below if not (word_role(part) or STORAGE.search(part))}
    only = classes if len(below) == 1 else set()
    alone = "".join(f"{part!r} is the only folder that could be a class; " for part in only)
    if told := other_labels(raw, images):
        return told
    tables = ", ".join(sheet.name for sheet in sheets.all[:SHOWN]) or "no tables"
    broken = f"; {sheets.broken[0]}" if sheets.broken else ""
    return (
        f"{raw.path}: no labels found{example} ({alone}looked at class folders, file names and {tables}"
        f"{broken}): name the table in competition.labels."
    )
