"""The last words of `make submission`: where the results lie, and the score."""

from podium.foundation.entry import run
from podium.project.summary import lines


def main() -> None:
    print("\n".join(lines()))


if __name__ == "__main__":
    run(main, interrupted="interrupted")
