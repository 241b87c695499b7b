"""Dealing groups to folds: a partition, groups whole, classes even, row order and all else irrelevant."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.folds.assign import assign

images = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(0, 8))), min_size=1, max_size=60
)


def _groups(ids: list[str], pairs: list[tuple[int, int | None]]) -> list[str]:
    return [i if group is None else f"g{group}" for i, (_, group) in zip(ids, pairs, strict=True)]


@settings(max_examples=80, deadline=None)
@given(pairs=images, k=st.integers(2, 6), seed=st.integers(0, 3), data=st.data())
def test_folds_partition_and_groups_never_straddle_whatever_the_row_order(
    pairs: list[tuple[int, int | None]], k: int, seed: int, data: st.DataObject
) -> None:
    ids = [f"train/{i}.jpg" for i in range(len(pairs))]
    labels = np.array([label for label, _ in pairs])
    groups = _groups(ids, pairs)
    folds = assign(ids, labels, groups, k, seed)
    assert ((folds >= 0) & (folds < k)).all()
    homes: dict[str, set[int]] = {}
    for group, fold in zip(groups, folds.tolist(), strict=True):
        homes.setdefault(group, set()).add(fold)
    assert all(len(home) == 1 for home in homes.values())
    order = data.draw(st.permutations(range(len(ids))))
    again = assign([ids[i] for i in order], labels[order], [groups[i] for i in order], k, seed)
    assert (again == folds[order]).all()


@settings(max_examples=60, deadline=None)
@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=80), k=st.integers(2, 6))
def test_single_images_spread_each_class_and_the_whole_within_one(labels: list[int], k: int) -> None:
    ids = [str(i) for i in range(len(labels))]
    folds = assign(ids, np.array(labels), ids, k, 0)
    for label in set(labels):
        counts = np.bincount(folds[np.array(labels) == label], minlength=k)
        assert counts.max() - counts.min() <= 1
    sizes = np.bincount(folds, minlength=k)
    assert sizes.max() - sizes.min() <= len(set(labels))


def test_single_images_fill_up_what_groups_left_uneven() -> None:
    ids = [str(i) for i in range(30)]
    groups = ["burst"] * 6 + ids[6:]
    folds = assign(ids, np.zeros(30, np.int64), groups, 5, 0)
    assert np.bincount(folds, minlength=5).tolist() == [6] * 5


def test_every_fold_gets_a_group_when_there_are_enough() -> None:
    ids = [str(i) for i in range(20)]
    groups = [f"g{i // 4}" for i in range(20)]
    assert set(assign(ids, np.zeros(20, np.int64), groups, 5, 3).tolist()) == set(range(5))


def test_another_seed_gives_other_folds() -> None:
    ids = [str(i) for i in range(40)]
    labels = np.zeros(40, np.int64)
    assert (assign(ids, labels, ids, 5, 0) != assign(ids, labels, ids, 5, 1)).any()


def test_rare_labels_of_sets_lie_in_every_fold() -> None:
    generator = np.random.default_rng(0)
    sets = (generator.random((200, 4)) < (0.5, 0.2, 0.1, 0.05)).astype(float)
    strata = np.column_stack([sets, sets.max(1) == 0])
    ids = [f"i{i}" for i in range(200)]
    labels = np.unique(sets, axis=0, return_inverse=True)[1]
    folds = assign(ids, labels, ids, 5, 0, strata)
    for column in strata.T:
        counts = np.bincount(folds[column > 0], minlength=5)
        assert counts.max() - counts.min() <= max(2, counts.mean() * 0.5), counts
    sizes = np.bincount(folds, minlength=5)
    assert sizes.max() - sizes.min() <= 12
    order = generator.permutation(200)
    again = assign([ids[i] for i in order], labels[order], [ids[i] for i in order], 5, 0, strata[order])
    assert (again == folds[order]).all(), "the order of the rows does not matter"


def test_strata_of_one_each_are_classes() -> None:
    labels = np.arange(60) % 3
    ids = [f"i{i}" for i in range(60)]
    assert (assign(ids, labels * 0, ids, 4, 0, np.eye(3)[labels]) == assign(ids, labels, ids, 4, 0)).all()
