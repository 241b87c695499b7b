"""One file over HTTP: announced, resumed, bounded in time, and kept only if its bytes are as promised."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from podium.foundation.errors import UserError
from podium.foundation.files import flush, sha256
from podium.hub.refusals import Answer, Refused

STALL_SECONDS = 10.0  # without a byte: the connection is given up
ATTEMPTS = 2  # connections for one file; the second goes on where the first ended
PAUSE = 2.0  # seconds before the second
SLOW_SECONDS, SLOW_RATE = 30.0, 1000.0  # fewer bytes a second over so long is a stall too
SHARES = 4  # progress is told at each quarter
PAST_ITS_END = 416  # the answer to whoever asks for what comes after a file's last byte
MEGA = 1e6
WHOLE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Wanted:
    """A file as its publisher describes it."""

    name: str  # what the user knows it by: the network
    url: str
    digest: str  # the SHA-256 or its first digits; empty: the publisher tells none
    size: int | None = None  # bytes, where it is known beforehand
    headers: dict[str, str] = field(default_factory=dict)


def intact(path: Path, digest: str) -> bool:
    """Is the file there, with bytes of this SHA-256 (or its first digits)?"""
    return path.is_file() and sha256(path).startswith(digest)


def bring(wanted: Wanted, target: Path) -> str:
    """Puts the file at `target`, where it may lie already. Returns its SHA-256.

    Two processes that want it fetch it once. Raises Refused where the publisher does not hand it out, and
    UserError where what comes is not what was promised, twice.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.is_file() and (found := sha256(target)).startswith(wanted.digest):
            return found
        if target.exists():
            print(f"{target} is damaged: fetching it again", flush=True)
            target.unlink()
        return _checked(wanted, target)


def _checked(wanted: Wanted, target: Path) -> str:
    draft = target.with_name(target.name + ".incomplete")
    for _ in range(ATTEMPTS):
        _fetch(wanted, draft)
        found = sha256(draft)
        if found.startswith(wanted.digest):
            flush(draft)
            draft.replace(target)
            return found
        draft.unlink()  # of the right length perhaps, and wrong: nothing of it can be used
    raise UserError(
        f"params.yaml: pretrained: the weights of {wanted.name} arrive damaged from {wanted.url}: SHA-256 "
        f"{found[:12]}… and not {wanted.digest[:12]}…, twice: a proxy or mirror in between changes them; try "
        "another network, or set pretrained to the path of a local .safetensors file."
    )


def _fetch(wanted: Wanted, draft: Path) -> None:
    """The whole file at `draft`, over as many connections as it may take."""
    for attempt in range(ATTEMPTS):
        try:
            return _connection(wanted, draft)
        except Refused as refused:
            if refused.answer.status == PAST_ITS_END:
                draft.unlink(missing_ok=True)  # all of the file, or of another: begun anew
            lasting = refused.answer.status not in (0, PAST_ITS_END, 500, 502, 503, 504)
            if lasting or attempt + 1 == ATTEMPTS:
                raise
            time.sleep(PAUSE)
    raise AssertionError("the last attempt returns or raises")


def _connection(wanted: Wanted, draft: Path) -> None:
    begun = draft.stat().st_size if draft.exists() else 0
    if wanted.size is not None and begun >= wanted.size:
        return
    headers = wanted.headers | {"Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={begun}-"} if begun else {}
    with _answering(wanted, headers) as response:
        if begun and response.status_code != 206:
            begun = 0  # it sends the whole
        total = begun + int(response.headers.get("content-length", 0))
        told = TransferProgress(wanted.name, total, begun)
        with draft.open("ab" if begun else "wb") as file:
            for block in response.iter_bytes():  # as they come: none is lost with the connection
                file.write(block)
                told.more(len(block))
    if told.done < total:
        raise Refused(Answer(0, {}, False, f"it stopped after {told.done} of {total} bytes"))


@contextmanager
def _answering(wanted: Wanted, headers: dict[str, str]) -> Iterator[Any]:
    """The response to read the body from. Whatever the client raises comes out as Refused."""
    from huggingface_hub import get_session

    token = "authorization" in {name.lower() for name in headers}
    try:
        with get_session().stream(
            "GET", wanted.url, headers=headers, timeout=STALL_SECONDS, follow_redirects=True
        ) as response:
            if response.status_code not in (200, 206):
                named = {name.lower(): value for name, value in response.headers.items()}
                raise Refused(Answer(response.status_code, named, token))
            yield response
    except (Refused, UserError, OSError, AssertionError):
        raise
    except Exception as error:  # the client's own, whichever library it is made of
        raise Refused(Answer(0, {}, token, f"{type(error).__name__}: {error}".rstrip(": "))) from None


class TransferProgress:
    """Tells how large a file is when it begins, each quarter, and when it is there."""

    def __init__(self, name: str, total: int, done: int) -> None:
        self.name, self.total, self.done = name, total, done
        self.began = self.window = time.monotonic()
        self.before = done
        self.told = done * SHARES // max(total, 1)
        on = f", going on after {done / MEGA:.1f} MB" if done else ""
        print(f"fetching {name}: {total / MEGA:.1f} MB{on}", flush=True)

    def more(self, count: int) -> None:
        """So many bytes came. Raises Refused where they come too slowly to ever end."""
        self.done += count
        share = self.done * SHARES // max(self.total, 1)
        now = time.monotonic()
        if share > self.told:
            self.told = share
            print(
                f"fetching {self.name}: {self.done / MEGA:.1f} of {self.total / MEGA:.1f} MB, "
                f"{now - self.began:.0f} s",
                flush=True,
            )
        if now - self.window > SLOW_SECONDS:
            if self.done - self.before < SLOW_RATE * (now - self.window):
                raise Refused(Answer(0, {}, False, f"under {SLOW_RATE / 1000:.0f} kB a second"))
            self.window, self.before = now, self.done
