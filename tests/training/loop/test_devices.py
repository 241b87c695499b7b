"""What a GPU would be told, asked of a machine without one: precisions, places, pinned memory."""

import os
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from lightning.pytorch.plugins.layer_sync import TorchSyncBatchNorm
from torch import nn

from podium.contracts import manifest
from podium.contracts.model import Preprocessing
from podium.features.engine import batch_of, filled, row_shape
from podium.features.pixels import Normalise
from podium.images.shards import Reader
from podium.networks import device as devices
from podium.networks import precision as numbers
from podium.networks.build import Network, build
from podium.networks.cut import cut
from podium.training import losses, prepared
from podium.training.feed import data, inputs
from podium.training.feed.data import Cached, Examples
from podium.training.feed.pictures import Pictures
from podium.training.feed.rows import TrainingRows
from podium.training.loop import engine
from podium.training.loop.learner import Learner, LearningPlan
from podium.training.optim import mixing
from podium.training.params import LOSSES, TrainParams
from podium.training.record import summary
from podium.training.settings import auto, choices
from tests.training.test_fold import train

AMPERE, TURING = (8, 0), (7, 5)


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that says it has two GPUs of 80 GB; nothing may be sent there."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_75", "sm_80"])
    monkeypatch.setattr(torch.cuda, "set_device", lambda _: None)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: AMPERE)
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda *_: SimpleNamespace(total_memory=80 * 2**30)
    )


def settings(train: dict[str, object], device: str = "cuda") -> engine.Settings:
    params = TrainParams(**train)
    request = SimpleNamespace(train=params, fold=0, after=0, strata=None)
    resolved = auto.resolve(params, 1000, device, 16, part="whole", pretrained=True)
    rows = TrainingRows(None, np.eye(3, dtype=np.float32), np.ones(3, np.float32))
    precision = choices.precision_of(params.precision, network(), device)
    return choices.settings(request, resolved, device, rows, precision)


def network() -> Network:
    return build("test_resnet", False, 3, 32)


def test_a_gpu_is_taken_where_there_is_one(cuda: None) -> None:
    assert devices.best_device() == "cuda"
    assert summary.memory("cuda") == 80 * 2**30


@pytest.mark.parametrize(("capability", "kind"), [(AMPERE, "bfloat16"), (TURING, "float16")])
def test_the_numbers_follow_the_generation(cuda, monkeypatch, capability, kind) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda *_: capability)
    assert numbers.precision(network().module, "cuda") == kind
    expected = {"bfloat16": "bf16-mixed", "float16": "16-mixed"}[kind]
    assert settings({}).precision == expected


@pytest.mark.parametrize(
    ("model", "native", "kind"),
    [
        ("test_resnet", True, "bfloat16"),
        ("test_resnet", False, "float32"),
        ("tf_efficientnet_lite0", True, "float32"),  # depthwise convolutions
    ],
)
def test_a_processor_s_numbers_follow_what_it_multiplies(monkeypatch, model, native, kind) -> None:
    monkeypatch.setattr(numbers, "native_bfloat16", lambda: native)
    assert numbers.precision(build(model, False, 3, 64).module, "cpu") == kind


@pytest.mark.parametrize(("wanted", "given"), [("32", "32-true"), ("bf16", "bf16-mixed"), ("16", "16-mixed")])
def test_a_wanted_precision_is_given(cuda: None, wanted: str, given: str) -> None:
    made = settings({"precision": wanted, "devices": 2, "nodes": 3})
    assert (made.precision, made.accelerator, made.devices, made.nodes) == (given, "gpu", 2, 3)
    assert made.workers > 0 and settings({}, device="cpu").workers == 0


def kept_arguments(monkeypatch: pytest.MonkeyPatch, made: engine.Settings) -> dict[str, object]:
    """What Lightning's Trainer and the loaders are asked for."""
    asked: dict[str, object] = {}

    def trainer(**options: object) -> SimpleNamespace:
        asked.update(options)
        return SimpleNamespace(global_rank=0, world_size=1, fit=lambda *_: None)

    def loader(batches: object, order: object, workers: int, pinned: bool) -> None:
        asked.update(workers=workers, pinned=pinned)

    monkeypatch.setattr(engine.pl, "Trainer", trainer)
    monkeypatch.setattr(engine, "loader", loader)
    rows = Examples(Cached(np.zeros((4, 2), "f4"), np.arange(4)), np.ones((4, 1), "f4"), np.ones(4, "f4"))
    plan = LearningPlan(seed=0, epochs=1, loss=None, lr=0.1, optimizer=None, schedule=None)
    engine._run(SimpleNamespace(plan=plan), made, rows, rows)
    return asked


