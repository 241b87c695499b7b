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
    for name, key in (("train/cat/cat5.jpg", "d"), ("train/dog/dog7.jpg", "1")):
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


def test_keys_work_from_the_start_and_filters_and_bulk_decisions_too(room: Path, browser: Browser) -> None:
    _flip(room, ["train/cat/cat3.jpg", "train/cat/cat5.jpg", "train/dog/dog7.jpg"])
    clean_labels.main()
    for width in (400, 1400):
        browser.show(width, "dark")
        browser.open(room / "data/clean/review.html")
        assert browser.run("document.documentElement.scrollWidth") <= width
    first, second = browser.run("cards.slice(0, 2).map(card => card.dataset.id)")
    assert browser.run("cards.filter(card => card.matches('.current')).map(card => card.dataset.id)") == [
        first
    ]
    undo = "cards[0].querySelector('[data-do=undo]').offsetHeight"
    assert browser.run(undo) == 0, "nothing is decided that could be undone"
    for key in "j1kk3":  # down, keep the second and go on to the third, back twice, drop the first
        browser.press(key)
    made = browser.run("[...decisions()].map(([id, d]) => id + ' ' + d.label)")
    assert sorted(row.split()[0] for row in made) == sorted([first, second])
    assert f"{first} drop" in made and browser.run(undo) > 0
    assert browser.run("document.activeElement.classList.contains('card')")

    browser.run("mine.clear(); cards.forEach(show); arrange()")
    browser.run("field('given').value = 'owl'; field('given').dispatchEvent(new Event('change'))")
    owls = browser.run("shown().map(card => card.dataset.given)")
    assert set(owls) == {"owl"}
    browser.run("document.querySelector('[data-all=drop]').click()")
    assert browser.run("[...decisions()].filter(([id, d]) => d.label === 'drop').length") == len(owls)
    browser.run("field('back').click()")
    assert browser.run("decisions().size") == 0

    browser.press("z")
    until(lambda: browser.run("document.querySelector('dialog').open"))
    shown = "document.querySelector('dialog').innerText.trim()"
    assert browser.run(shown) == browser.run("current.dataset.id")
    before = browser.run("current.dataset.id")
    browser.press("3")  # decided on the larger picture, which goes on to the next
    assert browser.run(f"decisions().get('{before}').label") == "drop"
    assert browser.run(shown) == browser.run("current.dataset.id") != before
    browser.press("z")
    assert not browser.run("document.querySelector('dialog').open")


def test_one_label_goes_to_all_duplicates(room: Path, browser: Browser) -> None:
    _flip(room, ["train/cat/cat3.jpg", "train/cat/cat5.jpg"])
    clean_labels.main()
    browser.open(room / "data/clean/review.html")
    browser.run("var [a, b] = cards; a.dataset.group = b.dataset.group = 'g'")
    browser.run("a.querySelector('select').value = 'cat'; decide(a, 'relabel'); twins(a)")
    assert browser.run("[...decisions()].map(([id, d]) => d.label)") == ["cat", "cat"]
