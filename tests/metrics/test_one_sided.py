"""Metrics that look for one class of two: areas by hand, scikit-learn's word, and which class is meant."""

import numpy as np
import pytest
from sklearn import metrics as sk

from podium.contracts.competition import Competition
from podium.foundation.errors import UserError
from podium.metrics import registry
from podium.metrics.one_sided import one_sided
from podium.metrics.sets import SETS

LABELS = np.array([1, 0, 1, 0])
CHANCES = np.array([0.9, 0.8, 0.7, 0.1])
PROBS = np.stack([1 - CHANCES, CHANCES], axis=1)


def test_areas_by_hand() -> None:
    # the curve rises to 1/2 at 0, runs to the false positive rate 1/2, rises to 1 and runs to 1
    low, high = 1 * 0.4, 0.5 * 0.1 + 0.5 * 0.6  # below and above the true positive rate of 0.4
    assert one_sided("weighted_auc").function(LABELS, PROBS) == pytest.approx(
        (2 * low + high) / (2 * 0.4 + 0.6)
    )
    assert one_sided("partial_auc").function(LABELS, PROBS) == pytest.approx(0.5 * 0.2)


def test_a_tie_is_a_straight_line() -> None:
    tied = np.full((4, 2), 0.5)
    below = 0.4 * (1 - 0.4 / 2)  # of the diagonal: the mean of min(t, 0.4) over t
    above = 0.6 * 0.6 / 2
    assert one_sided("weighted_auc").function(LABELS, tied) == pytest.approx((2 * below + above) / 1.4)


def test_scikit_learn_agrees_on_the_partial_area() -> None:
    draw = np.random.default_rng(1)
    labels = draw.integers(0, 2, 300)
    chances = np.round(draw.random(300) * 0.7 + labels * 0.3, 2)
    scaled = sk.roc_auc_score(
        1 - labels, -chances, max_fpr=0.2
    )  # McClish: 1/2 (1 + (area - least) / (most - least))
    least, most = 0.2**2 / 2, 0.2
    area = least + (2 * scaled - 1) * (most - least)
    assert one_sided("partial_auc").function(labels, np.stack([1 - chances, chances], 1)) == pytest.approx(
        area
    )


def test_probabilistic_f1_by_hand() -> None:
    found, claimed, given = 0.9 + 0.7, 0.9 + 0.8 + 0.7 + 0.1, 2
    wanted = 2 * found / (claimed + given)
    assert one_sided("probabilistic_f1").function(LABELS, PROBS) == pytest.approx(wanted)
    assert one_sided("probabilistic_f1").function(LABELS, np.array([[1.0, 0.0]] * 4)) == 0.0


def test_f2_of_sets_is_scikit_learn_s() -> None:
    draw = np.random.default_rng(0)
    truth = (draw.random((60, 4)) < 0.4).astype(float)
    probs = draw.random((60, 4))
    wanted = sk.fbeta_score(truth, probs >= 0.5, beta=2, average="samples", zero_division=1.0)
    assert SETS["f2_samples"].function(truth, probs) == pytest.approx(wanted)


def test_the_class_of_the_submission_s_column_is_looked_for() -> None:
    values = {
        "name": "t", "classes": ["benign", "normal"], "metric": "probabilistic_f1", "form": "binary",
        "id_column": "id", "columns": ["benign"], "values": [], "column_classes": [0],
    }  # fmt: skip
    first = registry.of(Competition.model_validate(values)).function(LABELS, PROBS)
    assert first == pytest.approx(one_sided("probabilistic_f1", 0).function(LABELS, PROBS))
    assert first != pytest.approx(one_sided("probabilistic_f1", 1).function(LABELS, PROBS))


def test_more_than_two_classes_are_refused() -> None:
    from podium.competition.targets import metric_of

    assert metric_of("weighted_auc", "single", 2) == "weighted_auc"
    with pytest.raises(UserError, match=r"weighted_auc looks for one class of two, there are 4"):
        metric_of("weighted_auc", "single", 4)
