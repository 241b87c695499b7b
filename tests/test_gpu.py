"""The GPU acceptance runs: at toy size on a processor, each check on a GPU where there is one."""

import json
from pathlib import Path

import pytest
import torch

from benchmarks import gpu
from benchmarks.gpu_material import Setup, digest


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
