"""Every class brought to its number of images: originals, and copies that stay in their source's fold."""

from pathlib import Path

import pandas as pd

from podium.augmentations.flips import choose
from podium.augmentations.params import AugmentParams
from podium.contracts import clean, competition, facts, folds, images, manifest
from podium.copies import originals, recipe
from podium.copies.build import build
from podium.copies.facts import describe
from podium.copies.hard import hard_examples
from podium.copies.orders import plain
from podium.copies.plan import plan
from podium.foundation.entry import run
from podium.foundation.files import replacing_folder
from podium.foundation.params import load
from podium.foundation.run import Seed
from podium.tasks.limits import only_classes

DATA = Path("data")


def main() -> None:
    params, seed = load(AugmentParams), load(Seed).seed
    found = competition.read()
    classes = found.classes
    index = images.IMAGES.read(images.PATH)
    split = folds.FOLDS.read(folds.PATH)
    rows = originals.rows(index, clean.read(), split, found.answers)
    shown, classes = originals.by_stratum(rows, found)
    flips = choose(params, shown, classes)
    renderer = recipe.renderer(params, flips.allowed, seed, recipe.extremes(index, rows, DATA))
    made = plan(shown, classes, params.per_class, params.exceptions, params.over, seed)
    rows["weight"] = rows["weight"].where(~made.thinned, 0.0)
    if params.hard_examples.teacher is not None:
        only_classes(found.kind, "augment.hard_examples.teacher", "set it to null")
    hard = hard_examples(params.hard_examples, rows, split, found.classes, DATA)
    orders = plain(made.copies) + hard.orders

    with replacing_folder(manifest.FOLDER) as folder:
        copies = build(rows, orders, renderer, DATA, folder, manifest.FOLDER.name)
        table = pd.concat([rows, copies], ignore_index=True)
        manifest.MANIFEST.write(table, folder / manifest.PATH.name)
        told = describe(table, made, flips, params, renderer.policy, classes, hard.sentences)
        facts.write(facts.Augmented, told, folder)
    print("\n".join(told["sentences"]))


if __name__ == "__main__":
    run(main)