def test_exact_algorithms_are_asked_for_before_anything_runs(project, cuda, monkeypatch) -> None:
    """Warnings alone would leave attention's backward pass inexact."""
    seen: list[bool] = []

    def build(*_: object, **__: object) -> None:
        strict = not torch.is_deterministic_algorithms_warn_only_enabled()
        seen.append(torch.are_deterministic_algorithms_enabled() and strict)
        raise RuntimeError("seen enough")

    monkeypatch.setattr(prepared.networks, "build", build)
    try:
        with pytest.raises(RuntimeError, match="seen enough"):
            train()
    finally:
        torch.use_deterministic_algorithms(False)
    assert seen == [True] and os.environ["CUBLAS_WORKSPACE_CONFIG"]
    assert not torch.utils.deterministic.fill_uninitialized_memory  # which writes every new tensor twice


def test_gpus_share_batch_norm_and_get_pinned_memory(cuda, monkeypatch) -> None:
    asked = kept_arguments(monkeypatch, settings({"devices": 2, "clip": 1.0, "accumulate": 2}))
    assert "deterministic" not in asked and asked["sync_batchnorm"] and asked["pinned"]
    assert asked["accelerator"] == "gpu" and asked["gradient_clip_val"] == 1.0
    assert asked["accumulate_grad_batches"] == 2


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_other_devices_do_not(monkeypatch, device: str) -> None:
    asked = kept_arguments(monkeypatch, settings({}, device=device))
    assert not asked["pinned"] and not asked["sync_batchnorm"]
    assert asked["accelerator"] == device and asked["gradient_clip_val"] is None


@pytest.mark.parametrize(
    ("train", "fused"), [({}, True), ({"clip": 1.0}, False), ({"clip": 1.0, "precision": "32"}, True)]
)
def test_the_fused_adam_gives_way_where_mixed_precision_clips(cuda, train, fused) -> None:
    params, made = TrainParams(**train), network()
    request = SimpleNamespace(train=params, fold=0, seed=0, task="single")
    resolved = auto.resolve(params, 1000, "cuda", 16, part="whole", pretrained=True)
    precision = choices.precision_of(params.precision, made, "cuda")
    optimizer = choices.plan(request, made, resolved, 1000, precision).optimizer(0.1)
    assert bool(optimizer.defaults.get("fused")) == fused


@pytest.mark.parametrize("name", LOSSES.names())
@pytest.mark.parametrize("way", [None, (0.4, 0.0), (0.0, 1.0)])
def test_a_step_makes_nothing_on_another_device(name: str, way: tuple[float, float] | None) -> None:
    """On the meta device a tensor made on the CPU by mistake meets one that is not: torch refuses."""
    tail = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    mix = mixing.build(*way) if way else None
    link = next(link for link in losses.WORDS if hasattr(LOSSES.load(name), link))
    plan = LearningPlan(
        seed=0,
        epochs=1,
        loss=losses.load(name, {}, link),
        lr=0.1,
        optimizer=None,
        schedule=None,
        mixing=mix,
        link=link,
        channels_last=True,
    )
    learner = Learner(tail, plan, listener=None).to("meta")
    learner.sums = learner.checks = torch.zeros(3, device="meta")
    learner._refuse_nonfinite = lambda index: None  # which looks at values
    batch = torch.zeros(8, 3, 8, 8), torch.zeros(8, 3), torch.ones(8), torch.tensor(8.0)
    batch = tuple(part.to("meta") for part in batch)
    loss = learner.training_step(batch, 0)
    learner.validation_step(batch, 0)
    loss.backward()
    assert loss.device.type == "meta" and tail[0].weight.grad.device.type == "meta"


