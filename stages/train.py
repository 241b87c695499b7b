"""Trains the network of one fold: python -m stages.train FOLD."""

import sys

from podium.contracts import folds, model, selection
from podium.foundation.entry import loading, run
from podium.foundation.params import load
from podium.foundation.run import Folds, folds_to_run
from podium.training.record import skipped


def main() -> None:
    """Reads the fold's rows, trains, writes models/fold<k>/."""
    fold = int(sys.argv[1])
    present = folds.present(folds.FOLDS.read(folds.PATH))
    if fold not in folds_to_run(load(Folds).folds, present):
        reason = f"the split has folds {', '.join(map(str, present))} alone"
        print(skipped.write(fold, reason, model.folder(fold)))
        return
    chosen = selection.read()
    if chosen.train:
        train(fold, chosen)
    else:
        print(skipped.write(fold, selection.SPARED, model.folder(fold)))


def train(fold: int, chosen: selection.Selection) -> None:
    """Trains a fold that this run wants, or takes over what its trial trained."""
    with loading():  # torch and Lightning: seconds that a skipped fold is spared
        from podium.training import asking
        from podium.training.prepared import prepare
        from podium.training.record import finished
    print(finished.deliver(prepare(asking.request(fold, load(Folds).folds, chosen), asking.tables())))


if __name__ == "__main__":
    run(main)
