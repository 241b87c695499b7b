"""Features of images and views, each computed once and kept in the scratch store.

An entry is a run of images under one view: features.npy and the images' digests. Adding images or views
computes only what no entry holds. Entries of one network, preprocessing, view and machine are a family.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from podium.contracts.model import Preprocessing
from podium.features.engine import Engine, batch_of, machine, row_shape
from podium.features.items import IDENTITY, Item, StoredFeatures, View, bytes_of
from podium.features.pixels import Normalise, Squares, decoders, read_ahead, to_bytes
from podium.foundation import files, room, scratch
from podium.networks.exactness import be_exact
from podium.networks.precision import Precision

KIND = "features"
ROOT = Path("data")
RUN_BYTES = 64e6  # of decoded pixels in memory at a time, per side
VERSION = 2  # of what an entry holds
GIGA = 1e9
TIMED_FROM = 2_000  # images and views to compute, from which one more batch is worth an estimate


@dataclass
class Family:
    """The entries of one view: which block and row holds an image."""

    key: str
    view: View
    row_shape: tuple[int, ...]
    blocks: list[NDArray[Any]] = field(default_factory=list)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)  # digest -> (block, row)

    def add(self, folder: Path) -> None:
        """Takes in an entry. FileNotFoundError where another process evicted it meanwhile."""
        digests = (folder / "digests.txt").read_text().split()
        block = np.load(folder / "features.npy", mmap_mode="r", allow_pickle=False)
        self.blocks.append(block)
        number = len(self.blocks) - 1
        for row, digest in enumerate(digests):
            self.places.setdefault(digest, (number, row))


def features(
    items: Sequence[Item],
    frozen: nn.Module,
    preprocessing: Preprocessing,
    view: View = IDENTITY,
    *,
    budget_gb: float = float("inf"),
    device: str = "cpu",
    root: Path = ROOT,
    kind: Precision = "float32",
) -> StoredFeatures | None:
    """frozen(view(image)) of every item, in order; None where that is more than the disk budget."""
    found = features_of_views(
        items, frozen, preprocessing, [view], budget_gb=budget_gb, device=device, root=root, kind=kind
    )
    return None if found is None else found[view.name]


def features_of_views(
    items: Sequence[Item],
    frozen: nn.Module,
    preprocessing: Preprocessing,
    views: Sequence[View],
    *,
    budget_gb: float = float("inf"),
    device: str = "cpu",
    root: Path = ROOT,
    kind: Precision = "float32",
) -> dict[str, StoredFeatures] | None:
    """Like `features` for several views by name; each missing image is decoded once for all of them.

    In float32 unless `kind` says otherwise: what predicts follows no processor, and a bundle says the same.
    """
    shapes = [row_shape(frozen, view.apply(_blank(view, preprocessing))) for view in views]
    needed = sum(len(items) * int(np.prod(shape)) * bytes_of(kind) for shape in shapes)
    if needed >= min(GIGA, budget_gb * GIGA):  # less is no matter to anybody, and a run asks a dozen times
        print(_sentence(len(items), shapes, kind, needed), flush=True)
    if needed > budget_gb * GIGA:
        print(f"warning: that is more than features.budget_gb ({budget_gb:g}): nothing is kept", flush=True)
        return None
    be_exact(device)
    engine = Engine(frozen, device, preprocessing, kind)
    families = [
        Family(_key(engine, preprocessing, view, device), view, shape)
        for view, shape in zip(views, shapes, strict=True)
    ]
    with scratch.lock(KIND, engine.digest[:32]):
        for family in families:
            _open(family)
        _compute(items, engine, preprocessing, families, root)
    return {family.view.name: _gather(items, family, engine.kind) for family in families}


def _key(engine: Engine, preprocessing: Preprocessing, view: View, device: str) -> str:
    return files.digest(
        {
            "version": VERSION,
            "frozen": engine.digest,
            "preprocessing": preprocessing.model_dump(mode="json"),
            "numbers": [engine.kind, engine.name],
            "machine": machine(device),
            "view": view.name,
        }
    )[:32]


def _blank(view: View, preprocessing: Preprocessing) -> Tensor:
    side = canvas(view, preprocessing)
    return torch.zeros(1, 3, side, side)


def canvas(view: View, preprocessing: Preprocessing) -> int:
    """Pixels of the square that the view takes."""
    return round(preprocessing.size * view.canvas)


def _open(family: Family) -> None:
    for folder in sorted((scratch.root() / KIND).glob(f"{family.key}-*")):
        try:
            if scratch.find(KIND, folder.name) is not None:
                family.add(folder)
        except FileNotFoundError:
            continue


def _compute(
    items: Sequence[Item], engine: Engine, preprocessing: Preprocessing, families: list[Family], root: Path
) -> None:
    """Computes what is missing, run by run: a run that is done stays done after an interrupt."""
    wanted = {
        item.digest: item for item in items if any(item.digest not in family.places for family in families)
    }
    if not wanted:
        return
    todo = list(wanted.values())
    _need(todo, families, engine.kind)
    sides = sorted({canvas(family.view, preprocessing) for family in families})
    batch = batch_of(engine.device)
    length = max(batch, int(RUN_BYTES / (3 * sides[-1] ** 2)) // batch * batch)
    runs = [todo[start : start + length] for start in range(0, len(todo), length)]
    _foretell(engine, preprocessing, families, len(todo))
    bar = tqdm(total=len(todo) * len(families), desc="features", unit=" images", disable=None)
    for run, squares in zip(
        runs, read_ahead(runs, sides, preprocessing, root, decoders(engine.device)), strict=True
    ):
        for family in families:
            rows = [row for row, item in enumerate(run) if item.digest not in family.places]
            if rows:
                _entry(
                    family,
                    [run[row].digest for row in rows],
                    squares,
                    np.asarray(rows),
                    engine,
                    preprocessing,
                )
            bar.update(len(run))
    bar.close()


def _need(todo: list[Item], families: list[Family], kind: Precision) -> None:
    size = sum(
        bytes_of(kind)
        * int(np.prod(family.row_shape))
        * sum(item.digest not in family.places for item in todo)
        for family in families
    )
    room.need("features", f"keeping what {len(todo):,} images give", size, scratch.root(), scratch.ROOM)


def _foretell(engine: Engine, preprocessing: Preprocessing, families: list[Family], count: int) -> None:
    """Says about how long it takes, from the second batch of blank images; only printed."""
    if count * len(families) < TIMED_FROM:
        return
    seconds, count_of = 0.0, batch_of(engine.device)
    for family in families:
        blank = _blank(family.view, preprocessing)
        blank = blank.to(torch.uint8) if family.view.moves else blank
        batch = family.view.apply(blank).expand(count_of, -1, -1, -1)
        engine(batch)  # the first prepares what runs it
        started = time.perf_counter()
        engine(batch)
        seconds += time.perf_counter() - started
    print(f"features: {count:,} images to compute, about {seconds * count / count_of:.0f} s", flush=True)


def _entry(
    family: Family,
    digests: list[str],
    squares: Squares,
    rows: NDArray[np.int64],
    engine: Engine,
    preprocessing: Preprocessing,
) -> None:
    pixels = squares[canvas(family.view, preprocessing)]
    normalise = Normalise(preprocessing).to(engine.device)
    batch = batch_of(engine.device)

    def build(folder: Path) -> None:
        size = len(rows) * int(np.prod(family.row_shape)) * bytes_of(engine.kind)
        scratch.reserve(folder / "features.npy", size)
        array: NDArray[Any] | None = None
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            images = to_bytes(pixels[part]).to(engine.device)
            values = engine(family.view.apply(images if family.view.moves else normalise(images)))
            if array is None:
                array = np.lib.format.open_memmap(
                    folder / "features.npy", "w+", values.dtype, (len(rows), *values.shape[1:])
                )
            array[start : start + len(part)] = values
        assert isinstance(array, np.memmap)
        array.flush()
        files.write_text(folder / "digests.txt", "\n".join(digests) + "\n")

    family.add(scratch.obtain(KIND, f"{family.key}-{files.digest(digests)[:32]}", build))


def _gather(items: Sequence[Item], family: Family, kind: Precision) -> StoredFeatures:
    places = np.asarray([family.places[item.digest] for item in items], np.int64).reshape(-1, 2)
    return StoredFeatures(tuple(family.blocks), places[:, 0], places[:, 1], family.row_shape, kind)


def _sentence(count: int, shapes: list[tuple[int, ...]], kind: Precision, needed: int) -> str:
    shape = " x ".join(str(side) for side in shapes[0])
    views = f", {len(shapes)} views" if len(shapes) > 1 else ""
    size = f"{needed / GIGA:.1f} GB" if needed >= GIGA else f"{needed / 1e6:.1f} MB"
    return f"features: {count:,} x {shape} {kind}{views} = {size}"
