"""Fresh augmentation: every image drawn anew each epoch, in place of fixed copies; who gets it by itself."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch

from podium.augmentations.params import AugmentParams
from podium.contracts import manifest
from podium.copies.facts import asked
from podium.foundation.files import write_json
from podium.images.shards import Reader
from podium.networks import registry
from podium.networks.params import NetworkParams
from podium.training.feed import online
from podium.training.feed.pictures import Pictures
from podium.training.params import TrainParams
from podium.training.settings import auto, choices
from tests.training.test_fold import train


def asking(network: NetworkParams, train: TrainParams) -> choices.Request:
    """A request of which nothing else is looked at."""
    return choices.Request(
        fold=0, seed=0, threads=1, classes=[], image=None, network=network, train=train, features=None
    )


def copied(weight: float = 1.0) -> None:
    """A copy of each image in the manifest."""
    frame = manifest.MANIFEST.read(manifest.PATH)
    copies = frame.assign(copy=1, image_id=frame["source_id"] + "#1", weight=weight)
    manifest.MANIFEST.write(pd.concat([frame, copies]), manifest.PATH)


def test_copies_are_not_trained_on_and_the_card_says_so(project) -> None:
    copied()
    fixed, fresh = train(), train(train={"online": True})
    assert (fixed.card.images, fixed.card.copies) == (30, 30)
    assert (fresh.card.images, fresh.card.copies) == (30, 0)
    assert [one.card.resolved["online"] for one in (fixed, fresh)] == [False, True]
    assert fresh.card.resolved["trained_on"] == "images"


def test_it_changes_what_is_learned_and_repeats_itself(project) -> None:
    plain, fresh, again = (
        train(train={"online": way}).network.module.state_dict() for way in (False, True, True)
    )
    assert all(torch.equal(fresh[name], again[name]) for name in fresh)
    assert not torch.equal(plain["fc.weight"], fresh["fc.weight"])


def test_above_a_frozen_part_it_trains_from_images(project) -> None:
    assert train(freeze="last_stage", train={"online": True}).card.resolved["trained_on"] == "images"
    assert train(freeze="last_stage").card.resolved["trained_on"] == "features"


def test_an_image_is_another_in_each_epoch_and_the_same_in_one(project) -> None:
    frame = manifest.MANIFEST.read(manifest.PATH)
    made = train().network.preprocessing
    drawn = Pictures(frame, Reader(project / "data"), made, 3, online.build("mild", {}, {}))
    first, again, second = (drawn(np.arange(4), epoch) for epoch in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, second)


def test_it_flips_as_far_as_augment_allows() -> None:
    for allowed in (False, True):
        fresh = online.build("mild", {}, {"flip_horizontal": allowed})
        assert (fresh.flips.horizontal, fresh.flips.vertical) == (allowed, False)


@pytest.mark.parametrize(
    ("wanted", "device", "frozen", "copies_asked", "fresh"),
    [
        ("auto", "cpu", "none", False, False),
        ("auto", "cuda", "none", False, True),
        ("auto", "mps", "none", False, True),
        ("auto", "cuda", "layer3", False, False),
        ("auto", "cuda", "none", True, False),
        (True, "cpu", "layer3", True, True),
        (False, "cuda", "none", False, False),
    ],
)
def test_auto_is_a_gpu_that_trains_the_whole_network(wanted, device, frozen, copies_asked, fresh) -> None:
    assert auto.fresh(TrainParams(online=wanted), device, frozen, copies_asked) is fresh


@pytest.mark.parametrize(
    ("params", "chosen"),
    [
        ({}, False),
        ({"flip": "none", "format": "png", "quality": 90}, False),
        ({"per_class": 500}, True),
        ({"per_class": 0}, True),
        ({"policy": "flip_shift"}, True),
        ({"exceptions": {"cat": 9}}, True),
        ({"hard_examples": {"teacher": "0" * 40}}, True),
    ],
)
def test_who_chose_the_copies_keeps_them(params, chosen: bool) -> None:
    assert asked(AugmentParams(**params)) is chosen


@pytest.mark.parametrize(
    ("device", "name", "said"),
    [
        ("cpu", "tf_efficientnet_lite0", ["model: auto became tf_efficientnet_lite0"]),
        ("cuda", "tf_efficientnet_lite2", ["model: auto became tf_efficientnet_lite2", "train.online: auto"]),
    ],
)
def test_what_the_device_decides_is_said(device: str, name: str, said: list[str]) -> None:
    request = asking(NetworkParams(), TrainParams())
    network = SimpleNamespace(name=registry.chosen("auto", device))
    request, sentences = choices.decided(request, network, "none", device, False)
    assert request.network.model == name and request.train.online is (device == "cuda")
    assert [s.startswith(start) for s, start in zip(sentences, said, strict=True)] == [True] * len(said)


def test_a_named_network_and_a_wish_stand() -> None:
    assert registry.chosen("resnet34", "cuda") == "resnet34"
    request = asking(NetworkParams(model="resnet34"), TrainParams(online=False))
    same, sentences = choices.decided(request, SimpleNamespace(name="resnet34"), "none", "cuda", False)
    assert same == request and sentences == []


def test_the_fold_follows_what_augment_says_of_its_copies(project, monkeypatch) -> None:
    """As on a GPU: the rule's answer reaches rows and inputs."""
    copied()
    real = auto.fresh
    monkeypatch.setattr(auto, "fresh", lambda params, _, *rest: real(params, "cuda", *rest))
    assert train(train={"online": "auto"}).card.copies == 0
    write_json(manifest.FOLDER / "facts.json", {"asked": True})
    assert train(train={"online": "auto"}).card.copies == 30


def test_a_policy_that_plays_no_part_is_said(project, capsys) -> None:
    train(train={"online": "auto", "online_policy": "flip_shift"})
    assert "warning: train.online became false: online_policy play no part" in capsys.readouterr().out
