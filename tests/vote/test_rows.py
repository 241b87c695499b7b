"""Images become rows: the merges by hand, the way chosen out-of-fold, and features beside them."""

import numpy as np
import pytest

from podium.experiments.runs import Pool
from podium.foundation.errors import UserError
from podium.metrics.registry import get
from podium.tasks import registry
from podium.vote import rows

COMPANY = {"b": "a", "a": "a"}  # and c alone


def pool(probs: np.ndarray, labels: list[int], ids: list[str], task: str = "single") -> Pool:
    place = {
        name: i for i, name in enumerate(dict.fromkeys(COMPANY.get(i, i.partition("_")[0]) for i in ids))
    }
    groups = np.array([place[COMPANY.get(i, i.partition("_")[0])] for i in ids])
    return Pool(
        names=["m"], ids=ids, labels=np.array(labels), home=groups % 2, groups=groups, oof=probs[None],
        test_ids=ids, test=np.stack([probs, probs])[None], kind=registry.load(task),
        look=lambda names: np.array([[float(ids.index(name))] for name in names], np.float32),
        table=np.array([[1.0], [9.0]], np.float32) if task == "number" else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("way", "first"),
    [("mean", [0.6, 0.4]), ("max", [0.4, 0.6]), ("noisy_or", [0.8 * 0.4, 1 - 0.8 * 0.4])],
)
def test_two_classes_by_hand(way: str, first: list[float]) -> None:
    """Class 1 is the rarer: it is what one image may show."""
    made = pool(
        np.array([[0.8, 0.2], [0.4, 0.6], [0.9, 0.1], [0.7, 0.3]]), [1, 1, 0, 0], ["a", "b", "c", "d"]
    )
    by_row = rows.by_row(made, COMPANY, way, get("accuracy"), 0)[0]
    assert by_row.ids == ["a", "c", "d"] and by_row.labels.tolist() == [1, 0, 0]
    assert by_row.oof[0] == pytest.approx(np.array([first, [0.9, 0.1], [0.7, 0.3]]), abs=1e-6)
    assert by_row.test.shape == (1, 2, 3, 2) and by_row.test[0, 1] == pytest.approx(by_row.oof[0])
    assert by_row.unit == "rows"


def test_labels_of_their_own_by_hand() -> None:
    made = pool(np.array([[0.5, 0.2], [0.5, 0.6], [0.9, 0.1]]), [0, 0, 0], ["a", "b", "c"], "multi")
    said = rows.by_row(made, COMPANY, "noisy_or", get("accuracy"), 0)[0].oof[0]
    assert said == pytest.approx(np.array([[0.75, 0.68], [0.9, 0.1]]), abs=1e-6)


def test_numbers_have_a_mean_and_no_noisy_or() -> None:
    made = pool(np.array([[2.0], [4.0], [9.0]]), [0, 0, 1], ["a", "b", "c"], "number")
    assert rows.by_row(made, COMPANY, "mean", get("accuracy"), 0)[0].oof[0].ravel().tolist() == [3, 9]
    with pytest.raises(
        UserError, match=r"ensemble.rows: noisy_or is not for the task number: choose auto, mean or"
    ):
        rows.by_row(made, COMPANY, "noisy_or", get("accuracy"), 0)


def shown_by_one(n: int) -> Pool:
    """n rows of three images: of class 1 one image in three shows it."""
    generator = np.random.default_rng(0)
    ids = [f"r{i:03d}_{view}" for i in range(n) for view in range(3)]
    labels = np.repeat(np.arange(n) % 3 == 0, 3).astype(int)
    sure = generator.uniform(0.05, 0.3, 3 * n)
    sure[::3][labels[::3] == 1] = 0.9
    return pool(np.stack([1 - sure, sure], 1), labels.tolist(), ids)


def test_the_way_is_chosen_by_what_pays() -> None:
    made = shown_by_one(60)
    company = {name: f"{name[:4]}_0" for name in made.ids}
    by_row, said, _ = rows.by_row(made, company, "auto", get("accuracy"), 0)
    assert "by the maximum of their images" in said[0] and "180 images are 60 rows" in said[0]
    assert get("accuracy").function(by_row.labels, by_row.oof[0]) == 1.0
    mean = rows.by_row(made, company, "mean", get("accuracy"), 0)[0]
    assert get("accuracy").function(mean.labels, mean.oof[0]) < 0.8


def test_a_part_is_merged_as_the_others_choose() -> None:
    """What one fold alone shows chooses the way of the other fold, and not its own."""
    made = shown_by_one(60)
    probs = made.oof.copy()
    probs[0, made.home == 0] = np.array([[0.9, 0.1], [0.1, 0.9]])[made.labels[made.home == 0]]
    probs[0, (made.home == 0) & (made.labels == 0) & (np.arange(180) % 3 == 0)] = [0.1, 0.9]
    company = {name: f"{name[:4]}_0" for name in made.ids}
    torn = Pool(**{**made.__dict__, "oof": probs})
    by_row, _, _ = rows.by_row(torn, company, "auto", get("accuracy"), 0)
    mean = rows.by_row(torn, company, "mean", get("accuracy"), 0)[0]
    assert by_row.oof[0][by_row.home == 1] == pytest.approx(mean.oof[0][by_row.home == 1])
    assert by_row.oof[0][by_row.home == 0] != pytest.approx(mean.oof[0][by_row.home == 0])


def test_a_row_has_the_mean_of_its_images_features() -> None:
    made = pool(np.full((3, 2), 0.5), [0, 0, 1], ["a", "b", "c"])
    by_row = rows.by_row(made, COMPANY, "mean", get("accuracy"), 0)[0]
    assert by_row.look is not None and by_row.look(["c", "a"]).ravel().tolist() == [2.0, 0.5]
