"""The select stage says where a network sees larger images than are stored."""

from pathlib import Path

import pytest

from podium.contracts import clean, folds, look, probe, search, selection, trials
from podium.selection import deciding
from stages import select
from tests.training.conftest import CLASSES, write_competition, write_params

FIRST = probe.Look(network="tf_efficientnet_lite0", size=64, resize="squash", layers=1)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    write_competition(tmp_path, a_class=6)
    split = folds.FOLDS.read(folds.PATH)
    names = split["label"].map(dict(enumerate(CLASSES)))
    kept = {"action": "keep", "suspect": False, "quality": 1.0, "reason": ""}
    clean.write(split[["image_id"]].assign(label=names, label_given=names, **kept))
    none = search.Searched(multiply_adds=0.0, sentences=["probe: so it looks."])
    look.write(look.Begun(done=True, first=FIRST, second=None, unpaid=[], searched=none))
    probe.write(probe.Chosen(size=64, resize="squash", probes=[]), look.FOLDER)
    return tmp_path


@pytest.mark.parametrize(("kept", "warned"), [(24, True), (32, False)])
def test_images_that_are_stored_smaller_than_the_network_wants_are_told(
    project: Path, capsys: pytest.CaptureFixture[str], kept: int, warned: bool
) -> None:
    write_params(project, image={"size": 48, "storage": {"short_side": kept}})
    select.main()
    told = capsys.readouterr().out
    assert selection.read().size == 48
    sentence = (
        "warning: the network sees 48 pixels, but of images with 32 on the short side only 24 are stored, "
        "and enlarged again: set image.storage.short_side to 48."
    )
    assert (sentence in told) == warned and ("warning" in told) == warned


@pytest.mark.parametrize("verdict", ["spare", "train"])
def test_other_words_change_nothing_that_training_reads(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verdict: str
) -> None:
    write_params(project)
    written = []
    for why in ("so it is", "in other words"):
        monkeypatch.setattr(deciding, "asked", lambda *_, why=why: (verdict, why))
        select.main()
        said = capsys.readouterr().out
        assert f"select: {why}." in said and trials.read().why == why
        assert "so it looks" not in said  # which the stage before has said
        written.append(selection.PATH.read_bytes())
    assert written[0] == written[1]
    assert selection.read().train == (verdict == "train")
