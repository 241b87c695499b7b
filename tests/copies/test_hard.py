"""Hard examples: which images, how many, and which part of them."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import podium
from podium.augmentations.params import HardExamples
from podium.contracts import clean, competition, folds, images
from podium.copies import hard, originals
from podium.copies.orders import CROPPED, Box, CopyOrder
from podium.experiments import runs
from podium.foundation.errors import UserError
from tests.copies.conftest import picture
from tests.copies.test_augment_stage import run

REVISION = "a" * 40


def rows() -> pd.DataFrame:
    return originals.rows(
        images.IMAGES.read(images.PATH), clean.read(), folds.FOLDS.read(folds.PATH),
        competition.read().classes,
    )  # fmt: skip


def oof(table: pd.DataFrame, wrong: dict[str, float]) -> np.ndarray:
    """Sure of every label but the `wrong` ones: image_id -> probability of the true class, below one half."""
    probs = np.full((len(table), 3), 0.05)
    for row, (image_id, label) in enumerate(zip(table["image_id"], table["label"], strict=True)):
        probs[row, label] = wrong.get(image_id, 0.9)
        if image_id in wrong:
            probs[row, (label + 1) % 3] = 0.95 - wrong[image_id]
    return probs


def test_missed_images_come_hardest_first_up_to_the_cap(zoo: Path) -> None:
    table = rows()
    wrong = {f"train/owl/{i:03d}.png": p for i, p in ((1, 0.3), (2, 0.1), (3, 0.2))}
    names = table["image_id"].tolist()
    chosen = hard.missed(table, names, oof(table, wrong), cap=0.25)  # a quarter of 9 owls: 2
    assert [names[row] for row in chosen] == ["train/owl/002.png", "train/owl/003.png"]


def test_held_out_and_unjudged_images_are_never_hard(zoo: Path) -> None:
    table = rows()
    wrong = {"train/owl/000.png": 0.1, "train/owl/004.png": 0.1}
    judged = [name for name in table["image_id"] if name != "train/owl/004.png"]
    probs = oof(table, wrong)[(table["image_id"] != "train/owl/004.png").to_numpy()]
    assert hard.missed(table, judged, probs, cap=1.0) == []


def test_the_stage_makes_more_copies_of_missed_images(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = rows()
    probs = oof(table, {"train/owl/001.png": 0.1})
    member = SimpleNamespace(name="lite0@aaaaaaa", ids=table["image_id"].tolist(), oof=probs)
    monkeypatch.setattr(runs, "of_revision", lambda *a, **k: member)
    corner = SimpleNamespace(boxes=lambda revision, part, data: [Box(0, 0, 0.5, 0.5)] * len(part))
    monkeypatch.setitem(sys.modules, "podium.copies.activation", corner)
    monkeypatch.setattr(podium, "activation", corner, raising=False)
    before = run(per_class=12)
    made = run(per_class=12, hard_examples={"teacher": REVISION, "copies": 3})
    more = made[~made["image_id"].isin(before["image_id"])]
    assert more["image_id"].tolist() == [f"train/owl/001.png#{CROPPED + n}" for n in (1, 2, 3)]
    assert more["digest"].nunique() == 3 and len(made) == len(before) + 3
    shared = made[made["image_id"].isin(before["image_id"])].reset_index(drop=True)
    assert shared["digest"].tolist() == before["digest"].tolist()


def test_a_name_that_moves_is_refused(zoo: Path) -> None:
    with pytest.raises(UserError) as error:
        run(hard_examples={"teacher": "best"})
    assert str(error.value).startswith(
        "params.yaml: augment.hard_examples.teacher: give a full revision (40 hexadecimal digits)"
    )


def test_other_folds_are_refused(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What of_revision checks: the same ids with other folds."""
    theirs = folds.FOLDS.read(folds.PATH)
    theirs["fold"] = (theirs["fold"] + 2) % 3
    folder = zoo / "theirs"
    folds.FOLDS.write(theirs, folder / folds.PATH)
    competition.write(competition.read(), folder / competition.PATH)
    (folder / "params.yaml").write_text("model: lite0\n")
    monkeypatch.setattr(runs.revisions, "fetch", lambda revision: folder)
    with pytest.raises(UserError) as error:
        run(hard_examples={"teacher": REVISION})
    assert "augment.hard_examples.teacher: lite0@aaaaaaa has other folds" in str(error.value)


