# ruff: noqa: E501  (sentences stay in one piece)
"""What each column counts in the metric, as params and pages say it."""

from pathlib import Path

import pytest

from podium.competition.page import section_of
from podium.competition.weights import weights_in
from podium.foundation.errors import UserError
from tests.competition.layouts import unseen
from tests.competition.shipping import Files, csv, found, many

BLEEDING = ["epidural", "subdural", "any"]
GRASS = ["Dry_Green_g", "GDM_g", "Dry_Total_g"]
SAID = {
    "Each row is weighted by its target:\n\n* Dry_Green_g: 0.1\n* GDM_g: 0.2\n* Dry_Total_g: 0.5\n": [0.1, 0.2, 0.5],
    "Weights:\n\n| Target | Weight |\n|---|---|\n| Dry_Green_g | 0.1 |\n| `GDM_g` | 0.2 |\n| Dry_Total_g | 0.5 |": [0.1, 0.2, 0.5],
    "<table><tr><td>Weight</td></tr><tr><td>Dry_Green_g</td><td>0.1</td></tr><tr><td>GDM_g</td><td>.2</td></tr>"
    "<tr><td>Dry_Total_g</td><td>0.5</td></tr></table>": [0.1, 0.2, 0.5],
    "weights: Dry_Green_g=1, GDM_g=1, Dry_Total_g=3.": [1, 1, 3],
}  # fmt: skip
TOLD = {
    "A weighted log loss. The `any` label has a weight of 2.": 2,
    "The any label counts double.": 2,
    "**any** is weighted 2.5 and the others alike.": 2.5,
    "Note that the `any` column counts three times.": 3,
}
NOT_SAID = [
    "A weighted log loss, as a bleeding of any kind counts.",
    "A weighted log loss. The any label is weighted more highly than specific sub-types.",
    "The any label has a weight.",
    "weights: epidural: 1, subdural: 1, any: 1",  # all alike
]


@pytest.mark.parametrize("text", SAID)
def test_a_list_or_table_of_all_columns(text: str) -> None:
    section = section_of(f"# Grass\n\n## Evaluation\n\nR2, weighted.\n{text}\n\n## Timeline\n\nGDM_g 7\n")
    assert list(weights_in(section, GRASS).values()) == SAID[text]


@pytest.mark.parametrize("text", TOLD)
def test_a_sentence_about_one_column(text: str) -> None:
    assert weights_in(text, BLEEDING) == {"any": TOLD[text]}


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_is_not_said_plainly_is_not_taken(text: str) -> None:
    assert weights_in(text, BLEEDING) == {}


def shipped(evaluation: str) -> Files:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2)
    files["train.csv"] = csv("id,epidural,any", "a1,0,0", "a2,1,1", "a3,0,1", "a4,1,1")
    files["sample_submission.csv"] = csv("id,epidural,any", "t0,0.5,0.5", "t1,0.5,0.5")
    files["description.md"] = f"## Evaluation\n\n{evaluation}\n"
    return files


def test_the_page_tells_weights(tmp_path: Path) -> None:
    got = found(shipped("A weighted log loss. The any label counts twice."), tmp_path)
    read = got.competition
    assert (read.metric, read.weights) == ("log_loss", [1, 2])
    said = next(one for one in got.findings if one.what == "weights")
    assert said.found == "counting in the metric: any 2; all others 1" and said.why == "description.md"


def test_weights_that_are_not_read_are_told(tmp_path: Path) -> None:
    got = found(shipped("A weighted log loss: any matters more."), tmp_path)
    read = got.competition
    said = next(one for one in got.findings if one.what == "weights")
    assert (
        read.weights == [] and said.warning and "set competition.weights, such as {epidural: 2}" in said.why
    )


def test_a_weighted_kappa_speaks_of_no_columns(tmp_path: Path) -> None:
    files = shipped("The mean column-wise ROC AUC. (Weighted kappa was thought of, and equal weights win.)")
    assert not [one for one in found(files, tmp_path).findings if one.what == "weights"]


def test_params_say_otherwise(tmp_path: Path) -> None:
    read = found(
        shipped("A weighted log loss. any counts twice."), tmp_path, weights={"epidural": 3}
    ).competition
    assert read.weights == [3, 1]


def test_a_weight_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"weights: 'subdural' is none of what is predicted \(epidural, any\): name"
    ):
        found(shipped("The log loss."), tmp_path, weights={"subdural": 2})


def test_a_metric_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"the metric f1_samples has no weights: take them out, or set .* roc_auc, "
    ):
        found(shipped("Mean."), tmp_path, weights={"any": 2}, metric="f1_samples")
