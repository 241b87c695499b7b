"""What `dvc plots` draws: plain CSV files, declared in dvc.yaml."""

from pathlib import Path

import numpy as np
import pandas as pd

from podium.foundation.files import replacing
from podium.report.evidence import Evidence

FOLDER = Path("reports/plots")
COLUMNS = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")


def history(histories: dict[int, dict[str, list[float]]]) -> pd.DataFrame:
    """epoch (from 1) and the mean over folds of each figure; the header alone where nothing has epochs."""
    frames = [
        pd.DataFrame(values).assign(epoch=range(1, len(next(iter(values.values()))) + 1))
        for values in histories.values()
        if values
    ]
    if not frames:
        return pd.DataFrame(columns=["epoch", *COLUMNS])
    together = pd.concat(frames)
    present = [name for name in COLUMNS if name in together]
    return together.groupby("epoch", as_index=False)[present].mean()


def confusion(run: Evidence) -> pd.DataFrame:
    """given and predicted class of every out-of-fold image; the header alone where there are no classes."""
    if run.competition.kind.truth != "labels":
        return pd.DataFrame(columns=["given", "predicted"])
    names = np.array(run.competition.classes)
    return pd.DataFrame({"given": names[run.labels], "predicted": names[run.oof.argmax(1)]})


def write(run: Evidence, folder: Path = FOLDER) -> None:
    """Writes history.csv and confusion.csv, each atomically."""
    for name, frame in (("history", history(run.histories)), ("confusion", confusion(run))):
        with replacing(folder / f"{name}.csv") as draft:
            frame.to_csv(draft, index=False, lineterminator="\n")