def test_a_shape_is_asked_where_the_frozen_part_lies() -> None:
    parts = cut(network(), "last_stage")
    here = row_shape(parts.frozen, torch.zeros(1, 3, 32, 32))
    assert row_shape(parts.frozen.to("meta"), torch.zeros(1, 3, 32, 32)) == here == (192, 2, 2)


def test_the_frozen_part_comes_back_when_its_work_is_done(monkeypatch) -> None:
    parts = cut(network(), "last_stage")
    moves: list[object] = []
    real = type(parts.frozen).to
    monkeypatch.setattr(
        type(parts.frozen), "to", lambda self, *at, **how: moves.append(at) or real(self, *at, **how)
    )
    found = SimpleNamespace(row_shape=(192, 2, 2))
    monkeypatch.setattr(inputs, "features", lambda *_, **__: found)
    made = Preprocessing(size=32, mean=(0.5,) * 3, std=(0.5,) * 3)
    assert inputs.kept(parts.frozen, [], made, "float32", "cuda", None) == [] and moves == [("cpu",)]


def test_workers_are_forks_that_do_not_fight_for_cores() -> None:
    rows = Examples(Cached(np.zeros((4, 2), "f4"), np.arange(4)), np.ones((4, 1), "f4"), np.ones(4, "f4"))
    made = data.loader(data.Batches(rows), data.InOrder(4, 2), workers=2)
    assert made.multiprocessing_context.get_start_method() == "fork"
    assert made.worker_init_fn is data._one_thread and made.persistent_workers
    assert data.loader(data.Batches(rows), data.InOrder(4, 2)).multiprocessing_context is None


def test_bytes_become_numbers_where_the_network_is() -> None:
    """A batch of bytes, on a device without values: normalised behind the transfer, for both loops."""
    made = Preprocessing(size=8, mean=(0.5,) * 3, std=(0.25,) * 3)
    loss = losses.load("cross_entropy", {})
    plan = LearningPlan(
        seed=0, epochs=1, loss=loss, lr=0.1, optimizer=None, schedule=None, normalise=Normalise(made)
    )
    learner = Learner(nn.Flatten(), plan, listener=None).to("meta")
    pixels = torch.zeros(2, 3, 8, 8, dtype=torch.uint8, device="meta")
    inputs, rest = learner.on_after_batch_transfer((pixels, "rest"), 0)
    assert inputs.dtype == torch.float32 and inputs.device.type == "meta" and rest == "rest"
    here = Normalise(made)(torch.full((1, 3, 1, 1), 255, dtype=torch.uint8))
    assert torch.allclose(here, torch.full((1, 3, 1, 1), 2.0))
    features = torch.randn(2, 5)
    assert Normalise(made)(features) is features


def test_pictures_are_sent_as_bytes_and_a_device_may_get_none(project) -> None:
    made = Preprocessing(size=16, mean=(0.5,) * 3, std=(0.25,) * 3)
    pictures = Pictures(manifest.MANIFEST.read(manifest.PATH), Reader(project / "data"), made)
    assert pictures(np.arange(2), 0).dtype == torch.uint8
    assert pictures(np.arange(2), 0).is_contiguous(memory_format=torch.channels_last)
    assert pictures(np.arange(0), 0).shape == (0, 3, 16, 16)  # one of four, of a last batch of three


def before_training(learner: Learner, device: str) -> Learner:
    """The learner when Lightning has moved it, and before devices share it out."""
    learner._trainer = SimpleNamespace(strategy=SimpleNamespace(root_device=torch.device(device)))
    learner.configure_model()
    return learner.to(device)


def test_weights_lie_as_the_images_do_on_a_device_alone() -> None:
    for device, kept in (("meta", True), ("cpu", False)):
        tail = nn.Conv2d(4, 4, 3)
        plan = LearningPlan(
            seed=0, epochs=1, loss=None, lr=0.1, channels_last=True, schedule=lambda _: None,
            optimizer=lambda lr, tail=tail: torch.optim.SGD(tail.parameters(), lr),
        )  # fmt: skip
        before_training(Learner(tail, plan, SimpleNamespace(start=lambda _: None)), device)
        assert tail.weight.is_contiguous(memory_format=torch.channels_last) is kept


