"""Settings that contradict each other: each has its sentence, and what agrees passes."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from podium.foundation.errors import UserError
from podium.foundation.params import parse, read
from podium.networks.build import build
from podium.training.params import NOT_OF_SVM, TrainParams
from podium.training.settings import contradictions
from podium.training.settings.contradictions import Setup

GOOD = Setup(
    train=TrainParams(),
    frozen="layer3",
    weights="timm:some",
    shape=(64, 8, 8),
    cached=True,
    normed=True,
    images=320,
    watched=80,
    epochs=10,
    batch_size=32,
    devices=1,
    device="cpu",
    available=1,
)
JOINS = [{"epoch": 3, "module": "layer3"}]


def made(train: dict[str, object] | None = None, **changes: object) -> Setup:
    return replace(GOOD, train=parse(TrainParams, {"train": train or {}}), **changes)


REFUSED = {
    "train.cutmix: 1.0 cuts patches out of maps, but freeze: head leaves": made(
        {"cutmix": 1.0}, frozen="head", shape=(512,)
    ),
    "values of shape 197x192, without positions": made({"cutmix": 1.0}, shape=(197, 192)),
    "values of shape 512x2x2, too small for a patch": made({"cutmix": 0.5}, shape=(512, 2, 2)),
    "values of shape 2x2x96, too small for a patch": made({"cutmix": 0.5}, shape=(2, 2, 96)),
    "train.head: svm is fitted on fixed features, but freeze became layer3": made({"head": "svm"}),
    "train.head: svm is fitted on kept features, but they are more than features.budget_gb": made(
        {"head": "svm"}, frozen="head", shape=(3, 64, 64), cached=False
    ),
    "train.layer_decay: 0.7 slows earlier layers, and freeze: head has none": made(
        {"layer_decay": 0.7}, frozen="head", shape=(512,)
    ),
    "train.unfreeze works on one device": made({"unfreeze": JOINS}, devices=2),
    "train.unfreeze works on one device: set train.devices and train.nodes": made(
        {"unfreeze": JOINS, "nodes": 2}
    ),
    "train.unfreeze: layer3 joins at epoch 3, but the last of 3 epochs is 2": made(
        {"unfreeze": JOINS}, epochs=3
    ),
    "train.early_stopping: 3 follows the validation loss, but this fold has no validation image: "
    "set train.early_stopping to 0": made({"early_stopping": 3}, watched=0),
    "this fold has no validation image: set train.keep to last": made({"keep": "best"}, watched=0),
    "train.early_stopping: 10 epochs of patience never end within 10 epochs": made({"early_stopping": 10}),
    "train.warmup_epochs: 10 leaves nothing of 10 epochs at the full rate": made({"warmup_epochs": 10}),
    "train.accumulate: 11 batches a step, but 320 images make 10 of 32: set it to 10": made(
        {"accumulate": 11}
    ),
    "train.batch_size: 2 is less than one image for each of 4 devices": made(
        {"nodes": 2}, batch_size=2, devices=2
    ),
    "train.batch_size: 4 cuts 5 images into batches of 2, less than one for each of 4 devices": made(
        batch_size=4, images=5, devices=4, available=4
    ),
    "train.batch_size: 1 cuts 320 images into batches of one": made(batch_size=1),
    "train.batch_size: 2 cuts 3 images into batches of one": made(batch_size=2, images=3),
    "train.devices: 4, but this machine has 2": made(devices=4, device="cuda", available=2),
    "train.precision: 16 needs a GPU": made({"precision": "16"}),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_contradicts_is_refused_with_its_sentence(sentence: str) -> None:
    with pytest.raises(UserError) as told:
        contradictions.refuse(REFUSED[sentence])
    assert str(told.value).startswith("params.yaml: train.") and sentence in str(told.value)
    assert str(told.value).endswith(".")


def test_every_rule_has_a_case_here() -> None:
    broken = {rule for rule in contradictions.RULES for made in REFUSED.values() if rule(made)}
    assert broken == set(contradictions.RULES)


AGREEING = {
    "the defaults": GOOD,
    "mixup of vectors": made({"mixup": 0.4}, frozen="head", shape=(512,)),
    "CutMix of maps": made({"cutmix": 1.0}, shape=(64, 4, 4)),
    "CutMix of Swin's maps": made({"cutmix": 1.0}, shape=(7, 7, 96)),
    "CutMix of images": made({"cutmix": 1.0}, shape=(3, 224, 224), cached=False),
    "support vectors": made({"head": "svm"}, frozen="head", shape=(512,), epochs=1, images=40, watched=0),
    "an unwatched fold": made(watched=0),
    "the last module at the last epoch": made({"unfreeze": JOINS}, epochs=4),
    "steps of all batches": made({"accumulate": 10}),
    "batches of one without batch norm": made(batch_size=1, normed=False),
    "as many devices as there are": made(devices=2, device="cuda", available=2),
    "two processes on the CPU": made(devices=2),
    "half precision on a GPU": made({"precision": "16"}, device="cuda"),
    "class weights and a balanced sampler": made({"class_weights": True, "sampler": "balanced"}),
}


@pytest.mark.parametrize("name", AGREEING)
def test_what_agrees_passes(name: str) -> None:
    contradictions.refuse(AGREEING[name])


WRONG_ALONE = {
    "head: svm is solved at once on fixed features and takes no mixup, ema": {
        "head": "svm",
        "mixup": 1,
        "ema": 0.9,
    },
    "takes no online": {"head": "svm", "online": True},
    "takes no accumulate, early_stopping, keep": {
        "head": "svm",
        "keep": "best",
        "early_stopping": 2,
        "accumulate": 2,
    },
    "online_policy: nothing reads it while online is false": {"online": False, "online_policy": "flip_shift"},
    "online_settings: nothing reads it while online is false": {
        "online": False,
        "online_settings": {"rotation": 3},
    },
    "auto: true picks the learning rate, but lr is 0.1": {"auto": True, "lr": 0.1},
    "lr_factor needs schedule cosine, step or constant, not plateau": {
        "schedule": "plateau",
        "unfreeze": [{"epoch": 1, "module": "a", "lr_factor": 0.5}],
    },
    "give the epochs in ascending order": {
        "unfreeze": [{"epoch": 2, "module": "a"}, {"epoch": 1, "module": "b"}]
    },
    "name each module once": {"unfreeze": [{"epoch": 1, "module": "a"}, {"epoch": 2, "module": "a"}]},
}


@pytest.mark.parametrize("sentence", WRONG_ALONE)
def test_what_params_alone_show_is_told_by_check(sentence: str) -> None:
    with pytest.raises(UserError) as told:
        parse(TrainParams, {"train": WRONG_ALONE[sentence]})
    assert sentence in str(told.value)


OTHERS = {
    "layer_decay": 0.5,
    "head_factor": 2.0,
    "drop_path": 0.2,
    "checkpointing": True,
    "loss_options": {"smoothing": 0.1},
    "sampler": "balanced",
    "mixup": 0.1,
    "cutmix": 0.1,
    "ema": 0.9,
    "clip": 1.0,
    "accumulate": 2,
    "early_stopping": 3,
    "keep": "best",
    "dropout": 0.5,
    "unfreeze": JOINS,
    "online": True,
    "auto": True,
    "live": True,
}


@pytest.mark.parametrize("name", NOT_OF_SVM)
def test_support_vectors_ignore_no_trick_silently(name: str) -> None:
    with pytest.raises(UserError, match=rf"head: svm .* takes no {name}:"):
        parse(TrainParams, {"train": {"head": "svm", name: OTHERS[name]}})


def test_what_support_vectors_do_without_is_said() -> None:
    solved = made({"head": "svm", "epochs": 5, "optimizer": "sgd"}, frozen="head", shape=(512,))
    assert contradictions.ignored(solved) == [
        "train.head: svm is solved at once: epochs, optimizer play no part"
    ]
    assert contradictions.ignored(made({"epochs": 5})) == []


def test_every_setting_is_of_use_to_support_vectors_or_refused_or_said() -> None:
    used = {"class_weights", "head", "online_policy", "online_settings", "precision", "workers", "devices"}
    used |= {"nodes", "strategy"}  # of machines, not of what is learned
    named = set(NOT_OF_SVM) | set(contradictions.QUIET_OF_SVM) | used
    assert named == set(TrainParams.model_fields)


def test_frozen_random_weights_are_said() -> None:
    (sentence,) = contradictions.ignored(made(weights="random"))
    assert sentence.startswith("freeze became layer3 and the weights are random")
    assert contradictions.ignored(made(weights="random", frozen="none")) == []


def test_bfloat16_on_a_card_that_imitates_it_is_told() -> None:
    """A T4's float16 is quick, its bfloat16 slower than float32."""
    (sentence,) = contradictions.ignored(made({"precision": "bf16"}, imitated=True))
    assert sentence == "train.precision: bf16 is imitated by this GPU, slowly: set it to 16, or to auto"
    assert contradictions.ignored(made({"precision": "bf16"})) == []
    assert contradictions.ignored(made({"precision": "16"}, imitated=True)) == []


