"""Validates the whole of params.yaml, lists each stage's code, clears what a larger run left."""

from pathlib import Path

from podium.foundation.entry import run
from podium.foundation.files import write_json
from podium.foundation.run import Folds
from podium.project import repository, standing
from podium.project.checking import check, remove_stale_models, warnings
from podium.project.dvc_file import write_code_lists

STAMP = Path("data/check.json")


def main() -> None:
    sections = check()
    print("".join(f"warning: {sentence}\n" for sentence in warnings(sections)), end="")
    repository.check()
    if repository.making_an_experiment():
        repository.check_commits()
    folds = sections["Folds"]
    assert isinstance(folds, Folds)
    for name in remove_stale_models(folds.folds):
        print(f"removed models/{name}: `folds` no longer names it")
    write_code_lists()
    write_json(STAMP, {"params": "valid"})  # always the same bytes: no later stage runs for its sake
    if not standing.told_later():  # what starts such a run has said it, or makes the commit itself
        print(standing.line() or "params.yaml: all right, as committed")


if __name__ == "__main__":
    run(main)
