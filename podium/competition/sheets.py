"""The download's tables, parsed once: which hold labels, and which only list images."""

from collections.abc import Collection

from podium.competition.crowds import JsonFiles
from podium.competition.decimals import with_points
from podium.competition.foreign import BOOKS
from podium.competition.id_columns import id_column, lacks_header
from podium.competition.id_forms import BY_NUMBER, WITHOUT_SUFFIX
from podium.competition.joining import joined
from podium.competition.label_columns import Undecided, split_column
from podium.competition.label_tables import from_table, without_boxes
from podium.competition.labels import ShippedLabels, merged
from podium.competition.matching import ImageIndex, Match, match
from podium.competition.params import CompetitionParams
from podium.competition.quoted import unquoted
from podium.competition.roles import Roles, file_role
from podium.competition.sample import is_sample
from podium.competition.suffixes import stem
from podium.download import annotations, columnar, letters, streamed
from podium.download.raw import Raw
from podium.download.tables import LISTS, SUFFIXES, Sheet, parse
from podium.foundation.errors import UserError, told

MAX_BYTES = 1 << 30  # of a text table
MAX_JSON = 1 << 20  # of a file that may map integers to class names
TABLES = (*SUFFIXES, *LISTS, *columnar.SUFFIXES)
TABLE_SHARE = 0.5  # of a table's ids that must be images, for it to be taken for labels
POOLS = {"test": ("test",), "validation": ("validation", "train", "")}  # by what the table's name tells
REST = ("test", "validation", "unlabelled", "predict", "train", "")


