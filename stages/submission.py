"""`make submission`: runs what must run, then says where the results lie, and the score."""

from podium.foundation.entry import run
from podium.project.foreground import dvc
from podium.project.summary import lines


def main() -> None:
    """As `dvc repro`, without DVC's advice on Git; the last lines also where nothing ran."""
    dvc("repro")
    print("\n".join(lines()))


if __name__ == "__main__":
    run(main, interrupted="interrupted: every stage that ended is kept; the same command goes on from there")
