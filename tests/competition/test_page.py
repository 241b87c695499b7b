# ruff: noqa: E501  (sentences stay in one piece)
"""The metric from the page's own words, in the spellings that competitions have."""

from pathlib import Path

import pytest

from podium.competition.page import metric_in
from tests.competition.layouts import LABELLED, folders, sample, unseen
from tests.competition.shipping import csv, found, many

PAGES = {
    "Submissions are scored based on the quadratic weighted kappa, which measures the agreement.": "quadratic_kappa",
    "Metric: QuadraticWeightedKappa": "quadratic_kappa",
    "Submissions are evaluated on area under the ROC curve between the prediction and the target.": "roc_auc",
    "Scored by the mean column-wise ROC AUC. In other words, the average of the AUCs.": "roc_auc",
    "ROC AUC Score": "roc_auc",
    "Submissions are evaluated on their CategorizationAccuracy.": "accuracy",
    "Submissions are evaluated on classification accuracy between the predicted and the true label.": "accuracy",
    "We use top-1 error as the metric.": "accuracy",
    "Evaluated using the multi-class logarithmic loss. Each image has one true class.": "log_loss",
    "MulticlassLoss": "log_loss",
    "Submissions are scored on the log loss:": "log_loss",
    "Submissions are evaluated on the macro F1 score.": "f1_macro",
    "MacroFScore": "f1_macro",
    "The metric is the Mean F-Score. The F1 score measures accuracy by precision and recall.": "f1_micro",
    "Mean Average Precision @ 5 (MAP@5)": "map_at_5",
    "Submissions are evaluated on MAP@3:": "map_at_3",
    "The root mean squared error of the predictions": "rmse",
    "based on their micro averaged [F1 score](https://example.org/F1)": "f1_micro",
    "evaluated on the weighted AUC, as the curve's parts count": "weighted_auc",
    "evaluated using the [probabilistic F1 score](https://example.org/a.pdf) (pF1).": "probabilistic_f1",
    "evaluated on partial area under the ROC curve (pAUC) above 80% true positive rate": "partial_auc",
    "based on their mean (F_{2}) score": "f2_samples",
    "a globally weighted coefficient of determination (R2)": "global_r2",
    "the coefficient of determination (R2) of each target": "r2",
    "Cohen's kappa with quadratic weights measures the agreement.": "quadratic_kappa",
    "Submissions are judged on area under the curve of each class.": "roc_auc",
    "We score by average precision, a label at a time.": "average_precision",
    "the area under the precision-recall curve": "average_precision",
    "Mean average precision at 5 (MAP@5) of the names in order": "map_at_5",
    "Evaluated by the F1-score (micro averaged) of all labels.": "f1_micro",
    "The F1 score with weighted averages of the classes": "f1_weighted",
    "The metric is Mean F1-Score (also known as example-based F-measure).": "f1_samples",
    "the example-based F-measure": "f1_samples",
    "Submissions are scored by mean squared error.": "rmse",
    "balanced multi-class accuracy": "balanced_accuracy",
    "Unweighted average recall over all classes": "balanced_accuracy",
    "the mean per-class recall": "balanced_accuracy",
    "The percentage of images you get correct": "accuracy",
    "The score is the proportion of test images that are correctly classified.": "accuracy",
    "the misclassification rate of the test images": "accuracy",
    "the Kullback-Leibler divergence between the predicted and the observed shares": "",
    "Matthews correlation coefficient of the two classes": "",
    "Evaluated on the mean Dice coefficient": "",
    "PASCAL VOC 2010 mean Average Precision (mAP) at IoU > 0.5": "",
}


@pytest.mark.parametrize("text", PAGES)
def test_spellings(text: str) -> None:
    told = metric_in(f"# A contest\n\nAccuracy of doctors varies.\n\n## Evaluation\n\n{text}\n\nThanks.")
    assert told is not None and told[0] == PAGES[text]
    assert told[1][:20] in text.replace("dW", "d W").replace("cW", "c W") or told[1]


def test_html_and_the_sentence() -> None:
    page = "<html><style>.auc{}</style><h2>Evaluation</h2><p>Scored by <b>log&nbsp;loss</b>. More.</p></html>"
    told = metric_in(page.replace("</h2>", "</h2>\n"))
    assert told is not None and told[0] == "log_loss" and "Scored by log" in told[1]


def test_a_page_without_a_metric_tells_none() -> None:
    assert metric_in("# A contest\n\n## Evaluation\n\nThe best entry wins.\n") is None


def test_the_page_in_the_download_sets_metric_and_form(tmp_path: Path) -> None:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | sample("t0,0", "t1,0")
    files |= {"train.csv": csv("id,label", "a1,0", "a2,1", "a3,0", "a4,1")}
    files |= {"description.md": "## Evaluation\n\nArea under the ROC curve.\n"}
    got = found(files, tmp_path)
    assert (got.competition.metric, got.competition.form) == ("roc_auc", "binary")
    told = next(finding for finding in got.findings if finding.what == "metric")
    assert told.why == "description.md: “Area under the ROC curve.”"


def test_a_metric_that_podium_lacks_is_told(tmp_path: Path) -> None:
    files = (
        folders()
        | unseen()
        | LABELLED
        | {"description.md": "## Evaluation\n\nA mean Dice coefficient is used.\n"}
    )
    findings = found(files, tmp_path).findings
    assert any("what the page says is not taken" in finding.found and finding.warning for finding in findings)


def test_what_the_page_says_must_suit_what_was_found(tmp_path: Path) -> None:
    files = folders() | unseen() | LABELLED | {"description.md": "## Evaluation\n\nThe RMSE is used.\n"}
    got = found(files, tmp_path)
    assert got.competition.metric == "accuracy"
    said = [finding.found for finding in got.findings if finding.warning]
    assert any("what the page says is not taken: rmse does not judge what was found" in text for text in said)
