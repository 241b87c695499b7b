"""Sweeps: what a plan means, what experiments share, who stays after one fold."""

from pathlib import Path

import pytest

from podium.cluster import graph, parcel, plan, sweep
from podium.foundation.errors import UserError
from podium.foundation.params import PATH


def wanted(path: Path, text: str) -> plan.Sweep:
    (path / "plan.yaml").write_text(text)
    return plan.read(str(path / "plan.yaml"), "", False)


def test_a_plan_is_a_grid_and_named_experiments(tmp_path: Path) -> None:
    text = (
        "grid: {model: [resnet18, resnet34], seed: [0, 1]}\n"
        "experiments: {larger: {image.size: 96, folds: [0, 1]}}\nhalving: true\n"
    )
    found = wanted(tmp_path, text)
    assert [wish.name for wish in found.wishes] == [
        "model-resnet18_seed-0", "model-resnet18_seed-1", "model-resnet34_seed-0", "model-resnet34_seed-1",
        "larger",
    ]  # fmt: skip
    assert found.halving
    assert "  size: 96 " in found.wishes[-1].params
    assert found.wishes[-1].params.count("#") == PATH.read_text().count("#")  # comments stay


def test_settings_alone_are_a_grid() -> None:
    found = plan.read("", "-S train.epochs=2,3 -S 'folds=[0]'", False)
    assert [wish.name for wish in found.wishes] == ["epochs-2_folds-0", "epochs-3_folds-0"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("grid: {train.epoch: 2}", "train.epoch is not a parameter"),
        ("gird: {train.epochs: 2}", "gird is no word of a plan.*grid"),
        ("experiments: {a: {train.epochs: 2}, a/b: {train.epochs: 3}}", "'a/b' cannot name an experiment"),
        ("experiments: {a: {train.epochs: [2, 3]}}", "train.epochs"),
        ("experiments: {a: train.epochs=2}", "give settings such as"),
        ("grid: {seed: [1]}\nexperiments: {seed-1: {seed: 1}}", "seed-1 stands there twice"),
        ("halving: true", "names no experiment"),
    ],
)
def test_a_plan_that_is_none_is_refused_with_its_place(text: str, found: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=found):
        wanted(tmp_path, text)


@pytest.fixture(scope="module")
def made() -> dict[str, graph.Experiment]:
    """Three experiments on this very project: two train otherwise, one only votes otherwise."""
    asked = {
        "few": ["train.epochs=2"],
        "many": ["train.epochs=3"],
        "hard": ["train.epochs=3", "ensemble.voter=hard"],
    }
    texts = {name: plan.text([*words, "folds=[0,1]"]) for name, words in asked.items()}
    return {
        name: graph.experiment(name, parcel.carried({str(PATH): text}), text) for name, text in texts.items()
    }


def test_what_experiments_share_is_ordered_once(made: dict[str, graph.Experiment]) -> None:
    orders = graph.orders(list(made.values()))
    ran = [target for mine in orders.values() for order in mine for target in order.targets]
    for shared in ("ingest", "embed", "clean_labels", "split", "look", "augment"):
        assert ran.count(shared) == 1, shared
    assert ran.count("train@0") == ran.count("train@1") == ran.count("predict") == 2
    assert ran.count("ensemble") == ran.count("report") == 3
    assert not [order for order in orders["hard"] if "train@0" in order.targets]


def test_each_order_comes_after_what_it_needs_and_pulls_it(made: dict[str, graph.Experiment]) -> None:
    orders = [order for mine in graph.orders(list(made.values())).values() for order in mine]
    seen: set[str] = set()
    for order in orders:
        assert set(order.after) <= seen, order.name
        seen.add(order.name)
    train = next(order for order in orders if order.name == "few: train@0")
    assert train.targets[-1] == "train@0" and "network" in train.targets[:-1]
    assert {"data/augmented", "data/select/chosen.json", "data/index"} <= set(train.pulls)
    last = next(order for order in orders if "report" in order.targets)
    assert {"models/fold0", "models/fold1"} <= set(last.pulls)
    assert "data/predictions" not in last.pulls or "predict" not in last.targets


def test_refits_train_beside_the_folds(made: dict[str, graph.Experiment]) -> None:
    text = plan.text(["refit.networks=2", "folds=[0,1]"])
    with_refits = graph.experiment("two", parcel.carried({str(PATH): text}), text)
    orders = {order.name: order for order in graph.orders([with_refits])["two"]}
    before, refit = orders["two: train@0"].after, orders["two: refit"]
    assert refit.targets[-1] == "refit" and refit.after == before
    last = next(order for order in orders.values() if "predict" in order.targets)
    assert {"two: train@0", "two: train@1", "two: refit"} <= set(last.after) and "data/refit" in last.pulls
    without = [order for order in graph.orders([made["few"]])["few"] if "refit" in order.targets]
    assert len(without) == 1 and "augment" in without[0].targets  # nothing is trained: no order of its own


@pytest.mark.parametrize(
    ("metric", "scores", "stay"),
    [
        ("accuracy", {"a": (0.9, 0.85, 0.95), "b": (0.8, 0.7, 0.91), "c": (0.7, 0.6, 0.8)}, ["a", "b"]),
        ("log_loss", {"a": (0.3, 0.2, 0.4), "b": (0.5, 0.31, 0.6), "c": (0.4, 0.3, 0.5)}, ["a", "c"]),
    ],
)
def test_who_stays_after_one_fold(metric: str, scores: dict[str, tuple[float, ...]], stay: list[str]) -> None:
    told = {
        name: {"metric": metric, "cv": cv, "cv_low": low, "cv_high": high}
        for name, (cv, low, high) in scores.items()
    }
    assert sweep.within_reach(told) == stay
