"""Which column of a table names images: the one whose cells fit them best, and no row number."""

from podium.competition.id_forms import EXACT, NUMBERS
from podium.competition.matching import SEVERAL, ImageIndex, Match, match
from podium.download.tables import UNNAMED, Sheet
from podium.forms.classes import integer

WORDS = (
    "id", "image_id", "image", "imageid", "img", "filename", "file_name", "file", "path", "filepath", "fname",
)  # fmt: skip
LABELS = {"label", "labels", "class", "target", "category", "diagnosis", "level", "y"}  # their 0 is no 0.jpg
LEADERBOARDS = {"public", "private", "ignored"}  # cells of a column named Usage or alike
ROWS = 200  # looked at to see which column names images
WORD_BONUS = 0.01  # of a column's fit, for a name that ids have: decides between equals
LOOSE, NUMBERED = (
    0.98,
    0.9,
)  # what a fit counts where it is not exact, and where only a number or a folder is equal
REPEATED = 0.1  # of a fit is lost where cells repeat: an id stands once, a label often


def id_column(sheet: Sheet, pool: ImageIndex, named: str | None = None) -> str | None:
    """The column whose cells name images of the pool, or None where no column does."""
    if named in sheet.columns:
        return named
    fits = {}
    for name, column in sheet.columns.items():
        cells = [cell for cell in column[:ROWS] if cell]
        found = match(cells, pool)
        fit = _fit(cells, found)
        if fit and not (name.lower() in LABELS and set(found.forms) <= NUMBERS and repeats(sheet, name)):
            fits[name] = fit + WORD_BONUS * (name.lower() in WORDS)
    ids = [name for name in fits if not (repeats(sheet, name) or counts_rows(sheet, name))]
    best = [name for name in fits if name in ids or not (ids and counts_rows(sheet, name))]
    return max(best, key=lambda name: fits[name], default=None)


def counts_rows(sheet: Sheet, name: str) -> bool:
    """Whether the column alone has no name and holds 0, 1, 2 ... or 1, 2, 3 ...: a row number."""
    if not UNNAMED.fullmatch(name) or all(UNNAMED.fullmatch(other) for other in sheet.header):
        return False
    first = integer(next(iter(sheet.columns[name]), ""))
    return first in (0, 1) and all(integer(cell) == i for i, cell in enumerate(sheet.columns[name], first))


def value_columns(sheet: Sheet, ids: str) -> list[str]:
    """The sample's columns to be filled: no id, no row number, no leaderboard that a row counts for."""
    names = [name for name in sheet.header if name != ids and not counts_rows(sheet, name)]
    usage = [name for name in names if LEADERBOARDS.issuperset(map(str.casefold, sheet.columns[name]))]
    return [name for name in names if name not in usage] or names


def repeats(sheet: Sheet, name: str) -> bool:
    """Whether a value of the column stands in more than one row."""
    return len(set(sheet.columns[name])) < len(sheet.columns[name])


def lacks_header(sheet: Sheet, pool: ImageIndex) -> bool:
    """Whether the first line names an image where the others do, and not a column: classes may be numbers."""
    if not match(sheet.header, pool).found:
        return False
    whole = sheet.without_header()
    column = id_column(whole, pool)
    first = match(whole.columns[column][:1], pool) if column else Match()
    return bool(first.found) and not NUMBERS & set(first.forms)


def _fit(cells: list[str], found: Match) -> float:
    """How well the cells name images, [0, 1]."""
    if not cells:
        return 0.0
    share = (len(found.found) + len(found.ambiguous)) / len(cells)
    weight = 1.0 if found.forms[:1] == [EXACT] else LOOSE
    if (NUMBERS | SEVERAL.keys()) & set(found.forms):
        weight = NUMBERED
    return share * weight * (1 - REPEATED * (1 - len(set(cells)) / len(cells)))
