"""pseudo_label: with a teacher, labels for images that have none, one set a fold; without, an empty table."""

from podium.contracts import competition, folds, pseudo
from podium.foundation import run
from podium.foundation.entry import run as run_stage
from podium.foundation.params import load
from podium.pseudo import labels
from podium.pseudo.params import PseudoParams
from podium.tasks.limits import only_classes


def main() -> None:
    """Writes data/pseudo/labels.parquet."""
    params = load(PseudoParams)
    found = competition.read()
    classes = found.classes
    table = pseudo.table(len(classes), found.task)
    if params.teacher is None:
        table.write(table.empty(), pseudo.PATH)
        print("pseudo_label: no teacher, no pseudo-labels.")
        return

    only_classes(found.kind, "pseudo_label.teacher", "set it to null")
    split = folds.FOLDS.read(folds.PATH)
    declared = run.folds_to_run(load(run.Folds).folds, folds.present(split))
    teacher = labels.teacher(params.teacher, split, classes)
    taught = [labels.teach(teacher, split, fold, params) for fold in declared]
    table.write(labels.table(taught, teacher, params), pseudo.PATH)
    for part in taught:
        print(labels.sentence(part, classes, len(teacher.test_ids)))


if __name__ == "__main__":
    run_stage(main)
