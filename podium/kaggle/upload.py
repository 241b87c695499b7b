"""One submission's way: refusals, sending, waiting for the score, and what the ledger then says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from podium.contracts import metrics
from podium.foundation.errors import UserError
from podium.kaggle import failures, ledger
from podium.kaggle.client import Client, Sent, Unsure
from podium.kaggle.failures import Unreachable
from podium.kaggle.ledger import Upload
from podium.kaggle.payload import Payload

SKEW = timedelta(minutes=10)  # that the server's clock may differ from ours
NOTHING_SENT = "interrupted: nothing was sent, and the ledger is as it was"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Waiting:
    """How long a score is waited for, in seconds; the pauses between questions grow."""

    total: float = 600.0
    first: float = 2.0
    growth: float = 1.5
    longest: float = 20.0


def waiting(seconds: str | None) -> Waiting:
    """The user's WAIT=seconds, or the usual. Raises UserError for no number."""
    if not seconds:
        return Waiting()
    if not seconds.isdigit():
        raise UserError(f"WAIT: give seconds, such as WAIT=600; found {seconds!r}.")
    return Waiting(total=float(seconds))


def row(message: str, slug: str, sha256: str, payload: Payload) -> Upload:
    """The pending row of what is about to be sent."""
    scores = payload.scores
    return Upload(
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        revision=payload.provenance.revision,
        experiment=payload.provenance.experiment,
        cv=float(scores["cv"]) if "cv" in scores else None,
        cv_spread=float(scores["cv_spread"]) if "cv_spread" in scores else None,
        public=None,
        private=None,
        message=message,
        reference="",
        sha256=sha256,
        status="pending",
        competition=slug,
    )


def refuse_repeated(
    sha256: str, held: list[Upload], slug: str, what: str = "file", command: str = "upload"
) -> None:
    """Raises UserError where the same was sent before and not refused by the server; `command` of make."""
    for row in held:
        if row.sha256 == sha256 and row.status != "error" and row.competition in ("", slug):
            pending = "its score is pending, make leaderboard asks for it"
            told = pending if row.public is None else f"it scored {row.public}"
            raise UserError(
                f"this very {what} was uploaded on {row.time[:10]} ({row.message}; {told}): "
                f"make {command} FORCE=1 sends it again."
            )


def refuse_partial(scores: dict[str, float | int | str]) -> None:
    """Raises UserError where the run that wrote the submission is a first look only."""
    if part := metrics.partial(scores):
        raise UserError(
            f"this run is not whole ({part}): run it whole first (all of `folds`, `effort: auto`), or "
            "make upload FORCE=1 sends it as it is."
        )


def refuse_notebooks(client: Client) -> None:
    """Raises UserError where the competition's page says that it takes notebooks only."""
    if client.facts().notebooks_only:
        raise failures.notebooks_only(client.slug)


def left_today(client: Client) -> str:
    """The sentence on what is left. Raises UserError where nothing is."""
    limits = client.limits()
    if limits.left > 0:
        return f"{limits.left} submissions left today, {limits.today} sent"
    if limits.total == 0 and not limits.by_total:  # all zero: the server's word for `on no team yet`
        raise failures.rules(client.slug)
    raise failures.no_submissions_left(client.slug, limits.today, limits.by_total)


def deliver(
    client: Client, file: Path, row: Upload, waiting: Waiting, say: Say, path: Path = ledger.PATH
) -> Upload:
    """Sends the file and waits for its score; the row as the ledger then has it.

    An interrupt says whether the file was sent, as the ledger knows it.
    """
    try:
        sent = send(client, file, row, path)
        known = f"submission {sent.reference} is sent and remembered"
        say(f"{known}; waiting for its score (Ctrl-C loses nothing)")
        return wait(client, sent, waiting, say, path)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_where_it_stands(ledger.find(row, path), path)) from None


def _where_it_stands(held: Upload | None, path: Path) -> str:
    if held is None:
        return NOTHING_SENT
    what = f"submission {held.reference} was sent" if held.reference else "the file may be at Kaggle already"
    return f"interrupted: {what} and stands in {path}; `make leaderboard` asks for its score"


def send(client: Client, file: Path, row: Upload, path: Path = ledger.PATH) -> Upload:
    """Submits what a pending row already stands for: whatever happens on the way, it is remembered.

    The row goes again where the server cannot have the file. A lost answer is looked for.
    """
    ledger.append(row, path)
    try:
        reference = client.submit(file, row.message)
    except Unsure as lost:
        found = _settled(client, row, path, patient=True)
        if found.reference:
            return found
        raise UserError(
            f"{lost} The file was sent and no answer came: it stands in {path} as pending, and the next "
            "make upload or make leaderboard asks for it."
        ) from None
    except (UserError, KeyboardInterrupt) as error:
        if isinstance(error, UserError) or not client.uploaded:
            ledger.remove(row, path)
        raise
    return ledger.update(row, path, reference=reference)


def wait(client: Client, row: Upload, waiting: Waiting, say: Say, path: Path = ledger.PATH) -> Upload:
    """Asks until the score is there or the time is up; a pending row then stays pending.

    Raises UserError with the server's reason where scoring failed.
    """
    pause, end = waiting.first, time.monotonic() + waiting.total
    while row.status == "pending" and time.monotonic() < end:
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(pause * waiting.growth, waiting.longest)
        row = _settled(client, row, path, patient=True)
    if row.status == "pending":
        say(
            f"no score within {waiting.total:.0f} s: submission {row.reference} stands in {path} as pending; "
            f"make leaderboard asks again, or see {failures.page(client.slug, 'submissions')}"
        )
    return row


def complete(client: Client, say: Say, path: Path = ledger.PATH) -> None:
    """Asks for the scores of the competition's pending rows. A row that never arrived becomes an error."""
    for row in ledger.rows(path):
        if row.status == "pending" and row.competition == client.slug:
            try:
                done = _settled(client, row, path)
            except Unreachable:
                raise
            except UserError as error:
                say(f"{row.message}: {error}")
                continue
            say(f"{row.message}: {done.status}" + ("" if done.public is None else f", public {done.public}"))


def _settled(client: Client, row: Upload, path: Path, patient: bool = False) -> Upload:
    """The row as the server now knows it, in the ledger too. `patient`: a lost network changes nothing."""
    try:
        found = client.submission(row.reference) if row.reference else _found(client, row, path)
    except Unreachable:
        if patient:
            return row
        raise
    if found is None and patient:
        return row
    if found is None:
        ledger.update(row, path, status="error")
        raise UserError("it never arrived at Kaggle: upload it again.")
    new = ledger.update(
        row,
        path,
        reference=found.reference,
        status=found.status,
        public=found.public,
        private=found.private,
    )
    if found.status == "error":
        raise UserError(
            f"Kaggle could not score the submission ({found.error or 'it gives no reason'}): see "
            f"{failures.page(client.slug, 'submissions')}."
        )
    return new


def _found(client: Client, row: Upload, path: Path) -> Sent | None:
    """The submission without a known reference: same message, no other row's, not older than the row."""
    known = {other.reference for other in ledger.rows(path)}
    since = datetime.fromisoformat(row.time) - SKEW
    for one in client.recent():
        late = one.date is None or one.date.replace(tzinfo=UTC) >= since
        if one.message == row.message and one.reference not in known and late:
            return one
    return None
