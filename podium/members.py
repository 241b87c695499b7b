"""Who votes: this run, the experiments that params name, and predictions made elsewhere, side by side."""

import pandas as pd

from podium import experiments, external
from podium.contracts import images, predictions
from podium.contracts.competition import Competition
from podium.experiments import Pool
from podium.voters import EnsembleParams


def gather(params: EnsembleParams, found: Competition, split: pd.DataFrame, folds: list[int]) -> Pool:
    """The members' predictions; `folds` are this run's. Raises UserError where they do not fit."""
    own = experiments.read("this run", folds, split, len(found.classes), predictions.FOLDER)
    members = [own] if params.own else []
    members += [experiments.of_revision(revision, split, found.classes) for revision in params.experiments]
    members += [external.read(one, own, split, found, submission_ids()) for one in params.external]
    return experiments.pool(members, split)


def submission_ids() -> dict[str, str]:
    """What the submission calls an image -> its image_id."""
    rows = images.IMAGES.read(images.PATH).dropna(subset="submission_id")
    return dict(zip(rows["submission_id"], rows["image_id"], strict=True))
