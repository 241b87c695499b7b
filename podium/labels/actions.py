"""What is done about suspects: nothing, leave out of training, another label, less weight."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.labels.noise import Labels, Noise

LEAST_WEIGHT = 0.05  # of a suspect in the loss


def decide(
    given: pd.DataFrame, labels: Labels, noise: Noise, torn: NDArray[np.bool_], policy: str, confidence: float
) -> tuple[pd.DataFrame, Labels]:
    """(action, suspect, quality, reason, weight of each image; the labels that training sees).

    `given` has columns user and note (rows as in `labels`). What the user said is never a suspect and never
    changed. relabel wants `confidence` of the suggestion and a group that agrees; weight is
    quality-proportional for suspects.
    """
    told = given["user"].to_numpy(str)
    suspect = (noise.suspect | torn) & (told == "")
    action = np.where(told == "", "keep", told).astype(object)
    weight = np.where(told == "drop", 0.0, 1.0)
    trained = labels.copy()
    by_model = noise.suspect & (told == "")
    if policy == "drop":
        action[by_model], weight[by_model] = "drop", 0.0
    elif policy == "relabel":
        sure = by_model & (noise.confidence >= confidence) & (noise.suggested != labels)
        action[sure], trained[sure] = "relabel", noise.suggested[sure]
    elif policy == "weight":
        weight[by_model] = np.clip(noise.quality[by_model], LEAST_WEIGHT, 1.0)
    quality = np.where(told == "", noise.quality, 1.0)
    reason = _reasons(given, noise, torn)
    table = pd.DataFrame(
        {"action": action, "suspect": suspect, "quality": quality, "reason": reason, "weight": weight}
    )
    return table, trained


def _reasons(given: pd.DataFrame, noise: Noise, torn: NDArray[np.bool_]) -> list[str]:
    found = []
    for told, note, wrong, apart in zip(given["user"], given["note"], noise.suspect, torn, strict=True):
        if told:
            found.append(f"corrections.csv: {note}" if note else "corrections.csv")
            continue
        parts = ["the model disagrees"] if wrong else []
        found.append("; ".join(parts + (["a duplicate has another label"] if apart else [])))
    return found
