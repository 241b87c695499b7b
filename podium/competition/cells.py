"""What a table says of images beside their label, cell by cell: read alike by ingest and by a bundle."""

from collections.abc import Iterable, Mapping

from podium.competition.matching import Match
from podium.download.tables import Sheet

MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}  # cells that say nothing

Cells = dict[str, str]  # image path -> cell


def tell(found: Mapping[str, Cells], sheet: Sheet, ids: str, places: Match, names: Iterable[str]) -> None:
    """Adds the cells of the columns `names` to `found`; the first that says something of an image counts.

    places: what the cells of the column `ids` mean.
    """
    for name in names:
        for one, cell in zip(sheet.columns[ids], sheet.columns[name], strict=True):
            if cell.casefold() not in MISSING:
                for path in places.paths(one):
                    found[name].setdefault(path, cell)
