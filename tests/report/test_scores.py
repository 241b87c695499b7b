"""What the report counts, by hand."""

import numpy as np

from podium.report.scores import by_class, confused_pairs, confusion, most_confused, worst

LABELS = np.array([0, 0, 0, 1, 1, 2])
CHOSEN = np.array([0, 1, 1, 1, 0, 2])
COUNTS = np.array([[1, 2, 0], [1, 1, 0], [0, 0, 1]])


def test_confusion_has_given_classes_as_rows() -> None:
    assert (confusion(LABELS, CHOSEN, 3) == COUNTS).all()


def test_scores_of_a_class() -> None:
    first, second, third = by_class(COUNTS, ["a", "b", "c"])
    assert (first.name, first.images, first.recall, first.precision) == ("a", 3, 1 / 3, 1 / 2)
    assert first.f1 == 2 * 1 / (3 + 2)
    assert second.name == "b" and second.f1 == 2 * 1 / (2 + 3)  # a tie: by name
    assert (third.precision, third.recall, third.f1) == (1, 1, 1)


def test_a_class_without_images_scores_zero() -> None:
    assert by_class(np.zeros((1, 1), np.int64), ["a"])[0].f1 == 0


def test_confused_pairs_most_frequent_first() -> None:
    assert confused_pairs(COUNTS, ["a", "b", "c"], 5) == [("a", "b", 2), ("b", "a", 1)]
    assert confused_pairs(COUNTS, ["a", "b", "c"], 1) == [("a", "b", 2)]


def test_most_confused_classes_stay_in_class_order() -> None:
    assert most_confused(COUNTS, 2).tolist() == [0, 1]
    assert most_confused(COUNTS, 9).tolist() == [0, 1, 2]


def test_worst_are_wrong_and_ordered_by_the_given_class() -> None:
    probs = np.array([[0.4, 0.6], [0.1, 0.9], [0.7, 0.3], [0.6, 0.4]], np.float32)
    labels = np.array([0, 0, 0, 1])
    assert worst(labels, probs, 9).tolist() == [1, 0, 3]
    assert worst(labels, probs, 1).tolist() == [1]
