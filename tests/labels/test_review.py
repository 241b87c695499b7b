"""The review page: worst first, hostile names harmless, existing decisions inside, every picture embedded."""

from dataclasses import replace

import numpy as np
import pandas as pd

from podium.images.pixels import encode
from podium.labels import review

HOSTILE = 'train/<script>alert("1")</script>&$x.jpg'


def _table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image_id": ["train/a.jpg", "train/b.jpg", HOSTILE, "train/d.jpg"],
            "label_given": ["cat", "dog", "cat", "<b>"],
            "suggested": ["dog", "cat", "<b>", "cat"],
            "suspect": [True, False, True, True],
            "quality": [0.4, 0.9, 0.1, 0.4],
            "reason": ["why", "", "why", "why"],
            "shipped": ["cat", "dog", "cat", "<b>"],
            "told": [False, False, False, False],
        }
    )


def _read(_: str) -> bytes:
    return encode(np.full((20, 30, 3), 99, np.uint8), ".png")


def _page(told: pd.DataFrame | None = None) -> str:
    table = _table()
    found = review.cards(table, np.eye(4, dtype=np.float32), 10)
    empty = pd.DataFrame(columns=["image_id", "label", "note"])
    return review.page(found, ["cat", "dog", "<b>"], empty if told is None else told, 3, "made", _read)


def test_cards_are_suspects_worst_first_with_ties_by_name_and_a_limit() -> None:
    found = review.cards(_table(), np.eye(4, dtype=np.float32), 10)
    assert [card.image_id for card in found] == [HOSTILE, "train/a.jpg", "train/d.jpg"]
    assert len(review.cards(_table(), np.eye(4, dtype=np.float32), 1)) == 1
    assert all(len(card.neighbours) == 3 for card in found)


def test_names_cannot_become_markup_or_script() -> None:
    text = _page(pd.DataFrame({"image_id": [HOSTILE], "label": ["</script><b>"], "note": [""]}))
    assert text.count("<script>") == 1 and text.count("</script>") == 1
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;$x.jpg" in text
    assert "<b>&lt;b&gt;</b>" in text


def test_existing_corrections_are_part_of_the_page() -> None:
    text = _page(pd.DataFrame({"image_id": ["train/z.jpg"], "label": ["dog"], "note": ["sure"]}))
    assert 'const existing = {"train/z.jpg": {"label": "dog", "note": "sure"}};' in text


def test_what_was_decided_stays_on_the_page_to_be_changed() -> None:
    told = pd.DataFrame({"image_id": ["train/b.jpg"], "label": ["cat"], "note": ["sure"]})
    table = _table().assign(told=[False, True, False, False], label_given=["cat", "cat", "cat", "<b>"])
    found = review.cards(table, np.eye(4, dtype=np.float32), 2)
    assert [card.image_id for card in found] == [HOSTILE, "train/a.jpg", "train/b.jpg"]
    assert (found[-1].given, found[-1].quality) == ("dog", None)  # the shipped label: to keep is to keep that
    text = review.page(found, ["cat", "dog", "<b>"], told, 3, "made", _read)
    assert "Labels to review: 2 of 3 suspects" in text and "Decided before: 1 of 1" in text
    assert text.index('data-id="train/a.jpg"') < text.index("Decided") < text.index('data-id="train/b.jpg"')


def test_the_page_needs_nothing_but_itself() -> None:
    text = _page()
    assert text.count('src="data:image/jpeg;base64,') == 3 * (1 + 3)
    assert "http" not in text.replace("http-equiv", "") and "3 of 3 suspects" in text


def test_the_nearest_are_the_most_alike_and_never_oneself() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [-1, 0], [0, 1]], dtype=np.float32)
    assert review.nearest(vectors, np.array([0]), 1).tolist() == [[1]]


def test_the_reason_is_said_in_plain_words() -> None:
    near = [(f"train/{i}.jpg", "dog" if i < 4 else "cat") for i in range(5)]
    card = review.SuspectCard(
        "train/a.jpg", "cat", "dog", 0.1, "the images of other folds say otherwise", near
    )
    alike = "four of the five images most like it are labelled dog, one cat."
    assert review.reason(card) == (
        f"No model is sure of the given label; estimated chance that the given label is right: 10%; {alike}"
    )
    accused = replace(
        card, accusers="a linear classifier, the images most like it, the earlier run's networks"
    )
    assert review.reason(accused) == (
        "A linear classifier, the images most like it and the earlier run's networks call it dog; estimated "
        f"chance that the given label is right: 10%; {alike}"
    )
    doubtful = replace(card, accusers="a linear classifier", quality=0.66)
    assert review.reason(doubtful) == (
        "A linear classifier calls it dog; but labels are seldom wrong here; estimated chance that the given "
        f"label is right: 66%; {alike}"
    )
    torn = review.SuspectCard("train/a.jpg", "cat", "dog", 0.5, review.TORN, near, "g", True)
    assert review.reason(torn).startswith("A duplicate of it has another label; four of the five")


def test_what_speaks_for_the_given_label_is_said_too() -> None:
    near = [(f"train/{i}.jpg", "dog" if i == 0 else "cat") for i in range(5)]
    card = review.SuspectCard("train/a.jpg", "cat", "dog", 0.1, "why", near)
    assert review.reason(card).endswith("one of the five images most like it is labelled dog, four cat.")
    same = review.SuspectCard("train/a.jpg", "cat", "cat", 0.1, "why", near)
    assert review.reason(same).endswith("four of the five images most like it are labelled cat.")


def test_duplicates_under_two_labels_can_be_decided_together() -> None:
    table = _table().assign(group=["g", "x", "y", "g"], reason=review.TORN)
    found = review.cards(table, np.eye(4, dtype=np.float32), 10)
    empty = pd.DataFrame(columns=["image_id", "label", "note"])
    text = review.page(found, ["cat", "dog", "<b>"], empty, 3, "made", _read)
    assert text.count('data-group="g"') == 2 and text.count('<button class="twins">') == 3
