"""The review page in a real browser: decide by mouse and keys, export, read the file back, reload."""

from pathlib import Path

from podium.contracts import clean
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as SHIPPED
from podium.labels import corrections
from stages import clean_labels
from tests.browser import Browser, browser, needed, until

__all__ = ["browser"]  # the fixture
pytestmark = needed


def _flip(room: Path, image_ids: list[str]) -> None:
    path = room / SHIPPED
    table = LABELS.read(path)
    table.loc[table["image_id"].isin(image_ids), "label"] = "owl"
    LABELS.write(table, path)


def test_decisions_leave_the_browser_as_corrections(room: Path, browser: Browser) -> None:
    _flip(room, ["train/cat/cat3.jpg", "train/cat/cat5.jpg", "train/dog/dog7.jpg"])
    clean_labels.main()
    page, downloads = room / "data/clean/review.html", room / "downloads"
    downloads.mkdir()
    browser.call("Page.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))
    browser.open(page)
    shown = browser.run("cards.map(card => card.dataset.id)")
    assert {"train/cat/cat3.jpg", "train/cat/cat5.jpg", "train/dog/dog7.jpg"} <= set(shown)
    card = "cards.find(card => card.dataset.id === 'train/cat/cat3.jpg')"
    browser.run(f"{card}.querySelector('[data-do=relabel]').click()")
    browser.run(f"{card}.querySelector('.note').value = ' \"sure\", twice '")
    browser.run(f"{card}.querySelector('.note').dispatchEvent(new Event('change'))")
    for name, key in (("train/cat/cat5.jpg", "d"), ("train/dog/dog7.jpg", "k")):
        browser.run(f"cards.find(card => card.dataset.id === '{name}').focus()")
        browser.press(key)
    browser.run("document.getElementById('export').click()")
    until((downloads / "corrections.csv").exists)
    until(lambda: (downloads / "corrections.csv").read_text().count("\n") == 4)
    known = set(clean.read()["image_id"])
    told = corrections.read(downloads / "corrections.csv", known, ["cat", "dog", "owl"])
    assert told[["image_id", "label", "note"]].values.tolist() == [
        ["train/cat/cat3.jpg", "cat", '"sure", twice'],
        ["train/cat/cat5.jpg", "drop", ""],
        ["train/dog/dog7.jpg", "owl", ""],
    ]

    rows = (downloads / "corrections.csv").read_text()
    rows = rows.replace("cat5.jpg,drop", "cat5.jpg,dog")  # a later word than the browser's
    (room / "data/corrections.csv").write_text(rows)
    clean_labels.main()
    browser.open(page)
    assert browser.run("[...decisions()].map(([id, d]) => id + ' ' + d.label)") == [
        "train/cat/cat3.jpg cat", "train/cat/cat5.jpg dog", "train/dog/dog7.jpg owl",
    ]  # fmt: skip
    assert browser.run("mine.size") == 0
