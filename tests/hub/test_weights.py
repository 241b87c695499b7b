"""Networks whose weights come from a hub, a plain server or a local file: the right bytes in place."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from safetensors.torch import save, save_file
from timm.layers import resample_abs_pos_embed

from podium.contracts.network import WeightsFile
from podium.foundation.errors import UserError
from podium.hub import published
from podium.networks.build import build
from tests.hub.server import COMMIT, Hub

SMALLEST = "test_resnet.r160_in1k"  # timm's own for tests: 0.5 million weights
REPO = "timm/test_resnet.r160_in1k"


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def weights(name: str, **options: Any) -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    state: dict[str, torch.Tensor] = timm.create_model(name, **options).state_dict()
    return state


def test_a_named_network_comes_from_the_hub_with_its_commit(hub: Hub) -> None:
    state = weights(SMALLEST)
    digest = hub.put(REPO, "model.safetensors", save(state))
    network = build("test_resnet", True, 3, 64)
    assert network.weights == f"timm:{SMALLEST}@{COMMIT}"
    assert network.source is not None and network.source.sha256 == digest
    assert network.source.licence == "apache-2.0"
    assert torch.equal(network.module.get_submodule("conv1.0").weight, state["conv1.0.weight"])
    assert network.module(torch.zeros(1, 3, 64, 64)).shape == (1, 3)


def test_a_pin_keeps_the_weights_when_the_hub_has_newer_ones(hub: Hub) -> None:
    old = weights(SMALLEST)
    hub.put(REPO, "model.safetensors", save(old))
    pin = build(SMALLEST, True, 3, 64).source
    new = {key: value * 2 for key, value in old.items()}
    hub.put(REPO, "model.safetensors", save(new), commit="beef" + "0" * 36)
    network = build(SMALLEST, True, 3, 64, pin=pin)
    assert torch.equal(network.module.get_submodule("conv1.0").weight, old["conv1.0.weight"])
    newer = build(SMALLEST, True, 3, 64)
    assert torch.equal(newer.module.get_submodule("conv1.0").weight, new["conv1.0.weight"])


def test_a_pin_that_a_newer_library_no_longer_means_is_told(hub: Hub) -> None:
    """A name without a tag means its library's default weights, which a release may change."""
    hub.put(REPO, "model.safetensors", save(weights(SMALLEST)))
    pin = build(SMALLEST, True, 3, 64).source
    assert pin is not None
    for older in (
        pin.model_copy(update={"place": "timm/test_resnet.older"}),
        WeightsFile(kind="url", place="https://server/old.pth", file="old.pth", sha256="0" * 64, size=1),
    ):
        with pytest.raises(UserError, match=rf"are those of {older.place}, and .* takes {REPO}: install"):
            build(SMALLEST, True, 3, 64, pin=older)


def test_a_pickle_that_runs_code_is_not_run(hub: Hub, tmp_path: Path) -> None:
    class Poison:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "ran",)

    buffer = io.BytesIO()
    torch.save({"conv1.0.weight": Poison()}, buffer)
    hub.put(REPO, "pytorch_model.bin", buffer.getvalue())
    with pytest.raises(UserError, match=r"the weights of test_resnet.r160_in1k hold more than numbers"):
        build(SMALLEST, True, 3, 64)
    assert not (tmp_path / "ran").exists()


def test_weights_that_nobody_published_are_told() -> None:
    with pytest.raises(UserError, match="nobody published weights of efficientnet_b6"):
        published.of_timm("efficientnet_b6")
    with pytest.raises(
        UserError, match=r"resnet10t has no weights called 'none'; published are resnet10t\.c3_in1k"
    ):
        build("resnet10t.none", True, 3, 64)


