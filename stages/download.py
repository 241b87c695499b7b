"""make download COMPETITION=slug: the competition's zip to data/raw, and beside it what its page says."""

import os
import sys

from podium.foundation.entry import run
from podium.kaggle import download, slugs
from podium.kaggle.client import Client

NOTEBOOKS = (
    "\nthis competition takes notebooks alone: after make start come make export, notebook, rehearse and "
    'submit-notebook MESSAGE="…" in place of make upload (docs/code-competitions.md)'
)


def main() -> None:
    slug = slugs.parse(" ".join(sys.argv[1:]))
    target = download.place(slug)
    client = Client(slug)
    facts, warning = download.remember(client, target)
    if target.exists() and os.environ.get("FORCE") != "1":
        print(f"{target} is already here; make download COMPETITION={slug} FORCE=1 fetches it again")
    else:
        download.fetch(client, sys.stderr.isatty())
        print(f"{target}: {target.stat().st_size:,} bytes")
    kind = "takes notebooks only" if facts.notebooks_only else f"{facts.daily_limit or '?'} submissions a day"
    print(f"metric {facts.metric or 'not told'}, {kind}")
    if warning:
        print(warning)
    print(f"next: make start ZIP={target}" + (NOTEBOOKS if facts.notebooks_only else ""))


if __name__ == "__main__":
    run(main, interrupted="interrupted: data/raw has no new zip; run the same command again")
