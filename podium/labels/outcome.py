"""The cleaned labels and what is worth saying of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium import probe
from podium.adversarial import shift
from podium.duplicates.find import Found, group_of
from podium.folds.assign import assign
from podium.folds.groups import from_column, merge
from podium.labels import actions, noise
from podium.labels.params import LabelParams

FOLDS = 5  # of the out-of-fold probabilities that find suspects


@dataclass(frozen=True)
class Cleaned:
    """The table of data/clean/labels.csv, with `suggested` and `confidence` beside; sorted by image_id."""

    table: pd.DataFrame
    accuracy: float  # of the quick linear classifier, out of fold, under the given labels
    policy: str  # what `auto` became


def clean(
    given: pd.DataFrame,
    every: pd.DataFrame,
    vectors: NDArray[np.float32],
    twins: pd.DataFrame,
    classes: list[str],
    params: LabelParams,
    seed: int,
) -> Cleaned:
    """Suspects among `given` (image_id, label_given, user, note, group) and what `params.policy` does."""
    ids = given["image_id"].tolist()
    rows = np.searchsorted(every["image_id"].to_numpy(str), np.array(ids, dtype=str))
    labels = np.array([classes.index(label) for label in given["label_given"]], dtype=np.int64)
    groups = group_of(ids, twins)
    whole = merge(groups, from_column(ids, given["group"].tolist()))
    folds = assign(ids, labels, whole, FOLDS, seed)
    probs = probe.out_of_fold(vectors[rows], labels, folds, len(classes))
    found = noise.find(labels, probs)
    decided, trained = actions.decide(
        given, labels, found, noise.torn_groups(labels, groups), params.policy, params.confidence
    )
    names = np.array(classes, dtype=object)
    table = pd.DataFrame(
        {
            "image_id": ids,
            "label": names[trained],
            "label_given": names[labels],
            "suggested": names[found.suggested],
            "confidence": found.confidence,
        }
    )
    return Cleaned(
        pd.concat([table, decided], axis=1), float((probs.argmax(1) == labels).mean()), params.policy
    )


def test_twins(cleaned: pd.DataFrame, twins: pd.DataFrame) -> pd.DataFrame:
    """image_id, label: test images with duplicates among the labelled ones that all agree on one label."""
    label = dict(zip(cleaned["image_id"], cleaned["label"], strict=True))
    known = twins.assign(label=twins["image_id"].map(label))
    labels = known.dropna(subset=["label"]).groupby("group")["label"]
    agreed = labels.first()[labels.nunique() == 1].to_dict()
    test = known[known["image_id"].str.startswith("test/") & known["group"].isin(list(agreed))]
    return pd.DataFrame({"image_id": test["image_id"], "label": test["group"].map(agreed)})


def facts(
    cleaned: Cleaned, every: pd.DataFrame, vectors: NDArray[np.float32], found: Found, seed: int
) -> dict[str, Any]:
    """Flat numbers for metrics and report, and `sentences`."""
    table = cleaned.table
    mixed: dict[str, set[str]] = {}
    for image_id, group in zip(found.table["image_id"], found.table["group"], strict=True):
        mixed.setdefault(group, set()).add(image_id.partition("/")[0])
    crossing = sum({"train", "test"} <= kinds for kinds in mixed.values())
    torn = int(table["reason"].str.contains("duplicate").sum())
    values: dict[str, Any] = {
        "probe_accuracy": round(cleaned.accuracy, 6),
        "suspects": int(table["suspect"].sum()),
        "corrected": int(table["reason"].str.startswith("corrections.csv").sum()),
        "relabelled": int((table["action"] == "relabel").sum()),
        "dropped": int((table["action"] == "drop").sum()),
        "duplicates": len(found.table),
        "duplicate_groups": int(found.table["group"].nunique()),
        "duplicate_groups_train_test": crossing,
        "duplicates_two_labels": torn,
    }
    sentences = [
        f"{values['duplicates']} images in {values['duplicate_groups']} groups of duplicates, {crossing} of "
        f"them over train and test; {torn} images have a duplicate under another label.",
        f"{values['suspects']} of {len(table)} labels are suspect (policy {cleaned.policy}: "
        f"{values['relabelled']} relabelled, {values['dropped']} dropped, {values['corrected']} by "
        f"corrections.csv); a linear classifier on the embeddings reaches {cleaned.accuracy:.3f}.",
        *found.sentences,
    ]
    test = (every["subset"] == "test").to_numpy()
    ours = test | every["image_id"].isin(table["image_id"]).to_numpy()
    ids = every.loc[ours, "image_id"].tolist()
    drift = shift(ids, vectors[ours], test[ours], group_of(ids, found.table), seed)
    if drift is not None:
        values["adversarial_auc"] = round(drift.auc, 6)
        values["most_like_test"] = drift.most
        sentences.append(f"train against test: AUC {drift.auc:.3f} (0.5: alike, 1: told apart at sight).")
    return values | {"sentences": sentences}
