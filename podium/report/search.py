"""What the run tried before it trained: linear probes on frozen networks, and the trial that decided."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.contracts import predictions, probe, selection, trials
from podium.contracts import search as contract
from podium.contracts.search import Evaluated, Optimism
from podium.contracts.trials import Trial, Trials
from podium.report.blocks import Block, Part, Sentences, Table, number
from podium.report.evidence import Evidence
from podium.report.params import ReportParams

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
    if contract.PATH.exists():
        searched = contract.read()
        blocks += [Sentences(searched.sentences), *_candidates(searched.candidates)]
    if told := _told():
        blocks.append(Sentences([f"Training: {told.why}."]))
    if told and told.trial:
        shown = {
            name: word for name, word in TRIAL.items() if name != "averaging" or len(told.trial.folds) > 1
        }
        rows = [[word, number(getattr(told.trial, name))] for name, word in shown.items()]
        blocks.append(Table(["the trial", ""], rows, "Numbers of the trial"))
    return Part("Search", blocks)


def _candidates(tried: Sequence[Evaluated]) -> list[Block]:
    table = [one.model_dump() for one in tried]
    table = [{"step": one.pop("step")} | one.pop("look") | one for one in table]
    head = [name.replace("_", " ") for name in table[0]]
    rows = [[number(cell) for cell in row.values()] for row in table]
    more = len(rows) - OPEN_ROWS
    folded = [Table(head, rows[OPEN_ROWS:], f"{more} more candidates")] if more > 0 else []
    return [Table(head, rows[:OPEN_ROWS]), *folded]


def optimism() -> Optimism | None:
    """What choosing among probes flatters their loss; None where an older run did not measure it."""
    return contract.read().optimism if contract.PATH.exists() else None


def trial() -> Trial | None:
    """What a fold trained for the evidence showed; None where the parameters alone decided."""
    told = _told()
    return told.trial if told else None


def spared() -> str:
    """Why no fold was trained; empty where folds are trained, or nothing decided."""
    told = _told()
    return told.why if told and not selection.read().train else ""


def _told() -> Trials | None:
    return trials.read() if trials.PATH.exists() else None


def best_probe(run: Evidence) -> NDArray[np.float32] | None:
    """The best probe's out-of-fold predictions (n, k) of the run's images; None where it lacks one."""
    probes = probe.read().probes if (probe.FOLDER / probe.CHOSEN).exists() else []
    if not probes:
        return None
    folder = probe.FOLDER / probes[0].name
    k, task = len(run.competition.classes), run.competition.task
    found: dict[str, Any] = {}
    for fold in predictions.folds(folder):
        ids, probs = predictions.read(predictions.path(fold, "oof", folder), k, task)
        found |= dict(zip(ids, probs, strict=True))
    return np.stack([found[name] for name in run.ids]) if set(run.ids) <= set(found) else None
