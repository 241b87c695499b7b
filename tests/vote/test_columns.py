"""Columns beside the image: as numbers, and as a member that votes where it pays."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from podium.experiments.runs import Pool
from podium.metrics.metric import Metric
from podium.metrics.registry import FAMILIES, get
from podium.tasks import registry
from podium.vote import columns

N, T, FOLDS = 240, 12, 3


def pool(targets: np.ndarray, predicted: np.ndarray, task: str) -> Pool:
    """Answers are the rows of `targets` (N, c); the images' members say `predicted` of them."""
    table, labels = np.unique(targets, axis=0, return_inverse=True)
    if task == "single":
        labels, table = targets.argmax(1), np.eye(targets.shape[1])
    return Pool(
        names=["probe"], ids=[f"i{i:03d}" for i in range(N)], labels=labels.ravel(),
        home=np.arange(N) % FOLDS, groups=np.arange(N), oof=predicted[None],
        test_ids=[f"t{i:03d}" for i in range(T)],
        test=np.repeat(predicted[None, None, :T], FOLDS, 1), kind=registry.load(task),
        table=table.astype(np.float32),
    )  # fmt: skip


def site() -> np.ndarray:
    return np.arange(N) // FOLDS % 2


def beside(of: np.ndarray, name: str = "site") -> pd.DataFrame:
    """One word for each image, and for the test's T images those of the first T."""
    words = [f"w{value}" for value in of]
    ids = [*(f"i{i:03d}" for i in range(N)), *(f"t{i:03d}" for i in range(T))]
    return pd.DataFrame({name: words + words[:T]}, index=ids)


def said(kind: str, generator: np.random.Generator) -> tuple[Pool, Metric, np.ndarray]:
    """(a pool whose members know half of what the site tells, its metric, the truth)."""
    if kind == "number":
        truth = site()[:, None] * 10.0 + generator.normal(size=(N, 1)).round(2)
        return (
            (made := pool(truth, np.full((N, 1), 5.0), kind)),
            FAMILIES["numbers"]["rmse"].on(made.table),
            truth,
        )
    if kind == "multi":
        truth = np.column_stack([site(), generator.integers(0, 2, N)]).astype(float)
        made = pool(truth, np.clip(0.5 + 0.1 * generator.normal(size=(N, 2)), 0, 1), kind)
        return made, FAMILIES["sets"]["roc_auc"].on(made.table), truth
    truth = np.eye(2)[site()]
    vague = np.clip(0.5 + 0.1 * generator.normal(size=N), 0.01, 0.99)
    return pool(truth, np.column_stack([vague, 1 - vague]), kind), get("accuracy"), truth


@pytest.mark.parametrize("kind", ["single", "multi", "number"])
def test_a_column_that_tells_joins_the_vote(kind: str) -> None:
    made, metric, truth = said(kind, np.random.default_rng(0))
    whole, told = columns.joined(made, beside(site()), "auto", False, metric, 0)
    assert whole.names == ["probe", "columns"] and "joins the vote" in told[0]
    assert whole.oof.shape == (2, N, truth.shape[1]) and whole.test.shape == (2, FOLDS, T, truth.shape[1])
    assert made.kind.check(whole.oof[1]) is None
    assert (
        np.abs(whole.oof[1, :, 0] - truth[:, 0]).mean() < np.abs(made.oof[0, :, 0] - truth[:, 0]).mean() / 2
    )
    assert np.corrcoef(whole.test[1].mean(0)[:, 0], truth[:T, 0])[0, 1] > 0.9


def test_a_column_that_tells_nothing_does_not() -> None:
    made, metric, _ = said("single", np.random.default_rng(0))
    noise = np.random.default_rng(1).integers(0, 2, N)
    whole, told = columns.joined(made, beside(noise), "auto", False, metric, 0)
    assert whole.names == ["probe"] and "not kept" in told[0]


def test_no_image_is_judged_by_what_learnt_from_it() -> None:
    """Each pair of images has a word of its own: what was learnt of one says nothing of another fold."""
    made, metric, _ = said("single", np.random.default_rng(0))
    labels = np.random.default_rng(2).integers(0, 2, N)
    made = replace(made, labels=labels)
    own = np.arange(N) % FOLDS * 1000 + labels  # tells the label within the fold alone
    whole, _ = columns.joined(made, beside(own), "auto", False, metric, 0)
    assert whole.names == ["probe"]


def test_it_can_be_switched_off_and_is_for_images_that_are_here() -> None:
    made, metric, _ = said("single", np.random.default_rng(0))
    assert columns.joined(made, beside(site()), "none", False, metric, 0) == (made, [])
    assert columns.joined(made, pd.DataFrame(index=[]), "auto", False, metric, 0) == (made, [])
    same, told = columns.joined(made, beside(site()), "auto", True, metric, 0)
    assert same is made and told == [
        "columns: site are not tried: a notebook's bundle predicts from images alone."
    ]


def test_columns_as_numbers() -> None:
    cells = pd.DataFrame({
        "age": ["10", "20", None, "10", "20", "10", "40"],
        "site": ["a", "a", "a", "a", "a", "b", "c"],
    })  # fmt: skip
    made = columns.encode(cells, 6)
    assert made.names == ["age", "age empty", "site=a"]
    assert made.values[:, 1].tolist() == [0, 0, 1, 0, 0, 0, 0]
    assert made.values[:6, 0].mean() == pytest.approx(0) and made.values[2, 0] == 0
    assert made.values[6, 0] == pytest.approx((40 - 14) / np.std([10, 20, 10, 20, 10]))
    assert made.values[:, 2].tolist() == [1, 1, 1, 1, 1, 0, 0]
