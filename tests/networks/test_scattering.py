"""Wavelet scattering: what its numbers mean, and that it is built, pooled and refused like any network."""

import pytest
import torch

from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.params import NetworkParams
from podium.networks.pooled import pooled
from podium.networks.scattering import ANGLES, SCALES, SIDE, Scattering

SIZE = 96
PLACES = (SIDE // 2**SCALES) ** 2


def vectors(images: torch.Tensor) -> torch.Tensor:
    module = Scattering(2, images.shape[-1]).eval()
    module.classifier = torch.nn.Identity()  # type: ignore[assignment]
    with torch.no_grad():
        found: torch.Tensor = module(images)
    return found


def waves(angle: float, period: float = 8.0) -> torch.Tensor:
    """A grey grating of SIDE pixels whose brightness changes along `angle` (radians)."""
    y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    phase = 2 * torch.pi / period * (x * torch.cos(torch.tensor(angle)) + y * torch.sin(torch.tensor(angle)))
    return phase.sin().expand(1, 3, SIDE, SIDE)


def first_order(images: torch.Tensor) -> torch.Tensor:
    """(scales, angles) mean over positions of the wavelets' moduli."""
    found, start, parts = vectors(images)[0], 3 * PLACES, []
    for scale in range(SCALES):
        parts.append(found[start : start + ANGLES * PLACES].view(ANGLES, PLACES).mean(1))
        start += ANGLES * PLACES * (1 + ANGLES * (SCALES - 1 - scale))
    return torch.stack(parts)


def test_a_flat_picture_has_colours_and_no_waves() -> None:
    colours = torch.tensor([0.2, -0.5, 0.9]).view(1, 3, 1, 1).expand(1, 3, SIZE, SIZE)
    found = vectors(colours)[0]
    assert torch.allclose(
        found[: 3 * PLACES].view(3, PLACES), torch.tensor([[0.2], [-0.5], [0.9]]), atol=1e-5
    )
    assert found[3 * PLACES :].abs().max() < 1e-3


@pytest.mark.parametrize("angle", range(ANGLES))
def test_a_grating_is_seen_by_the_wavelets_of_its_angle(angle: int) -> None:
    told = first_order(waves(angle * torch.pi / ANGLES))
    assert int(told.max(0).values.argmax()) == angle


def test_a_finer_grating_is_seen_by_finer_wavelets() -> None:
    scales = [
        int(first_order(waves(0.0, period)).max(1).values.argmax()) for period in (2.7, 5.3, 10.7, 21.3)
    ]
    assert scales == sorted(scales) and len(set(scales)) == SCALES


def test_a_step_aside_changes_less_than_in_pixels() -> None:
    torch.manual_seed(0)
    image = torch.nn.functional.interpolate(torch.randn(1, 3, 8, 8), SIDE, mode="bilinear")
    moved = image.roll(2, -1)
    distance = (vectors(image) - vectors(moved)).norm() / vectors(image).norm()
    assert distance < 0.5 * (image - moved).norm() / image.norm()


@pytest.mark.parametrize("size", [SIDE // 2, SIDE, 100, 224])
def test_it_takes_any_size_and_its_vectors_are_one_layer(size: int) -> None:
    network = build("scattering", True, 5, size)
    assert network.weights == "fixed" and network.preprocessing.size == size
    found = pooled(network)
    assert found is not None and found.widths == (PLACES * (3 + ANGLES * SCALES + ANGLES**2 * 6),)
    with torch.no_grad():
        assert network.module(torch.zeros(2, 3, size, size)).shape == (2, 5)


def test_it_is_no_model_to_train() -> None:
    with pytest.raises(ValueError, match=r"probe\.networks"):
        NetworkParams(model="scattering")
    with pytest.raises(UserError, match="at least 8 pixels"):
        build("scattering", True, 2, 4)
