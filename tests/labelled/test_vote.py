"""The folds' soft vote on unseen images is the mean of what each network says by itself."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from podium.contracts.model import ModelCard, write_card
from podium.features.items import Item
from podium.features.pixels import to_tensor
from podium.foundation.errors import UserError
from podium.images.pixels import encode
from podium.images.shards import Writer
from podium.labelled.vote import trained, vote
from podium.networks import precision
from podium.networks.build import build, load, save
from podium.tta.params import TtaParams

CLASSES = ["a", "b", "c"]


def write_model(fold: int) -> Path:
    network = build("resnet10t", False, len(CLASSES), 32, seed=fold)
    folder = Path(f"models/fold{fold}")
    folder.mkdir(parents=True)
    save(network, folder)
    card = ModelCard(
        fold=fold, model="resnet10t", weights="random", classes=CLASSES, preprocessing=network.preprocessing,
        freeze="head", parameters=1, trainable=1, images=1, copies=0, resolved={"network": network.options},
    )  # fmt: skip
    write_card(card, folder / "model.json")
    return folder


def test_the_mean_of_the_folds_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(precision, "native_bfloat16", lambda: False)  # float32, whatever the processor has
    monkeypatch.chdir(tmp_path)
    folders = [write_model(0), write_model(2)]
    Path("models/fold1").mkdir()
    Path("models/fold1/skipped.json").write_text("{}")
    assert trained(CLASSES) == [0, 2]
    with pytest.raises(UserError, match=r"^models/fold0 was trained on other classes: run `dvc repro`\.$"):
        trained(["a", "b"])

    pixels = np.random.default_rng(0).integers(0, 255, (3, 32, 32, 3), np.uint8)
    items = []
    with Writer(tmp_path / "given", "x") as writer:
        for number, one in enumerate(pixels):
            data = encode(one, ".png")
            at = writer.add(f"{number}", data)
            items.append(Item(sha256(data).hexdigest(), at.shard, at.offset, at.length))
    found = vote(items, [0, 2], [], TtaParams(), 1.0, tmp_path / "given")

    expected = []
    for folder in folders:
        network, _ = load(folder)
        with torch.inference_mode():
            logits = network.module.eval()(to_tensor(pixels, network.preprocessing))
        expected.append(torch.softmax(logits, 1).numpy())
    assert np.allclose(found, np.mean(expected, axis=0), atol=1e-5)
    assert not np.allclose(expected[0], expected[1], atol=1e-3)


def test_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no trained model: run `dvc repro`\.$"):
        trained(CLASSES, tmp_path)
