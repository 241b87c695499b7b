"""data/augmented/: the manifest of originals and copies, and the copies' shards."""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from podium.copies.orders import CopyOrder
from podium.copies.render import Original, Renderer, render
from podium.copies.store import Copy, FinishedCopy, Store
from podium.foundation import room, scratch
from podium.foundation.run import cores
from podium.images import shards
from podium.images.shards import Place, Reader

PACK = 1024  # copies a scratch entry: what an interrupt can lose
LOOKED_AT = 16  # copies that tell what all of them will take on disk
OWN = ["image_id", "copy", "shard", "offset", "length", "digest"]  # columns that are not the source's
PACK_BYTES = 64 << 20


def build(
    originals: pd.DataFrame,
    orders: list[CopyOrder],
    renderer: Renderer,
    data: Path,
    folder: Path,
    prefix: str,
) -> pd.DataFrame:
    """Writes the copies' shards into `folder` and returns the copies' rows of the manifest.

    originals: the manifest's rows of originals, which lie below `data`; orders name them by their position.
    prefix: where below `data` the folder will stand.
    """
    orders = sorted(orders, key=lambda order: (order.row, order.number))
    sources = _sources(originals, orders)
    store, reader = Store(renderer.recipe), Reader(data)

    def again(key: str, number: int) -> Copy:
        """One copy that the store lost in the meantime: another process evicted it."""
        return next(render(renderer, [replace(sources[key], numbers=(number,))], reader, 1))

    missing = _missing(store, sources)
    count = sum(len(source.numbers) for source in missing)
    keys, numbers = _keys(originals, orders), [order.number for order in orders]
    found = [store.found.get(key) for key in zip(keys, numbers, strict=True)]
    fresh = _need(found, _shown(missing, renderer, reader), count, data / prefix)
    copies = _in_order(zip(keys, numbers, strict=True), store, fresh, again)
    kept = originals.drop(columns=OWN)
    frame = kept.iloc[[order.row for order in orders]].reset_index(drop=True)
    frame["copy"] = [order.number for order in orders]
    frame["image_id"] = [f"{source}#{n}" for source, n in zip(frame["source_id"], frame["copy"], strict=True)]
    placed = _packed(frame["image_id"], copies, folder)
    placed["shard"] = prefix + "/" + placed["shard"]
    for column in placed.columns:
        frame[column] = placed[column]
    return frame


def _need(
    found: list[FinishedCopy | None], fresh: Iterator[Copy], count: int, folder: Path
) -> Iterator[Copy]:
    """`fresh`, of `count` copies, after asking for the room that all take, the finished ones too.

    The first of them tell how much that is; nothing is written yet.
    """
    first = list(islice(fresh, LOOKED_AT))
    new = sum(shards.taken(len(copy.data)) for copy in first) / max(1, len(first))
    size = sum(shards.taken(copy.length) if copy else new for copy in found)
    way = "free its disk, or lower augment.per_class"
    room.need("augment", f"writing {len(found):,} copies", size, folder, way)
    room.need("augment", f"keeping {count:,} new ones", new * count, scratch.root(), scratch.ROOM)
    return chain(first, fresh)


def _packed(names: pd.Series, copies: Iterator[Copy], folder: Path) -> pd.DataFrame:
    """Writes the shards; a row a copy: shard, offset, length, digest. Columns, not objects: memory."""
    shard, digests = [], []
    offset, length = array("q"), array("q")
    with shards.Writer(folder, "copies") as writer:
        for name, copy in zip(names, copies, strict=True):
            place = writer.add(name, copy.data)
            shard.append(sys.intern(place.shard))
            digests.append(bytes.fromhex(copy.digest))
            offset.append(place.offset)
            length.append(place.length)
    return pd.DataFrame(
        {
            "shard": pd.Series(shard, dtype="str"),
            "offset": np.array(offset, np.int64),
            "length": np.array(length, np.int64),
            "digest": pd.Series([digest.hex() for digest in digests], dtype="str"),
        }
    )


def _in_order(
    wanted: Iterable[tuple[str, int]], store: Store, fresh: Iterator[Copy], again: Callable[[str, int], Copy]
) -> Iterator[Copy]:
    """The wanted copies, finished ones from the store, the others as they come from `fresh`.

    Fresh ones go to the store pack by pack while the workers render on: shards grow beside it, and nothing
    is read back. `fresh` comes in the order in which each is first wanted; images of equal bytes want one
    again, which the open pack or the store then has.
    """
    pack: dict[tuple[str, int], Copy] = {}
    size = 0
    for key in wanted:
        while key not in pack and key not in store.found:
            copy = next(fresh)
            pack[copy.source, copy.number] = copy
            size += len(copy.data)
        yield pack[key] if key in pack else store.read(*key) or again(*key)
        if len(pack) >= PACK or size > PACK_BYTES:
            store.keep(list(pack.values()))
            pack, size = {}, 0
    if pack:
        store.keep(list(pack.values()))
    store.close()


def _shown(sources: list[Original], renderer: Renderer, reader: Reader) -> Iterator[Copy]:
    """Renders all of them on all cores, with a bar of progress."""
    total = sum(len(source.numbers) for source in sources)
    with tqdm(total=total, desc="copies", unit="img", disable=None) as bar:
        for copy in render(renderer, sources, reader, cores()):
            bar.update()
            yield copy


def _sources(originals: pd.DataFrame, orders: list[CopyOrder]) -> dict[str, Original]:
    """Each distinct source with the numbers that are wanted: images of equal bytes share their copies."""
    places = [
        Place(shard, int(offset), int(length))
        for shard, offset, length in originals[["shard", "offset", "length"]].itertuples(index=False)
    ]
    numbers: dict[str, set[int]] = {}
    first: dict[str, CopyOrder] = {}
    for key, order in zip(_keys(originals, orders), orders, strict=True):
        numbers.setdefault(key, set()).add(order.number)
        first.setdefault(key, order)
    return {
        key: Original(key, places[first[key].row], tuple(sorted(wanted)), first[key].box)
        for key, wanted in numbers.items()
    }


def _keys(originals: pd.DataFrame, orders: list[CopyOrder]) -> list[str]:
    digests = originals["digest"].tolist()
    return [o.box.key(digests[o.row]) if o.box else digests[o.row] for o in orders]


def _missing(store: Store, sources: dict[str, Original]) -> list[Original]:
    lacking = [
        replace(source, numbers=tuple(n for n in source.numbers if (key, n) not in store.found))
        for key, source in sources.items()
    ]
    return [source for source in lacking if source.numbers]
