"""make experiment: checks the settings in a second, then runs them as an experiment of DVC's."""

import argparse
from functools import partial
from pathlib import Path

from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.project import recorded, settings, standing, teachers
from podium.project.foreground import dvc


def main() -> None:
    """SET and RECIPE are judged, then handed to `dvc exp run`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="", help="of the experiment; empty: DVC finds one")
    parser.add_argument("--set", default="", help="-S key=value, several of them")
    parser.add_argument("--recipe", default="", help="one of recipes/")
    parser.add_argument("--queue", default="", help="1: into the queue, which a grid needs")
    given = parser.parse_args()
    wanted = [*_recipe(given.recipe), *map(teachers.in_full, settings.taken(given.set))]
    runs = settings.refuse_wrong(wanted)
    flags = [word for setting in wanted for word in ("-S", setting)]
    name = given.name or given.recipe
    queue = ["--queue"] if runs > 1 or given.queue not in ("", "0") else []
    options = [*(["--name", name] if name else []), *queue, *flags]
    if line := standing.line(wanted):
        print(f"{line}; this experiment has them too", flush=True)
    recorded.believe(partial(dvc, "exp", "run", *options, last_lines=True, hints=True))
    if queue:
        print(f"queued {runs}: `dvc queue start` runs them, `make experiments` shows them")


def _recipe(name: str) -> list[str]:
    path = Path("recipes") / name
    if not name:
        return []
    if not path.is_file() or path.suffix:
        known = ", ".join(sorted(file.name for file in path.parent.iterdir() if not file.suffix))
        raise UserError(f"recipes/{name} is not there: give NAME=one of {known}.")
    lines = path.read_text(encoding="utf-8").splitlines()
    return settings.taken(" ".join(line for line in lines if not line.startswith("#")))


if __name__ == "__main__":
    run(
        main,
        interrupted="interrupted: every stage that ended is kept; the same command goes on from there and "
        "keeps the experiment",
    )
