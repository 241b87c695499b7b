"""Features: right, in order, once, the same bits whatever was there before, and never over the budget."""

import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from podium.features import graphs
from podium.features import store as storing
from podium.features.items import IDENTITY, Item, View
from podium.features.pixels import to_tensor
from podium.features.store import features, features_of_views
from podium.foundation import scratch
from podium.foundation.errors import UserError
from podium.images.pixels import decode, square
from podium.images.shards import Reader
from podium.networks.build import Network
from podium.networks.cut import Cut

FLIPPED = View("flipped", lambda images: images.flip(-1))


def expected(
    items: list[Item], parts: Cut, network: Network, root: Path, view: View = IDENTITY
) -> np.ndarray:
    made, reader = network.preprocessing, Reader(root)
    squares = [
        square(decode(reader.read(i.shard, i.offset, i.length)), made.size, "squash", made.interpolation)
        for i in items
    ]
    with torch.no_grad():
        return parts.frozen(view.apply(to_tensor(np.stack(squares), made))).numpy()


def close(found: np.ndarray, right: np.ndarray) -> bool:
    return float(np.abs(found - right).max()) <= 1e-5 * float(np.abs(right).max())


def made(items: list[Item], parts: Cut, network: Network, root: Path, view: View = IDENTITY) -> np.ndarray:
    found = features(items, parts.frozen, network.preprocessing, view, root=root)
    assert found is not None
    return found[:]


def test_rows_are_what_the_frozen_part_gives(items, parts, network, root) -> None:
    found = features(items, parts.frozen, network.preprocessing, root=root)
    right = expected(items, parts, network, root)
    assert found.shape == right.shape and found.dtype == np.float32 and len(found) == len(items)
    rows = np.array([7, 3, 3, 39, 0])
    assert close(found[rows], right[rows]) and close(found[5], right[5]) and found[:0].shape[0] == 0
    assert torch.from_numpy(found[rows]).is_contiguous(memory_format=torch.channels_last)


def test_a_view_is_applied_to_the_normalised_square(items, parts, network, root) -> None:
    found = features_of_views(items, parts.frozen, network.preprocessing, [IDENTITY, FLIPPED], root=root)
    assert close(found["flipped"][:], expected(items, parts, network, root, FLIPPED))
    assert not np.allclose(found["flipped"][:], found["identity"][:])


def test_bits_do_not_depend_on_company_order_or_what_was_kept(items, parts, network, root) -> None:
    whole = made(items, parts, network, root)
    shutil.rmtree(scratch.root())
    early = made(items[:11], parts, network, root)
    late = made(items[::-1], parts, network, root)
    assert np.array_equal(early, whole[:11]) and np.array_equal(late[::-1], whole)


def test_only_what_is_missing_is_computed(items, parts, network, root, monkeypatch) -> None:
    seen: list[int] = []
    real = storing.read_ahead
    monkeypatch.setattr(
        storing, "read_ahead", lambda runs, *rest: seen.append(sum(map(len, runs))) or real(runs, *rest)
    )
    made(items[:10], parts, network, root)
    made(items[:10], parts, network, root)
    made([*items[:10], *items[5:25]], parts, network, root)
    made(items[:4], parts, network, root, FLIPPED)
    assert seen == [10, 15, 4]


def test_images_are_decoded_once_for_all_views(items, parts, network, root, monkeypatch) -> None:
    from podium.features import pixels

    count = []
    real = pixels.decode
    monkeypatch.setattr(pixels, "decode", lambda data: count.append(1) or real(data))
    features_of_views(items, parts.frozen, network.preprocessing, [IDENTITY, FLIPPED], root=root)
    assert len(count) == len(items)


def test_exact_algorithms_are_asked_for_before_the_frozen_part_runs(
    items, parts, network, root, monkeypatch
) -> None:
    asked: list[str] = []
    real = storing.Engine
    monkeypatch.setattr(storing, "be_exact", asked.append)
    monkeypatch.setattr(storing, "Engine", lambda *given: asked.append("runs") or real(*given))
    features(items, parts.frozen, network.preprocessing, root=root)
    assert asked == ["cpu", "runs"]


def test_other_weights_or_preprocessing_are_other_features(items, parts, network, root) -> None:
    first = made(items[:4], parts, network, root)
    padded = network.preprocessing.model_copy(update={"resize": "pad"})
    assert not np.array_equal(features(items[:4], parts.frozen, padded, root=root)[:], first)
    with torch.no_grad():
        weight = next(parts.frozen.parameters())
        weight.mul_(2)
        try:
            assert not np.allclose(made(items[:4], parts, network, root), first)
        finally:
            weight.div_(2)


