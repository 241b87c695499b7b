"""Copies: the same bits whatever the workers, kept between runs, and none made twice."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podium.contracts import folds, manifest
from podium.copies import build as building
from podium.copies import render
from podium.foundation import scratch
from podium.images.shards import Reader
from tests.copies.conftest import SIZES, lay_out
from tests.copies.test_augment_stage import run


def copies(table: pd.DataFrame) -> dict[str, str]:
    """image_id -> digest, of copies."""
    made = table[table["copy"] > 0]
    return dict(zip(made["image_id"], made["digest"], strict=True))


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many copies were rendered, one entry a source."""
    counted: list[int] = []
    true = render.Renderer.copies

    def counting(self: render.Renderer, source: render.Original, data: bytes) -> list[render.Copy]:
        counted.append(len(source.numbers))
        return true(self, source, data)

    monkeypatch.setattr(render.Renderer, "copies", counting)
    return counted


@pytest.mark.parametrize("policy", ["mild", "trivial"])
def test_the_same_bits_with_one_worker_or_four(
    zoo: Path, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for workers in (1, 4):
        monkeypatch.setattr(building, "cores", lambda workers=workers: workers)
        monkeypatch.setenv("PODIUM_CACHE", str(zoo / f"cache{workers}"))
        run(per_class=20, policy=policy)
        found.append({path.name: path.read_bytes() for path in manifest.FOLDER.glob("*.tar")})
    assert found[0] == found[1] and found[0]


def test_raising_the_number_renders_only_what_is_new(zoo: Path, rendered: list[int]) -> None:
    before = run(per_class=12)
    assert sum(rendered) == len(copies(before)) == 18
    rendered.clear()
    after = run(per_class=15)
    assert sum(rendered) == 9
    assert copies(before).items() <= copies(after).items()


def test_a_second_run_renders_nothing(zoo: Path, rendered: list[int]) -> None:
    first = run(per_class=12)
    rendered.clear()
    assert run(per_class=12).equals(first) and not rendered


def test_an_image_more_changes_no_other_copy(zoo: Path) -> None:
    before = copies(run(per_class=24))
    lay_out(zoo, SIZES | {"dog": 5})
    after = copies(run(per_class=24))
    shared = before.keys() & after.keys()
    assert len(shared) > 30 and all(before[name] == after[name] for name in shared)


def test_the_scratch_store_may_vanish_at_any_moment(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(per_class=12)
    monkeypatch.setattr(building, "PACK", 4)
    monkeypatch.setenv("PODIUM_CACHE", str(zoo / "tiny"))
    monkeypatch.setenv("PODIUM_CACHE_GB", "0.000001")
    assert run(per_class=12).equals(whole)
    assert (
        len(list((scratch.root() / "copies").iterdir())) == 1
    )  # the others were evicted before they were read


@pytest.mark.parametrize(
    "change", [{"settings": {"rotation": 3}}, {"quality": 50, "format": "jpg"}, {"flip": "both"}]
)
def test_another_recipe_makes_other_copies(zoo: Path, change: dict[str, object]) -> None:
    assert not set(copies(run(per_class=12)).values()) & set(copies(run(per_class=12, **change)).values())


def test_every_row_of_the_manifest_leads_to_its_bytes(zoo: Path) -> None:
    from hashlib import sha256

    table = run(per_class=12)
    reader = Reader(Path("data"))
    for row in table.itertuples():
        assert sha256(reader.read(row.shard, row.offset, row.length)).hexdigest() == row.digest


def test_small_images_are_stored_without_loss_and_others_as_told(zoo: Path) -> None:
    png, jpg = b"\x89PNG", b"\xff\xd8"
    reader = Reader(Path("data"))

    def first_bytes(table: pd.DataFrame) -> bytes:
        row = table[table["copy"] > 0].iloc[0]
        return reader.read(row["shard"], row["offset"], row["length"])

    assert first_bytes(run(per_class=12)).startswith(png)
    reader = Reader(Path("data"))
    assert first_bytes(run(per_class=12, format="jpg")).startswith(jpg)


def test_images_of_equal_bytes_share_their_copies(zoo: Path, rendered: list[int]) -> None:
    from podium.contracts import images

    index = images.IMAGES.read(images.PATH)
    twin = index["image_id"] == "train/dog/003.png"
    source = index[index["image_id"] == "train/dog/002.png"].iloc[0]
    place = ["shard", "offset", "length", "digest"]
    index.loc[twin, place] = source[place].tolist()
    images.IMAGES.write(index, images.PATH)
    table = run(per_class=9)
    twins = table[table["source_id"].isin(["train/dog/002.png", "train/dog/003.png"])]
    assert twins.groupby("copy")["digest"].nunique().eq(1).all()
    assert sum(rendered) < (table["copy"] > 0).sum()


def test_always_train_images_get_copies(zoo: Path) -> None:
    table = folds.FOLDS.read(folds.PATH)
    table.loc[table["fold"] == 2, "fold"] = -2
    folds.FOLDS.write(table, folds.PATH)
    assert (run(per_class=20).query("copy > 0")["fold"] == -2).any()


def test_no_image_trains_means_no_copies(zoo: Path) -> None:
    table = folds.FOLDS.read(folds.PATH).assign(fold=np.int8(-1))
    folds.FOLDS.write(table, folds.PATH)
    assert not copies(run(per_class=20))


def test_draws_depend_on_seed_source_number_and_recipe() -> None:
    from podium.augmentations.policies import mild
    from podium.augmentations.policy import Flips
    from podium.images.shards import Place

    policy = mild.build(mild.Settings(), Flips())

    def draw(seed: int = 0, key: str = "a", number: int = 1, recipe: str = "r") -> float:
        renderer = render.Renderer(policy, recipe, render.Encoder(), seed)
        source = render.Original(key, Place("s", 0, 0), (number,))
        return next(renderer._generators(source)).random()

    draws = [draw(), draw(seed=1), draw(key="b"), draw(number=2), draw(recipe="q")]
    assert len(set(draws)) == 5 and draw() == draws[0]
    assert abs(np.mean([draw(number=n) for n in range(1, 400)]) - 0.5) < 0.06


@given(st.lists(st.integers(0, 200), max_size=30))
@settings(max_examples=50, deadline=None)
def test_parts_are_bounded_and_lose_nothing(counts: list[int]) -> None:
    """Memory is bounded by copies, not by images: a few images brought to thousands are shared out."""
    place = render.Place("s", 0, 0)
    sources = [render.Original(f"{i}", place, tuple(range(1, n + 1))) for i, n in enumerate(counts)]
    parts = list(render.parts(sources))
    wanted = [(source.key, number) for source in sources for number in source.numbers]
    assert [(s.key, number) for part in parts for s in part for number in s.numbers] == wanted
    sizes = [sum(len(source.numbers) for source in part) for part in parts]
    assert all(0 < size <= render.PART for size in sizes)
    assert all(a + b > render.PART for a, b in itertools.pairwise(sizes))  # none is split without need


def test_each_source_is_decoded_once_for_all_its_copies(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    true = render.decode
    monkeypatch.setattr(render, "decode", lambda data: decoded.append(len(data)) or true(data))
    table = run(per_class=60)
    assert (table["copy"] > 0).sum() == 162 and len(decoded) == table.query("copy > 0")["source_id"].nunique()


def test_copies_made_before_an_interrupt_wait_in_the_store(
    zoo: Path, rendered: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The eleventh copy fails; two packs of five are not rendered again."""
    from podium.images import shards

    monkeypatch.setattr(building, "PACK", 5)
    monkeypatch.setattr(building, "cores", lambda: 1)
    true, added = shards.Writer.add, []

    def failing(self: shards.Writer, name: str, data: bytes) -> shards.Place:
        added.append(name)
        if len(added) == 11:
            raise KeyboardInterrupt
        return true(self, name, data)

    monkeypatch.setattr(shards.Writer, "add", failing)
    with pytest.raises(KeyboardInterrupt):
        run(per_class=12)
    assert not manifest.FOLDER.exists()
    monkeypatch.setattr(shards.Writer, "add", true)
    rendered.clear()
    assert len(copies(run(per_class=12))) == 18 and sum(rendered) == 8
