"""What a bundle predicts where nothing of the project can be found is what the run published."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from podium.contracts import competition
from podium.experiments import revisions
from podium.export import agreement, card, sealed
from podium.foundation import lock
from podium.foundation.errors import UserError
from podium.networks import precision
from podium.submission import submission
from podium.vote import columns, judges, neighbours
from stages import export
from tests.export.project import finish
from tests.export.shipped import TESTS, Run, picture

pytestmark = pytest.mark.slow  # each runs a bundle in a process of its own
ALL_VIEWS = "[hflip, rotate, shift, five_crop]"


def exported(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What make export says of the run in that folder."""
    monkeypatch.chdir(folder)
    if run.told:
        monkeypatch.setattr(columns, "LEARNERS", {run.told: columns.LEARNERS[run.told]})
    if run.way:
        monkeypatch.setattr(neighbours, "WAYS", {run.way: judges.WAYS[run.way]})
        monkeypatch.setattr(neighbours, "MANY", 2)
    finish(run)
    voting = [one["name"] for one in json.loads(Path("data/ensemble/table.json").read_text())["members"]]
    assert ("columns" in voting) == bool(run.told) and ("neighbours" in voting) == bool(run.way)
    capsys.readouterr()
    export.main()
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "run",
    [
        Run("stacking", "temperature", "gmean", ALL_VIEWS, probed=True, resize="pad"),
        Run("geometric", "priors", clear=True, network=False, probed=True),
        Run("hard", sample="id,label", delimiter=";", metric="accuracy", leak="true"),
        Run("weighted", "grades", "max", "[hflip]", "quadratic_kappa", task="ordinal", sample="id,label"),
        Run("weighted", "temperature", views="[hflip]", probed=True, refits=1),
        Run("geometric", refits=2, shared=False),
        Run(refits=3, vote="beside"),
        Run(refits=1, vote="beside", shared=False),
        Run("stacking", "temperature", probed=True, rows="folders", sample="case,owl,cat,dog"),
        Run("geometric", rows="beginnings", together="noisy_or", sample="case,label", metric="accuracy"),
        Run("weighted", rows="table", together="max", sample="patient,label", metric="accuracy"),
        Run("weighted", tinted=True, way="the images most alike", probed=True),
        Run("soft", "temperature", tinted=True, way="class means", rows="folders", sample="case,owl,cat,dog"),
        Run("svm", "temperature", tinted=True, rows="folders", sample="case,owl,cat,dog"),
        Run("boosting", "temperature", "gmean", "[hflip]", probed=True, train=150),
        Run("stacking", told="linear model", network=False, probed=True, train=75),
        Run("soft", told="gradient-boosted trees", train=150, sample="id,label", metric="accuracy"),
    ],
    ids=[
        "network_and_probe",
        "probe_on_transparent",
        "names_with_answers",
        "grades_with_cuts",
        "refit_and_probe",
        "refits",
        "refits_beside",
        "refit_beside_whole_networks",
        "rows_by_folders_stacked",
        "rows_by_beginnings_noisy_or",
        "rows_by_a_table_max",
        "images_most_alike",
        "class_means_of_rows",
        "svm_that_looks_at_rows",
        "boosting",
        "columns_linear",
        "columns_trees",
    ],
)
def test_a_bundle_gives_what_was_published(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(precision, "native_bfloat16", lambda: True)  # what predicts follows no processor
    said = exported(run, tmp_path, monkeypatch, capsys)
    assert f"gives the {TESTS} rows of reports/submission.csv (largest difference" in said
    name = run.sample.partition(",")[0]
    # given the download's root, the test folder or a shuffled copy of a part of it: never a training picture
    for given, ids in ((Path("shipped"), range(TESTS)), (Path("shipped/test"), [7, 0, 3])):
        header, *rows = Path("shipped/sample_submission.csv").read_text().splitlines()
        Path("some.csv").write_text("\n".join([header, *(rows[i] for i in ids)]) + "\n")
        sealed.run(
            card.FOLDER / "predict.py", [given.resolve(), tmp_path / "some.csv", tmp_path / "found.csv"]
        )
        told = agreement.compare(submission.PATH, tmp_path / "found.csv", name)
        assert told.rows == len(ids)
    asked = [line.partition(run.delimiter)[0] for line in Path("found.csv").read_text().splitlines()]
    assert asked == [name, *(rows[i].partition(run.delimiter)[0] for i in ids)]


def test_a_vote_of_three_experiments_leaves_with_their_networks_and_views(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {"a" * 40: Run(seed=1, views="[hflip]", resize="pad"), "b" * 40: Run(seed=2, merge="gmean")}
    for revision, run in made.items():
        (tmp_path / revision).mkdir()
        monkeypatch.chdir(tmp_path / revision)
        finish(run)
    monkeypatch.setattr(revisions, "fetch", lambda revision, *_: tmp_path / revision)
    (tmp_path / "voting").mkdir()
    run = Run("weighted", "temperature", experiments=tuple(made))
    said = exported(run, tmp_path / "voting", monkeypatch, capsys)
    assert f"gives the {TESTS} rows of reports/submission.csv" in said
    members = card.read(card.FOLDER).members
    assert [one.name.rpartition("@")[2] for one in members] == ["this run", "a" * 7, "b" * 7]
    assert members[1].resize == "pad"


def test_other_images_any_number_and_the_call_from_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exported(Run(views="[hflip]"), tmp_path, monkeypatch, capsys)
    Path("more").mkdir()
    for i in range(40):  # more than a batch
        Path(f"more/{i}.png").write_bytes(picture(i, False, ".png"))
    Path("more/39.png").write_bytes(b"")
    sealed.run(card.FOLDER / "predict.py", [tmp_path / "more", tmp_path / "table.csv"])
    table = pd.read_csv("table.csv")
    assert list(table) == ["path", "readable", *competition.read().classes] and len(table) == 40
    assert table["readable"].sum() == 39 and np.allclose(table.iloc[:, 2:].sum(1), 1)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'export')!r}); from predict import Predictor; "
        "print(len(Predictor(sys.path[0]).predict(['more/0.png', 'more/1.png'])))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], text=True, capture_output=True, check=False)
    assert done.stdout.strip() == "2", done.stderr
    done = subprocess.run(
        [sys.executable, "-I", "export/predict.py"], text=True, capture_output=True, check=False
    )
    assert done.returncode and done.stderr.lstrip().startswith("python predict.py TEST_FOLDER")


