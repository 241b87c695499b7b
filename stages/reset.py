"""make reset: params.yaml as the last commit has it; results, experiments and caches stay."""

import shlex

from podium.foundation.entry import run
from podium.foundation.params import PATH
from podium.project import standing

AGAIN = "`make submission` brings that run's results back from the cache: what ran before does not run again"


def main() -> None:
    """Says what it takes back, as `make experiment` would set it again."""
    taken = standing.reset()
    if taken:
        print(f"taken back: {' '.join(shlex.quote(setting) for setting in taken)}")
    print(f"{PATH} is as committed; {AGAIN}")


if __name__ == "__main__":
    run(main, interrupted="interrupted: run it again")
