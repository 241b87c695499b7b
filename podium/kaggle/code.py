"""A code submission's way: data set, notebook, its run, its output, then as a file's submission.

All that is sent carries the digest of its content, and the server is asked for it before more is sent: an
interrupted call goes on, and nothing goes twice.
"""

import time
from collections.abc import Callable
from pathlib import Path

from podium.export import notebook
from podium.foundation.errors import UserError
from podium.kaggle import failures, ledger, upload
from podium.kaggle.failures import Unreachable
from podium.kaggle.ledger import Upload
from podium.kaggle.notebooks import OUTPUT, NotebookClient
from podium.kaggle.upload import Say, Waiting

PATIENCE = Waiting(total=12 * 3600.0, first=2.0, longest=60.0)  # a run's nine hours, and the queue
LAST = 5  # lines of a failed run's log that are shown
REASONS = (  # in a failed run's log or the server's words, small letters -> what to do
    (("out of memory", "memoryerror", "allocated more memory", "cannot allocate"),
     "it ran out of memory: take fewer or smaller networks into the vote"),
    (("timeout", "time limit", "exceeded the maximum", "timed out"),
     "it ran out of time: make rehearse tells the hours; take fewer networks, or make notebook GPU=yes"),
    (("internet", "name resolution", "connectionerror"),
     "it asked for the internet, which is off: a bundle needs none, so look at what was added to it"),
    (("quota",), "your weekly hours of GPU are used: make notebook GPU=no needs none"),
)  # fmt: skip


def unfinished(held: list[Upload], digest: str, slug: str) -> Upload | None:
    """The row of that very notebook whose score is still pending."""
    same = [row for row in held if (row.sha256, row.competition, row.status) == (digest, slug, "pending")]
    return same[-1] if same else None


def scored(held: list[Upload], waited: Upload) -> bool:
    """Whether the submission that was waited for has its score by now."""
    same = [row for row in held if (row.time, row.sha256) == (waited.time, waited.sha256)]
    return any(row.status == "complete" for row in same)


def prepare(client: NotebookClient, folder: Path, mark: str, force: bool, waiting: Waiting, say: Say) -> None:
    """Sees to it that the notebook's version with that content has run at Kaggle and written its file.

    Raises UserError with the page to open for whatever stops it.
    """
    _dataset(client, folder, mark, waiting, say)
    client.version = _pushed(client, folder, mark, force, say)
    _run(client, waiting, say)


def _dataset(client: NotebookClient, folder: Path, mark: str, waiting: Waiting, say: Say) -> None:
    there = client.dataset_mark()
    if there is None or mark not in there:
        say(f"sending the data set {client.name}")
        client.send_dataset(folder / notebook.DATASET, there is None, f"{notebook.MARK} {mark}")
    else:
        say(f"the data set {client.name} is at Kaggle already")
    if not _until(client.dataset_ready, waiting):
        raise UserError(
            f"Kaggle is still processing the data set: see {client.page_of('datasets')}; the same command "
            "goes on from there."
        )


def _pushed(client: NotebookClient, folder: Path, mark: str, force: bool, say: Say) -> int:
    """The version of the notebook that holds that content."""
    there = client.notebook()
    if there is not None and mark in there[0] and not force:
        say(f"version {there[1]} of the notebook is at Kaggle already")
        return there[1]
    version = client.push(folder)
    say(f"version {version} of the notebook is sent and runs: {client.page_of('code')}")
    return version


def _run(client: NotebookClient, waiting: Waiting, say: Say) -> None:
    if not _until(lambda: client.session().state != "running", waiting):
        raise UserError(
            f"the notebook is still running after {waiting.total:.0f} s: see {client.page_of('code')}; the "
            "same command goes on from there."
        )
    session, (files, log) = client.session(), client.output()
    if session.state == "error":
        raise UserError(_failed(client, session.why, log))
    if OUTPUT not in files:
        raise UserError(
            f"the notebook ended and wrote no {OUTPUT}{_quoted(client, log)}: see {client.page_of('code')}."
        )
    say(f"the notebook ran and wrote {OUTPUT}")


def _failed(client: NotebookClient, why: str, log: list[str]) -> str:
    """The sentence on a run that failed: the usual causes by their words, else the log's end."""
    text = " ".join([why, *log[-LAST:]]).lower()
    told = next((what for words, what in REASONS if any(word in text for word in words)), "")
    reason = told or why or "it gives no reason"
    return f"the notebook failed at Kaggle: {reason}{_quoted(client, log)}; see {client.page_of('code')}."


def _quoted(client: NotebookClient, log: list[str]) -> str:
    end = failures.clean(" | ".join(log[-LAST:]), client.secrets)
    return f" (its log ends: {end})" if end else ""


def _until(done: Callable[[], bool], waiting: Waiting) -> bool:
    """Asks until it is done or the time is up; a lost network is asked again."""
    pause, end = waiting.first, time.monotonic() + waiting.total
    while True:
        try:
            if done():
                return True
        except Unreachable:
            if time.monotonic() >= end:
                raise
        if time.monotonic() >= end:
            return False
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(pause * waiting.growth, waiting.longest)


def deliver(
    client: NotebookClient, row: Upload, waiting: Waiting, say: Say, path: Path = ledger.PATH
) -> Upload:
    """Submits what ran, or waits on for what was submitted; the row as the ledger then has it."""
    held = unfinished(ledger.rows(path), row.sha256, row.competition)
    if held is not None:
        say(f"submission {held.reference} of this very notebook is sent already; waiting for its score")
        return upload.wait(client, held, waiting, say, path)
    return upload.deliver(client, Path(OUTPUT), row, waiting, say, path)