def test_what_differs_from_the_submission_is_not_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    finish(Run())
    table = pd.read_csv(submission.PATH, dtype=str)
    table.loc[5, ["owl", "cat"]] = ["0.90000000", "0.05000000"]
    table.to_csv(submission.PATH, index=False)
    with pytest.raises(UserError, match=r"found.csv, line 7: the bundle says .* for '5', and submission.csv"):
        export.main()
    assert not card.FOLDER.exists()


def test_what_lies_here_is_exported_whatever_params_say_by_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """make vote and make reset give params.yaml back and leave the run's results."""
    monkeypatch.chdir(tmp_path)
    finish(Run(probed=True))
    params = yaml.safe_load(Path("params.yaml").read_text())
    run = {"ensemble": {"params": {"params.yaml": {"folds": params["folds"], "image": params["image"]}}}}
    lock.PATH.write_text(yaml.safe_dump({"stages": run}))
    now = params | {"folds": [0], "image": {"storage": {"short_side": 32}}}
    Path("params.yaml").write_text(yaml.safe_dump(now))
    capsys.readouterr()
    export.main()
    said = capsys.readouterr().out
    assert said.startswith(
        "export: of this folder's run, which had folds=[0, 1], image.storage.short_side=96;"
    )
    assert f"gives the {TESTS} rows of reports/submission.csv" in said


def test_what_no_graph_can_say_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finish(Run("rank_mean"))
    monkeypatch.setattr(export, "published", None)
    with pytest.raises(UserError, match="the rank_mean vote depends on which other images are there and can"):
        export.main()
    table = Path("data/ensemble/table.json")
    said = json.loads(table.read_text())
    said["asked"]["external"] = [{"oof": "a", "test": "b"}]
    table.write_text(json.dumps(said))
    with pytest.raises(UserError, match="b votes with predictions made outside Podium"):
        export.main()
