"""A pass leaves every part of a network in its own mode, and its cost is that of the arithmetic."""

import weakref

import pytest
import torch
from torch import nn

from podium.networks.passes import channels_last, flops, in_halves, untouched


def test_parts_keep_their_modes_and_no_gradient_is_kept() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Sequential(nn.Dropout()))
    module.train()
    module[1].eval()  # a frozen part of what trains
    with pytest.raises(ValueError, match="within"), untouched(module):
        assert not any(part.training for part in module.modules())
        assert not module(torch.zeros(1, 3, 4, 4)).requires_grad
        raise ValueError("within")
    assert [part.training for part in module] == [True, False, True] and module[2][0].training


def test_a_layers_cost_by_hand() -> None:
    assert flops(nn.Linear(5, 7), (5,)) == 2 * 5 * 7
    conv = nn.Conv2d(3, 4, 3, bias=False)
    assert flops(conv, (3, 6, 6)) == 2 * 4 * 3 * 9 * 16


def test_the_cost_of_what_a_pass_left_on_a_device_is_known_there() -> None:
    """As a frozen network lies on a GPU when the search asks what a look at it cost."""
    assert flops(nn.Linear(5, 7).to("meta"), (5,)) == 2 * 5 * 7
    assert flops(nn.Flatten(), (5,)) == 0


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_a_batch_that_memory_does_not_hold_goes_in_halves(error: RuntimeError) -> None:
    shown: list[int] = []

    def run(batch: torch.Tensor) -> torch.Tensor:
        shown.append(len(batch))
        if len(batch) > 3:
            raise error
        return batch * 2

    batch = torch.arange(10.0)
    assert torch.equal(in_halves(run, batch), batch * 2)
    assert shown == [10, 5, 2, 3, 5, 2, 3]
    with pytest.raises(RuntimeError, match="another"):
        in_halves(lambda _: (_ for _ in ()).throw(RuntimeError("another")), batch)


def test_what_a_failed_pass_held_is_free_before_its_halves_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error holds the frames that raised it, and with them their tensors."""

    class Held:
        pass

    alive: list[weakref.ref[Held]] = []

    def run(batch: torch.Tensor) -> torch.Tensor:
        held = Held()
        if len(batch) > 1:
            alive.append(weakref.ref(held))
            raise torch.OutOfMemoryError("CUDA out of memory")
        assert not any(one() for one in alive)
        return batch

    in_halves(run, torch.zeros(2))
    assert alive


def test_volumes_keep_their_memory_and_maps_take_channels_last() -> None:
    """torch's own way fails at the volumes of a LambdaNetwork."""
    module = channels_last(nn.Sequential(nn.Conv2d(4, 4, 3), nn.Conv3d(1, 2, 3), nn.Linear(2, 2)))
    assert module[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert module[1].weight.is_contiguous()
