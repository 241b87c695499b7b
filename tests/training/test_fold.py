"""A fold from the tables of the stages before, through the stage: folders, cards, contradictions."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from podium.contracts import competition, images, manifest, model, pseudo
from podium.features.params import FeatureParams
from podium.foundation.errors import UserError
from podium.foundation.params import load
from podium.images.params import ImageParams
from podium.networks.build import build
from podium.networks.build import load as load_network
from podium.networks.params import NetworkParams
from podium.training import fold as training
from podium.training.feed import inputs
from podium.training.feed.rows import Tables
from podium.training.loop import resume
from podium.training.params import TrainParams
from podium.training.prepared import prepare
from podium.training.record import finished, outputs
from podium.training.settings.choices import Request

from .conftest import CLASSES, write_params


def tables() -> Tables:
    return Tables(
        manifest=manifest.MANIFEST.read(manifest.PATH),
        pseudo=pseudo.table(len(CLASSES)).read(pseudo.PATH),
        images=images.IMAGES.read(images.PATH),
    )


def asked(fold: int = 0, folds: tuple[int, ...] = (), **changes: object) -> Request:
    write_params(Path(), **changes)
    return Request(
        fold=fold,
        seed=0,
        threads=1,
        classes=competition.read().classes,
        image=load(ImageParams),
        network=load(NetworkParams),
        train=load(TrainParams),
        features=load(FeatureParams),
        folds=folds,
    )


def train(fold: int = 0, folds: tuple[int, ...] = (), **changes: object) -> training.Result:
    result = training.train(prepare(asked(fold, folds, **changes), tables()))
    outputs.write(result.network, result.card, result.history, result.picture, model.folder(fold))
    return result


def test_the_folder_rebuilds_the_network(project):
    result = train(freeze="last_stage")
    network, card = load_network(model.folder(0))
    assert card == result.card
    assert card.freeze == "layer3"
    assert (card.images, card.copies, card.classes) == (30, 0, CLASSES)
    x = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(network.module.eval()(x), result.network.module.eval()(x), atol=1e-5)
    history = pd.read_csv(model.folder(0) / "history.csv")
    assert list(history) == ["epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "lr"]


def test_the_frozen_part_does_not_drift(project):
    result = train(freeze="last_stage", train={"lr": 0.1})
    untouched = train(freeze="last_stage", train={"lr": 1e-9, "weight_decay": 0.0})
    first, second = result.network.module.state_dict(), untouched.network.module.state_dict()
    same = {name for name in first if torch.equal(first[name], second[name])}
    assert {name for name in first if name.startswith(("layer1", "layer2", "layer3", "bn1"))} <= same
    assert not any(name.startswith("layer4") and name.endswith("weight") for name in same)
    steps = [int(first[f"{layer}.0.bn1.num_batches_tracked"]) for layer in ("layer3", "layer4")]
    assert steps == [0, 2 * 4]  # the tail's batch norm follows the batches: 2 epochs of 30 images in eights


def test_over_the_disk_budget_the_same_network_learns_from_images(project, capsys):
    cached = train(freeze="last_stage")
    assert "warning: training from images" not in capsys.readouterr().out
    images = train(freeze="last_stage", features={"budget_gb": 0.0})
    said = capsys.readouterr().out
    assert re.search(r"training from images, 2 epochs .* about [\d.]+ s .* kept, about [\d.]+ s", said)
    facts = [result.card.resolved["trained_on"] for result in (cached, images)]
    assert facts == ["features", "images"]
    for one, other in zip(cached.history, images.history, strict=True):
        assert one == pytest.approx(other, rel=1e-4)


def test_dropped_and_copied_rows(project):
    frame = manifest.MANIFEST.read(manifest.PATH)
    frame.loc[frame["image_id"].str.endswith("/1.png"), "weight"] = 0.0
    copy = frame[frame["image_id"].str.endswith("/2.png")].assign(copy=1)
    copy["image_id"] = copy["source_id"] + "#1"
    manifest.MANIFEST.write(pd.concat([frame, copy]), manifest.PATH)
    card = train().card
    assert (card.images, card.copies) == (27, 3)  # 3 dropped, and a copy of one image a class


def test_pseudo_labels_join_their_fold_alone(project):
    rows = pd.DataFrame(
        {"image_id": ["train/cross/0.png"], "fold": [0], "p0": [0.2], "p1": [0.8], "p2": [0.0]}
    )
    table = pseudo.table(len(CLASSES))
    table.write(rows.assign(weight=0.5, teacher="0" * 40), pseudo.PATH)
    assert train(0).card.images == 31
    assert train(1).card.images == 33 - 0


@pytest.mark.parametrize("head", ["two_layer", "svm"])
def test_other_heads_are_rebuilt_and_give_probabilities(project, head):
    result = train(freeze="head", train={"head": head})
    network, _ = load_network(model.folder(0))
    probs = network.module.eval()(torch.randn(4, 3, 32, 32)).softmax(1)
    assert torch.allclose(probs.sum(1), torch.ones(4))
    assert result.card.resolved["network"]["head"] == head


def test_unfreezing_moves_a_module_from_its_epoch_on(project):
    """A rate of nearly nothing from epoch 1 on shows what epoch 0 did: layer4 waited, the head did not."""
    waiting, joined = (
        train(
            freeze="last_stage",
            train={"epochs": 2, "unfreeze": [{"epoch": 1, "module": "layer4", "lr_factor": factor}]},
        ).network.module.state_dict()
        for factor in (1e-9, 0.5)
    )
    fresh = train(freeze="last_stage", train={"lr": 1e-9, "weight_decay": 0.0}).network.module.state_dict()
    assert torch.allclose(fresh["layer4.0.conv1.weight"], waiting["layer4.0.conv1.weight"], atol=1e-6)
    assert not torch.allclose(waiting["layer4.0.conv1.weight"], joined["layer4.0.conv1.weight"], atol=1e-5)
    assert not torch.allclose(fresh["fc.weight"], waiting["fc.weight"], atol=1e-5)


def test_the_first_batch_is_a_picture_beside_the_weights(project):
    first, again = train(train={"mixup": 0.3}), train(train={"mixup": 0.3})
    cached = train(freeze="last_stage", train={"mixup": 0.3})
    path = model.folder(0) / model.PICTURE
    assert path.read_bytes() == cached.picture and len(cached.picture) < 100_000
    assert first.picture == again.picture != cached.picture  # images are shown mixed, features' images not


def test_what_is_ignored_is_said_and_kept(project, capsys):
    card = train(freeze="head", train={"head": "svm", "optimizer": "sgd", "epochs": "auto"}).card
    sentence = "train.head: svm is solved at once: batch_size, optimizer play no part"
    assert sentence in card.notes and f"warning: {sentence}" in capsys.readouterr().out
    assert card.resolved["epochs"] == 1
    random = "freeze became head and the weights are random"
    assert any(note.startswith(random) for note in card.notes)


def test_what_is_true_of_all_folds_is_said_once(project, capsys):
    train(folds=(0, 1))
    first = capsys.readouterr().out
    train(folds=(-1, 0))  # fold 0 is now the second of two
    second = capsys.readouterr().out
    assert "parameters" in first and "fold 0: " in first
    assert "parameters" not in second and "fold 0: " in second


CONTRADICTIONS = {
    "train.head: svm is fitted on kept features": (
        {"freeze": "head", "features": {"budget_gb": 0.0}},
        {"head": "svm"},
    ),
    "train.accumulate: 5 batches a step, but 30 images make 4 of 8": ({}, {"accumulate": 5}),
    "train.warmup_epochs: 2 leaves nothing of 2 epochs": ({}, {"warmup_epochs": 2}),
    "train.loss_options: {'smoothing': 3} are values with which smoothed is no loss": (
        {},
        {"loss_options": {"smoothing": 3}},
    ),
    "train.cutmix": ({"freeze": "head"}, {"cutmix": 1.0}),
    "train.head: svm is fitted on fixed features": ({"freeze": "none"}, {"head": "svm"}),
    "layer2 lies below the cut": ({"freeze": "last_stage"}, {"unfreeze": [{"epoch": 1, "module": "layer2"}]}),
    "the network has no module 'layer9'": ({}, {"unfreeze": [{"epoch": 1, "module": "layer9"}]}),
    "train.loss_options: gamma is no option of the loss joint": (
        {},
        {"loss": "joint", "loss_options": {"gamma": 1}},
    ),
    "train.optimizer: adamm is unknown to timm": ({}, {"optimizer": "adamm"}),
    "train.loss: choose one of asymmetric, bi_tempered, cross_entropy": ({}, {"loss": "crossentropy"}),
}


@pytest.mark.parametrize("sentence", CONTRADICTIONS)
def test_contradictions_are_refused_before_anything_is_computed(project, sentence, monkeypatch):
    top, changes = CONTRADICTIONS[sentence]
    monkeypatch.setattr(inputs, "features", None)
    with pytest.raises(UserError) as caught:
        train(**top, train=changes)
    assert sentence in str(caught.value)


def test_the_stage_skips_a_fold_that_the_split_lacks(project):
    stage = [sys.executable, "-m", "stages.train", "7"]
    root = Path(__file__).parents[2]
    done = subprocess.run(stage, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(root)})
    assert done.returncode == 0, done.stderr
    assert "fold 7: skipped" in done.stdout
    assert json.loads(Path("models/fold7/skipped.json").read_text())["fold"] == 7
    assert [file.name for file in Path("models/fold7").iterdir()] == ["skipped.json"]


def test_another_device_or_precision_never_takes_over_a_trained_fold(project):
    here = prepare(asked(), tables())
    assert here.key == prepare(asked(), tables()).key
    card, half = replace(here, device="cuda"), replace(here.settings, precision="16-mixed")
    keys = {one.key for one in (here, card, replace(here, settings=half))}
    assert len(keys) == 3


def test_a_trained_fold_is_found_by_the_value_that_trained_it_and_by_a_fresh_one(project, monkeypatch):
    made = prepare(asked(), tables())
    first = finished.obtain(made)
    monkeypatch.setattr(training, "train", lambda _prepared: pytest.fail("it is trained again"))
    assert finished.obtain(made) == finished.obtain(prepare(asked(), tables())) == first


def test_the_result_is_cleaned_of_its_state(project):
    result = train()
    assert resume.read(resume.folder(result.key)) is not None
    resume.clean(result.key)
    assert resume.read(resume.folder(result.key)) is None


def test_a_fold_beside_others_takes_over_what_its_trial_trained_with_more_workers(project):
    alone = prepare(asked(), tables())
    beside = replace(alone, resolved=replace(alone.resolved, workers=alone.resolved.workers + 3))
    assert beside.key == alone.key
    assert replace(alone, resolved=replace(alone.resolved, epochs=9)).key != alone.key
    assert (
        "workers"
        not in training.card.card(
            beside, SimpleNamespace(notes=[], stopped_early=False, kept_epoch=0, changed={})
        ).resolved
    )


@pytest.mark.parametrize("freeze", ["none", "last_stage"])
def test_a_head_starts_at_the_probe_whether_images_or_features_come(project, freeze):
    """Images come as bytes, which the first convolution does not take."""
    save_file(build("test_resnet", False, 9, 32, seed=5).module.state_dict(), "w.safetensors")
    told = {"pretrained": "w.safetensors", "freeze": freeze}
    begun = train(**told, train={"start": "probe", "lr": 1e-9, "epochs": 1, "weight_decay": 0.0})
    random = train(**told, train={"lr": 1e-9, "epochs": 1, "weight_decay": 0.0})
    assert begun.history[0]["train_loss"] < random.history[0]["train_loss"] - 0.1
