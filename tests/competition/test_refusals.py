"""Every bad download gets its sentence, and nothing but a sentence."""

from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from tests.competition import (  # noqa: F401  (register their refusals)
    famous_refusals,
    kaggle_refusals,
    long_layouts,
    odd_refusals,
    pixel_layouts,
    reported_refusals,
    tried_refusals,
)
from tests.competition.refusals import REFUSALS
from tests.competition.shipping import found


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    bad = REFUSALS[name]()
    with pytest.raises(UserError) as caught:
        found(bad.files, tmp_path, **bad.params)
    sentence = str(caught.value)
    assert bad.sentence in sentence
    assert "\n" not in sentence


def test_a_missing_download(tmp_path: Path) -> None:
    from podium.download.raw import open_raw

    with pytest.raises(UserError, match=r"nothing\.zip does not exist; give the zip that Kaggle handed out"):
        open_raw(tmp_path / "nothing.zip")


def test_the_corpus_is_large_enough() -> None:
    assert len(REFUSALS) >= 95  # with tests/download/test_raw.py and tests/images/test_audit.py more than 120
