"""make upload MESSAGE="…": sends reports/submission.csv, waits for the score, remembers both."""

import os
import sys
from functools import partial
from pathlib import Path

from podium.competition.params import CompetitionParams
from podium.contracts import competition
from podium.download.meta import read_meta
from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.foundation.files import sha256
from podium.foundation.params import load
from podium.kaggle import failures, ledger, payload, slugs, upload
from podium.kaggle.client import Client


def main() -> None:
    message = " ".join(" ".join(sys.argv[1:]).split())
    if not message:
        raise UserError('say what is new: make upload MESSAGE="more copies".')
    download, waiting = Path(load(CompetitionParams).path), upload.waiting(os.environ.get("WAIT"))
    slug = slugs.of(download, os.environ.get("COMPETITION", ""))
    if competition.read().notebooks_only or read_meta(download).notebooks_only:
        raise failures.notebooks_only(slug)
    sent = payload.choose(os.environ.get("FILE", ""))
    held, digest = ledger.rows(), sha256(sent.file)
    if os.environ.get("FORCE") != "1":
        upload.refuse_repeated(digest, held, slug)
        upload.refuse_partial(sent.scores)

    print(*sent.told(ledger.last(held, slug)), sep="\n")
    client = Client(slug)
    upload.complete(client, print)
    upload.refuse_notebooks(client)
    print(upload.left_today(client), flush=True)

    say = partial(print, flush=True)
    row = upload.deliver(client, sent.file, upload.row(message, slug, digest, sent), waiting, say)
    if row.status == "complete":
        print(f"public {row.public}" + ("" if row.private is None else f", private {row.private}"))


if __name__ == "__main__":
    run(main, interrupted=upload.NOTHING_SENT)