def test_torchvisions_weights_come_checked_by_the_digest_in_their_name(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision.models import ResNet18_Weights, resnet18

    buffer = io.BytesIO()
    state = resnet18(weights=None).state_dict()
    torch.save(state, buffer)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    hub.put("plain", f"resnet18-{digest[:8]}.pth", buffer.getvalue())
    url = f"{hub.url}/models/resnet18-{digest[:8]}.pth"
    weights_value = ResNet18_Weights.DEFAULT.value
    monkeypatch.setitem(vars(weights_value), "url", url)
    hub.corrupt = 1
    network = build("tv:resnet18", True, 3, 64)
    assert torch.equal(network.module.get_submodule("conv1").weight, state["conv1.weight"])
    assert network.source == WeightsFile(
        kind="url", place=url, file=f"resnet18-{digest[:8]}.pth", sha256=digest, size=len(buffer.getvalue())
    )
    place = Path(torch.hub.get_dir(), "checkpoints", network.source.file)
    for left in (buffer.getvalue(), b"x" * (len(buffer.getvalue()) + 9)):  # of a run that died at the end
        place.unlink()
        place.with_name(f"{place.name}.incomplete").write_bytes(left)
        assert build("tv:resnet18", True, 3, 64).source == network.source
    hub.refusal = (503, {})
    place.unlink()
    with pytest.raises(
        UserError, match=r"tv:resnet18 could not be fetched: http://.* is out of order \(503\)"
    ):
        build("tv:resnet18", True, 3, 64)


def test_attention_begins_anew_in_a_network_with_published_weights(hub: Hub, tmp_path: Path) -> None:
    state = weights("resnet18")
    hub.put("timm/resnet18.a1_in1k", "model.safetensors", save(state))
    save_file(state, tmp_path / "w.safetensors")
    for given in (True, str(tmp_path / "w.safetensors")):
        found = build("resnet18", given, 3, 64, attention="cbam").module
        assert torch.equal(found.get_submodule("layer1.0.conv1").weight, state["layer1.0.conv1.weight"])
        assert any("Cbam" in type(part).__name__ for part in found.modules())
        assert found(torch.zeros(1, 3, 64, 64)).shape == (1, 3)
    del hub.files["timm/resnet18.a1_in1k", COMMIT, "model.safetensors"]
    with pytest.raises(UserError, match="tf_efficientnet_lite0 has no place for cbam"):
        build("tf_efficientnet_lite0", True, 3, 64, attention="cbam")


@pytest.mark.parametrize(
    ("name", "published_at", "size"),
    [
        ("vit_tiny_patch16_224", 224, 64),
        ("eva02_tiny_patch14_224", 224, 112),
        ("test_vit", 160, 64),
        pytest.param("vit_small_patch14_dinov2", 518, 112, marks=pytest.mark.slow),
    ],
)
def test_a_transformers_file_fits_at_another_size(
    name: str, published_at: int, size: int, tmp_path: Path
) -> None:
    state = weights(name)
    save_file({key: value.contiguous() for key, value in state.items()}, tmp_path / "w.safetensors")
    network = build(name, str(tmp_path / "w.safetensors"), 3, size)
    assert network.module(torch.zeros(1, 3, size, size)).shape == (1, 3)
    own = network.module.state_dict()
    assert torch.equal(own["blocks.0.norm1.weight"], state["blocks.0.norm1.weight"])
    assert own["pos_embed"].shape != state["pos_embed"].shape
    side = round((own["pos_embed"].shape[1] - 1) ** 0.5)
    resampled = resample_abs_pos_embed(state["pos_embed"], [side, side], num_prefix_tokens=1)
    assert torch.equal(own["pos_embed"], resampled)


@pytest.mark.slow
def test_an_old_swin_file_with_its_buffers_fits(tmp_path: Path) -> None:
    state = weights("swin_tiny_patch4_window7_224")
    old = {key.replace("head.fc.", "head."): value for key, value in state.items()}
    old = {
        key.replace("layers.1.downsample", "layers.0.downsample")
        .replace("layers.2.downsample", "layers.1.downsample")
        .replace("layers.3.downsample", "layers.2.downsample"): value
        for key, value in old.items()
    }
    old["layers.0.blocks.1.attn_mask"] = torch.zeros(64, 49, 49)
    old["layers.0.blocks.0.attn.relative_position_index"] = torch.zeros(49, 49, dtype=torch.int64)
    save_file(old, tmp_path / "old.safetensors")
    network = build("swin_tiny_patch4_window7_224", str(tmp_path / "old.safetensors"), 3, 224)
    own = network.module.state_dict()
    assert torch.equal(own["layers.3.downsample.norm.weight"], state["layers.3.downsample.norm.weight"])


def test_a_file_with_our_number_of_classes_keeps_its_last_layer(tmp_path: Path) -> None:
    state = weights("resnet10t", num_classes=3)
    save_file(state, tmp_path / "w.safetensors")
    found = build("resnet10t", str(tmp_path / "w.safetensors"), 3, 64).module.state_dict()
    assert torch.equal(found["fc.weight"], state["fc.weight"])
    headless = {key: value for key, value in state.items() if not key.startswith("fc.")}
    save_file(headless, tmp_path / "h.safetensors")
    again = build("resnet10t", str(tmp_path / "h.safetensors"), 3, 64)
    assert torch.equal(again.module.get_submodule("layer1.0.conv1").weight, state["layer1.0.conv1.weight"])
    assert again.module(torch.zeros(1, 3, 64, 64)).shape == (1, 3)
    del headless["layer1.0.conv1.weight"]
    save_file(headless, tmp_path / "less.safetensors")
    with pytest.raises(
        UserError, match=r"less.safetensors does not fit the model: Missing key.*layer1.0.conv1"
    ):
        build("resnet10t", str(tmp_path / "less.safetensors"), 3, 64)
