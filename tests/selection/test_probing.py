"""The search: it finds the size, crop, layers and networks that hold what there is to see."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from podium.contracts.probe import Look
from podium.selection import probing, rungs
from podium.selection.material import Case
from podium.selection.probing import Member, Search

N, K = 300, 3
LABELS = np.arange(N) % K


def case(n: int = N) -> Case:
    """Labelled images, all of them looked at."""
    targets = np.eye(K, dtype=np.float32)[LABELS[:n]]
    names = [str(row) for row in range(n)]
    return Case(
        rows=np.arange(n),
        targets=targets,
        given=targets,
        folds=(np.arange(n) // K % 5).astype(np.int8),
        weights=np.ones(n),
        groups=names,
        strata=LABELS[:n],
        order=np.arange(float(n)),
        link="softmax",
        images=n,
    )


@dataclass
class World:
    """Vectors of two layers whose signal depends on network, size, crop and mirror images."""

    signal: dict[tuple[str, int, str], tuple[float, float]]  # -> of the first layer, of the last
    mirrored: float = 1.0  # factor of the signal with mirror images
    asked: list[tuple[str, int, str]] = field(default_factory=list)

    def watch(self, network: str, size: int) -> "Seen":
        return Seen(self, network, size)


@dataclass
class Seen:
    world: World
    network: str
    size: int
    widths: tuple[int, ...] = (4, 4)

    @property
    def multiply_adds(self) -> float:
        return float(self.size) ** 2 * 1e3

    def columns(self, layers: int) -> slice:
        return slice(8 - 4 * layers, 8)

    def vectors(self, rows: np.ndarray, resize: str, mirrored: bool = False) -> np.ndarray:
        key = (self.network, self.size, resize)
        self.world.asked.append(key)
        draw = np.random.default_rng([len(self.network), self.size, len(resize)])
        noise = draw.normal(size=(N, 8))
        factor = self.world.mirrored if mirrored else 1.0
        first, last = (factor * part for part in self.world.signal.get(key, (0.0, 1.0)))
        shown = np.eye(K, 4)[LABELS]
        return (np.hstack([first * shown, last * shown]) + noise)[rows].astype(np.float32)


def search(
    world: World,
    effort: str = "auto",
    networks: tuple[str, ...] = ("a",),
    crops: tuple[str, ...] = ("squash",),
    sizes: tuple[int, ...] = (128, 224, 288),
) -> list[Member]:
    return ran(Search(case(), world.watch, effort), networks, sizes, crops)


def ran(
    made: Search,
    networks: Sequence[str] = ("a",),
    sizes: Sequence[int] = (128, 224, 288),
    crops: Sequence[str] = ("squash",),
) -> list[Member]:
    first, second = made.begin(networks[0], list(sizes), list(crops))
    return made.members(made.go_on([first], first, second, networks[1:]))


def at_once(world: World, effort: str = "auto") -> tuple[Search, list[Look]]:
    made = Search(case(), world.watch, effort)
    first, _ = made.begin("a", [128], ["squash"])
    return made, made.beside(first, ["bb"])


@pytest.mark.parametrize(
    ("own", "other", "voting"), [(0.1, 3.0, ["bb"]), (3.0, 0.0, ["a"]), (1.5, 1.6, ["bb", "a"])]
)
def test_the_best_network_alone_votes_and_others_where_they_pay(
    own: float, other: float, voting: list[str]
) -> None:
    world = World({("a", 128, "squash"): (0.0, own), ("bb", 128, "squash"): (0.0, other)})
    made, looks = at_once(world)
    assert [look.network for look in looks] == voting
    losses = {member.probe.look.network: member.loss for member in made.members(looks)}
    assert losses[voting[0]] == min(losses.values())
    assert [row.look.network for row in made.table if row.step == "networks"] == ["bb"]


def test_what_cannot_be_paid_is_not_tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(probing.BUDGETS, "auto", 0.0)
    world = World({("bb", 128, "squash"): (0.0, 3.0)})
    made, looks = at_once(world)
    assert [look.network for look in looks] == ["a"]
    assert "bb at 128 pixels is beyond what effort: auto may spend" in " ".join(made.sentences)


def test_what_the_choice_flatters_is_measured_over_all_that_was_judged() -> None:
    looked = Search(case(), World({("a", 224, "squash"): (0.0, 2.0)}).watch, "auto")
    ran(looked, ["a", "b"])
    known = looked.optimism
    assert known.loss <= known.honest
    judged = {(row.look, row.step in ("further voters", "mirror images")) for row in looked.table}
    assert known.candidates == len(judged)


def test_the_best_size_is_taken_and_a_worse_rung_ends_the_climb() -> None:
    world = World(
        {("a", 128, "squash"): (0, 1), ("a", 224, "squash"): (0, 3), ("a", 288, "squash"): (0, 0.2)}
    )
    assert search(world)[0].probe.look.size == 224
    world = World({("a", 128, "squash"): (0, 3), ("a", 224, "squash"): (0, 0.2)})
    assert search(world)[0].probe.look.size == 128
    assert ("a", 288, "squash") not in world.asked


def test_the_better_crop_is_taken() -> None:
    world = World({("a", size, "crop"): (0, 3) for size in (128, 224, 288)})
    assert search(world, crops=("squash", "crop"))[0].probe.look.resize == "crop"


def test_layers_follow_what_they_tell() -> None:
    sizes = (128, 224, 288)
    early = World({("a", size, "squash"): (3, 0) for size in sizes})
    assert search(early)[0].probe.look.layers == 2
    late = World({("a", size, "squash"): (0, 2) for size in sizes})
    assert search(late)[0].probe.look.layers == 1


@pytest.mark.parametrize(("factor", "kept"), [(3.0, True), (0.3, False)])
def test_mirror_images_stay_where_they_pay(factor: float, kept: bool) -> None:
    assert search(World({}, mirrored=factor), sizes=(128,))[0].probe.look.mirrored is kept


def test_what_gains_less_than_a_hundredth_of_the_loss_is_not_worth_a_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World({}, mirrored=3.0)
    assert search(world, sizes=(128,))[0].probe.look.mirrored
    monkeypatch.setattr(probing, "WORTH", 0.99)
    assert not search(world, sizes=(128,))[0].probe.look.mirrored


def test_beside_another_probe_mirror_images_are_not_tried() -> None:
    alike = World({("a", size, "squash"): (0.0, 1.5) for size in (128, 224, 288)}, mirrored=3.0)
    members = search(alike)
    assert len(members) == 2 and not any(member.probe.look.mirrored for member in members)


def test_a_probe_alone_tries_no_mirror_images() -> None:
    assert not search(World({}, mirrored=3.0), effort="probe", sizes=(128,))[0].probe.look.mirrored


def test_a_further_network_votes_where_the_mean_gains() -> None:
    signal = {(name, size, "squash"): (0.0, 1.5) for name in ("a", "bb") for size in (128, 224, 288)}
    assert {m.probe.look.network for m in search(World(signal), networks=("a", "bb"))} == {"a", "bb"}
    signal |= {("bb", size, "squash"): (0.0, 0.0) for size in (128, 224, 288)}
    assert {m.probe.look.network for m in search(World(signal), networks=("a", "bb"))} == {"a"}


def test_a_second_size_votes_under_a_name_of_its_own_where_the_mean_gains() -> None:
    alike = World({("a", size, "squash"): (0.0, 1.5) for size in (128, 224, 288)})
    members = search(alike)
    assert len({m.probe.look.size for m in members}) == len({m.probe.name for m in members}) == 2
    empty = World({("a", 128, "squash"): (0.0, 3.0), ("a", 224, "squash"): (0.0, 0.0)})
    assert [m.probe.look.size for m in search(empty)] == [128]


def test_what_cannot_be_paid_is_not_tried_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rungs.BUDGETS, "auto", 200.0**2 * 1e3 * N)
    world = World({})
    looked = Search(case(), world.watch, "auto")
    ran(looked)
    assert {size for _, size, _ in world.asked} == {128}
    assert looked.sentences == ["probe: a at 224 pixels is beyond what effort: auto may spend"]


def test_the_table_has_a_row_a_candidate_with_loss_and_arithmetic() -> None:
    looked = Search(case(), World({}).watch, "probe")
    ran(looked, sizes=[128, 224])
    assert {row.step for row in looked.table} == {"crop", "size", "layers", "further voters"}
    assert all(row.loss > 0 and row.giga_multiply_adds > 0 for row in looked.table)


def test_sizes_climb_from_the_fixed_networks_and_stop_where_images_show_nothing_more() -> None:
    sides = np.array([28] * 5)
    assert rungs.sizes("auto", sides, sides) == [128, 224]
    assert rungs.sizes("auto", sides // 4, sides) == [64]
    assert rungs.sizes("auto", sides // 2, sides) == [64]
    assert rungs.sizes("auto", np.array([16]), np.array([16])) == [64, 128]
    assert rungs.sizes(96, sides, sides) == [96]
    assert rungs.sizes("auto", np.array([128]), np.array([128])) == [128, 224]
    assert rungs.sizes("auto", np.array([131]), np.array([131])) == [160, 224, 288]


def test_crops_are_tried_where_images_are_not_square() -> None:
    wide, high = np.array([300, 400, 200]), np.array([200, 200, 200])
    assert rungs.crops("auto", wide, high) == ["squash", "crop", "pad"]
    assert rungs.crops("auto", high, high) == ["squash"]
    assert rungs.crops("pad", wide, high) == ["pad"]
