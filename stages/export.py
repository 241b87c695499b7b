"""make export: the winning members as ONNX with a small predict.py, for Kaggle's offline notebooks."""

import json

from podium.contracts import competition, folds, predictions
from podium.foundation import run
from podium.foundation.entry import run as run_stage
from podium.foundation.errors import UserError
from podium.foundation.files import replacing_folder
from podium.foundation.params import load
from podium.images.params import ImageParams
from podium.metrics import registry
from podium.tasks.limits import only_classes
from podium.vote.members import gather
from podium.vote.params import EnsembleParams


def main() -> None:
    """Writes export/."""
    params, seed = load(EnsembleParams), load(run.Seed).seed
    found, split = competition.read(), folds.FOLDS.read(folds.PATH)
    only_classes(found.kind, "make export", "predict with dvc repro")
    declared = run.folds_to_run(load(run.Folds).folds, folds.present(split))
    table = predictions.ENSEMBLE / "table.json"
    if not table.exists():
        raise UserError(f"{table} is missing: run `dvc repro`, then export.")
    said = json.loads(table.read_text(encoding="utf-8"))
    pool = gather(params, found, split, declared)

    from podium.export import bundle

    common = sorted(set(pool.home.tolist()))
    with replacing_folder(bundle.FOLDER) as folder:
        sources = bundle.sources(params, pool.names)
        bundle.write_vote(pool, said, registry.of(found), seed, folder / "vote.onnx")
        members = [bundle.write_member(s, i, common, folder) for i, s in enumerate(sources)]
        seconds = bundle.seconds_per_1000(members, folder)
        extra = {"members": members, "seconds_per_1000": round(seconds, 2)}
        bundle.write(bundle.settings(found, load(ImageParams), pool.labels) | extra, folder)
    print(
        f"export: {bundle.FOLDER}/ holds {len(members)} member(s) x {len(common)} fold(s), "
        f"vote {said['chosen']}; a thousand images take about {seconds:.1f} s here. "
        "In a notebook without internet:\n"
        "python predict.py TEST_FOLDER SAMPLE_SUBMISSION.csv submission.csv"
    )


if __name__ == "__main__":
    run_stage(main, interrupted="interrupted: nothing was exported; make export again")
