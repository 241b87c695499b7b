"""make download with the real client against a server on loopback."""

import json
import sys
from pathlib import Path

import pytest

from podium.download.meta import Meta, read_meta
from podium.foundation.errors import UserError
from podium.kaggle import slugs
from stages import download
from tests.kaggle.server import Kaggle, archive

ZIP = Path("data/raw/some-zip.zip")


def run(monkeypatch: pytest.MonkeyPatch, slug: str = "some-zip") -> None:
    monkeypatch.setattr(sys, "argv", ["download", slug])
    download.main()


def test_the_zip_and_what_its_page_says(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.archive = archive()
    run(monkeypatch, "https://www.kaggle.com/competitions/some-zip/data")
    assert ZIP.read_bytes() == kaggle.archive
    assert sorted(path.name for path in ZIP.parent.iterdir()) == [
        "some-zip.kaggle.json", "some-zip.zip", "some.kaggle.json"
    ]  # fmt: skip
    assert read_meta(ZIP) == Meta("accuracy", 5, False, "some-zip", "some-zip.kaggle.json")
    assert capsys.readouterr().out.endswith("next: make start ZIP=data/raw/some-zip.zip\n")
    run(monkeypatch)
    assert "is already here" in capsys.readouterr().out and kaggle.calls.count("GET") == 1


def test_an_unknown_metric_is_told_and_left_out(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.archive, kaggle.metric, kaggle.notebooks_only = archive(), "Dice of Zebras", True
    run(monkeypatch)
    values = json.loads(ZIP.with_name("some-zip.kaggle.json").read_text())
    assert (values["metric"], values["metric_on_page"]) == (None, "Dice of Zebras")
    said = capsys.readouterr().out
    assert "warning: metric 'Dice of Zebras' is not known" in said and "takes notebooks only" in said


def test_what_is_no_zip_never_takes_its_place(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.archive = b"<html>"
    with pytest.raises(UserError, match=r"what Kaggle sent for some-zip is no zip: fetch it at https://"):
        run(monkeypatch)
    assert not ZIP.exists()


def test_a_download_that_is_cut_is_tried_again(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    kaggle.archive = archive()
    kaggle.dropped["GET"] = 1
    with pytest.raises(UserError, match="Kaggle cannot be reached"):
        run(monkeypatch)
    assert not ZIP.exists()
    run(monkeypatch)
    assert ZIP.read_bytes() == kaggle.archive


def test_a_download_that_ends_too_early_goes_on(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, no_pauses: None
) -> None:
    kaggle.archive, kaggle.cut = archive(), 2
    run(monkeypatch)
    assert ZIP.read_bytes() == kaggle.archive and kaggle.calls.count("GET") == 3
    kaggle.cut = 100
    monkeypatch.setenv("FORCE", "1")
    with pytest.raises(UserError, match=r"^Kaggle cannot be reached \(ChunkedEncodingError\)"):
        run(monkeypatch)
    assert ZIP.read_bytes() == kaggle.archive  # the old one stays until the new one is whole


def test_the_rules(kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kaggle.failures["DownloadDataFiles"] = (403, "Forbidden")
    with pytest.raises(
        UserError, match=r"accept its rules at https://www\.kaggle\.com/competitions/some-zip/rules"
    ):
        run(monkeypatch)
    assert not ZIP.exists()


@pytest.mark.parametrize("text", ["", "../x", "a/b", "A b", "https://elsewhere.org/c/x"])
def test_what_is_no_slug(text: str) -> None:
    with pytest.raises(UserError, match=r"^COMPETITION: give the competition's slug"):
        slugs.parse(text)


def test_slugs() -> None:
    for text in (
        "dog-breed",
        "https://www.kaggle.com/c/dog-breed",
        " https://kaggle.com/competitions/Dog-Breed?x ",
    ):
        assert slugs.parse(text) == "dog-breed"
