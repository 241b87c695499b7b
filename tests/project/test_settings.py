"""`-S` judged before DVC starts: our sentence in place of "Key 'epoch' is not in struct"."""

import shutil
from pathlib import Path

import pytest

from podium.foundation.errors import UserError
from podium.project import settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy("params.yaml", tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("epoch=3", r"^params\.yaml: epoch is not a parameter; did you mean .*epochs"),
        ("epochs=3", r"^params\.yaml: epochs is not a parameter; did you mean train\.epochs\.$"),
        ("train.lr", r"^train\.lr: give key=value"),
        ("train.epochs=many", r"^params\.yaml: train\.epochs: input should be a valid integer or 'auto'"),
        ("folds=[0,9]", r"^params\.yaml: folds: 9 is not among the 5 folds"),
        ("train.lr=0.1,-1", r"^params\.yaml: train\.lr: .*found -1"),
        ("+train.new=1", r"^params\.yaml: train\.new is not a parameter"),
    ],
)
def test_a_wrong_setting_is_one_sentence(text: str, sentence: str) -> None:
    before = Path("params.yaml").read_bytes()
    with pytest.raises(UserError, match=sentence):
        settings.refuse_wrong(settings.taken(text))
    assert Path("params.yaml").read_bytes() == before


def test_right_ones_pass_and_a_grid_is_counted() -> None:
    wanted = settings.taken("-S train.epochs=12 -S 'folds=[0]' -S +augment.exceptions.cat=200")
    assert settings.refuse_wrong(wanted) == 1
    assert settings.refuse_wrong(["train.lr=0.1,0.01", "seed=1,2,3"]) == 6
    assert settings.refuse_wrong([]) == 1


def test_another_option_is_refused() -> None:
    with pytest.raises(UserError, match=r"--name is no setting: .* and the experiment's name as NAME=mine"):
        settings.taken("--name x -S seed=1")
    with pytest.raises(UserError, match=r"--force is no setting"):
        settings.taken("--force")
    with pytest.raises(UserError, match="quote a value"):
        settings.taken("-S 'folds=[0")
