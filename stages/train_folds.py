"""make train: the folds, one a GPU (GPUS=0,1), several on the CPU (JOBS=2), or over machines (CLUSTER=)."""

import argparse

from podium.cluster import folds
from podium.contracts import selection
from podium.foundation.entry import run
from podium.foundation.params import load
from podium.foundation.run import Folds, Threads
from podium.training.refit import RefitParams


def main() -> None:
    """Brings the stages before train up to date, then trains the folds; DVC records each as usual."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cluster", default="", help="tcp://host:8786, slurm, or a YAML file; empty: here")
    parser.add_argument("--gpus", default="", help="numbers of GPUs, between commas")
    parser.add_argument("--jobs", default="1", help="how many folds train at once without --gpus")
    given = parser.parse_args()
    wanted, refits = load(Folds).folds, load(RefitParams).networks > 0
    folds.train(wanted, refits, given.cluster, given.gpus, given.jobs, load(Threads).threads)
    if not selection.read().train:
        print(f"nothing was trained: {selection.SPARED}; `dvc repro` goes on from here")
        return
    also = " and the refits" if refits else ""
    print(f"trained folds {', '.join(map(str, wanted))}{also}; `dvc repro` goes on from here")


if __name__ == "__main__":
    run(main, interrupted="interrupted: every stage that ended is kept; make train goes on from there")
