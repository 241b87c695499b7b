"""What the run tried before it trained: linear probes on frozen networks, and the trial that decided."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts import predictions, selection, trials
from podium.contracts.trials import Trial, Trials
from podium.report.blocks import Block, Part, Sentences, Table, number
from podium.report.evidence import Evidence
from podium.report.params import ReportParams

PROBES = Path("data/probe")
OPEN_ROWS = 30  # candidates shown; the rest is folded
TRIAL = {
    "images": "images",
    "probe": "loss of the probes",
    "network": "loss of the network",
    "seen": "its loss on images that it learnt from",
    "epochs": "epochs",
    "both": "loss of both together",
    "gain": "gain",
    "error": "its standard error",
    "averaging": "what averaging folds is expected to add, more than to the probes",
}


def search(_run: Evidence, _params: ReportParams) -> Part:
    """The candidates with their scores, what was chosen, and why the folds were trained or not."""
    blocks: list[Block] = []
    if lines := read(PROBES / "chosen.json").get("sentences"):
        blocks.append(Sentences([str(line) for line in lines]))
    if (PROBES / "candidates.csv").exists():
        table = pd.read_csv(PROBES / "candidates.csv")
        head = [str(name).replace("_", " ") for name in table]
        rows = [[number(cell) for cell in row] for row in table.to_numpy(object).tolist()]
        blocks.append(Table(head, rows[:OPEN_ROWS]))
        if len(rows) > OPEN_ROWS:
            blocks.append(Table(head, rows[OPEN_ROWS:], f"{len(rows) - OPEN_ROWS} more candidates"))
    if told := _told():
        blocks.append(Sentences([f"Training: {told.why}."]))
    if told and told.trial:
        rows = [[word, number(getattr(told.trial, name))] for name, word in TRIAL.items()]
        blocks.append(Table(["the trial", ""], rows, "Numbers of the trial"))
    return Part("Search", blocks)


def trial() -> Trial | None:
    """What a fold trained for the evidence showed; None where the parameters alone decided."""
    told = _told()
    return told.trial if told else None


def spared() -> str:
    """Why no fold was trained; empty where folds are trained, or nothing decided."""
    told = _told()
    return told.why if told and not read(selection.PATH).get("train", True) else ""


def _told() -> Trials | None:
    return trials.read() if trials.PATH.exists() else None


def probe(run: Evidence) -> NDArray[np.float32] | None:
    """The best probe's out-of-fold predictions (n, k) of the run's images; None where it lacks one."""
    probes = read(PROBES / "chosen.json").get("probes") or []
    if not probes:
        return None
    folder = PROBES / str(probes[0]["name"])
    k, task = len(run.competition.classes), run.competition.task
    found: dict[str, Any] = {}
    for fold in predictions.folds(folder):
        ids, probs = predictions.read(predictions.path(fold, "oof", folder), k, task)
        found |= dict(zip(ids, probs, strict=True))
    return np.stack([found[name] for name in run.ids]) if set(run.ids) <= set(found) else None


def read(path: Path) -> dict[str, Any]:
    """A JSON document; empty where it is not there."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}
