"""What `auto` becomes, worked by hand."""

import pytest

from podium.networks.build import build
from podium.networks.cut import cut
from podium.training.params import TrainParams
from podium.training.prepared import part_that_trains
from podium.training.settings import auto


def resolved(
    images: int, part: auto.Part = "tail", pretrained: bool = True, **changes: object
) -> auto.Resolved:
    return auto.resolve(TrainParams(**changes), images, "cpu", 2, part=part, pretrained=pretrained)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("images", "epochs"), [(100, 20), (650, 10), (2014, 3), (2470, 3), (5524, 2), (100_000, 2)]
)
def test_epochs_show_6500_pictures_within_2_and_20(images: int, epochs: int) -> None:
    assert resolved(images).epochs == epochs


def test_a_head_alone_takes_all_epochs_and_random_weights_more() -> None:
    assert resolved(100_000, "head").epochs == 20
    assert resolved(100_000, "whole", pretrained=False).epochs == 8


@pytest.mark.parametrize(
    ("part", "optimizer", "rate"),
    [("tail", "adamw", 4e-3), ("head", "adamw", 3e-3), ("whole", "adamw", 1e-3), ("tail", "sgd", 1e-2)],
)
def test_the_rate_follows_what_trains_and_the_optimizer(part: auto.Part, optimizer: str, rate: float) -> None:
    assert resolved(2000, part, optimizer=optimizer).lr == rate
    assert resolved(2000, part, optimizer=optimizer, batch_size=128).lr == 2 * rate


@pytest.mark.parametrize(
    ("model", "weights", "freeze", "part"),
    [
        ("resnet10t", "a file", "last_stage", "tail"),
        ("resnet10t", "random", "last_stage", "whole"),
        ("resnet10t", "a file", "head", "head"),
        ("resnet10t", "a file", "none", "whole"),
        ("test_vit", "a file", "last_stage", "whole"),
    ],
)
def test_which_part_trains(model: str, weights: str, freeze: str, part: str) -> None:
    network = build(model, False, 3, None if model == "test_vit" else 64)
    object.__setattr__(network, "weights", weights)  # as if they had been loaded
    assert part_that_trains(network, cut(network, freeze)) == part
