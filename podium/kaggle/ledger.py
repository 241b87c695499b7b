"""reports/leaderboard.csv: every submission that was sent, its CV and its public score. In Git."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import pandas as pd
from filelock import FileLock

from podium.download import tables
from podium.foundation.errors import UserError
from podium.foundation.files import replacing

PATH = Path("reports/leaderboard.csv")
LOCK_SECONDS = 30  # another upload's write takes milliseconds
RANKED = 3  # uploads from which a rank correlation says something

Status = Literal["pending", "complete", "error"]


@dataclass(frozen=True)
class Upload:
    """One submission. Scores are None where unknown; `reference` is the server's number, "" where unknown."""

    time: str  # UTC, ISO 8601
    revision: str
    experiment: str
    cv: float | None
    cv_spread: float | None
    public: float | None
    private: float | None
    message: str
    reference: str
    sha256: str
    status: Status
    competition: str = ""


COLUMNS = list(Upload.__dataclass_fields__)
LATER = ("status", "competition")  # a ledger of before has them not
NUMBERS = ["cv", "cv_spread", "public", "private"]
HEAD = ["time", "run", "CV", "public", "private", "public - CV", "message"]  # of `shown`


def rows(path: Path = PATH) -> list[Upload]:
    """The ledger in the order sent; none where there is no file. Raises UserError for a broken row."""
    if not path.exists():
        return []
    sheet = tables.parse(path.read_bytes(), str(path))
    missing = [name for name in COLUMNS if name not in sheet.columns and name not in LATER]
    if missing:
        raise UserError(f"{path} has no column {missing[0]!r}: restore it with `git checkout {path}`.")
    found = []
    for number, cells in enumerate(sheet.rows):
        values = dict(zip(sheet.header, cells, strict=True))
        found.append(_row(values, f"{path}, line {sheet.lines[number]}"))
    return found


def append(row: Upload, path: Path = PATH) -> None:
    """Adds a submission; the file is the old one or the new one at every moment."""
    with _locked(path):
        _write([*rows(path), row], path)


def update(old: Upload, path: Path = PATH, **values: str | float | None) -> Upload:
    """Puts new values into the row that equals `old`; a row that is gone is added again."""
    new = replace(old, **values)  # type: ignore[arg-type]
    with _locked(path):
        held = rows(path)
        _write([new if row == old else row for row in held] if old in held else [*held, new], path)
    return new


def remove(gone: Upload, path: Path = PATH) -> None:
    """Takes out the row that equals `gone`."""
    with _locked(path):
        _write([row for row in rows(path) if row != gone], path)


def find(row: Upload, path: Path = PATH) -> Upload | None:
    """That submission's row with what is known of it by now; None where it does not stand there."""
    same = [held for held in rows(path) if (held.time, held.sha256) == (row.time, row.sha256)]
    return same[-1] if same else None


def last(held: list[Upload], competition: str) -> Upload | None:
    """The latest upload of a run to that competition which the server did not refuse."""
    fitting = [row for row in held if row.competition in ("", competition) and row.status != "error"]
    of_runs = [row for row in fitting if row.revision or row.cv is not None]
    return of_runs[-1] if of_runs else None


def correlation(held: list[Upload]) -> float | None:
    """Spearman's rank correlation of CV and public score; None below 3 scored uploads or without spread.

    Only uploads to the last row's competition count: scores of two competitions do not compare.
    """
    pairs = list(scored(held).values())
    if len(pairs) < RANKED:
        return None
    ranks = pd.DataFrame(pairs, columns=["cv", "public"]).rank()
    value = float(ranks["cv"].corr(ranks["public"])) if ranks.nunique().min() > 1 else math.nan
    return None if math.isnan(value) else value


def lines(held: list[Upload]) -> list[str]:
    """The ledger for the terminal: CV against public score, pending and failed ones marked."""
    if not held:
        return ['nothing was uploaded yet: make upload MESSAGE="what is new"']
    table = [HEAD, *(shown(row) for row in held)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEAD))]
    said = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in table]
    return [*said, agreement(held)]


def agreement(held: list[Upload]) -> str:
    """The sentence on how alike CV and public score rank the uploads."""
    value, pairs = correlation(held), len(scored(held))
    if value is None:
        return f"rank correlation of CV and public score: needs {RANKED} different scores, has {pairs}"
    return f"rank correlation of CV and public score: {value:+.2f} over {pairs} uploads"


def scored(held: list[Upload]) -> dict[int, tuple[float, float]]:
    """place in the ledger -> (CV, public score), of the last row's competition, where both are known."""
    return {
        place: (row.cv, row.public)
        for place, row in enumerate(held)
        if row.cv is not None and row.public is not None and row.competition == held[-1].competition
    }


def shown(row: Upload) -> list[str]:
    """The row for a reader, as HEAD names its cells; in place of a score that is not there, why."""
    gap = "" if row.cv is None or row.public is None else f"{row.public - row.cv:+.4f}"
    public = _digits(row.public) if row.status == "complete" else row.status
    cv = _digits(row.cv) + ("" if row.cv_spread is None else f" ± {row.cv_spread:.4f}")
    return [
        row.time[:16].replace("T", " "),
        row.experiment or row.revision[:7] or ("(a file)" if row.cv is None else ""),
        cv,
        public,
        _digits(row.private),
        gap,
        row.message,
    ]


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}"


def _row(values: dict[str, str], where: str) -> Upload:
    numbers: dict[str, float | None] = {}
    for name in NUMBERS:
        try:
            numbers[name] = float(values[name]) if values[name] else None
        except ValueError:
            raise UserError(f"{where}: {name} is {values[name]!r}, not a number.") from None
    status = values.get("status", "complete")
    if status not in get_args(Status):
        raise UserError(f"{where}: status is {status!r}, not one of {', '.join(get_args(Status))}.")
    text = {name: values.get(name, "") for name in COLUMNS if name not in (*NUMBERS, "status")}
    return Upload(**text, **numbers, status=status)  # type: ignore[arg-type]


def _write(held: list[Upload], path: Path) -> None:
    with replacing(path) as draft:
        body = [",".join(_cell(value) for value in asdict(row).values()) for row in held]
        draft.write_text("\n".join([",".join(COLUMNS), *body]) + "\n", encoding="utf-8", newline="")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return tables.cell(" ".join(re.sub(r"[\x00-\x1f\x7f]", " ", str(value)).split()))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{path.name}.lock"), timeout=LOCK_SECONDS):
        yield