@pytest.mark.parametrize(("exact", "kind", "size"), [(False, "bfloat16", 2), (True, "float32", 4)])
def test_exact_training_reads_exact_features(monkeypatch, exact: bool, kind: str, size: int) -> None:
    """`train.precision: 32` is also the frozen part's, where the processor multiplies bfloat16 itself."""
    monkeypatch.setattr(numbers, "native_bfloat16", lambda: True)
    made = Preprocessing(size=32, mean=(0.5,) * 3, std=(0.5,) * 3)
    seen = inputs.outlook(cut(network(), "last_stage"), 10, made, 1.0, "cpu", fresh=False, exact=exact)
    assert seen.kind == kind and seen.needed == 10 * int(np.prod(seen.shape)) * size


def test_what_shared_batch_norms_learnt_is_in_the_network_that_is_saved(monkeypatch, tmp_path) -> None:
    """Of a cut network Lightning changes the tail's modules alone; their statistics stayed at home."""
    made = network()
    parts = cut(made, "last_stage")
    name, own = next((n, m) for n, m in parts.tail.named_modules() if isinstance(m, nn.BatchNorm2d))
    assert made.module.get_submodule(name) is own

    def as_lightning(learner: Learner, *_: object) -> None:
        sync = TorchSyncBatchNorm()
        sync.apply(learner)
        shared = learner.tail.get_submodule(name)
        assert isinstance(shared, nn.SyncBatchNorm)
        shared.running_mean = torch.full_like(shared.running_mean, 7.0)  # as a move to a GPU makes it new
        learner.history.append({"epoch": 0, "train_loss": 0.0})
        sync.revert(learner)

    monkeypatch.setattr(engine, "_run", as_lightning)
    rows = Examples(Cached(np.zeros((4, 2), "f4"), np.arange(4)), np.ones((4, 1), "f4"), np.ones(4, "f4"))
    plan = LearningPlan(seed=0, epochs=1, loss=None, lr=0.1, optimizer=None, schedule=None)
    engine.fit(parts.tail, plan, engine.Settings(fold=0, batch_size=2), rows, rows, tmp_path)
    assert bool((made.module.get_submodule(name).running_mean == 7).all())
    assert parts.tail.get_submodule(name) is made.module.get_submodule(name) is own


def test_a_device_without_an_image_of_the_last_batch_waits_for_the_others() -> None:
    """Attention's kernels refuse a batch of none."""
    plan = LearningPlan(seed=0, epochs=1, loss=None, lr=0.1, optimizer=None, schedule=None)
    tail = nn.Linear(2, 3)
    tail.register_forward_hook(lambda *_: pytest.fail("the network saw a batch of none"))
    none = torch.zeros(0, 2), torch.zeros(0, 3), torch.zeros(0), torch.tensor(1.0)
    Learner(tail, plan, listener=None).validation_step(none, 0)


def test_the_average_lies_in_memory_as_the_network_does() -> None:
    plan = LearningPlan(
        seed=0, epochs=1, loss=None, lr=0.1, channels_last=True, schedule=lambda _: None, ema=0.9,
        optimizer=lambda lr: torch.optim.SGD(learner.tail.parameters(), lr),
    )  # fmt: skip
    learner = Learner(nn.Conv2d(4, 4, 3), plan, SimpleNamespace(start=lambda _: None))
    learner = before_training(learner, "meta")
    assert learner.average.module.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("devices", "workers"), [(1, 15), (4, 3), (16, 1)])
def test_workers_are_shared_by_the_devices_of_a_fold(devices: int, workers: int) -> None:
    params = TrainParams(devices=devices)
    found = auto.resolve(params, 1000, "cuda", 16, part="whole", pretrained=True, available=devices)
    assert found.workers == workers


def test_what_an_average_takes_is_reckoned_with() -> None:
    module = nn.Linear(9, 10)
    assert summary.average(module, 0.99) == 4 * 100 and summary.average(module, 0.0) == 0


def test_a_card_is_shown_more_images_a_pass() -> None:
    assert batch_of("cpu") == 32 and batch_of("cuda") == 128
    assert filled(torch.zeros(3, 1, 2, 2), 5).shape == (5, 1, 2, 2)
