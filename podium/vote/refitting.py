"""Networks that learnt from every fold, in the vote on test images: out-of-fold they have no say.

They join where predictions become a vote, and nowhere before: a teacher's pseudo-labels for the student of
one fold come from that fold's network alone.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from podium.contracts import facts, predictions, refit
from podium.contracts.competition import Competition
from podium.experiments.runs import Pool, Stored
from podium.foundation.errors import UserError

THIS = "this run"


def joined(pool: Pool, places: dict[str, Path], found: Competition) -> Pool:
    """The pool whose test predictions (m, f, t, k) are mixed with refits'; places: member -> its predictions.

    Each fold gets the same mix, so that its mean is that of all networks. Raises UserError where a refit
    predicted other images.
    """
    test: Stored | None = None
    refits = []
    for row, name in enumerate(pool.names):
        told = facts.read(facts.Predicted, places[name]) if name in places else None
        if told is None or told.refit == "none":
            continue
        file = places[name] / predictions.REFIT
        ids, values = predictions.read(file, len(found.classes), found.task)
        if ids != pool.test_ids:
            raise UserError(f"{file} predicts other images than the folds: run `dvc repro -f predict`.")
        part = refit.share(told.refit, pool.test.shape[1], told.refit_networks)
        if test is None:
            test = pool.test.astype(np.float64)
        test[row] = (1 - part) * test[row] + part * values.astype(np.float64)
        where = "instead of" if told.refit == "instead" else "beside"
        refits.append(f"{name} ({told.refit_networks} {where} the folds)")
    return pool if test is None else replace(pool, test=test, refits=tuple(refits))


def sentences(pool: Pool) -> list[str]:
    """What the score does not tell, where refits vote."""
    if not pool.refits:
        return []
    who = ", ".join(pool.refits)
    return [
        f"ensemble: networks that learnt from all labelled images vote on test images: {who}. The score is "
        "the folds': no image is left that could tell theirs."
    ]
