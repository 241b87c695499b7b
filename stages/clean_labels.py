"""Duplicates, suspect labels, and the user's own corrections, which win over everything."""

from pathlib import Path

from podium.contracts import clean, competition, embeddings, images, rows
from podium.contracts import facts as contract
from podium.contracts.duplicates import DUPLICATES, PATH
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as SHIPPED
from podium.duplicates.find import duplicates
from podium.duplicates.params import DuplicateParams
from podium.foundation.entry import run
from podium.foundation.files import replacing_folder, write_text
from podium.foundation.params import load
from podium.foundation.run import Seed
from podium.labels import cleaning, corrections, facts, inputs, review
from podium.labels.params import LabelParams

FOLDER = Path("data/clean")


def main() -> None:
    params, near, seed = load(LabelParams), load(DuplicateParams), load(Seed).seed
    found_in = competition.read()
    classes = found_in.answers
    every = images.readable(images.IMAGES.read(images.PATH))
    vectors = embeddings.of(every["image_id"].tolist())
    shipped = inputs.labelled(LABELS.read(SHIPPED), every)
    told = corrections.read(clean.CORRECTIONS, set(shipped["image_id"]), classes)

    found = duplicates(every, vectors, near)
    given = corrections.apply(shipped, told)
    material = cleaning.gather(given, every, vectors, found.table, classes, seed, rows.read())
    cleaned = cleaning.clean(given, material, classes, params, seed, found_in.table, found_in.kind)
    summary = facts.describe(cleaned, every, vectors, found, seed)
    summary["sentences"] += corrections.moved(told)
    table = cleaned.table.assign(group=material.twins)
    suspects = review.cards(table, material.vectors, params.cards)
    read = inputs.pictures(every, images.SHARDS)
    page = review.page(suspects, classes, told, summary["suspects"], found_in.name, read)

    with replacing_folder(FOLDER) as folder:
        clean.write(cleaned.table, folder / clean.PATH.name)
        DUPLICATES.write(found.table, folder / PATH.name)
        write_text(folder / "review.html", page)
        contract.write(contract.Facts, summary, folder)
    print("\n".join([*summary["sentences"], f"look at the suspects in {FOLDER}/review.html"]))


if __name__ == "__main__":
    run(main)
