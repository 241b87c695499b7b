"""Batches of an epoch: everyone once, or classes as often; steps of accumulated batches; weights by hand."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from podium.training.feed.data import Batches, Cached, Examples
from podium.training.feed.rows import TrainingRows, balanced_weights
from podium.training.feed.sampling import EpochBatches, InOrder, balanced, batches

LABELS = np.array([0] * 90 + [1] * 9 + [3] * 3)  # no image of class 2


@pytest.mark.parametrize(("n", "size"), [(10, 3), (7, 7), (33, 32), (5, 100), (1, 4)])
def test_an_epoch_shows_everyone_once_in_batches_of_one_size(n: int, size: int) -> None:
    order = EpochBatches(n, size, seed=1)
    parts = [positions for _, positions, _ in order]
    assert len(parts) == len(order) == batches(n, size)
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1 and max(map(len, parts)) <= size


def test_epochs_and_seeds_are_different_orders_and_the_same_again() -> None:
    def first(seed: int, epoch: int) -> list[int]:
        order = EpochBatches(50, 50, seed)
        order.set_epoch(epoch)
        return next(iter(order))[1].tolist()

    orders = [first(1, 0), first(1, 1), first(2, 0)]
    assert len({tuple(order) for order in orders}) == 3 and first(1, 1) == orders[1]
    resumed = EpochBatches(50, 50, 1, first_epoch=1)  # Lightning counts from 0 again
    resumed.set_epoch(0)
    assert next(iter(resumed))[1].tolist() == orders[1]


def test_the_balanced_sampler_shows_every_class_as_often() -> None:
    chances = balanced(LABELS)
    assert chances.sum() == pytest.approx(1.0)
    for label in (0, 1, 3):
        assert chances[label == LABELS].sum() == pytest.approx(1 / 3)
    order = EpochBatches(len(LABELS), 10, 0, chances=chances)
    seen: Counter[int] = Counter()
    for epoch in range(100):
        order.set_epoch(epoch)
        for _, positions, _ in order:
            seen.update(LABELS[positions].tolist())
    shares = {label: count / seen.total() for label, count in seen.items()}
    assert shares == pytest.approx({0: 1 / 3, 1: 1 / 3, 3: 1 / 3}, abs=0.02)
    plain = Counter(LABELS[np.concatenate([p for _, p, _ in EpochBatches(len(LABELS), 10, 0)])].tolist())
    assert plain == {0: 90, 1: 9, 3: 3}


def test_class_weights_by_hand() -> None:
    """Four images of class 0, one of class 1, none of class 2: 5 / (2 * 4) and 5 / (2 * 1)."""
    targets = np.eye(3, dtype=np.float32)[np.array([0, 0, 0, 0, 1])]
    found = balanced_weights(
        TrainingRows(pd.DataFrame(index=range(5)), targets, np.ones(5, np.float32))
    ).weights
    assert found.tolist() == pytest.approx([0.625] * 4 + [2.5])


def test_class_weights_count_what_rows_weigh_and_soft_labels() -> None:
    """Masses 0.5 + 0.5 * 1 and 0.5 * 1 + 2: every class weighs half of the whole, 1.75, in the end."""
    targets = np.array([[1, 0], [0.5, 0.5], [0, 1]], np.float32)
    rows = TrainingRows(pd.DataFrame(index=range(3)), targets, np.array([0.5, 1.0, 2.0], np.float32))
    found = balanced_weights(rows).weights
    assert found.tolist() == pytest.approx([0.5 * 1.75, 0.5 * 1.75 + 0.5 * 0.7, 2 * 0.7])


@pytest.mark.parametrize("accumulate", [1, 2, 3])
def test_divisors_make_accumulated_batches_the_step_of_one(accumulate: int) -> None:
    """sum over the step of w l / divisor / accumulate, as Lightning has it, is the step's weighted mean."""
    weights = np.random.default_rng(0).uniform(0.1, 3, 23).astype(np.float32)
    losses = np.random.default_rng(1).uniform(0, 2, 23)
    examples = Examples(Cached(np.zeros((23, 1), np.float32), np.arange(23)), np.ones((23, 1), "f4"), weights)
    served = Batches(examples, accumulate=accumulate)
    order = EpochBatches(
        23, 5, 0, accumulate=accumulate
    )  # five batches: the last step of 2 and of 3 is a part
    batch_list = list(order)
    for start in range(0, len(batch_list), accumulate):
        group = batch_list[start : start + accumulate]
        found = sum(
            float((weights[b[1]] * losses[b[1]]).sum()) / float(served[b][3]) / accumulate for b in group
        )
        whole = np.concatenate([positions for _, positions, _ in group])
        assert found == pytest.approx(np.average(losses[whole], weights=weights[whole]), rel=1e-5)


def test_devices_share_a_batch_and_its_divisor() -> None:
    """Lightning means gradients over devices: each divides by the whole batch's weight over their number."""
    weights = np.arange(1, 8, dtype=np.float32)
    examples = Examples(
        Cached(np.arange(7.0, dtype="f4")[:, None], np.arange(7)), np.ones((7, 1), "f4"), weights
    )
    (batch,) = EpochBatches(7, 7, 0)
    served = [Batches(examples, device, 2)[batch] for device in (0, 1)]
    rows = [row for part in served for row in part[0].flatten().tolist()]
    assert sorted(rows) == list(range(7))
    assert [float(part[3]) for part in served] == [14.0, 14.0]


def test_validation_comes_in_order() -> None:
    assert np.concatenate([positions for _, positions, _ in InOrder(11, 4)]).tolist() == list(range(11))
    assert len(InOrder(11, 4)) == 3
