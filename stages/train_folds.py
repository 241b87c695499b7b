"""make train: the folds side by side, one a GPU (GPUS=0,1) or several on the CPU (JOBS=2)."""

import argparse

from podium.foundation.entry import run
from podium.foundation.params import load
from podium.foundation.run import Folds, Threads
from podium.project import side_by_side


def main() -> None:
    """Brings the stages before train up to date, then trains the folds; DVC records each as usual."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gpus", default="", help="numbers of GPUs, between commas")
    parser.add_argument("--jobs", default="1", help="how many folds train at once without --gpus")
    given = parser.parse_args()
    places = side_by_side.places(given.gpus, given.jobs)
    folds = load(Folds).folds
    side_by_side.warn(places, load(Threads).threads)
    side_by_side.reproduce(["augment", "pseudo_label"], {})
    side_by_side.train(folds, places)
    print(f"trained folds {', '.join(map(str, folds))}; `dvc repro` goes on from here")


if __name__ == "__main__":
    run(main, interrupted="interrupted: every stage that ended is kept; make train goes on from there")
