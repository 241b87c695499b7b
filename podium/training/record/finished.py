"""Trained folds in the scratch store, whole: what a trial trained, the fold's own stage takes over."""

import shutil
from pathlib import Path

from podium.contracts import model
from podium.foundation import scratch
from podium.foundation.files import replacing_folder
from podium.training import fold as training
from podium.training.loop import engine, resume
from podium.training.prepared import Prepared
from podium.training.record import outputs

KIND = "trained"


def obtain(prepared: Prepared) -> Path:
    """The entry of this very training (code, parameters, images): trained now where there is none."""

    def build(folder: Path) -> None:
        result = training.train(prepared)
        outputs.write(result.network, result.card, result.history, result.picture, folder / "model")
        resume.clean(result.key)

    return scratch.obtain(KIND, prepared.key, build) / "model"


def deliver(prepared: Prepared) -> str:
    """Writes the fold's folder, trained now or by its trial; what one of several processes says of it."""
    fold, entry = prepared.request.fold, find(prepared)
    if entry is not None:
        return copy(entry, fold)
    result = training.train(prepared)
    if not engine.first():
        return ""
    outputs.write(result.network, result.card, result.history, result.picture, model.folder(fold))
    resume.clean(result.key)
    return outputs.sentence(result.card, result.history)


def find(prepared: Prepared) -> Path | None:
    """The entry of this very training, or None."""
    entry = scratch.find(KIND, prepared.key)
    return None if entry is None else entry / "model"


def copy(entry: Path, fold: int) -> str:
    """The entry as the fold's folder, whole or not at all; the sentence that says so."""
    with replacing_folder(model.folder(fold)) as draft:
        for file in sorted(entry.iterdir()):
            shutil.copyfile(file, draft / file.name)
    return f"fold {fold}: its trial trained it"
