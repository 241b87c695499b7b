"""Mistakes in params.yaml, each one sentence with the key, what was found and the way out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from podium.foundation.errors import UserError
from podium.project import checking

SHIPPED = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))


def written(folder: Path, **changes: object) -> Path:
    """The shipped params with dotted keys changed; None removes a key."""
    values = yaml.safe_load(yaml.safe_dump(SHIPPED))
    for key, value in changes.items():
        *sections, last = key.split("__")
        part = values
        for section in sections:
            part = part[section]
        part[last] = value
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


def test_the_shipped_params_are_right() -> None:
    assert set(checking.check()) == {cls.__name__ for cls in checking.SECTIONS}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seeed": 1}, r"seeed is not a parameter; did you mean seed\.$"),
        ({"split__kk": 1}, r"split\.kk is not a parameter; did you mean k\.$"),
        ({"image__storage__shortside": 1}, r"shortside is not a parameter; did you mean short_side\.$"),
        ({"seed": "one"}, r"seed: .*, found 'one'\.$"),
        ({"effort": "fast"}, r"effort: input should be 'probe', 'auto' or 'high', found 'fast'\.$"),
        ({"folds": []}, r"folds: give one or more different fold numbers from 0 on, found \[\]\.$"),
        ({"folds": [0, 7]}, r"folds: 7 is not among the 5 folds that split\.k makes \(0 to 4\): leave"),
        ({"augment__policy": "mlid"}, r"augment\.policy: mlid is no policy; did you mean mild\.$"),
        ({"train__online_policy": "mlid"}, r"train\.online_policy: mlid is no policy; did you mean mild\.$"),
        ({"competition__metric": "acuracy"}, r"competition\.metric: metric 'acuracy' is not known"),
        ({"freeze": "last_stag"}, r"freeze: last_stag is none of auto, .*; did you mean last_stage\?$"),
        ({"model": "resnet18", "pretrained": "gone.safetensors"}, r"gone\.safetensors is not there"),
        ({"train__optimizer": "adamww"}, r"train\.optimizer: adamww is not known; did you mean adamw\.$"),
        ({"train__online_policy": "mlid"}, r"train\.online_policy: mlid is no policy; did you mean mild\.$"),
        ({"augment__hard_examples": {"teacher": "best"}}, r"teacher: give a full revision .*, found 'best'"),
        ({"augment__hard_examples": {"teacher": "a" * 40}}, r"teacher: no commit a{40} is here"),
        ({"pseudo_label__teacher": "b" * 40}, r"pseudo_label\.teacher: no commit b{40} is here: name a run"),
        ({"train": 3}, r"train: input should be `key: value` lines, found 3\.$"),
        ({"competition__path": "raw/gone.zip"}, r"competition\.path: raw/gone\.zip is not there: give"),
        ({"refit__networks": 1, "train__keep": "best"}, r"keep: best needs images held back, .* last, or"),
        ({"refit__networks": 1, "train__devices": 2}, r"devices: 2 makes several processes, and a"),
        ({"refit__vote": "beside"}, r"refit: vote: beside is said of no network, networks is 0: set"),
        ({"image__size": -3}, r"image\.size: give a number of pixels from 8 to 4096, or auto, found -3\.$"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_sentence(changes: dict[str, object], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        checking.check(written(tmp_path, **changes))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("size", "told"), [("auto", 0), (320, 0), (448, 1)])
def test_a_size_beyond_what_is_stored_is_told_and_allowed(size: int | str, told: int, tmp_path: Path) -> None:
    said = checking.warnings(checking.check(written(tmp_path, image__size=size)))
    assert len(said) == told
    if told:
        assert said[0] == (
            "params.yaml: image.size: 448 is more than image.storage.short_side, 320: larger images are "
            "stored at 320 pixels and enlarged again; set image.storage.short_side to 448."
        )


def test_several_mistakes_are_all_told(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        checking.check(written(tmp_path, seeed=1, effort="fast"))
    first, second = str(caught.value).split("\nerror: ")
    assert "seeed" in first and "effort" in second


def test_the_users_own_folds_may_have_any_number(tmp_path: Path) -> None:
    frozen = tmp_path / "folds.csv"
    frozen.write_text("image_id,fold\ntrain/a.png,7\n")
    checking.check(written(tmp_path, folds=[0, 7], split__file=str(frozen)))
    frozen.write_text("image_id,fold\ntrain/a.png,7\n", encoding="utf-16")  # as spreadsheets save it
    checking.check(written(tmp_path, folds=[0, 7], split__file=str(frozen)))
    frozen.write_text("image_id,fold\n")
    with pytest.raises(UserError, match="folds: 7 is not among the 5 folds"):
        checking.check(written(tmp_path, folds=[0, 7], split__file=str(frozen)))


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("a: [1\n")
    with pytest.raises(UserError, match="is not valid YAML"):
        checking.check(path)


def test_only_undeclared_fold_folders_are_removed(tmp_path: Path) -> None:
    for name in ("fold0", "fold3", "fold12", "foldx", "fold1b", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.json").write_text("{}")
    (tmp_path / "README.md").write_text("")
    assert checking.remove_stale_models([0, 1], tmp_path) == ["fold12", "fold3"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["README.md", "fold0", "fold1b", "foldx", "mine"]


def test_a_link_is_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "precious").mkdir()
    (tmp_path / "models/fold5").symlink_to(tmp_path / "precious")
    checking.remove_stale_models([0], tmp_path / "models")
    assert (tmp_path / "precious").is_dir() and not (tmp_path / "models/fold5").exists()


def run_stage(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stages.check"]
    environment = {"PYTHONPATH": str(Path.cwd()), "PATH": os.environ["PATH"]} | more
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_stage_exits_2_with_the_sentence_alone(tmp_path: Path) -> None:
    written(tmp_path, effort="fast")
    done = run_stage(tmp_path)
    assert done.returncode == 2
    assert (
        done.stderr
        == "error: params.yaml: effort: input should be 'probe', 'auto' or 'high', found 'fast'.\n"
    )
    assert not (tmp_path / "data/check.json").exists()


def test_the_stamp_is_always_the_same_and_torch_stays_out(tmp_path: Path) -> None:
    for name in ("dvc.yaml", "podium", "stages"):
        (tmp_path / name).symlink_to(Path(name).resolve())
    written(tmp_path)
    for words in (
        ["init", "-q"],
        ["-c", "user.name=t", "-c", "user.email=t@e.x", "commit", "-q", "--allow-empty", "-m", "a"],
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    done = run_stage(tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("params.yaml")
    done = run_stage(tmp_path, PODIUM_LAST_LINES="later")  # make start, which itself set what differs
    assert (done.returncode, done.stdout) == (0, "")
    stamps = [tmp_path / "data/check.json", *(tmp_path / "data/code").iterdir()]
    assert len(stamps) > 10
    first = [stamp.read_bytes() for stamp in stamps]
    written(tmp_path, seed=9, image__size=448)
    again = run_stage(tmp_path)
    assert again.returncode == 0 and "warning: params.yaml: image.size: 448 is more than" in again.stdout
    assert [stamp.read_bytes() for stamp in stamps] == first
    names = "[m for m in ('torch', 'timm', 'cv2', 'pandas', 'numpy') if m in sys.modules]"
    heavy = f"import sys, stages.check; print({names})"
    out = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True).stdout
    assert out == "[]\n"


def test_what_a_run_that_trains_nothing_ignores_is_told(tmp_path: Path) -> None:
    """effort: probe with train.epochs: 12 ran, changed nothing, and was `the same` without a reason."""
    given = {"train__epochs": 12, "model": "resnet18", "refit__networks": 1}
    (said,) = checking.warnings(checking.check(written(tmp_path, effort="probe", **given)))
    assert said == (
        "params.yaml: effort: probe trains nothing; without effect: model, train.epochs, refit.networks. "
        "To train, set effort: auto."
    )
    assert checking.warnings(checking.check(written(tmp_path, **given))) == []
    assert checking.warnings(checking.check(written(tmp_path, effort="probe"))) == []


@pytest.mark.parametrize("freeze", ["layer3", "stages.2", "blocks.3", "features", "heads", "stem", "norm1"])
def test_a_modules_name_is_left_to_the_network(freeze: str, tmp_path: Path) -> None:
    checking.check(written(tmp_path, freeze=freeze))


def test_a_zip_that_dvc_still_has_to_fetch_is_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh clone: `dvc repro --pull` runs `check` before it pulls the zip."""
    path = written(tmp_path, competition__path="mine.zip")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"mine\.zip is not there"):
        checking.check(path)
    Path("mine.zip.dvc").touch()
    checking.check(path)


def test_a_path_below_home_is_written_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DVC takes ~ for a folder of that name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    path = written(tmp_path, competition__path="~/mine.zip")
    with pytest.raises(UserError, match=r"~/mine\.zip is not there"):
        checking.check(path)
    (tmp_path / "mine.zip").touch()
    with pytest.raises(UserError, match=r"competition\.path: write .*/mine\.zip: DVC knows no ~\."):
        checking.check(path)
