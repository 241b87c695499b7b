"""Every recipe's keys exist, and its values are right, as `dvc exp run -S` would set them."""

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dvc.utils.hydra import apply_overrides

from podium.augmentations import registry as policies
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.project import checking

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


def made(path: Path, folder: Path, images: int = 4000) -> tuple[Any, Any, Any]:
    """(the network, its cut, what `auto` became), without weights, as the recipe's train stage has them."""
    import torch

    from podium.networks.build import build, input_size
    from podium.networks.cut import cut
    from podium.training.settings import auto, contradictions

    sections = applied(path, folder)
    chosen, train, image = (sections[name] for name in ("NetworkParams", "TrainParams", "ImageParams"))
    size = input_size(chosen.model, image.size, 128)
    with torch.device("meta"):  # shapes and names alone: no weights, no arithmetic
        network = build(chosen.model, False, 3, size, attention=chosen.attention, head=train.head)
        network = replace(network, weights="published")
        parts = cut(network, chosen.freeze)
        shape = (3, size, size)
        if parts.frozen is not None:
            shape = tuple(parts.frozen(torch.zeros(1, *shape)).shape[1:])
    resolved = auto.resolve(
        train, images, "cpu", 8, part="head" if parts.name == "head" else "whole", pretrained=True
    )
    normed = contradictions.trains_batch_norm(parts.tail)
    setup = contradictions.Setup(
        train=train, frozen=parts.name, weights=network.weights, shape=shape, cached=parts.frozen is not None,
        normed=normed, images=images, watched=900, epochs=resolved.epochs, batch_size=resolved.batch_size,
        devices=resolved.devices, device="cpu", available=1,
    )  # fmt: skip
    contradictions.refuse(setup)
    if train.online:
        policies.build(train.online_policy, train.online_settings, Flips(True, False), [])
    assert contradictions.ignored(setup) == []
    return network, parts, resolved


@pytest.mark.slow
@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_a_recipes_training_can_be_planned(path: Path, tmp_path: Path) -> None:
    """Its cut is there, nothing in it contradicts, and its optimizer, schedule and loss can be had."""
    from podium.training import losses
    from podium.training.optim import optimizers, schedules
    from podium.training.optim.unfreezing import Thaw

    network, parts, resolved = made(path, tmp_path)
    sections = checking.check(tmp_path / "params.yaml")
    train, chosen = sections["TrainParams"], sections["NetworkParams"]
    assert (parts.frozen is None) == (chosen.freeze == "none"), parts.sentence
    trains = [p for p in network.module.parameters() if p.requires_grad]
    optimizer = optimizers.build(
        train.optimizer, network.module, resolved.lr, train.weight_decay, resolved.layer_decay
    )
    assert {id(p) for group in optimizer.param_groups for p in group["params"]} == {id(p) for p in trains}
    schedules.build(train.schedule, optimizer, 100 * resolved.epochs, round(resolved.warmup_epochs * 100))
    losses.load(train.loss, train.loss_options)
    Thaw(network.module, train.unfreeze)


COMMANDS = re.compile(r"^# +(make recipe .*|.*SET=.*)$")


@pytest.mark.slow
@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_what_a_recipes_comments_offer_is_valid_too(path: Path, tmp_path: Path) -> None:
    lines = path.read_text().splitlines()
    offered = [re.search(r'SET="([^"]*)"', line)[1] for line in lines if COMMANDS.match(line)]
    assert offered, "it says what else its system tried"
    for number, more in enumerate(offered):
        settings = [word for word in more.split() if word != "-S" and "<" not in word]
        folder = tmp_path / str(number)
        folder.mkdir()
        kept = "\n".join(line for line in lines if not line.startswith("#"))
        (folder / "recipe").write_text(
            "# more\n" + "\n".join([kept, *(f"-S {one}" for one in settings)]) + "\n"
        )
        made(folder / "recipe", folder)


def test_there_are_the_five() -> None:
    assert {path.name for path in RECIPES} == {
        "resnext101", "small_data", "gradual_unfreezing", "bag_of_tricks", "heads_and_attention",
    }  # fmt: skip


def test_a_recipe_with_an_unknown_key_would_be_caught(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("# a system\n-S train.epoks=3\n")
    with pytest.raises(Exception, match="set-param"):
        applied(tmp_path / "bad", tmp_path)
