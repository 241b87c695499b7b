"""A refit learns from every labelled image that is not held out, as a fold does, with none to watch it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import fold_numbers, manifest, model, refit, selection
from podium.foundation.errors import UserError
from podium.foundation.params import parse
from podium.networks.build import load as load_network
from podium.training import asking
from podium.training.feed.rows import together
from podium.training.prepared import Prepared, prepare
from podium.training.refit import RefitParams
from stages import refit as stage

from .conftest import write_params


def hold_out(image: str) -> None:
    """That image is in no fold any more."""
    table = manifest.MANIFEST.read(manifest.PATH)
    table.loc[table["image_id"] == image, "fold"] = fold_numbers.HOLD_OUT
    manifest.MANIFEST.write(table, manifest.PATH)


def prepared(fold: int, **changes: object) -> Prepared:
    write_params(Path(), **changes)
    like = None if fold >= 0 else 0
    return prepare(asking.request(fold, [fold], selection.read(), like), asking.tables())


def test_it_learns_from_every_image_of_every_fold_but_the_held_out(project: Path) -> None:
    hold_out("train/cross/3.png")
    made = prepared(fold_numbers.refit(0))
    assert len(made.rows) == 47 and len(made.check) == 0
    every = set(manifest.MANIFEST.read(manifest.PATH)["image_id"])
    assert set(made.rows.frame["image_id"]) == every - {"train/cross/3.png"}


def test_epochs_rates_and_batches_are_a_folds(project: Path) -> None:
    auto = {"epochs": "auto", "batch_size": "auto"}
    fold, every = (prepared(one, train=auto) for one in (0, fold_numbers.refit(0)))
    assert len(every.rows) > len(fold.rows) and every.resolved == fold.resolved


@pytest.mark.parametrize(("key", "value"), [("early_stopping", 1), ("keep", "best")])
def test_what_follows_validation_images_is_refused(project: Path, key: str, value: object) -> None:
    with pytest.raises(UserError, match=f"train.{key}: {value} follows the validation loss"):
        prepared(fold_numbers.refit(0), train={"epochs": 4, key: value})


def test_a_pseudo_labelled_image_is_learnt_once_under_its_folds_mean() -> None:
    taught = pd.DataFrame(
        {"image_id": ["u", "u", "v"], "fold": [0, 1, 1], "p0": [1.0, 0.5, 0.0], "p1": [0.0, 0.5, 1.0],
         "weight": [1.0, 1.0, 0.5]}
    )  # fmt: skip
    found = together(taught).set_index("image_id")
    assert found.loc["u", ["p0", "p1", "weight"]].tolist() == [0.75, 0.25, 1.0]
    assert found.loc["v", ["p0", "p1", "weight"]].tolist() == [0.0, 1.0, 0.25]  # one of two folds took it
    assert together(taught.head(0)).empty


def test_names_and_places() -> None:
    assert [fold_numbers.named(fold) for fold in (0, 4, fold_numbers.refit(0), fold_numbers.refit(2))] == [
        "fold 0", "fold 4", "refit 0", "refit 2",
    ]  # fmt: skip
    assert model.folder(fold_numbers.refit(1)).as_posix() == "data/refit/network1"


def test_a_vote_without_networks_is_refused() -> None:
    with pytest.raises(UserError, match="vote: beside is said of no network, networks is 0"):
        parse(RefitParams, {"refit": {"vote": "beside"}})


@pytest.mark.parametrize(
    ("networks", "trained", "why"),
    [(0, True, "refit.networks is 0"), (2, False, f"nothing is trained, {selection.SPARED}")],
)
def test_none_is_written_and_said(
    networks: int, trained: bool, why: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_params(project, refit={"networks": networks})
    chosen = selection.Selection(train=trained, size=32, resize="squash", freeze="auto")
    selection.write(chosen)
    stage.main()
    assert capsys.readouterr().out == f"refit: 0 networks, {why}\n"
    assert refit.read() == refit.Refit(networks=0, why=why)
    assert [file.name for file in refit.FOLDER.iterdir()] == [refit.FILE]


@pytest.mark.slow
def test_each_network_has_its_seed_and_a_finished_one_is_not_trained_again(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_params(project, refit={"networks": 2})
    stage.main()
    first = capsys.readouterr().out
    assert "refit 0: epoch 2 of 2" in first and "refit 1: epoch 2 of 2" in first
    assert refit.read().networks == 2 and "on all 48 labelled images and 0 copies" in refit.read().why
    one, other = (load_network(model.folder(fold))[0].module.state_dict() for fold in refit.read().folds)
    assert any(not np.array_equal(one[name], other[name]) for name in one)
    before = (refit.FOLDER / "network0/model.safetensors").read_bytes()
    write_params(project, refit={"networks": 1})
    stage.main()
    assert "epoch" not in capsys.readouterr().out
    assert (refit.FOLDER / "network0/model.safetensors").read_bytes() == before
    assert sorted(file.name for file in refit.FOLDER.iterdir()) == ["network0", refit.FILE]


def test_a_fold_is_trained_at_the_rate_that_a_trial_found_and_at_the_user_s_own(project: Path) -> None:
    selection.write(selection.read().model_copy(update={"rate": 3e-4}))
    for own, taken in (("auto", 3e-4), (0.02, 0.02)):
        write_params(project, train={"lr": own})
        assert asking.request(0, [0], selection.read()).train.lr == taken
