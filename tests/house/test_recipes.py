"""Every recipe's keys exist, and its values are right, as `dvc exp run -S` would set them."""

import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides

from podium import checking
from podium.augmentations import registry as policies
from podium.augmentations.params import AugmentParams

RECIPES = sorted(path for path in Path("recipes").iterdir() if path.suffix != ".md")


def overrides(path: Path) -> list[str]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert all(line.startswith("-S ") for line in lines)
    assert not any(" " in line[3:] for line in lines), "the shell would split it"
    return [line[3:] for line in lines]


def applied(path: Path, folder: Path) -> dict[str, object]:
    shutil.copy("params.yaml", folder / "params.yaml")
    apply_overrides(folder / "params.yaml", overrides(path))
    return checking.check(folder / "params.yaml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_a_recipe_is_valid(path: Path, tmp_path: Path) -> None:
    sections = applied(path, tmp_path)
    augment = sections["AugmentParams"]
    assert isinstance(augment, AugmentParams)
    policies.settings(augment.policy, augment.settings)
    assert path.read_text().startswith("# "), "says what system it is"


@pytest.mark.slow
@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_a_recipes_network_can_be_cut_where_it_says(path: Path, tmp_path: Path) -> None:
    from podium.networks.build import build
    from podium.networks.cut import cut
    from podium.networks.params import NetworkParams
    from podium.training.params import TrainParams

    sections = applied(path, tmp_path)
    chosen, train = sections["NetworkParams"], sections["TrainParams"]
    assert isinstance(chosen, NetworkParams) and isinstance(train, TrainParams)
    network = build(chosen.model, False, classes=3)
    made = cut(network, chosen.freeze)
    assert (made.frozen is None) == (chosen.freeze == "none"), made.sentence
    names = {name.split(".")[0] for name, _ in network.module.named_modules()}
    assert {step.module for step in train.unfreeze} <= names


def test_there_are_the_five() -> None:
    assert {path.name for path in RECIPES} == {
        "resnext101", "small_data", "gradual_unfreezing", "bag_of_tricks", "heads_and_attention",
    }  # fmt: skip


def test_a_recipe_with_an_unknown_key_would_be_caught(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("# a system\n-S train.epoks=3\n")
    with pytest.raises(Exception, match="set-param"):
        applied(tmp_path / "bad", tmp_path)
