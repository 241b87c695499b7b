"""Stratified folds whose groups stay whole, or the folds of the user's own file."""

from pathlib import Path

from podium.contracts import clean, competition, embeddings, folds, rows
from podium.contracts import facts as contract
from podium.contracts.duplicates import DUPLICATES
from podium.contracts.duplicates import PATH as TWINS
from podium.contracts.images import IMAGES
from podium.contracts.images import PATH as INDEX
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as SHIPPED
from podium.contracts.origins import ORIGINS
from podium.contracts.origins import PATH as FROM
from podium.duplicates.find import group_of
from podium.embedding import nearness
from podium.folds import checks, frozen, grouping, split
from podium.folds.clues import gather
from podium.folds.groups import merge
from podium.folds.params import SplitParams
from podium.foundation.entry import run
from podium.foundation.files import replacing_folder
from podium.foundation.params import load
from podium.foundation.run import Seed

FOLDER = Path("data/split")


def main() -> None:
    params, seed, found = load(SplitParams), load(Seed).seed, competition.read()
    cleaned, shipped = clean.read(), LABELS.read(SHIPPED)
    ids = cleaned["image_id"].tolist()
    labels = found.numbers(cleaned["label_given"])
    strata = found.strata(labels)
    company = rows.read()
    twins = merge(group_of(ids, DUPLICATES.read(TWINS)), checks.whole_rows(ids, labels, company))
    column = shipped.set_index("image_id")["group"].reindex(ids).tolist()
    images = IMAGES.read(INDEX).set_index("image_id")
    clues = gather(ids, strata.argmax(1), images, ORIGINS.read(FROM), embeddings.read(), params.group)
    grouped = grouping.group(clues, twins, column, params, strata.shape[1], seed)

    given = frozen.checked(Path(params.file), set(images.index), company)
    if len(given):
        made = split.from_file(given, ids, labels, grouped.groups, params, seed)
    else:
        by = None if found.kind.truth == "labels" else strata
        made = split.split(ids, labels, grouped.groups, found.classes, params, seed, by)
    k = len(found.classes) if found.kind.link == "softmax" else 0
    near = nearness.beside_test(made.table, embeddings.read(), k)
    sentences = grouped.sentences + made.sentences + near.sentences
    warnings = grouped.warnings + made.warnings + near.warnings
    facts = split.facts(made.table, grouped.facts | near.facts, sentences, warnings)
    with replacing_folder(FOLDER) as folder:
        folds.FOLDS.write(made.table, folder / folds.PATH.name)
        contract.write(contract.Facts, facts, folder)
    print("\n".join(facts["sentences"]))


if __name__ == "__main__":
    run(main)