def test_the_files_settings_are_the_defaults() -> None:
    """What counts as changed is changed from params.yaml as it is shipped."""
    assert parse(TrainParams, read()).changed() == []


class Ends(nn.Module):
    """A network whose last word is `last`."""

    def __init__(self, last: nn.Module) -> None:
        super().__init__()
        self.body, self.norm, self.last = nn.Linear(6, 4), nn.BatchNorm1d(4), last

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return self.last(self.norm(self.body(rows)))


def test_a_softmax_before_cross_entropy_is_refused_without_a_trace() -> None:
    softmax, *others = (
        Ends(last).train()
        for last in (nn.Softmax(dim=1), nn.Identity(), nn.LogSoftmax(dim=1), nn.ReLU(), nn.Sigmoid())
    )
    generator, state = torch.get_rng_state(), {k: v.clone() for k, v in softmax.state_dict().items()}
    with pytest.raises(UserError, match=r"model: the network ends in a softmax, and the loss has its own"):
        contradictions.refuse_softmax(softmax, (6,))
    for tail in others:
        contradictions.refuse_softmax(tail, (6,))
    assert softmax.training and softmax.norm.training
    assert torch.equal(torch.get_rng_state(), generator)
    assert all(torch.equal(value, state[name]) for name, value in softmax.state_dict().items())


@pytest.mark.parametrize("head", ["two_layer", "svm"])
def test_a_head_that_has_no_linear_layer_to_replace_is_refused(head: str) -> None:
    with pytest.raises(UserError, match=rf"train.head: {head} takes the place of a linear layer"):
        build("tv:squeezenet1_1", False, 3, 64, head=head)


def test_batch_norm_counts_only_where_it_trains() -> None:
    tail = Ends(nn.Identity())
    assert contradictions.trains_batch_norm(tail)
    tail.norm.requires_grad_(False)
    assert not contradictions.trains_batch_norm(tail)
