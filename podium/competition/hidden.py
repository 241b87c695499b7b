"""Competitions that take notebooks alone may ship no test images: training images then stand in for them.

The hidden ones appear where the notebook runs. Until then the sample's rows need some image each, so that the
whole path can be run and rehearsed; what is predicted for them is sent to nobody.
"""

from dataclasses import replace
from pathlib import Path

from podium.competition.id_columns import counts_rows
from podium.competition.matching import ImageIndex, match
from podium.competition.params import CompetitionParams
from podium.competition.pictures import images_of
from podium.competition.roles import word_role
from podium.competition.sample import is_sample
from podium.competition.suffixes import stem
from podium.download.meta import Meta
from podium.download.raw import Raw, open_raw
from podium.download.tables import SUFFIXES, Sheet, parse
from podium.foundation.errors import UserError

MOST = 500  # rows that get a stand-in: samples of such competitions have a few
FOLDER = "test"


def opened(path: Path, params: CompetitionParams, meta: Meta) -> Raw:
    """The download, with stand-ins in its test folder where its competition keeps the test images."""
    raw = open_raw(path, params.limits, params.encoding, params.links == "follow")
    return with_stand_ins(raw, params) if meta.notebooks_only and params.test is None else raw


def with_stand_ins(raw: Raw, params: CompetitionParams) -> Raw:
    """The same download; an image for each row of the sample where no folder tells of test images.

    Raises UserError for a sample of very many rows.
    """
    images = images_of(raw)
    if any(_is_test(path.rpartition("/")[0]) for path in images):
        return raw
    sheet = _sample(raw, params)
    if sheet is None or not images:
        return raw
    column = params.id_column or next(name for name in sheet.header if not counts_rows(sheet, name))
    ids = sheet.columns.get(column, [])
    pool = ImageIndex(path for path in images if not _role(path) or _role(path) == "train")
    own = match(ids, pool).found
    if len(ids) > MOST:
        raise UserError(
            f"{sheet.name} has {len(ids):,} rows and the download holds no test images, as where notebooks "
            f"alone see them: name a sample of at most {MOST} rows in competition.sample."
        )
    empty = sorted(name for name in raw.folders if _is_test(name))
    folder = empty[0] if empty else FOLDER
    entries = dict(raw.entries)
    for number, name in enumerate(ids):
        source = own.get(name) or pool.paths[number % len(pool.paths)]
        bare = name.rpartition("/")[2]
        suffix = "" if stem(bare) != bare else source[len(stem(source)) :]
        entries[f"{folder}/{bare}{suffix}"] = raw.entries[source]
    note = (
        f"it takes notebooks alone and ships no test images: {len(ids)} training images stand in for the "
        f"sample's rows, in {folder}/; the hidden ones appear where the notebook runs"
    )
    return replace(raw, entries=entries, notes=[*raw.notes, note])


def _sample(raw: Raw, params: CompetitionParams) -> Sheet | None:
    names = [params.sample] if params.sample else [
        name for name in raw.names() if is_sample(name) and name.lower().endswith(SUFFIXES)
    ]  # fmt: skip
    return parse(raw.read(names[0]), names[0]) if names and names[0] in raw.entries else None


def _is_test(folder: str) -> bool:
    return any(word_role(part) == "test" for part in folder.split("/"))


def _role(path: str) -> str:
    return next((role for part in path.split("/")[:-1] if (role := word_role(part))), "")