def test_over_the_budget_nothing_is_kept_and_it_is_said(items, parts, network, root, capsys) -> None:
    assert features(items, parts.frozen, network.preprocessing, budget_gb=1e-6, root=root) is None
    said = capsys.readouterr().out
    assert "features: 40 x 256 x 2 x 2 float32 = 0.2 MB" in said
    assert "warning: that is more than features.budget_gb (1e-06): nothing is kept" in said
    assert not list(scratch.root().glob("features/*"))


def test_many_images_are_told_their_time_and_few_are_not(
    items, parts, network, root, monkeypatch, capsys
) -> None:
    made(items[:10], parts, network, root)
    assert not capsys.readouterr().out  # a run asks a dozen times
    monkeypatch.setattr(storing, "TIMED_FROM", 20)
    ticks = iter([10.0, 12.0])
    monkeypatch.setattr(storing, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    found = made(items, parts, network, root)
    assert "features: 30 images to compute, about 2 s" in capsys.readouterr().out  # 2 s a batch of 32
    assert close(found, expected(items, parts, network, root))
    made(items, parts, network, root)
    assert "to compute" not in capsys.readouterr().out


def test_an_interrupt_keeps_what_is_done(items, parts, network, root, monkeypatch) -> None:
    monkeypatch.setattr(storing, "RUN_BYTES", 1)  # one batch a run
    calls = []
    real = storing.Engine.__call__

    def interrupted(self, images):
        calls.append(len(images))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, images)

    monkeypatch.setattr(storing.Engine, "__call__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made(items, parts, network, root)
    found = made(items, parts, network, root)
    assert calls == [32, 8, 8] and close(found, expected(items, parts, network, root))


def test_two_at_once_compute_once(items, parts, network, root) -> None:
    results: list[np.ndarray] = []
    work = [
        threading.Thread(target=lambda: results.append(made(items, parts, network, root))) for _ in range(2)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert np.array_equal(*results) and len(list(scratch.root().glob("features/*"))) == 1


def test_a_broken_image_is_told_with_its_place(items, parts, network, root) -> None:
    broken = [*items[:2], Item("0" * 64, items[0].shard, items[0].offset, 3)]
    with pytest.raises(UserError, match=r"data/images/images-0000.tar: the image at byte \d+ cannot be read"):
        made(broken, parts, network, root)


def test_pytorch_takes_over_where_the_graph_differs(items, parts, network, root, monkeypatch, capsys) -> None:
    monkeypatch.setattr(graphs, "TOLERANCE", -1.0)
    found = made(items, parts, network, root)
    assert close(found, expected(items, parts, network, root))
    assert "PyTorch runs the frozen part, because ONNX Runtime differs by" in capsys.readouterr().out


def test_pytorch_takes_over_where_the_graph_cannot_be_made(
    items, parts, network, root, monkeypatch, capsys
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no symbol for it")

    monkeypatch.setattr(torch.onnx, "export", refuse)
    assert close(made(items, parts, network, root), expected(items, parts, network, root))
    assert "the ONNX exporter failed (RuntimeError)" in capsys.readouterr().out


def test_half_numbers_lie_in_half_the_space(items, parts, network, root) -> None:
    found = features(items, parts.frozen, network.preprocessing, root=root, kind="bfloat16")
    right = expected(items, parts, network, root)
    assert found.nbytes == right.nbytes // 2 and found.blocks[0].dtype == np.uint16
    assert np.abs(found[:] - right).max() <= 0.03 * np.abs(right).max()


@pytest.mark.slow
def test_anonymous_memory_stays_flat(items, network, root, monkeypatch) -> None:
    """Half a gigabyte of features on the disk costs a fraction of it in memory, however many there are."""
    from podium.networks.cut import cut

    monkeypatch.setattr(storing, "RUN_BYTES", 4e6)
    monkeypatch.setattr(graphs, "TOLERANCE", -1.0)
    wide = network.preprocessing.model_copy(update={"size": 224})
    parts = cut(network, "layer1")
    many = [Item(f"{n:064d}", i.shard, i.offset, i.length) for n, i in enumerate(items * 16)]

    def anonymous() -> int:
        lines = Path(f"/proc/{os.getpid()}/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("RssAnon"))) * 1024

    features(many[:64], parts.frozen, wide, root=root)
    before = anonymous()
    found = features(many, parts.frozen, wide, root=root)
    assert found.nbytes > 5e8
    assert anonymous() - before < found.nbytes / 4
