"""Writes the embedded competition's download, and its solution, which only the last printed score reads."""

from pathlib import Path

from podium.download.demo import digits
from podium.foundation.entry import run
from podium.foundation.files import replacing, write_text

FOLDER = Path("data/demo")


def main() -> None:
    demo = digits()
    with replacing(FOLDER / "demo.zip") as draft:
        draft.write_bytes(demo.archive)
    write_text(FOLDER / "solution.csv", demo.solution)
    hidden = demo.solution.count("\n") - 1
    print(f"{FOLDER / 'demo.zip'}: {len(demo.archive):,} bytes, {hidden} hidden labels")


if __name__ == "__main__":
    run(main)
