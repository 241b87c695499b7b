"""make notebook: export/ as a script and a data set that Kaggle runs without internet."""

import os
from pathlib import Path

from podium.competition.params import CompetitionParams
from podium.download.meta import read_meta
from podium.export import notebook
from podium.foundation.entry import run
from podium.foundation.params import load


def main() -> None:
    """Writes export/notebook/."""
    download = Path(load(CompetitionParams).path)
    slug = os.environ.get("COMPETITION") or read_meta(download).slug or download.stem
    owner = os.environ.get("KAGGLE_USERNAME") or notebook.NOBODY
    gpu = notebook.gpu(os.environ.get("GPU", ""))
    asked = notebook.Asked(notebook.known_slug(slug), owner, gpu)
    folder = notebook.write(asked)
    print(
        f"{folder}: {notebook.CODE}, its metadata ({'GPU' if gpu else 'CPU'}, internet off) and the bundle "
        f"as the data set {asked.name}.\n"
        "next: make rehearse                              runs it here as Kaggle would\n"
        '      make submit-notebook MESSAGE="…"            sends it, runs it there and submits what it writes'
    )


if __name__ == "__main__":
    run(main, interrupted="interrupted: export/notebook is as it was; make notebook again")
