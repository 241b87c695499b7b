"""make reset: params.yaml as the last commit has it; results, experiments and caches stay."""

import shlex

from podium.foundation.entry import run
from podium.foundation.params import PATH
from podium.project import standing

AGAIN = "`make submission` brings that run's results back from the cache: what ran before does not run again"


def main() -> None:
    """Says what it takes back, as `make experiment` would set it again."""
    before = PATH.read_bytes() if PATH.exists() else b""
    taken = standing.reset()
    other = before != PATH.read_bytes()  # its form may differ where no value does
    if taken:
        print(f"taken back: {' '.join(shlex.quote(setting) for setting in taken)}")
    print(f"{PATH} is as committed{f'; {AGAIN}' if other else ': there was nothing to take back'}")


if __name__ == "__main__":
    run(main, interrupted="interrupted: run it again")
