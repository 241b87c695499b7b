"""make sweep: a plan's experiments, or a grid's, over this machine's workers or a cluster's."""

import argparse

from podium.cluster import plan, sweep
from podium.foundation.entry import run
from podium.foundation.params import load
from podium.foundation.run import Folds
from podium.project import repository


def main() -> None:
    """Runs what is not recorded yet; what ended stays recorded whatever comes later."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", default="", help="a YAML file: grid, experiments, halving")
    parser.add_argument("--set", default="", help="-S key=a,b, several of them")
    parser.add_argument("--halving", default="", help="1: one fold first, the rest for those within reach")
    parser.add_argument("--cluster", default="", help="tcp://host:8786, slurm, or a YAML file; empty: here")
    parser.add_argument("--gpus", default="", help="numbers of GPUs, between commas")
    parser.add_argument("--jobs", default="1", help="how many tasks at once without --gpus")
    given = parser.parse_args()
    repository.check()
    wanted = plan.read(given.plan, given.set, given.halving not in ("", "0"))
    where = sweep.Where(given.cluster, given.gpus, given.jobs)
    print(sweep.run(wanted, load(Folds), where))


if __name__ == "__main__":
    run(main, interrupted="interrupted: every experiment that ended is recorded; the same command goes on")