class Sheets:
    """Every table of the download."""

    def __init__(self, raw: Raw, params: CompetitionParams, images: list[str]) -> None:
        self.raw, self.params = raw, params
        self.all: list[Sheet] = []
        self.used: set[str] = set()  # taken for the sample or for labels
        self.broken: list[str] = []  # sentences about tables that cannot be read and that nobody needs
        self.lists: list[Sheet] = []  # texts and their like that are tables, and name no images
        named = {params.labels, params.sample, params.train, params.test, params.validation}
        pool = ImageIndex(images)
        self.json = JsonFiles(raw, {stem(path.rpartition("/")[2]) for path in images})
        self._words = letters.words_of(part for name in raw.names() for part in name.split("/"))
        for name in raw.names():
            if name in named or (name.lower().endswith(TABLES) and raw.size(name) <= MAX_BYTES):
                self._add(name, pool, needed=name in named)
        self._read_again(pool, named)
        for name in self.json.tables():
            if name not in named:
                self._add(name, pool, needed=False)
        self.broken += self.json.told()
        self._refuse_unknown()
        self._refuse_books()

    def _read_again(self, pool: ImageIndex, named: Collection[str | None]) -> None:
        """Tables whose letters are a guess, by the words of the sure ones, and of the largest."""
        guessed = [sheet for sheet in self.all if sheet.letters and sheet.letters.guessed]
        if not guessed:
            return
        self.all = [sheet for sheet in self.all if sheet not in guessed]
        self._words |= letters.words_of(sheet.text for sheet in self.all)
        for sheet in sorted(guessed, key=lambda sheet: -len(letters.words_of([sheet.text]))):
            self._add(sheet.name, pool, needed=sheet.name in named)
            if self.all and self.all[-1].name == sheet.name:
                self._words |= letters.words_of([self.all[-1].text])
        self.all.sort(key=lambda sheet: sheet.name)
        self.raw.guesses += self.guessed()

    def has(self, name: str | None) -> bool:
        """Whether `name` is a table of the download."""
        return any(sheet.name == name for sheet in self.all)

    def others(self) -> list[Sheet]:
        """The tables that are neither the sample nor labels."""
        return [sheet for sheet in self.all if sheet.name not in self.used]

    def guessed(self) -> list[str]:
        """Sentences about tables whose letters are a guess."""
        return [
            f"{sheet.name} is no UTF-8: its letters were read as {sheet.letters.page} "
            f"(sure to {sheet.letters.share:.0%})"
            for sheet in self.all
            if sheet.letters and sheet.letters.guessed
        ]

    def json_texts(self) -> dict[str, str]:
        """Small JSON files by path."""
        return {name: letters.read(self.raw.glance(name)).text for name in self.json.tables(MAX_JSON)}

    def labels(self, roles: Roles, wanted: dict[str, list[str]], known: set[str]) -> ShippedLabels | None:
        """Labels from the tables that have them: the surest kind, several such tables together.

        wanted: the sample's columns after its id. known: the names of class folders, where there are some.
        """
        named = self.params.labels
        if named in ("folders", "names"):
            return None
        usable = [sheet for sheet in self.others() if named in (None, sheet.name)]
        found, undecided = self._found(usable, roles, wanted, known)
        if not found and not undecided and not known:
            apart = joined(self.others(), roles.pool("train", "", "validation"))
            apart = [sheet for sheet in apart if named in (None, sheet.name)]
            found, undecided = self._found(apart, roles, wanted, known)
        if not found and undecided and not known:
            raise undecided[0]
        if not found and named is not None:
            raise UserError(f"competition.labels: no columns of {named} are ids of images and their labels.")
        found = without_boxes(found, self.all)
        surest = max((labels.strength for labels in found), default=0)
        chosen = [labels for labels in found if labels.strength == surest]
        self.used.update(labels.source for labels in chosen)
        return _merged(chosen) if chosen else None

    def _found(
        self, sheets: list[Sheet], roles: Roles, wanted: dict[str, list[str]], known: set[str]
    ) -> tuple[list[ShippedLabels], list[Undecided]]:
        """The labels of the tables that have some, and why others may have them."""
        named = self.params.labels
        found: list[ShippedLabels] = []
        undecided: list[Undecided] = []
        for sheet in sheets:
            try:
                labels = self._labels_of(sheet, roles, wanted, known)
            except UserError as error:
                if (
                    file_role(sheet.name) == "test" and named is None
                ):  # only the training labels must be right
                    continue
                if not isinstance(error, Undecided):
                    raise
                undecided.append(error)
                continue
            if labels is not None and labels.of:
                found.append(labels)
        return found, undecided

    def listed(self, roles: Roles) -> dict[str, str]:
        """Image path -> subset, from tables that params name, or that by name list validation or a test."""
        subsets: dict[str, str] = {}
        pool = roles.pool(*REST)
        for role in ("train", "validation", "test"):
            for sheet in self.all:
                named = getattr(self.params, role)
                told = named is None and file_role(sheet.name) == role and not is_sample(sheet.name)
                told &= role == "validation" or (role == "test" and not roles.images("test"))
                if sheet.name == named or told:
                    these = roles.pool("") if told and role == "test" else pool
                    column = id_column(sheet, these, self.params.id_column) if these.paths else None
                    found = match(sheet.columns[column], these) if column else Match()
                    if found.share >= TABLE_SHARE:
                        subsets |= dict.fromkeys(found.ids(), role)
        return subsets

    def test_ids(self, roles: Roles, labels: ShippedLabels, listed: dict[str, str]) -> dict[str, str]:
        """Without a sample: image path -> id, from a test table, or file names as the labels' ids are."""
        split = {path for path, word in labels.splits.items() if file_role(f"{word}.csv") == "test"}
        pool = (
            [path for path, role in listed.items() if role == "test"] or roles.images("test") or sorted(split)
        )
        free = pool or [path for path in roles.images("") if path not in labels.of]
        for sheet in self.all:
            if file_role(sheet.name) == "test":
                column = id_column(sheet, ImageIndex(free), self.params.id_column)
                found = match(sheet.columns[column], ImageIndex(free)) if column else Match()
                if found.share >= TABLE_SHARE:
                    self.used.add(sheet.name)
                    return found.ids()
        return _own_ids(pool, labels)

    def _add(self, name: str, pool: ImageIndex, needed: bool) -> None:
        lower = name.lower()
        optional = lower.endswith((*LISTS, *annotations.SUFFIXES, *columnar.SUFFIXES)) and not needed
        sheet: Sheet | None
        try:
            if lower.endswith(columnar.SUFFIXES):
                sheet = columnar.parse(self.raw.read(name), name)
            elif not lower.endswith(annotations.SUFFIXES):
                sheet = parse(self.raw.read(name), name, self._words, self.params.encoding)
            elif self.raw.size(name) < streamed.FROM:
                sheet = annotations.parse_json(self.raw.read(name), name, self._words, self.params.encoding)
            else:
                sheet = streamed.stream_json(self.raw.blocks(name), name)
        except (UserError, OSError, ValueError) as error:
            said = str(error) if isinstance(error, UserError) else f"{name} {told(error)}: download it again."
            if needed or (not optional and (is_sample(name) or file_role(name) == "train")):
                raise UserError(said) from None
            if not lower.endswith(LISTS):
                self.broken.append(said.rstrip("."))
            return
        if sheet is None:
            if needed:
                raise UserError(
                    f"{name} holds no table: a list of records, COCO annotations or image -> label."
                )
            return
        if sheet.unit == "line" and lacks_header(sheet, pool):
            sheet = sheet.without_header()
        elif optional and id_column(sheet, pool) is None and not _meant(name):
            self.lists += [sheet] if len(sheet.header) > 1 else []
            return
        sheet, said = with_points(sheet, is_sample(name))
        self.broken += [said] if said else []
        if not is_sample(name):
            sheet, said = unquoted(sheet)
            self.broken += [said] if said else []
        self.all.append(sheet)

    def _labels_of(
        self, sheet: Sheet, roles: Roles, wanted: dict[str, list[str]], known: set[str]
    ) -> ShippedLabels | None:
        told = file_role(sheet.name)
        asked, split = {name.casefold() for name in wanted}, split_column(sheet)
        if told == "test" and asked and asked.isdisjoint(name.casefold() for name in sheet.header):
            return None  # what the sample wants is not told of the test, so no other column is
        usual = ("train" if roles.images("train") else "", "validation")
        pool = roles.pool(*(REST if split else POOLS.get(told, usual)))
        column = id_column(sheet, pool, self.params.id_column) if pool.paths else None
        if column is None:
            return None
        share = match(sheet.columns[column], pool).share
        if share < TABLE_SHARE and told != "train" and self.params.labels is None:
            return None
        shipped, sheet = sheet, sheet.plain(but=column)
        listed = any(file_role(one.name) == "test" for one in self.all)
        untold = not wanted and not listed and not roles.images("test", "predict")
        labels = from_table(sheet, pool, roles.pool(*REST), column, self.params, wanted, known, untold)
        if labels is None or (told == "test" and (labels.strength < 2 or len(labels.classes()) < 2)):
            return None  # its own columns are no labels, and one value in every row fills a place
        if labels.id_forms == [BY_NUMBER] and told != "train":
            labels.strength = 0  # a table of classes has small integers, too
        if told in ("validation", "test"):
            labels.splits = dict.fromkeys(labels.of, told) | labels.splits
        if labels.label_column in sheet.header and not labels.columns:
            labels.notes += merged(shipped.columns[shipped.header[sheet.header.index(labels.label_column)]])
        return labels

    def _refuse_books(self) -> None:
        """Raises UserError for a sample that is no text table, where no other one is there."""
        books = [name for name in self.raw.names() if name.lower().endswith((*BOOKS, *columnar.SUFFIXES))]
        books = [name for name in books if "submi" in name.rpartition("/")[2].lower()]
        if books and self.params.sample is None and not any(s.text and is_sample(s.name) for s in self.all):
            raise UserError(
                f"{books[0]} is the sample submission by its name, but no text table: save it as CSV under "
                "that name, and give the folder as competition.path."
            )

    def _refuse_unknown(self) -> None:
        for key in ("labels", "sample"):
            name = getattr(self.params, key)
            if (
                name is not None
                and not self.has(name)
                and (key == "sample" or name not in ("folders", "names"))
            ):
                tables = ", ".join(sheet.name for sheet in self.all) or "none"
                raise UserError(
                    f"competition.{key}: the download has no table {name!r}; its tables: {tables}."
                )
        column = self.params.id_column
        if column is not None and not any(column in sheet.columns for sheet in self.all):
            raise UserError(f"competition.id_column: no table of the download has a column {column!r}.")


