"""make export: the winning members as a folder that predicts by itself, for Kaggle's offline notebooks."""

import os
from pathlib import Path

from podium.competition import hidden
from podium.competition.params import CompetitionParams
from podium.contracts import competition, folds
from podium.download.meta import read_meta
from podium.duplicates.params import LeakParams
from podium.embedding.params import EmbedParams
from podium.foundation import run
from podium.foundation.entry import loading
from podium.foundation.entry import run as run_stage
from podium.foundation.errors import UserError
from podium.foundation.lock import load
from podium.images.params import ImageParams
from podium.project import standing
from podium.project.closure import Code
from podium.submission.params import SubmitParams
from podium.vote.members import asked
from podium.vote.preparing import published

ALL = 1_000_000_000  # rows: CHECK=n compares fewer, evenly spread


def main() -> None:
    """Writes export/: of the run whose submission lies here, whatever params.yaml says by now."""
    standing.by_the_run("export")
    shipped, check = load(CompetitionParams), os.environ.get("CHECK") or str(ALL)
    if not check.isdigit() or check == "0":
        raise UserError(f"CHECK: give a number of rows to compare, such as CHECK=500; found {check!r}.")
    with loading():
        from podium.export import bundle, card, making

    settings = making.Settings(
        vote=asked(),
        image=load(ImageParams),
        seed=load(run.Seed).seed,
        leak=load(LeakParams).use_test_duplicates,
        megapixels=shipped.limits.megapixels,
        digits=load(SubmitParams).digits,
        embed=load(EmbedParams),
        engine=bundle.engine(os.environ.get("ENGINE") or "torch"),
    )
    said = making.refuse(settings)
    ready = published(settings.vote, competition.read(), folds.FOLDS.read(folds.PATH))
    raw = hidden.opened(download := Path(shipped.path).expanduser(), shipped, read_meta(download))
    modules = Code(bundle.ROOT).of_stage(bundle.SCRIPT, chosen=[bundle.form(competition.read().form)])
    told = making.make(settings, said, ready, raw, modules, int(check))
    print(
        f"export: {card.FOLDER}/ holds {', '.join(ready.pool.names)} x {ready.pool.test.shape[1]} fold(s), "
        f"vote {said['chosen']}. Run where nothing of the project is, it gives the {told.rows:,} rows of "
        f"reports/submission.csv (largest difference {told.apart:.1e}) in {told.seconds:.1f} s.\n"
        "python predict.py TEST_FOLDER SAMPLE_SUBMISSION.csv submission.csv"
    )


if __name__ == "__main__":
    run_stage(main, interrupted="interrupted: nothing was exported; make export again")
