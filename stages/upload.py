"""make upload MESSAGE="…": sends reports/submission.csv, waits for the score, remembers both."""

import os
import sys
from pathlib import Path

from podium.competition.meta import read_meta
from podium.competition.params import CompetitionParams
from podium.competition.submission import PATH
from podium.contracts import competition, metrics
from podium.entry import run
from podium.errors import UserError
from podium.files import sha256
from podium.kaggle import changes, failures, ledger, slugs, upload
from podium.kaggle.client import Client
from podium.params import load


def main() -> None:
    message = " ".join(" ".join(sys.argv[1:]).split())
    if not message:
        raise UserError('say what is new: make upload MESSAGE="more copies".')
    download = Path(load(CompetitionParams).path)
    slug = slugs.of(download, os.environ.get("COMPETITION", ""))
    if competition.read().notebooks_only or read_meta(download).notebooks_only:
        raise failures.notebooks_only(slug)
    if not PATH.exists():
        raise UserError(f"{PATH} is missing: run `make submission`.")
    held, scores, digest = ledger.rows(), metrics.read(), sha256(PATH)
    if os.environ.get("FORCE") != "1":
        upload.refuse_repeated(digest, held, slug)

    print(f"CV {scores['metric']} {scores['cv']} ± {scores.get('cv_spread', '?')} over folds")
    print(*changes.since(ledger.last(held, slug), scores), sep="\n")
    client = Client(slug)
    upload.complete(client, print)
    upload.refuse_notebooks(client)
    print(upload.left_today(client), flush=True)

    row = upload.row(message, slug, digest, scores, changes.origin())
    row = upload.wait(client, upload.send(client, PATH, row), upload.waiting(os.environ.get("WAIT")), print)
    if row.status == "complete":
        print(f"public {row.public}" + ("" if row.private is None else f", private {row.private}"))


if __name__ == "__main__":
    run(main)
