"""Which network a project trains: by device, decided once, pinned; nothing is fetched unasked."""

from pathlib import Path

import pytest
from safetensors.torch import save

from podium.contracts import network
from podium.contracts.network import NetworkChoice, WeightsFile
from podium.foundation.errors import UserError
from podium.foundation.params import parse
from podium.hub import published
from podium.networks import choice as choosing
from podium.networks.choice import TABLE, candidate, decide
from podium.networks.machine import Device
from podium.networks.names import refuse_unknown
from podium.networks.params import NetworkParams
from tests.hub.conftest import hub  # noqa: F401
from tests.hub.server import COMMIT, Hub

AUTO = parse(NetworkParams, {})
CPU, T4, LARGE = Device("cpu"), Device("cuda", 15.8), Device("cuda", 85.0)
SMALL = "test_resnet.r160_in1k"


def source(**changes: str) -> WeightsFile:
    values = {"place": "timm/x", "file": "model.safetensors", "commit": COMMIT, "sha256": "0" * 64} | changes
    return WeightsFile(kind="hub", size=1, **values)


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, WeightsFile | None]]:
    """What would be fetched; nothing is in the cache."""
    calls: list[tuple[str, WeightsFile | None]] = []

    def fetch(name: str, pin: WeightsFile | None) -> WeightsFile:
        calls.append((name, pin))
        return pin or source()

    monkeypatch.setattr(choosing, "_fetch", fetch)
    monkeypatch.setattr(choosing, "_ready", lambda _: False)
    return calls


@pytest.mark.parametrize(
    ("memory", "name"),
    [
        (8.5, "nano"),
        (11.9, "nano"),
        (12.6, "tiny"),
        (15.8, "tiny"),
        (25.3, "small"),
        (42.3, "base"),
        (85, "base"),
    ],
)
def test_more_memory_takes_a_larger_network(memory: float, name: str) -> None:
    assert candidate(memory).name.startswith(f"convnext_{name}.")


def test_every_network_of_the_table_is_published_under_a_free_licence() -> None:
    for one in TABLE:
        refuse_unknown(one.name)
        assert published.terms(published.of_timm(one.name)) == ""


@pytest.mark.parametrize(
    ("on", "side", "hub_may", "name"),
    [
        (CPU, 300, True, "tf_efficientnet_lite0"),
        (Device("mps"), 300, True, "tf_efficientnet_lite2"),
        (T4, 28, True, "tf_efficientnet_lite2"),
        (T4, 300, False, "tf_efficientnet_lite2"),
        (T4, 300, True, "convnext_tiny.in12k_ft_in1k"),
        (LARGE, 300, True, "convnext_base.fb_in22k_ft_in1k"),
    ],
)
def test_auto_follows_device_images_and_hub(
    fetched: list[object], on: Device, side: float, hub_may: bool, name: str
) -> None:
    made, _ = decide(AUTO, hub_may, side, on, None)
    assert made.model == name and made.asked == "auto"
    assert bool(fetched) == (made.source is not None) == name.startswith("convnext")


def test_without_the_hub_it_is_said_what_it_would_give(fetched: list[object]) -> None:
    _, said = decide(AUTO, False, 300, T4, None)
    assert said[-1] == (
        "hub: with hub: true this GPU would train convnext_tiny.in12k_ft_in1k, about 114 MB to fetch once"
    )
    assert not [line for line in decide(AUTO, False, 300, CPU, None)[1] if line.startswith("hub:")]


def test_three_strong_networks_are_one_word_and_free() -> None:
    models = choosing.spelled_out(["resnet18", "strong", TABLE[0].name])
    assert models[:2] == ["resnet18", TABLE[0].name] and len(models) == len(set(models)) == 4
    for name in models[1:]:
        refuse_unknown(name)
        assert published.terms(published.of_timm(name)) == ""


def test_high_effort_on_a_gpu_names_the_vote_of_three() -> None:
    assert choosing.stronger(CPU) == []
    (large,), (small,) = choosing.stronger(LARGE), choosing.stronger(T4)
    assert "`make vote MODELS=strong`" in large and "eva02_base" in large and "1053 MB" in large
    assert large in small.replace("; below 40 GB with small batches, and slowly", "")


def test_what_the_cache_has_needs_no_permission(
    fetched: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "_ready", lambda _: True)
    assert decide(AUTO, False, 300, T4, None)[0].model == "convnext_tiny.in12k_ft_in1k"


def test_a_decision_stands_on_another_machine_and_after_the_hub_is_lost(fetched: list[object]) -> None:
    first, _ = decide(AUTO, True, 300, T4, None)
    fetched.clear()
    for on, hub_may in ((LARGE, True), (CPU, False), (T4, False)):
        again, said = decide(AUTO, hub_may, 300, on, first)
        assert again == first and "remove data/network.json to decide anew" in said[0]
    assert fetched == [(first.model, first.source)] * 3
    packaged, _ = decide(AUTO, False, 300, T4, None)
    assert decide(AUTO, False, 300, LARGE, packaged)[0] == packaged


def test_permission_that_comes_later_and_another_wish_are_decided_anew(fetched: list[object]) -> None:
    packaged, _ = decide(AUTO, False, 300, T4, None)
    assert decide(AUTO, True, 300, T4, packaged)[0].model == "convnext_tiny.in12k_ft_in1k"
    named = parse(NetworkParams, {"model": "resnet18"})
    made, _ = decide(named, False, 300, CPU, packaged)
    assert (made.asked, made.model, made.source) == ("resnet18", "resnet18", source())
    random = parse(NetworkParams, {"model": "resnet18", "pretrained": False})
    assert decide(random, False, 300, CPU, made)[0].source is None


def test_a_licence_that_is_not_free_is_told_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []

    def fetch(*_: object) -> WeightsFile:
        told.append(capsys.readouterr().out)
        return source()

    monkeypatch.setattr(choosing, "_fetch", fetch)
    named = parse(NetworkParams, {"model": "convnextv2_nano.fcmae_ft_in22k_in1k"})
    assert decide(named, False, 300, CPU, None)[1] == []
    assert told == [
        "licence of convnextv2_nano.fcmae_ft_in22k_in1k's weights: cc-by-nc-4.0: read whether it allows what "
        "you do with them\n"
    ]


def test_a_named_network_is_fetched_checked_and_pinned(hub: Hub, tmp_path: Path) -> None:  # noqa: F811
    import timm

    digest = hub.put(f"timm/{SMALL}", "model.safetensors", save(timm.create_model(SMALL).state_dict()))
    named = parse(NetworkParams, {"model": SMALL})
    made, _ = decide(named, False, 300, CPU, None)
    assert made.source is not None and (made.source.commit, made.source.sha256) == (COMMIT, digest)
    network.write(made, tmp_path / "network.json")
    assert network.read(tmp_path / "network.json") == made
    hub.refusal = (503, {})
    assert decide(named, False, 300, CPU, made)[0] == made  # the cache has that very file
    with pytest.raises(UserError, match="is out of order"):
        decide(parse(NetworkParams, {"model": "test_vit"}), False, 300, CPU, None)


def test_a_choice_for_another_network_is_not_trained(tmp_path: Path) -> None:
    file = tmp_path / "network.json"
    assert network.read_for("auto", file) is None
    network.write(NetworkChoice(asked="auto", model="resnet18", pretrained=True, why="…"), file)
    assert network.read_for("auto", file) is not None
    with pytest.raises(
        UserError, match=r"was decided for model: auto, params.yaml says resnet34: run `dvc repro`"
    ):
        network.read_for("resnet34", file)
