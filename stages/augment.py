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

DATA = Path("data")


def main() -> None:
    params, seed = load(AugmentParams), load(Seed).seed
    classes = competition.read().classes
    index = images.IMAGES.read(images.PATH)
    split = folds.FOLDS.read(folds.PATH)
    rows = originals.rows(index, clean.read(), split, classes, DATA)
    flips = choose(params, rows, classes)
    renderer = recipe.renderer(params, flips.allowed, seed, recipe.extremes(index, rows, DATA))
    made = plan(rows, classes, params.per_class, params.exceptions, params.over, seed)
    rows["weight"] = rows["weight"].where(~made.thinned, 0.0)
    hard = hard_examples(params.hard_examples, rows, split, classes, DATA)
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
