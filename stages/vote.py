"""make vote: several experiments vote, without retraining; models that have not run yet run first."""

import argparse

from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.project import voting


def main() -> None:
    """Writes ensemble.experiments into params.yaml and runs what follows from it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", default="", help="names or revisions, between spaces")
    parser.add_argument("--models", default="", help="networks, between spaces: those that did not run, run")
    given = parser.parse_args()
    names, models = given.experiments.split(), given.models.split()
    if not names and not models:
        raise UserError(
            'say who votes: make vote EXPERIMENTS="a b" or make vote MODELS="resnet18 tv:googlenet".'
        )

    for model in models:
        if voting.with_model(model) is None:
            print(f"vote: {model} has not run yet with these parameters: running it.", flush=True)
            voting.run_model(model)
    revisions = voting.resolve([*names, *(voting.with_model(model) or model for model in models)])
    print(f"vote: {', '.join(revision[:7] for revision in revisions)}; {voting.stand_on(revisions[0])}.")
    voting.write(revisions)
    voting.dvc("exp", "run")


if __name__ == "__main__":
    run(main, interrupted="interrupted: every stage that ended is kept; the same command goes on from there")
