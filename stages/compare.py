"""make compare A=… B=…: two experiments, the paired difference, and the images on which they differ."""

import argparse

from podium.experiments import earlier
from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.foundation.files import write_text
from podium.project import comparing, standing, voting
from podium.project.comparing import Side


def main() -> None:
    """Prints the comparison and writes reports/compare.html."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--a", default="", help="an experiment's name, a branch or a commit")
    parser.add_argument("--b", default="", help="the same; empty: the last commit")
    given = parser.parse_args()
    if not given.a:
        raise UserError("name an experiment: make compare A=mine B=other; without B: the last commit.")
    sides = [_side(name) for name in (given.a, given.b or "HEAD")]
    found = comparing.compare(*sides)
    write_text(comparing.PAGE, comparing.page(found))
    print("\n".join([*comparing.lines(found), f"page: {comparing.PAGE}"]))


def _side(name: str) -> Side:
    read = earlier.read(voting.resolve([name])[0])
    if read is None and name == "HEAD":
        raise UserError(f"there is no last commit's run to compare with: {standing.without_baseline()}.")
    if read is None:
        raise UserError(
            f"{name} holds no finished run, or its artifacts are not here: name one of `make experiments`, "
            "or fetch it with `dvc exp pull`."
        )
    return Side("the last commit" if name == "HEAD" else name, read)


if __name__ == "__main__":
    run(main, interrupted="interrupted: nothing was changed; run it again")
