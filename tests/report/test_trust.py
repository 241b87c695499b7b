"""Labels and train against test: the cleaned labels' score is named as such, look-alikes are shown."""

from pathlib import Path

import numpy as np

from podium.contracts import clean
from podium.foundation.files import write_json
from podium.report import parts, trust
from podium.report.blocks import Cards, Sentences
from podium.report.evidence import gather
from podium.report.params import ReportParams


def _lines(block: object) -> list[str]:
    assert isinstance(block, Sentences)
    return block.lines


def test_without_cleaning_there_is_no_second_score(finished: Path) -> None:
    assert not any(
        "cleaned" in line for line in _lines(trust.labels(gather([0, 1]), ReportParams()).blocks[0])
    )


def test_a_score_on_cleaned_labels_is_named_as_such(finished: Path) -> None:
    table = clean.read()
    names = sorted(set(table["label"]))
    table.loc[0, ["action", "label"]] = ["relabel", next(n for n in names if n != table["label"][0])]
    table.loc[1, ["action", "weight"]] = ["drop", 0.0]
    clean.write(table)
    run = gather([0, 1])
    told = _lines(trust.labels(run, ReportParams()).blocks[0])
    number = {name: label for label, name in enumerate(run.competition.classes)}
    kept = [row for row in range(len(table)) if row != 1]
    loss = np.mean([-np.log(run.oof[row, number[table["label"][row]]]) for row in kept])
    assert "Scores are on the given labels." in told[0]
    assert told[1] == (
        f"On the cleaned labels (1 dropped images left out, 1 labels changed) log_loss would be {loss:.4f}: "
        f"not a score to compare, for a model helped to choose these labels."
    )


def test_the_images_most_like_test_are_shown_in_their_order(finished: Path) -> None:
    line, cards = trust.shift(gather([0, 1]), ReportParams()).blocks
    assert "AUC 0.7500" in _lines(line)[0]
    assert isinstance(cards, Cards)
    assert [card.hint for card in cards.cards] == ["train/1/2.png", "train/0/3.png"]
    assert all(card.picture.startswith("data:image/jpeg") for card in cards.cards)


def test_what_a_stage_warns_of_opens_the_page(finished: Path) -> None:
    write_json(Path("data/split/facts.json"), {"groups": 3, "warnings": ["file names look like tracks"]})
    told = _lines(parts.warnings(gather([0, 1]), ReportParams()).blocks[0])
    assert "split: file names look like tracks" in told
