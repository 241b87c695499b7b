"""Members are put side by side only where ids, folds and classes agree."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import competition, folds, predictions
from podium.experiments import runs
from podium.experiments.runs import Member
from podium.foundation.errors import UserError
from podium.project import voting
from podium.vote import external
from podium.vote.params import External
from tests.experiments import tiny


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    tiny.predict("alpha", [0, 1, 2, 3, 4])
    return folds.FOLDS.read(folds.PATH)


def member(split: pd.DataFrame, wanted: list[int] | None = None) -> Member:
    return runs.read("this run", wanted or [0, 1, 2, 3, 4], split, 4, predictions.FOLDER)


def test_rows_are_joined_by_id(project: pd.DataFrame) -> None:
    made = member(project)
    assert made.ids == sorted(made.ids) and made.oof.shape == (200, 4) and made.test.shape == (5, 50, 4)
    ids, probs = predictions.read(predictions.path(3, "oof"), 4)
    assert made.oof[made.ids.index(ids[7])] == pytest.approx(probs[7])
    pool = runs.pool([made], project)
    truth = project.set_index("image_id")["label"]
    assert pool.labels.tolist() == truth[pool.ids].tolist()


def test_the_vote_takes_the_folds_that_all_members_have(project: pd.DataFrame) -> None:
    few = replace(member(project, [1, 3]), name="few")
    pool = runs.pool([member(project), replace(few, oof=few.oof[:, ::-1])], project)
    assert set(pool.home) == {1, 3} and pool.oof.shape == (2, 80, 4) and pool.test.shape == (2, 2, 50, 4)
    with pytest.raises(UserError, match=r"no fold in common \(this run: \[0\]; few: \[1, 3\]\)"):
        runs.pool([member(project, [0]), few], project)


def test_nobody_votes_twice(project: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    made = member(project)
    pool = runs.pool([made, replace(made, name="again")], project)
    assert pool.names == ["this run"]
    assert "again predicts exactly what this run does: it votes once." in capsys.readouterr().out


def test_other_test_images_are_refused(project: pd.DataFrame) -> None:
    made = member(project)
    other = replace(made, name="b", oof=made.oof[:, ::-1], test_ids=["test/x", *made.test_ids[1:]])
    with pytest.raises(
        UserError, match=r"b and this run predict other test images, 'test/00000.png' for one"
    ):
        runs.pool([made, other], project)


def test_a_missing_image_is_named(project: pd.DataFrame) -> None:
    short = project[project["image_id"] != "x"].copy()
    short.loc[len(short)] = {"image_id": "train/99999.png", "label": 0, "group": "z", "fold": 0}
    with pytest.raises(UserError, match=r"lacks 1 images of the fold and has 0 others, 'train/99999.png'"):
        member(short)


def test_the_hold_out_is_found_among_the_test_predictions(project: pd.DataFrame) -> None:
    made = member(project)
    found = runs.hold_out(project, made.test_ids)
    assert [made.test_ids[row] for row in found.rows] == [f"train/{i:05d}.png" for i in range(200, 210)]
    with pytest.raises(UserError, match=r"10 hold-out images have no prediction, 'train/00200.png' for one"):
        runs.hold_out(project, made.test_ids[:40])


class TestOtherRevisions:
    revision = "a" * 40

    @pytest.fixture
    def other(self, project: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        there = tmp_path / "other"
        tiny.predict("beta", [0, 1, 2, 3, 4], there)
        (there / "params.yaml").write_text("model: beta\n")
        monkeypatch.setattr("podium.experiments.revisions.fetch", lambda revision, paths=(): there)
        return there

    def test_joins(self, project: pd.DataFrame, other: Path) -> None:
        made = runs.of_revision(self.revision, project, tiny.CLASSES)
        assert made.name == "beta@aaaaaaa" and made.folds == [0, 1, 2, 3, 4]

    def test_corrected_labels_do_not_part_runs(self, project: pd.DataFrame, other: Path) -> None:
        project["label"] = (project["label"] + 1) % 4
        assert runs.of_revision(self.revision, project, tiny.CLASSES).oof.shape == (200, 4)

    def test_other_folds_are_refused(self, project: pd.DataFrame, other: Path) -> None:
        project.loc[project["image_id"] == "train/00003.png", "fold"] = 4
        with pytest.raises(
            UserError,
            match=r"ensemble.experiments: beta@aaaaaaa has other folds \(digest \w{7}, here \w{7}; 1 images, "
            r"'train/00003.png' in 3, here in 4\): run it again on these folds\.",
        ):
            runs.of_revision(self.revision, project, tiny.CLASSES)

    def test_other_classes_are_refused(self, project: pd.DataFrame, other: Path) -> None:
        with pytest.raises(UserError, match=r"teacher: beta@a+ knows the classes cat, dog, owl, fox, here"):
            runs.of_revision(self.revision, project, ["cat", "dog"], key="pseudo_label.teacher")


class TestOutsidePredictions:
    @pytest.fixture
    def files(self, project: pd.DataFrame) -> External:
        made = member(project)
        oof = pd.DataFrame(made.oof, columns=tiny.CLASSES).assign(image_id=made.ids)
        oof["fold"] = project.set_index("image_id").loc[made.ids, "fold"].to_numpy()
        oof.sample(frac=1, random_state=0).to_csv("theirs.csv", index=False)
        test = pd.DataFrame(made.test[0], columns=tiny.CLASSES)
        test.assign(id=[i[5:10] if i < "tr" else i for i in made.test_ids]).to_csv("test.csv", index=False)
        return self.signed()

    def signed(self) -> External:
        given = External(oof=Path("theirs.csv"), test=Path("test.csv"))
        return given.model_copy(update={"digest": external.file_digest(given)})

    def read(self, given: External, split: pd.DataFrame) -> Member:
        ids = {f"{i:05d}": f"test/{i:05d}.png" for i in range(40)}
        return external.read(given, member(split), split, competition.read(), ids)

    def edit(self, file: str, old: str, new: str) -> External:
        text = Path(file).read_text()
        assert old in text
        Path(file).write_text(text.replace(old, new, 1))
        return self.signed()

    def test_join_whatever_the_rows_order(self, project: pd.DataFrame, files: External) -> None:
        made, own = self.read(files, project), member(project)
        assert made.name == "theirs" and made.oof == pytest.approx(own.oof)
        assert made.test == pytest.approx(np.repeat(own.test[:1], 5, axis=0))

    def test_a_changed_file_must_be_named_anew(self, project: pd.DataFrame, files: External) -> None:
        self.edit("theirs.csv", "train/00000", "train/00000")
        Path("theirs.csv").write_text(Path("theirs.csv").read_text() + "\n")
        with pytest.raises(UserError, match=r"theirs.csv and test.csv have digest \w{64}, found '\w{64}'"):
            self.read(files, project)

    def test_other_folds(self, project: pd.DataFrame, files: External) -> None:
        table = pd.read_csv("theirs.csv")
        table.loc[table["image_id"] == "train/00003.png", "fold"] = 0
        table.to_csv("theirs.csv", index=False)
        with pytest.raises(
            UserError, match=r"'train/00003.png' was predicted in fold 0, here it is in fold 3"
        ):
            self.read(self.signed(), project)

    def test_a_missing_class(self, project: pd.DataFrame, files: External) -> None:
        given = self.edit("test.csv", "owl", "eagle")
        with pytest.raises(
            UserError, match=r"test.csv: column 'owl' is missing, found cat, dog, eagle, fox, id"
        ):
            self.read(given, project)

    def test_a_missing_row(self, project: pd.DataFrame, files: External) -> None:
        given = self.edit("theirs.csv", "train/00003.png", "train/xxxxx.png")
        with pytest.raises(UserError, match=r"theirs.csv: 1 images have no row, 'train/00003.png' for one"):
            self.read(given, project)

    def test_no_probabilities(self, project: pd.DataFrame, files: External) -> None:
        table = pd.read_csv("test.csv")
        table.loc[2, "cat"] = 3.0
        table.to_csv("test.csv", index=False)
        with pytest.raises(UserError, match=r"the row of 'test/00002.png' holds no probabilities that sum"):
            self.read(self.signed(), project)

    def test_no_such_file(self, project: pd.DataFrame) -> None:
        with pytest.raises(UserError, match=r"ensemble.external: a.csv is not there"):
            external.file_digest(External(oof=Path("a.csv"), test=Path("b.csv")))


def test_who_votes_is_written_with_every_comment_kept(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(
        "seed: 0   # the root\n\nensemble:\n  voter: auto    # which\n  own: true  # me\n"
        "  experiments: []   # others\n  external: []\nlist: [a, b]\n"
    )
    voting.write(["a" * 40, "b" * 40], path)
    text = path.read_text()
    assert "# the root" in text and "# which" in text and "# others" in text and "list: [a, b]" in text
    assert "own: false" in text and "a" * 40 in text and "b" * 40 in text
