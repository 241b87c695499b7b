"""What clean_labels found, in numbers and sentences."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.duplicates.find import Duplicates, group_of
from podium.embedding.adversarial import shift
from podium.foundation.words import counted
from podium.labels.cleaning import Cleaned

AUC_SEEN = 0.6  # beyond it train and test differ enough to look
FIRST = (  # metrics.json takes a stage's first few numbers
    "suspects",
    "noise_estimate",
    "probe_accuracy",
    "duplicates",
    "duplicate_groups_with_test",
    "adversarial_auc",
)


def describe(
    cleaned: Cleaned, every: pd.DataFrame, vectors: NDArray[np.float32], found: Duplicates, seed: int
) -> dict[str, Any]:
    """Numbers for metrics and report, `sentences`, and `warnings` about the score.

    Rows of `vectors` are those of `every`.
    """
    parts = [_duplicates(cleaned, found), _labels(cleaned), _shift(cleaned, every, vectors, found, seed)]
    numbers: dict[str, Any] = {}
    for part, _ in parts:
        numbers |= part
    values = {name: numbers[name] for name in FIRST if name in numbers} | numbers
    shifted = [told for told in parts[-1][1] if numbers.get("adversarial_auc", 0.0) > AUC_SEEN]
    return values | {"sentences": [line for _, told in parts for line in told], "warnings": shifted}


def _duplicates(cleaned: Cleaned, found: Duplicates) -> tuple[dict[str, Any], list[str]]:
    subsets: dict[str, set[str]] = {}
    for image_id, group in zip(found.table["image_id"], found.table["group"], strict=True):
        subsets.setdefault(group, set()).add(image_id.partition("/")[0])
    crossing = sum("test" in kinds and len(kinds) > 1 for kinds in subsets.values())
    torn = int(cleaned.table["reason"].str.contains("a duplicate has").sum())
    values = {
        "duplicates": len(found.table),
        "duplicates_exact": int((found.table["kind"] == "exact").sum()),
        "duplicate_groups": len(subsets),
        "duplicate_groups_with_test": crossing,
        "duplicates_two_labels": torn,
    }
    return values, [_told(values), *found.sentences]


def _told(values: dict[str, int]) -> str:
    """How many duplicates there are, less what there is none of."""
    if not values["duplicates"]:
        return "no image has a duplicate."
    said = [
        f"{values['duplicates']} images ({values['duplicates_exact']} of them exact) in "
        f"{counted(values['duplicate_groups'], 'group')} of duplicates"
    ]
    if crossing := values["duplicate_groups_with_test"]:
        said.append(f"{counted(crossing, 'group joins', 'groups join')} labelled images with test")
    if torn := values["duplicates_two_labels"]:
        said.append(f"{counted(torn, 'image has', 'images have')} a duplicate under another label")
    return "; ".join(said) + "."


def _labels(cleaned: Cleaned) -> tuple[dict[str, Any], list[str]]:
    table = cleaned.table
    values = {
        "probe_accuracy": round(cleaned.accuracy, 6),
        "suspects": int(table["suspect"].sum()),
        "noise_estimate": round(float(1 - table["quality"].mean()), 6),
        "corrected": int(table["told"].sum()),
        "relabelled": int((table["action"] == "relabel").sum()),
        "dropped": int((table["action"] == "drop").sum()),
        "label_policy": cleaned.policy,
    }
    sentences = [
        f"{values['suspects']} of {len(table)} labels are suspect, about {values['noise_estimate']:.1%} may "
        f"be wrong; policy {cleaned.policy}: {values['relabelled']} relabelled, {values['dropped']} dropped "
        f"({values['corrected']} told by corrections.csv).",
        f"a linear classifier on the embeddings is right on {cleaned.accuracy:.3f} of the given labels.",
    ]
    sentences += cleaned.sentences
    if cleaned.trial:
        told = ", ".join(f"{name} {value:.4f}" for name, value in cleaned.trial.items())
        sentences.append(f"labels.policy auto became {cleaned.policy}; accuracy out of fold: {told}.")
    return values, sentences


def _shift(
    cleaned: Cleaned, every: pd.DataFrame, vectors: NDArray[np.float32], found: Duplicates, seed: int
) -> tuple[dict[str, Any], list[str]]:
    test = (every["subset"] == "test").to_numpy()
    ours = test | every["image_id"].isin(cleaned.table["image_id"]).to_numpy()
    ids = every.loc[ours, "image_id"].tolist()
    drift = shift(ids, vectors if ours.all() else vectors[ours], test[ours], group_of(ids, found.table), seed)
    if drift is None:
        return {}, []
    look = ": look at the images most like test in the report" if drift.auc > AUC_SEEN else ""
    sentence = f"train against test: AUC {drift.auc:.3f} (0.5 alike, 1 told apart at sight){look}."
    return {"adversarial_auc": round(drift.auc, 6), "most_like_test": drift.most}, [sentence]
