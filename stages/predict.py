"""Every fold's network on its own originals and on test, with test-time augmentation: data/predictions/."""

from pathlib import Path

import numpy as np

from podium.contracts import competition, facts, folds, images, manifest, predictions, refit, selection
from podium.features.params import FeatureParams
from podium.foundation.entry import loading, run
from podium.foundation.files import replacing_folder
from podium.foundation.params import load
from podium.foundation.run import Folds, Threads, folds_to_run
from podium.training.refit import RefitParams
from podium.tta import geometry
from podium.tta.params import TtaParams

ROOT = Path("data")


def main() -> None:
    params = load(TtaParams)
    budget, threads = load(FeatureParams).budget_gb, load(Threads).threads
    table = folds.FOLDS.read(folds.PATH)
    chosen = folds_to_run(load(Folds).folds, folds.present(table))
    if not selection.read().train:
        untrained()
        return
    shown, shipped, refits = manifest.facts(), competition.read(), refit.read()

    with loading():  # late: a mistake above is told at once
        import torch

        from podium.tta.predicting import Wishes, predict, task

    torch.set_num_threads(threads)
    todo = task(images.IMAGES.read(images.PATH), table, chosen, shipped, refits.folds)
    wishes = Wishes(geometry.shown(shown.get("reach"), params))
    made = predict(todo, params, shown, wishes, budget, ROOT)
    told = refit.told(made.facts, load(RefitParams).vote, refits)
    with replacing_folder(predictions.FOLDER) as folder:
        for part, found in (("oof", made.oof), ("test", made.test)):
            for fold, (ids, probs) in found.items():
                predictions.write(ids, np.asarray(probs), predictions.path(fold, part, folder), shipped.task)
        if made.refit:
            predictions.write(*made.refit, folder / predictions.REFIT, shipped.task)
        facts.write(facts.Predicted, told, folder)
    print(*told["sentences"], sep="\n")


def untrained() -> None:
    """The folder of a run that trained no fold: facts alone."""
    sentence = "predict: no fold was trained, the linear probes' predictions stand"
    with replacing_folder(predictions.FOLDER) as folder:
        facts.write(facts.Predicted, {"sentences": [sentence]}, folder)
    print(sentence)


if __name__ == "__main__":
    run(main)
