"""The last words of `make submission`: where the results lie, and the score."""

from podium.entry import run
from podium.summary import lines


def main() -> None:
    print("\n".join(lines()))


if __name__ == "__main__":
    run(main, interrupted="interrupted")
