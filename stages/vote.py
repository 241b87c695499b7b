"""make vote: several experiments vote, without retraining; models that have not run yet run first."""

import argparse

from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.foundation.params import load
from podium.networks import choice
from podium.project import settings, summary, voting
from podium.selection.params import EffortParams


def main() -> None:
    """Judges the names, runs what is missing, votes, and leaves params.yaml as it was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", default="", help="names or revisions, between spaces")
    parser.add_argument(
        "--models", default="", help="networks, between spaces: those that did not run, run; strong: three"
    )
    parser.add_argument("--name", default="", help="of the vote as an experiment; empty: DVC finds one")
    given = parser.parse_args()
    names, models = given.experiments.split(), choice.spelled_out(given.models.split())
    if not names and not models:
        raise UserError(
            'say who votes: make vote EXPERIMENTS="a b" or make vote MODELS="resnet18 tv:googlenet".'
        )
    revisions = voting.resolve(names)
    if models and load(EffortParams).effort == "probe":
        raise UserError(
            "params.yaml: effort: probe trains no network, so MODELS cannot vote: set effort: auto, or name "
            'experiments that trained: make vote EXPERIMENTS="a b".'
        )
    for model in models:
        settings.refuse_wrong([f"model={model}"])

    for model in models:
        if voting.with_model(model) is None:
            print(f"vote: {model} has not run yet with these parameters: running it.", flush=True)
            voting.run_model(model)
    ran = [voting.with_model(model) or model for model in models]
    members = list(dict.fromkeys([*revisions, *voting.resolve(ran)]))
    made = voting.vote(members, given.name, lambda: print("\n".join(summary.lines())))
    name = voting.named(made)
    print(
        "params.yaml is as it was. This folder's submission, report and scores are the vote's, experiment "
        f"{name}: make upload sends it, `dvc exp apply {name}` takes its parameters too, make submission "
        "brings back your own run."
    )


if __name__ == "__main__":
    run(
        main,
        interrupted="interrupted: params.yaml is as it was, every stage that ended is kept; the same command "
        "goes on from there",
    )
