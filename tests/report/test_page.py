"""The page as a whole: complete, self-contained, the same bytes, and deaf to hostile names."""

import base64
import hashlib
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import duplicates, findings, predictions
from podium.contracts.competition import Finding
from podium.foundation.errors import UserError
from podium.foundation.files import write_json, write_text
from podium.kaggle import ledger
from podium.kaggle.ledger import Upload
from podium.report import page, parts, provenance, trust, uploads
from podium.report.blocks import Cards, Figure, Sentences, SideBySide, Table, number
from podium.report.evidence import gather
from podium.report.params import ReportParams

DECLARED = [0, 1, 2]


class Tags(HTMLParser):
    """Collects tags with their attributes, and the visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(**params: object) -> str:
    return page.render(gather(DECLARED), ReportParams(**params))


def test_every_part_is_there(finished: Path) -> None:
    seen = Tags(rendered())
    ids = [attrs["id"] for tag, attrs in seen.tags if tag == "section"]
    assert ids == [
        "warnings", "scores", "confusion", "worst-predictions", "classes", "learning-curves", "labels",
        "test-images", "train-against-test", "competition", "stages", "class-counts", "a-batch", "copies",
        "network", "parameters",
    ]  # fmt: skip
    assert "0.4321" in seen.text and "95 % interval: 0.4000 to 0.5000" in seen.text
    assert "1 of 12 labels are suspect" in seen.text
    assert "Folds 2 were not trained" in seen.text
    assert "zero bytes" in seen.text


def test_same_artifacts_same_bytes(finished: Path) -> None:
    assert rendered() == rendered()


def test_names_from_the_data_never_become_markup(finished: Path) -> None:
    seen = Tags(rendered())
    assert not {tag for tag, _ in seen.tags} & {"b>cat", "b", "u", "i"}
    assert sum(tag == "script" for tag, _ in seen.tags) == 1  # the page's own
    for text in (
        "zoo <script>alert(1)</script>",
        "<b>cat</b>",
        "dog $x$",
        "Mäuse",
        "One label <u>looks</u> wrong.",
    ):
        assert text in seen.text


def test_nothing_is_fetched_from_outside(finished: Path) -> None:
    text = rendered()
    for tag, attrs in Tags(text).tags:
        for name in ("src", "href", "xlink:href"):
            value = attrs.get(name) or ""
            assert value.startswith(("data:", "#")) or not value, f"{tag} fetches {value}"
    assert "@import" not in text and not re.search(r"url\((?!#)", text)


def test_only_the_pages_own_script_may_run(finished: Path) -> None:
    text = rendered()
    allowed = re.search(r"script-src 'sha256-([^']+)'", text)
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    assert allowed and script
    assert base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode() == allowed[1]
    assert not re.search(r"\son[a-z]+=", text), "a handler in an attribute would need unsafe-inline"


def test_every_picture_says_what_it_shows(finished: Path) -> None:
    pictures = [attrs for tag, attrs in Tags(rendered()).tags if tag == "img" and attrs.get("src")]
    assert pictures and all(attrs["alt"] for attrs in pictures)


def test_worst_predictions_show_loss_and_names_sorted_by_what_is_shown(finished: Path) -> None:
    text = Tags(rendered()).text
    part = text[text.index("Sorted by loss") : text.index("precision", text.index("Sorted by loss"))]
    losses = [float(found) for found in re.findall(r"loss (\d+\.\d+)", part)]
    assert losses == sorted(losses, reverse=True) == [2.30, 1.20]
    assert "0.png" in part and "given <b>cat</b> (0.10)" in part and "predicted dog $x$ (0.80)" in part


def test_the_confusion_is_normalised_and_carries_its_counts(finished: Path) -> None:
    cells = [attrs.get("title") for tag, attrs in Tags(rendered()).tags if tag == "td" and attrs.get("title")]
    assert "given <b>cat</b>, predicted dog $x$: 1 of 4 (25.0%)" in cells


def test_an_assumed_metric_and_choices_are_no_warnings(finished: Path) -> None:
    assumed = Finding(what="metric", found="log_loss", why="assumed", warning=True)
    findings.write([*findings.read(), assumed])
    card = json.loads(Path("models/fold0/model.json").read_text())
    card["notes"] = [
        "model: auto became some_net, the one for cpu",
        "freeze: last_stage became blocks.4: some_net trains 2,675 of 3,376 parameters on 8x8 features",
        "all of some_net trains, from images",
        "mixup is ignored: the head is an SVM",
    ]
    Path("models/fold0/model.json").write_text(json.dumps(card))
    (told,) = parts.warnings(gather(DECLARED), ReportParams()).blocks
    assert isinstance(told, Sentences)
    assert not [line for line in told.lines if "metric" in line or "some_net" in line]
    assert "mixup is ignored: the head is an SVM" in told.lines
    assert "Set competition.metric" in Tags(rendered()).text


def test_duplicates_are_shown_as_pictures_those_under_two_labels_first(finished: Path) -> None:
    names = ["train/0/1.png", "train/0/2.png", "train/1/1.png", "train/2/1.png"]
    table = pd.DataFrame({"image_id": names, "group": [names[0]] * 2 + [names[2]] * 2})
    duplicates.DUPLICATES.write(table.assign(kind="near", distance=0.1), duplicates.PATH)
    told, shown = trust.duplicates(gather(DECLARED), ReportParams()).blocks
    assert isinstance(told, Sentences) and "4 images in 2 groups" in told.lines[0]
    assert isinstance(shown, Cards)
    assert [card.lines[:2] for card in shown.cards[:2]] == [
        ["group 1, train", "dog $x$"],
        ["group 1, train", "Mäuse"],
    ]
    assert all(card.picture for card in shown.cards)


def test_the_time_of_each_stage_is_drawn(finished: Path) -> None:
    for stage, began, seconds in (("check", 5.0, 6.0), ("train@0", 10.0, 90.0), ("embed", 1.0, 600.0)):
        write_json(Path(f"data/times/{stage}.json"), {"began": began, "seconds": seconds})
    text = Tags(rendered()).text
    assert "train@0" in text and "1.6 minutes of work" in text  # embed ran before `check`: in another run


def test_epochs_are_counted_as_the_log_counts_them(finished: Path) -> None:
    for fold in (0, 1):
        path = Path(f"models/fold{fold}/model.json")
        card = json.loads(path.read_text())
        card["resolved"]["kept_epoch"] = 2
        path.write_text(json.dumps(card))
    _, tables = provenance.network(gather(DECLARED), ReportParams()).blocks
    assert isinstance(tables, SideBySide) and isinstance(tables.blocks[0], Table)
    assert ["kept epoch", "3"] in tables.blocks[0].rows


def test_an_adjusted_vote_says_why_the_score_is_no_voters(finished: Path) -> None:
    run = gather(DECLARED)
    trial = {"kind": "grades", "kept": True, "gain": 0.0756, "error": 0.0132, "cuts": [0.5, 1.5]}
    adjusted = replace(run, voters=run.voters | {"calibration": trial})
    said = "Then the vote is adjusted to the metric (grades): that gains +0.0756 ± 0.0132."
    assert said in Tags(page.render(adjusted, ReportParams())).text
    assert "cut points are worked into" in Tags(page.render(adjusted, ReportParams())).text
    for other in (
        run,
        replace(run, voters=run.voters | {"calibration": trial | {"kept": False, "cuts": []}}),
    ):
        text = Tags(page.render(other, ReportParams())).text
        assert "adjusted to the metric" not in text and "cut points" not in text


def test_numbers_stand_at_the_right_and_none_is_an_empty_cell() -> None:
    cells = [[number(value) for value in row] for row in (("a", 0.5, math.nan), ("1 b", 12, math.nan))]
    table = Table(["name", "loss", "gain"], cells)
    assert number(7.92e-05) == "0.000079"  # beside 0.0017 in a column
    assert cells[0] == ["a", "0.5000", ""] and table.numeric == [False, True, False]


def test_the_least_sure_test_images_come_first(finished: Path) -> None:
    ids = [f"test/{i}.png" for i in range(3)]
    probs = np.array([[0.9, 0.05, 0.05], [0.4, 0.3, 0.3], [0.8, 0.1, 0.1]], np.float32)
    predictions.write(ids, probs, predictions.ENSEMBLE / "test.parquet")
    blocks = parts.tests(gather(DECLARED), ReportParams(tests=2)).blocks
    shown = [card.hint for block in blocks if isinstance(block, Cards) for card in block.cards]
    assert shown == ["test/1.png", "test/0.png"]


def test_pictures_are_as_many_as_asked_for(finished: Path) -> None:
    def pictures(**params: object) -> int:
        batch = 2  # whatever is asked for, and the dialog's frame
        return sum(tag == "img" for tag, _ in Tags(rendered(**params)).tags) - batch

    assert pictures(worst=0, tests=0, copies=0) == 0
    assert pictures(worst=1, tests=1, copies=0) == 1 + 1 + 1  # a mistake, a test image, one most like test
    assert pictures(worst=9, tests=9, copies=4) == 2 + 3 + 2 + 3  # all there are, and a sheet a class


def test_optional_artifacts_may_be_missing(finished: Path) -> None:
    for path in ("data/clean/facts.json", "data/ensemble/table.json", "models/fold0/history.csv"):
        Path(path).unlink()
    Path("models/fold1/history.csv").unlink()
    ids = [attrs.get("id") for tag, attrs in Tags(rendered()).tags if tag == "section"]
    assert "learning-curves" not in ids and "stages" not in ids and "scores" in ids


@pytest.mark.parametrize(
    ("fed", "mixup", "sentence"),
    [
        ("images", 0.0, "The first batch of fold 0 as the network saw it: augmented, cut to its input."),
        ("images", 0.4, "as the network saw it: augmented, cut to its input, after mixup."),
        ("features", 0.0, "The images whose features began the training of fold 0"),
        ("features", 0.4, "The features are then mixed (mixup)"),
    ],
)
def test_the_first_batch_is_shown_and_said_to_be_what_it_is(
    finished: Path, fed: str, mixup: float, sentence: str
) -> None:
    path = Path("models/fold0/model.json")
    card = json.loads(path.read_text())
    card["resolved"]["trained_on"] = fed
    path.write_text(json.dumps(card))
    write_text(Path("params.yaml"), f"model: some_net\nfolds: [0, 1, 2]\ntrain: {{mixup: {mixup}}}\n")
    text = rendered()
    assert sentence in Tags(text).text
    assert base64.b64encode(Path("models/fold0/batch.jpg").read_bytes()).decode() in text
    Path("models/fold0/batch.jpg").unlink()
    assert 'id="a-batch"' not in rendered()


def test_the_ledger_is_drawn_when_there_is_one(finished: Path) -> None:
    first = Upload(
        "2026-01-02T03:04:05Z", "abc1234d", "", 0.9, 0.01, 0.91, None, "first", "1", "f", "complete"
    )
    for row in (first, replace(first, public=None, status="pending", message="=HYPERLINK()<b>")):
        ledger.append(row)
    seen = Tags(rendered())
    assert "leaderboard" in [attrs.get("id") for tag, attrs in seen.tags if tag == "section"]
    assert "=HYPERLINK()<b>" in seen.text and "pending" in seen.text
    assert "0.90000 ± 0.0100" in seen.text and "+0.0100" in seen.text
    assert "needs 3 different scores, has 1" in seen.text and "abc1234d" not in seen.text


def test_the_plot_shows_one_competition_under_the_numbers_of_the_table(finished: Path) -> None:
    first = Upload("2026-01-02T03:04:05Z", "abc", "", 0.9, 0.01, 0.91, None, "m", "1", "f", "complete", "zoo")
    other = replace(first, cv=0.1, public=7.0, competition="other")
    pending = replace(first, public=None, status="pending")
    found = replace(gather(DECLARED), ledger=[other, first, pending, first])
    _, told, drawn = uploads.leaderboard(found, ReportParams()).blocks
    assert isinstance(drawn, Figure) and isinstance(told, Sentences)
    numbers = re.findall(r">\s*(\d+)</text>", drawn.svg)
    assert "2" in numbers and "4" in numbers and not {"1", "3"} & set(numbers)
    assert told.lines[0].endswith("has 2")


def test_a_ledger_with_its_header_only_is_left_out(finished: Path) -> None:
    write_text(ledger.PATH, ",".join(ledger.COLUMNS) + "\n")
    assert 'id="leaderboard"' not in rendered()


def test_a_missing_artifact_is_named(finished: Path) -> None:
    Path("data/ensemble/oof.parquet").unlink()
    with pytest.raises(UserError, match=r"^data/ensemble/oof\.parquet is missing: run `dvc repro`\.$"):
        gather(DECLARED)


def test_many_classes_fold_away(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podium.report.parts.OPEN_ROWS", 1)
    monkeypatch.setattr("podium.report.parts.LARGEST_GRID", 2)
    monkeypatch.setattr("podium.report.provenance.OPEN_BARS", 2)
    text = Tags(rendered()).text
    assert "2 better classes" in text and "The 2 classes with most mistakes of 3" in text
    assert "The 2 smallest of 3 classes" in text


def test_members_and_how_they_differ_are_shown_where_several_vote(finished: Path) -> None:
    path = Path("data/ensemble/table.json")
    table = json.loads(path.read_text())
    table["members"] = [{"name": "this run", "score": 0.5, "adds": 0.1}, {"name": "<b>x</b>", "score": 0.6}]
    table["pairs"] = [{"first": "this run", "second": "<b>x</b>", "disagreement": 0.25}]
    path.write_text(json.dumps(table))
    text = Tags(rendered()).text
    assert "log_loss alone" in text and "<b>x</b>" in text and "0.2500" in text


def test_facts_of_a_stage_keep_their_order(finished: Path) -> None:
    facts = gather(DECLARED).facts
    assert [fact.stage for fact in facts] == ["clean"]
    assert list(facts[0].values) == ["suspects", "adversarial_auc", "most_like_test"]
    assert gather(DECLARED).ledger == []
