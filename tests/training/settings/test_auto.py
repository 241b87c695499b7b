"""What `auto` becomes, worked by hand."""

import pytest

from podium.networks.build import build
from podium.networks.cut import cut
from podium.training.params import TrainParams
from podium.training.prepared import part_that_trains
from podium.training.settings import auto


def resolved(
    images: int, part: auto.TrainedPart = "tail", pretrained: bool = True, classes: int = 1, **changes: object
) -> auto.Resolved:
    params = TrainParams(**changes)
    return auto.resolve(params, images, "cpu", 2, part=part, pretrained=pretrained, classes=classes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("images", "epochs"),
    [(100, 20), (650, 6), (1500, 3), (1746, 2), (2014, 2), (5524, 2), (9_999, 2), (10_000, 1), (100_000, 1)],
)
def test_epochs_show_4000_pictures_within_2_and_20_and_many_images_once(images: int, epochs: int) -> None:
    assert resolved(images).epochs == epochs


@pytest.mark.parametrize(
    ("images", "classes", "epochs"), [(4646, 242, 4), (2014, 10, 2), (11_600, 120, 1), (900, 500, 20)]
)
def test_each_of_many_small_classes_is_shown_sixty_times(images: int, classes: int, epochs: int) -> None:
    assert resolved(images, classes=classes).epochs == epochs
    assert resolved(images, "head", classes=classes).epochs == 20


def test_a_head_alone_takes_all_epochs_and_random_weights_more() -> None:
    assert resolved(100_000, "head").epochs == 20
    assert resolved(100_000, "whole", pretrained=False).epochs == 8


@pytest.mark.parametrize(
    ("part", "optimizer", "rate"),
    [("tail", "adamw", 4e-3), ("head", "adamw", 3e-3), ("whole", "adamw", 1e-3), ("tail", "sgd", 1e-2)],
)
def test_the_rate_follows_what_trains_and_the_optimizer(
    part: auto.TrainedPart, optimizer: str, rate: float
) -> None:
    assert resolved(2000, part, optimizer=optimizer).lr == rate
    assert resolved(2000, part, optimizer=optimizer, batch_size=128).lr == 2 * rate


@pytest.mark.parametrize(
    ("model", "weights", "freeze", "part"),
    [
        ("resnet10t", "a file", "last_stage", "tail"),
        ("resnet10t", "random", "last_stage", "whole"),
        ("resnet10t", "a file", "head", "head"),
        ("resnet10t", "a file", "none", "whole"),
        ("test_vit", "a file", "last_stage", "normless"),
        ("test_vit", "random", "last_stage", "whole"),
        ("test_convnext", "a file", "none", "normless"),
    ],
)
def test_which_part_trains(model: str, weights: str, freeze: str, part: str) -> None:
    network = build(model, False, 3, None if model == "test_vit" else 64)
    object.__setattr__(network, "weights", weights)  # as if they had been loaded
    assert part_that_trains(network, cut(network, freeze)) == part


@pytest.mark.parametrize(("images", "batch", "rate"), [(2000, 32, 1e-4), (2000, 128, 2e-4), (2000, 8, 5e-5)])
def test_pretrained_without_batch_norm_takes_the_recipes_values(images, batch, rate) -> None:
    """After timm's and AutoGluon's recipes: 1e-4 * sqrt(batch / 32), decay 0.8, head times 5, clip 1."""
    found = resolved(images, "normless", batch_size=batch, epochs=8)
    assert found.lr == rate
    assert (found.layer_decay, found.head_factor, found.clip) == (0.8, 5.0, 1.0)
    assert found.warmup_epochs == 1 and resolved(images, "normless", epochs=2).warmup_epochs == 0.5
    plain = resolved(images, "tail")
    values = plain.layer_decay, plain.head_factor, plain.clip, plain.drop_path, plain.warmup_epochs
    assert values == (1.0, 1.0, 0.0, 0.0, 0.5)


def test_the_user_s_own_values_stand() -> None:
    own = {"layer_decay": 0.6, "head_factor": 2.0, "clip": 0.0, "drop_path": 0.4, "warmup_epochs": 0.25}
    found = vars(resolved(2000, "normless", **own))
    assert {name: found[name] for name in own} == own


@pytest.mark.parametrize(("parameters", "rate"), [(4_000_000, 0.1), (88_000_000, 0.2), (300_000_000, 0.3)])
def test_larger_networks_drop_more(parameters: int, rate: float) -> None:
    assert auto.drop_path(TrainParams(), "normless", parameters) == rate
    assert auto.drop_path(TrainParams(), "tail", parameters) == 0


def test_a_batch_that_memory_does_not_hold_is_halved_and_the_step_stays() -> None:
    """10 million numbers of two bytes an image: 24 GB hold 960 images, 1 GB 38, 0.1 GB two."""
    found = resolved(5000, batch_size=64)
    steps = []
    for size in (24_000_000_000, 1_000_000_000, 100_000_000, 10_000_000):
        memory = auto.Memory(size, 20_000_000, 10_000_000, 2)
        made = auto.fitted(found, memory, 5000, on_cpu=False, grow=False)
        steps.append((made.batch_size, made.accumulate))
    assert steps == [(64, 1), (32, 2), (2, 32), (1, 64)]
    memory = auto.Memory(1_000_000_000, 20_000_000, 10_000_000, 2)
    two = auto.fitted(found, memory, 5000, on_cpu=False, grow=False, nodes=2)
    assert (two.batch_size, two.accumulate) == (64, 1)  # each of them takes 32