def _merged(found: list[ShippedLabels]) -> ShippedLabels:
    first = found[0]
    for other in found[1:]:
        differ = [path for path in first.of if path in other.of and first.of[path] != other.of[path]]
        if differ:
            raise UserError(
                f"{first.source} and {other.source} both have labels, and they differ for {min(differ)}: "
                "name one in competition.labels."
            )
        first.found += f" and {other.found}"
        first.rows += other.rows - len(first.of.keys() & other.of.keys())
        first.of |= other.of
        first.groups |= other.groups
        first.splits |= other.splits
        first.row_of |= other.row_of
        first.notes += other.notes
    return first


def _meant(name: str) -> bool:
    """Whether a table in Parquet or alike is the training labels by its name."""
    return name.lower().endswith(columnar.SUFFIXES) and file_role(name) == "train"


def _own_ids(pool: list[str], labels: ShippedLabels) -> dict[str, str]:
    """File names as ids, without suffix where the labels' ids have none; with folders where names repeat."""
    ids = {path: path.rpartition("/")[2] for path in pool}
    if len(set(ids.values())) < len(pool):
        ids = {path: path for path in pool}
    bare = {path: stem(name) for path, name in ids.items()}
    if any(WITHOUT_SUFFIX in form for form in labels.id_forms) and len(set(bare.values())) == len(bare):
        return bare
    return ids
