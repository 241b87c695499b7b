"""Every view does to a picture what its name says, and fits the network."""

import pytest
import torch

from podium.augmentations import registry
from podium.augmentations.policy import Flips
from podium.contracts.model import Preprocessing
from podium.copies import facts
from podium.foundation.errors import UserError
from podium.foundation.params import parse
from podium.tta import geometry
from podium.tta.params import TtaParams
from podium.tta.transforms import Rotate, Shift
from podium.tta.views import REGISTRY, ViewBudget, names, views_of

MADE = Preprocessing(size=32, mean=(0.5,) * 3, std=(0.5,) * 3)


@pytest.fixture
def picture() -> torch.Tensor:
    return torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_view_gives_batches_that_the_network_takes_and_differs_from_the_image(name: str) -> None:
    found = REGISTRY[name]((TtaParams(), 32))
    assert found and len({view.name for view in found}) == len(found)
    for view in found:
        side = round(32 * view.canvas)
        batch = torch.rand(2, 3, side, side)
        seen = view.apply(batch)
        assert seen.shape[:2] == (2, 3) and torch.isfinite(seen).all()
        assert name == "scale" or seen.shape[2:] == (32, 32)
        assert (
            view.name.startswith(name) and not torch.equal(seen, batch[..., :32, :32] if side > 32 else batch)
        ) or ":lt" in view.name


def test_flips_and_right_angles_by_hand() -> None:
    image = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 1, 2, 2)

    def seen(name: str) -> list[list[list[float]]]:
        return [view.apply(image)[0, 0].tolist() for view in REGISTRY[name]((TtaParams(), 2))]

    assert seen("hflip") == [[[2, 1], [4, 3]]]
    assert seen("vflip") == [[[3, 4], [1, 2]]]
    assert seen("rotate90") == [[[2, 4], [1, 3]], [[4, 3], [2, 1]], [[3, 1], [4, 2]]]
    assert len(seen("d4")) == 7 and len({str(x) for x in [*seen("d4"), [[1, 2], [3, 4]]]}) == 8


def test_a_right_angle_of_our_rotation_is_ttachs(picture: torch.Tensor) -> None:
    turned = Rotate([90.0]).apply_aug_image(picture, angle=90.0)
    assert torch.allclose(turned, torch.rot90(picture, 1, (2, 3)), atol=1e-4)
    assert torch.equal(Rotate([90.0]).apply_aug_image(picture, angle=0.0), picture)


def test_a_shift_moves_right_and_down_by_its_share(picture: torch.Tensor) -> None:
    moved = Shift([]).apply_aug_image(picture, offset=(0.25, 0.125))
    assert torch.allclose(moved[:, :, 4:, 8:], picture[:, :, :-4, :-8], atol=1e-4)


def test_five_crops_are_the_corners_and_the_centre() -> None:
    views = {view.name: view for view in REGISTRY["five_crop"]((TtaParams(), 28))}
    image = torch.arange(32.0 * 32).view(1, 1, 32, 32)
    assert torch.equal(views["five_crop:rb"].apply(image), image[:, :, 4:, 4:])
    assert torch.equal(views["five_crop:centre"].apply(image), image[:, :, 2:30, 2:30])


FREE = ViewBudget(images=100, flops=0.0, most=1.0)


def test_auto_follows_the_flips_that_augmentation_allowed() -> None:
    params, allowed = TtaParams(), {"flip_horizontal": True, "flip_vertical": False}
    assert names(params, allowed, [], FREE) == ["hflip"]
    assert names(params, {}, [], FREE) == []
    assert names(TtaParams(views="none"), allowed, ["rotate"], FREE) == []
    assert names(TtaParams(views=["scale", "hflip", "scale"]), {}, [], FREE) == ["scale", "hflip"]


def test_auto_tries_what_augmentation_showed_as_far_as_it_is_cheap() -> None:
    params, shown = TtaParams(), ["rotate", "shift", "scale"]
    assert names(params, {"flip_vertical": True}, shown, FREE) == ["vflip", *shown]
    # 100 images x 2 operations x (2 rotations + 2 scales) are 800; four shifts would make it 1,600.
    assert names(params, {}, shown, ViewBudget(100, 2.0, 800.0)) == ["rotate", "scale"]
    assert names(params, {}, shown, ViewBudget(100, 2.0, 399.0)) == []


@pytest.mark.parametrize(
    ("policy", "settings", "shown"),
    [
        ("mild", {}, ["rotate", "shift"]),  # 12 degrees, 6 %; zooms of 10 % do not reach scales of 15 %
        ("mild", {"zoom": 0.2}, ["rotate", "shift", "scale"]),
        ("mild", {"rotation": 5}, ["shift"]),
        ("flip_shift", {}, ["shift"]),
        ("color", {}, []),
        ("keras", {"width_shift_range": 3.0}, ["rotate"]),  # pixels: no share of the side
        ("randaugment", {}, []),
    ],
)
def test_what_a_policy_shows(policy: str, settings: dict[str, object], shown: list[str]) -> None:
    reach = facts.reach(registry.build(policy, settings, Flips(horizontal=True), []))
    assert geometry.shown(reach, TtaParams()) == shown


def test_a_scale_that_the_network_cannot_take_is_told() -> None:
    with pytest.raises(
        UserError, match="scale does not go with vit, which takes 224 pixels and nothing else"
    ):
        views_of(["scale"], TtaParams(), MADE, 224, 224, "vit")
    with pytest.raises(UserError, match=r"resnet18, which takes at least 32 pixels \(image.size is 32"):
        views_of(["scale"], TtaParams(), MADE, 32, None, "resnet18")
    assert list(views_of(["hflip"], TtaParams(), MADE, 32, None, "resnet18")) == ["identity", "hflip"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"merge": "gmean", "of": "logits"}, "a negative logit has no geometric mean"),
        ({"scales": [1.0]}, "tta.scales: give one or more scales from 0.5 to 2, other than 1"),
        ({"veiws": "none"}, "tta.veiws is not a parameter; did you mean views"),
        ({"views": ["hflop"]}, "tta.views"),
    ],
)
def test_wrong_sections_are_told(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        parse(TtaParams, {"tta": values})