def test_no_teacher_no_more_copies(zoo: Path) -> None:
    assert hard.hard_examples(HardExamples(), rows(), pd.DataFrame(), [], Path("data")) == hard.Hard()


def test_a_box_cuts_its_part_and_has_a_key_of_its_own() -> None:
    pixels = picture(1)
    part = Box(0.25, 0.5, 0.75, 1.0)
    assert np.array_equal(part.cut(pixels), pixels[20:40, 12:36])
    assert Box(0.999, 0.999, 1.0, 1.0).cut(pixels).shape == (1, 1, 3)
    assert part.key("d") != Box(0.25, 0.5, 0.75, 0.9).key("d") and len(part.key("d")) == 64
    assert CopyOrder(0, 1).box is None


@pytest.mark.slow
class TestActivation:
    """Needs torch."""

    def network(self) -> Any:
        from torch import nn

        torch_net = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        for parameter in torch_net.parameters():
            parameter.data.zero_()
        torch_net[0].weight.data[0, 0, 1, 1] = 1.0  # class 0: red
        torch_net[0].weight.data[1, 2, 1, 1] = 1.0  # class 1: blue
        return torch_net

    def test_the_map_shows_what_spoke_for_the_label(self) -> None:
        import torch

        from podium.copies import activation

        images = torch.zeros(2, 3, 32, 32)
        images[:, 0, 2:8, 2:8] = 1.0  # red, top left
        images[:, 2, 24:30, 20:26] = 1.0  # blue, bottom right
        red, blue = activation.maps(self.network(), images, torch.tensor([0, 1]))
        assert red[2:8, 2:8].sum() == pytest.approx(red.sum()) and red.sum() > 0
        assert blue[24:30, 20:26].sum() == pytest.approx(blue.sum()) and blue.sum() > 0
        top_left, bottom_right = activation.box(red), activation.box(blue)
        assert (top_left.left, top_left.top) == (0.0, 0.0) and top_left.right == pytest.approx(0.5)
        assert bottom_right.bottom == pytest.approx(1.0) and bottom_right.left > 0.4

    def test_an_empty_or_even_map_keeps_nearly_all(self) -> None:
        from podium.copies import activation

        for even in (np.zeros((7, 7)), np.ones((7, 7))):
            part = activation.box(even)
            assert (part.left, part.right) == (pytest.approx(0.05), pytest.approx(0.95))

    def test_a_part_of_the_square_finds_its_place_on_the_image(self) -> None:
        """200 x 100. crop: the middle 100 columns. pad: 50 rows of border above and below."""
        from podium.copies import activation

        part = Box(0.0, 0.0, 0.5, 0.5)
        assert activation.on_image(part, 200, 100, "squash") == part
        assert activation.on_image(part, 200, 100, "crop") == Box(0.25, 0.0, 0.5, 0.5)
        assert activation.on_image(part, 200, 100, "pad") == Box(0.0, 0.0, 0.5, 0.5)
        assert activation.on_image(Box(0, 0.5, 1, 1), 200, 100, "pad") == Box(0.0, 0.5, 1.0, 1.0)

    @pytest.mark.parametrize("name", ["tf_efficientnet_lite0", "resnet10t", "vit_tiny_patch16_224"])
    def test_real_networks_have_maps(self, name: str) -> None:
        import torch

        from podium.copies import activation
        from podium.networks.build import build

        network = build(name, False, classes=3, size=224 if "vit" in name else 64)
        size = network.preprocessing.size
        found = activation.maps(network.module, torch.randn(2, 3, size, size), torch.tensor([0, 2]))
        assert found.ndim == 3 and len(found) == 2 and np.isfinite(found).all() and found.shape[1] > 1
