"""refit: networks that learn from every labelled image, trained as the folds are; none unless asked for."""

import shutil

from podium.contracts import fold_numbers, folds, model, refit, selection
from podium.foundation.entry import loading, run
from podium.foundation.files import replacing_folder
from podium.foundation.params import load
from podium.foundation.run import Folds, folds_to_run
from podium.training.refit import RefitParams


def main() -> None:
    """Writes data/refit/."""
    wanted, chosen = load(RefitParams).networks, selection.read()
    if wanted and chosen.train:
        told = train(wanted, chosen)
    else:
        why = f"nothing is trained, {selection.SPARED}" if wanted else "refit.networks is 0"
        told = refit.Refit(networks=0, why=why)
        with replacing_folder(refit.FOLDER) as draft:
            refit.write(told, draft)
    print(f"refit: {told.networks} network{'s' * (told.networks != 1)}, {told.why}")


def train(wanted: int, chosen: selection.Selection) -> refit.Refit:
    """Trains so many networks, each with a seed of its own; a finished one outlives an interrupted stage."""
    with loading():  # torch and Lightning: seconds that a run without refits is spared
        from podium.training import asking
        from podium.training.prepared import prepare
        from podium.training.record import finished
    like = folds_to_run(load(Folds).folds, folds.present(folds.FOLDS.read(folds.PATH)))[0]
    everyone, tables = [fold_numbers.refit(number) for number in range(wanted)], asking.tables()
    entries = [
        finished.obtain(prepare(asking.request(one, everyone, chosen, like), tables)) for one in everyone
    ]
    card = model.read_card(entries[0] / "model.json")
    told = refit.Refit(
        networks=wanted,
        why=f"trained as the folds are on all {card.images:,} labelled images and {card.copies:,} copies: "
        "none is left to score them",
    )
    with replacing_folder(refit.FOLDER) as draft:
        for one, entry in zip(everyone, entries, strict=True):
            shutil.copytree(entry, draft / model.folder(one).name)
        refit.write(told, draft)
    return told


if __name__ == "__main__":
    run(main)
