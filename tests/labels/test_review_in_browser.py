"""The review page in a real browser: decide by mouse and keys, export, read the file back, reload."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from podium.contracts import clean
from podium.contracts.labels import LABELS
from podium.contracts.labels import PATH as SHIPPED
from podium.labels import corrections
from stages import clean_labels

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PATIENCE = 20.0  # seconds for a page or a file
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]


class Browser:
    """A page in headless Chromium, driven over its debugging pipe (file descriptors 3 and 4)."""

    def __init__(self, home: Path) -> None:
        theirs, self._write = os.pipe()
        self._read, answers = os.pipe()
        shell = f'exec "$0" "$@" 3<&{theirs} 4>&{answers}'
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
        command = ["bash", "-c", shell, str(CHROMIUM), *options, f"--user-data-dir={home}", "about:blank"]
        self.process = subprocess.Popen(command, pass_fds=(theirs, answers), stderr=subprocess.DEVNULL)
        os.close(theirs)
        os.close(answers)
        self._number, self._rest, self._session = 0, b"", None
        page = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        joined = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = joined["sessionId"]

    def call(self, method: str, **params: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                self._rest += os.read(self._read, 1 << 20)
            line, self._rest = self._rest.split(b"\0", 1)
            answer = json.loads(line)
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, path: Path) -> None:
        self.call("Page.navigate", url=path.resolve().as_uri())
        until(lambda: self.run("document.readyState + location.protocol") == "completefile:")

    def run(self, script: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, text=key if kind == "keyDown" else "")


def until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "the browser took too long"
        time.sleep(0.05)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(tmp_path / "profile")
    yield made
    made.process.terminate()
    made.process.wait(PATIENCE)


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
