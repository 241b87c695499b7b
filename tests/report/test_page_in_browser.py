"""The report in a real browser: wide and on a phone, light and dark, by mouse and by keys."""

from pathlib import Path

import pytest

from podium.foundation.files import write_text
from podium.report import page
from podium.report.evidence import gather
from podium.report.params import ReportParams
from tests.browser import Browser, browser, needed, until

__all__ = ["browser"]  # the fixture
pytestmark = needed
SHOWN = "[...document.querySelectorAll('#worst-predictions .card')].filter(card => !card.hidden).length"


@pytest.fixture
def made(finished: Path) -> Path:
    path = finished / "reports/index.html"
    write_text(path, page.render(gather([0, 1, 2]), ReportParams()))
    return path


def test_it_fits_a_phone_and_a_wide_screen_light_and_dark(made: Path, browser: Browser) -> None:
    grounds = set()
    for width in (400, 1400):
        for scheme in ("light", "dark"):
            browser.show(width, scheme)
            browser.open(made)
            assert browser.run("document.documentElement.scrollWidth") <= width
            assert browser.run("document.querySelector('nav').offsetHeight") < 100
            widths = "new Set([...document.querySelectorAll('section')].map(one => one.offsetWidth)).size"
            assert browser.run(widths) == (1 if width == 400 else 2), "a phone has one column, no halves"
            grounds.add(browser.run("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
    tops = "new Set([...document.querySelectorAll('.front > div')].map(box => box.offsetTop)).size"
    assert browser.run(tops) == 1, "the three answers stand side by side on a wide screen"


def test_no_column_of_the_confusion_is_cut_off(made: Path, browser: Browser) -> None:
    """Ten classes, by ten copies of its cells: the table keeps within its frame, wide and on a phone."""
    more = (
        "for (const row of document.querySelectorAll('.grid tr'))"
        " { const last = row.cells[1]; while (row.cells.length < 11) row.append(last.cloneNode(true)); }"
    )
    for width in (1400, 400):
        browser.show(width)
        browser.open(made)
        browser.run("for (const name of document.querySelectorAll('.grid .side')) name.textContent = '7'")
        browser.run("for (const name of document.querySelectorAll('.grid .top')) name.textContent = '7'")
        browser.run(more)
        frame = "document.querySelector('.grid').parentElement"
        assert browser.run(f"{frame}.scrollWidth - {frame}.clientWidth") <= 0, width


def test_pictures_grow_and_the_filter_hides(made: Path, browser: Browser) -> None:
    browser.show(1400)
    browser.open(made)
    before = browser.run(SHOWN)
    browser.run("document.querySelector('#worst-predictions img').focus()")
    browser.press("Enter")
    until(lambda: browser.run("document.querySelector('dialog').open"))
    assert "given" in browser.run("document.querySelector('dialog').innerText")
    browser.run("document.querySelector('dialog').click()")
    until(lambda: not browser.run("document.querySelector('dialog').open"))
    browser.run(
        "const chosen = document.querySelector('.filter'); chosen.value = 'Mäuse';"
        "chosen.dispatchEvent(new Event('change'))"
    )
    assert 0 < browser.run(SHOWN) < before
