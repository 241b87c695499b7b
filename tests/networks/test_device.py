"""Which device is taken, and what is said of a card that cannot be used; no card is needed."""

from pathlib import Path

import pytest
import torch

from podium.networks import device

KERNELS = ["sm_75", "sm_80", "sm_86", "sm_90", "compute_90"]


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch):
    """A machine with a card of the given capability, as torch would say it."""

    def make(capability: tuple[int, int], kernels: list[str] = KERNELS) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: capability)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "Tesla")
        monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: kernels)

    return make


@pytest.mark.parametrize("capability", [(7, 5), (8, 0), (8, 9), (9, 0), (12, 0)])
def test_a_card_with_kernels_is_taken(card, capability) -> None:
    card(capability)
    assert device.unusable() is None and device.best_device() == "cuda"


@pytest.mark.parametrize("capability", [(6, 0), (7, 0), (5, 2)])
def test_a_card_without_kernels_is_named_and_left(card, capsys, capability) -> None:
    """P100 is 6.0, V100 7.0: torch takes them and fails at the first kernel."""
    card(capability)
    device._say.cache_clear()
    assert device.best_device() == device.best_device() == "cpu"
    said = capsys.readouterr().out
    major, minor = capability
    assert said.count("warning: Tesla is") == 1 and f"sm_{major}{minor}" in said and "sm_75" in said
    assert "install a torch build" in said


def test_kernels_of_one_card_alone_serve_no_other(card) -> None:
    card((10, 0), ["sm_90a"])
    assert device.unusable() is not None
    card((10, 3), ["sm_100a"])
    assert device.unusable() is not None
    card((10, 3), ["sm_100f"])  # of a generation
    assert device.unusable() is None


def test_a_card_of_amd_s_is_taken(card) -> None:
    """torch for ROCm calls its kernels otherwise, and passes as CUDA."""
    card((9, 4), ["gfx90a", "gfx942"])
    assert device.best_device() == "cuda"


@pytest.mark.parametrize(
    ("cuda", "said"), [("13.0", "update the driver"), (None, "is built without CUDA: install torch")]
)
def test_a_card_that_torch_does_not_see_is_told(monkeypatch, cuda, said) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter([self / "nvidia0"]))
    assert said in (device.unusable() or "")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # hidden on purpose
    assert device.unusable() is None


def test_no_card_is_no_news(monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(Path, "glob", lambda *_: iter([]))
    assert device.unusable() is None


@pytest.mark.parametrize(
    ("ranks", "card"),
    [
        ({}, 0),
        ({"LOCAL_RANK": "1"}, 1),
        ({"SLURM_LOCALID": "3"}, 1),
        ({"LOCAL_RANK": "0", "SLURM_LOCALID": "1"}, 0),
    ],
)
def test_each_process_of_a_fold_works_on_its_own_card(monkeypatch, ranks, card) -> None:
    """Before training too: features and the rate's test of all of them would lie on the first."""
    taken: list[int] = []
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", taken.append)
    for name in ("LOCAL_RANK", "SLURM_LOCALID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ranks.items():
        monkeypatch.setenv(name, value)
    device.take_own("cpu")
    device.take_own("cuda")
    assert taken == [card]
