"""The download's tables: which one is the sample, which hold labels, which only list images."""

from dataclasses import dataclass

from podium.competition.labels import Labels, from_table, id_column
from podium.competition.matching import Match, match
from podium.competition.params import CompetitionParams
from podium.competition.raw import Raw
from podium.competition.roles import Roles, word_role
from podium.competition.sample import is_sample
from podium.competition.tables import SUFFIXES, Sheet, parse
from podium.errors import UserError

MAX_BYTES = 1 << 30  # of a table
MAX_JSON = 1 << 20
SHOWN = 3
TABLE_SHARE = 0.5  # of a table's ids that must be images, for it to be taken for labels


@dataclass
class Sample:
    """The sample submission, its columns after the id, and the image that each id means."""

    sheet: Sheet
    id_column: str
    columns: list[str]
    ids: dict[str, str]  # image path -> id as the sample writes it


class Sheets:
    """Every table of the download, parsed once."""

    def __init__(self, raw: Raw, params: CompetitionParams) -> None:
        self.raw, self.params = raw, params
        self.all: list[Sheet] = []
        self.used: set[str] = set()
        for name in raw.names():
            wanted = name in (params.labels, params.sample, params.train, params.test, params.validation)
            if (name.lower().endswith(SUFFIXES) or wanted) and raw.size(name) <= MAX_BYTES:
                self.all.append(parse(raw.read(name), name))
        for key in ("labels", "sample"):
            self._refuse_unknown(key, getattr(params, key))

    def has(self, name: str | None) -> bool:
        """Whether `name` is a table of the download."""
        return name is not None and any(sheet.name == name for sheet in self.all)

    def others(self) -> list[Sheet]:
        """The tables that are neither the sample nor the labels."""
        return [sheet for sheet in self.all if sheet.name not in self.used]

    def json_texts(self) -> dict[str, str]:
        """Small JSON files' texts by path: some map integers to names."""
        names = [n for n in self.raw.names() if n.lower().endswith(".json") and self.raw.size(n) <= MAX_JSON]
        return {name: self.raw.read(name).decode("utf-8", errors="replace") for name in names}

    def sample(self, roles: Roles) -> Sample | None:
        """The sample submission, or None where there is none. Raises UserError where two fit or its ids do not."""
        named = self.params.sample
        candidates = [
            sheet for sheet in self.all if (sheet.name == named if named else is_sample(sheet.name))
        ]
        read = [(sheet, *self._sample_ids(sheet, roles)) for sheet in candidates]
        full = [(sheet, column, found) for sheet, column, found in read if not found.missing]
        if not read:
            return None
        if not full:
            raise UserError(_strange_ids(*min(read, key=lambda item: -item[2].share)))
        sheet, column, found = full[0]
        for other, _, ids in full[1:]:
            if (other.header, ids.found) != (sheet.header, found.found):
                raise UserError(
                    f"{sheet.name} and {other.name} could both be the sample submission: name one in competition.sample."
                )
        self.used.update(sheet.name for sheet in candidates)
        ids = sheet.column(column)
        repeated = (
            next((name for name in ids if ids.count(name) > 1), None) if len(set(ids)) < len(ids) else None
        )
        if repeated is not None:
            raise UserError(f"{sheet.name}: the id {repeated!r} stands twice.")
        paths = {path: name for name, path in found.found.items()}
        if len(paths) < len(found.found):
            raise UserError(f"{sheet.name}: two ids name the same image.")
        return Sample(sheet, column, [name for name in sheet.header if name != column], paths)

    def _sample_ids(self, sheet: Sheet, roles: Roles) -> tuple[str, Match]:
        """The id column and what its ids mean among the test images, else among those of no role."""
        best: tuple[str, Match] | None = None
        for pool in (
            roles.images("test"),
            roles.images(""),
            roles.images("test", "", "validation", "unlabelled", "train"),
        ):
            column = id_column(sheet, pool, self.params.id_column) if pool else None
            if column is None:
                continue
            found = match(sheet.column(column), pool)
            if best is None or found.share > best[1].share:
                best = (column, found)
            if not found.missing and not found.ambiguous:
                break
        if best is None:
            return sheet.header[0], Match(missing=sheet.column(sheet.header[0]))
        _, found = best
        if found.ambiguous:
            name, paths = next(iter(found.ambiguous.items()))
            raise UserError(f"{sheet.name}: the id {name!r} fits {len(paths)} images ({', '.join(paths[:SHOWN])}): "
                            "name the test folder in competition.test.")  # fmt: skip
        return best

    def labels(self, roles: Roles, wanted: list[str]) -> Labels | None:
        """Labels from the tables that have them: one for all, or one for train and one for validation."""
        named = self.params.labels
        if named in ("folders", "names"):
            return None
        chosen = [s for s in self.others() if named is None or s.name == named]
        found: list[Labels] = []
        for sheet in chosen:
            labels = self._labels_of(sheet, roles, wanted)
            if labels is not None and labels.of:
                found.append(labels)
        if not found:
            if named is not None:
                raise UserError(f"competition.labels: no column of {named} names images of the download.")
            return None
        return self._merged(found)

    def _labels_of(self, sheet: Sheet, roles: Roles, wanted: list[str]) -> Labels | None:
        told = word_role(sheet.name.rpartition("/")[2].rpartition(".")[0])
        pools = {"test": ("test",), "validation": ("validation", "train", "")}.get(
            told, ("train", "", "validation")
        )
        images = roles.images(*pools)
        column = id_column(sheet, images, self.params.id_column) if images else None
        if column is None:
            return None
        share = match(sheet.column(column), images).share
        if share < TABLE_SHARE and not (told or self.params.labels):
            return None
        self.used.add(sheet.name)
        labels = from_table(sheet, images, column, self.params, wanted)
        if labels and told in ("validation", "test"):
            labels.splits = {path: told for path in labels.of} | labels.splits
        return labels

    def _merged(self, found: list[Labels]) -> Labels:
        first = found[0]
        for other in found[1:]:
            shared = set(first.of) & set(other.of)
            if any(first.of[path] != other.of[path] for path in shared):
                raise UserError(
                    f"{first.source} and {other.source} both have labels, and they differ for "
                    f"{min(path for path in shared if first.of[path] != other.of[path])}: name one in competition.labels."
                )
            first.of |= other.of
            first.groups |= other.groups
            first.splits |= other.splits
            first.found += f" and {other.source}"
        return first

    def listed(self, roles: Roles) -> dict[str, str]:
        """Image path -> subset, from tables that params name as a subset's list."""
        subsets: dict[str, str] = {}
        for role in ("train", "validation", "test"):
            name = getattr(self.params, role)
            sheet = next((sheet for sheet in self.all if sheet.name == name), None)
            if sheet is not None:
                column = id_column(sheet, list(roles.of), self.params.id_column)
                found = match(sheet.column(column), list(roles.of)) if column else Match()
                subsets |= dict.fromkeys(found.found.values(), role)
        return subsets

    def test_ids(self, roles: Roles, labels: Labels) -> dict[str, str]:
        """Without a sample: the ids of a test table, or file names in the form of the labels' ids."""
        pool = roles.images("test") or [path for path in roles.images("") if path not in labels.of]
        for sheet in self.all:
            if word_role(sheet.name.rpartition("/")[2].rpartition(".")[0]) == "test" and pool:
                column = id_column(sheet, pool, self.params.id_column)
                if column is not None:
                    self.used.add(sheet.name)
                    return {path: name for name, path in match(sheet.column(column), pool).found.items()}
        if not roles.images("test"):
            return (
                {path: path.rpartition("/")[2] for path in pool}
                if labels.source not in ("folders", "names")
                else {}
            )
        return _own_ids(pool, labels)

    def _refuse_unknown(self, key: str, name: str | None) -> None:
        if name is not None and not self.has(name) and not (key == "labels" and name in ("folders", "names")):
            tables = ", ".join(sheet.name for sheet in self.all) or "none"
            raise UserError(f"competition.{key}: the download has no table {name!r}; its tables: {tables}.")


def _own_ids(pool: list[str], labels: Labels) -> dict[str, str]:
    """File names as ids, without suffix where the labels' ids have none; with folders where names repeat."""
    from podium.competition.matching import stem

    short = {path: path.rpartition("/")[2] for path in pool}
    if len(set(short.values())) < len(pool):
        short = {path: path for path in pool}
    if any("without suffix" in form for form in labels.id_forms):
        short = {path: stem(name) for path, name in short.items()}
    return short


def _strange_ids(sheet: Sheet, column: str, found: Match) -> str:
    name = found.missing[0]
    line = sheet.lines[sheet.column(column).index(name)]
    return (
        f"{sheet.name}, line {line}: no test image for the id {name!r} ({len(found.missing):,} of {len(sheet.rows):,} ids "
        "are unknown): name the test folder in competition.test, or the right file in competition.sample."
    )
