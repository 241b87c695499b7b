"""Predicts a competition's hidden test images where there is no internet: what Kaggle runs.

It finds the bundle and the competition below /kaggle/input and writes submission.csv into its own folder.
"""

import json
import os
import sys
from pathlib import Path

INPUT = Path(os.environ.get("PODIUM_INPUT", "/kaggle/input"))
DEPTHS = ("*", "*/*", "*/*/*", "*/*/*/*")  # how deep data sets and competitions may be mounted


def bundle() -> Path:
    """The folder of the data set that `make notebook` wrote, its modules made importable."""
    for depth in DEPTHS:
        for card in sorted(INPUT.glob(f"{depth}/bundle.json")):
            folder = card.parent
            inside = [path.parents[2] for path in sorted(folder.glob("**/podium/export/card.py"))]
            for place in (folder, *inside, *sorted(folder.glob("*.zip"))):  # a zip that was not unpacked
                sys.path.insert(0, str(place))
            return folder
    sys.exit(f"error: no bundle.json below {INPUT}: add the data set that make notebook wrote")


def download(sample: str, but: Path) -> Path:
    """The competition's folder: the one that holds the sample where the download held it."""
    for depth in DEPTHS:
        for folder in sorted(INPUT.glob(depth)):
            if folder != but and (folder / sample).is_file():
                return folder
    found = ", ".join(sorted(path.name for path in INPUT.glob("*"))) or "nothing"
    sys.exit(f"error: no folder below {INPUT} holds {sample} (there is {found}): add the competition's data")


def main() -> None:
    """Writes submission.csv."""
    folder = bundle()
    sample = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))["sample"]
    root = download(sample, folder)
    from predict import Predictor, submit  # type: ignore[import-not-found]  # the bundle's

    made = submit(Predictor(folder), root, root / sample, Path("submission.csv").resolve())
    print(f"submission.csv: {len(made.readable):,} rows, {int(made.readable.sum()):,} images could be read")


if __name__ == "__main__":
    main()
