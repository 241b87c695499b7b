"""data/augmented/: the manifest of originals and copies, and the copies' shards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from podium import shards
from podium.copies.render import Renderer, Source, cores, render
from podium.copies.store import Copy, Store
from podium.shards import Place, Reader

PACK = 4096  # copies a scratch entry: what an interrupt can lose
PACK_BYTES = 128 << 20


def build(
    originals: pd.DataFrame, wanted: np.ndarray, renderer: Renderer, data: Path, folder: Path, prefix: str
) -> pd.DataFrame:
    """Writes the copies' shards into `folder` and returns the copies' rows of the manifest.

    originals: the manifest's rows of originals; wanted (n,): copies of each. Originals lie below `data`;
    prefix: where below it `folder` will stand.
    """
    store, reader = Store(renderer.recipe), Reader(data)
    _complete(store, originals, wanted, renderer, reader)
    owners = [(row, number) for row in range(len(originals)) for number in range(1, int(wanted[row]) + 1)]
    digests = originals["digest"].to_numpy()
    again = _again(originals, renderer, reader)
    copies = store.read([(digests[row], number) for row, number in owners], again)
    frame = originals.iloc[[row for row, _ in owners]].reset_index(drop=True)
    frame["copy"] = [number for _, number in owners]
    frame["image_id"] = [f"{source}#{n}" for source, n in zip(frame["source_id"], frame["copy"], strict=True)]
    frame["shard"], frame["offset"], frame["length"], frame["digest"] = "", 0, 0, ""
    places = list(_packed(frame["image_id"], copies, folder))
    if places:
        frame["shard"] = [f"{prefix}/{place.shard}" for place, _ in places]
        frame["offset"] = [place.offset for place, _ in places]
        frame["length"] = [place.length for place, _ in places]
        frame["digest"] = [digest for _, digest in places]
    return frame


def _again(originals: pd.DataFrame, renderer: Renderer, reader: Reader) -> Callable[[str, int], Copy]:
    """Renders one copy that the store lost in the meantime (another process evicted it)."""
    places = _places(originals)

    def one(digest: str, number: int) -> Copy:
        source = Source(digest, places[digest], (number,))
        return next(render(renderer, [source], reader, 1))

    return one


def _packed(names: pd.Series, copies: Iterator[Copy], folder: Path) -> Iterator[tuple[Place, str]]:
    with shards.Writer(folder, "copies") as writer:
        for name, copy in zip(names, copies, strict=True):
            yield writer.add(name, copy.data), copy.digest


def _complete(
    store: Store, originals: pd.DataFrame, wanted: np.ndarray, renderer: Renderer, reader: Reader
) -> None:
    """Renders what the store lacks, and keeps it there pack by pack."""
    sources = _missing(store, originals, wanted)
    total = sum(len(source.numbers) for source in sources)
    pack: list[Copy] = []
    size = 0
    with tqdm(total=total, desc="copies", unit="img", disable=None) as bar:
        for copy in render(renderer, sources, reader, cores()):
            pack.append(copy)
            size += len(copy.data)
            bar.update()
            if len(pack) == PACK or size > PACK_BYTES:
                store.keep(pack)
                pack, size = [], 0
    if pack:
        store.keep(pack)


def _missing(store: Store, originals: pd.DataFrame, wanted: np.ndarray) -> list[Source]:
    """Each distinct source with the numbers that wait nowhere: images of equal bytes share their copies."""
    numbers: dict[str, int] = {}
    for digest, count in zip(originals["digest"], wanted, strict=True):
        numbers[digest] = max(numbers.get(digest, 0), int(count))
    places = _places(originals)
    sources = []
    for digest, count in numbers.items():
        lacking = tuple(n for n in range(1, count + 1) if (digest, n) not in store.found)
        if lacking:
            sources.append(Source(digest, places[digest], lacking))
    return sources


def _places(originals: pd.DataFrame) -> dict[str, Place]:
    columns = originals[["digest", "shard", "offset", "length"]].itertuples(index=False)
    return {digest: Place(shard, int(offset), int(length)) for digest, shard, offset, length in columns}
