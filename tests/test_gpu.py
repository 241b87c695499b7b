"""The GPU acceptance runs: at toy size on a processor, each check on a GPU where there is one."""

import json
from pathlib import Path

import pytest
import torch
import yaml

from benchmarks import gpu, gpu_whole
from benchmarks.gpu_material import TOY, Setup, digest


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "scratch"))


@pytest.mark.slow
def test_every_check_runs_and_is_well_on_a_processor(tmp_path: Path) -> None:
    assert gpu.run(tmp_path, "cpu", toy=True), (tmp_path / "gpu.jsonl").read_text()
    lines = [json.loads(line) for line in (tmp_path / "gpu.jsonl").read_text().splitlines()]
    assert [line["check"] for line in lines] == list(gpu.ORDER)
    assert [line["check"] for line in lines if line.get("skipped")] == ["resume", "memory", "whole"]


def test_a_check_that_fails_is_told_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import gpu_checks

    def broken(_: Setup) -> dict[str, object]:
        raise ValueError("no such kernel")

    monkeypatch.setitem(gpu_checks.CHECKS, "ranks", broken)
    assert not gpu.run(tmp_path, "cpu", toy=True, only=("facts", "ranks"))
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["ok"] for line in told] == [True, False]
    assert "no such kernel" in told[1]["why"]


def test_weights_that_differ_in_one_bit_have_other_digests(tmp_path: Path) -> None:
    one, two = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    two.load_state_dict(one.state_dict())
    assert digest(one) == digest(two)
    with torch.no_grad():
        two.bias[0] = torch.nextafter(two.bias[0], torch.tensor(9.0))
    assert digest(one) != digest(two)


@pytest.mark.gpu
@pytest.mark.parametrize("check", gpu.ORDER)
def test_each_check_is_well_on_a_gpu(check: str, tmp_path: Path) -> None:
    assert gpu.run(tmp_path, "cuda", toy=check not in ("speed", "memory"), only=(check,)), (
        tmp_path / "gpu.jsonl"
    ).read_text()


def test_the_demo_goes_through_every_stage_of_the_pipeline() -> None:
    """Whose list grows."""
    pipeline = gpu_whole.ROOT / "dvc.yaml"
    found = gpu_whole.commands(pipeline)
    assert list(found) == list(yaml.safe_load(pipeline.read_text())["stages"])
    assert found["refit"] == ["python", "-m", "stages.refit"]
    assert found["train"] == ["python", "-m", "stages.train", "0"]


@pytest.mark.parametrize("model", ["test_resnet", "test_convnext"])
def test_every_part_of_a_checked_network_counts(model: str, tmp_path: Path) -> None:
    """timm begins residual branches at nothing: what became of them would go unnoticed."""
    torch.set_num_threads(1)
    made, images = Setup(tmp_path, "cpu", TOY).network(model).module.eval(), torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        before = made(images)
        for layer in [part for part in made.modules() if isinstance(part, torch.nn.Conv2d)]:
            layer.weight.mul_(-1)
            assert float((made(images) - before).abs().max()) > 1e-4 * float(before.abs().max())
            layer.weight.mul_(-1)


def test_what_a_check_loosened_does_not_loosen_the_next() -> None:
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        gpu.afresh("cuda")
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.is_deterministic_algorithms_warn_only_enabled()
        gpu.afresh("cpu")
        assert not torch.are_deterministic_algorithms_enabled()
    finally:
        torch.use_deterministic_algorithms(False)
