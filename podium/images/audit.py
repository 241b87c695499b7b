"""Every shipped image, opened once: what it is, whether it can be read, its hashes and its stored form."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import cv2
import numpy as np

from podium.foundation.errors import told
from podium.images.channels import Meaning
from podium.images.exif import Origin
from podium.images.hearing import Ear
from podium.images.kinds import Unreadable
from podium.images.marks import Marks, marks
from podium.images.opening import open_image
from podium.images.params import Storage
from podium.images.pixels import Pixels
from podium.images.shards import taken
from podium.images.storing import as_stored, pixel_digest

HASH_SIDE = 32  # pixels of the grey image whose cosine transform is taken
HASH_BITS = 8  # lowest frequencies a side: 64 bits in all
DARK = 16  # of 255: a picture of lower values alone shows nothing
NEARLY_BLACK = "nearly black"
LOOKED_AT = 32  # images that tell what all of them will take on disk
WINDOW = 8  # images in flight a worker: what bounds the memory


@dataclass(frozen=True)
class Audited:
    """One image's facts, and its bytes as they are stored; empty where it is unreadable."""

    status: str  # ok, repaired, unreadable
    note: str
    width: int
    height: int
    sha256: str
    pixels: str
    phash: int
    data: bytes
    digest: str = ""  # SHA-256 of `data`
    origin: Origin = Origin()  # noqa: RUF009  (frozen)
    marks: Marks = Marks()  # noqa: RUF009  (frozen)


def audit(
    data: bytes,
    storage: Storage,
    megapixels: float,
    meaning: Meaning = Meaning(),  # noqa: B008  (frozen)
) -> Audited:
    """Opens one image. Never raises for what the bytes hold."""
    sha = hashlib.sha256(data).hexdigest()
    try:
        image = open_image(data, megapixels, storage.short_side, meaning)
    except Unreadable as error:
        return Audited("unreadable", str(error), 0, 0, sha, "", 0, b"")
    highest = int(image.pixels.max())
    if highest < DARK:
        image.notes.append(f"{NEARLY_BLACK}: no value above {highest} of 255")
    stored = as_stored(image, data, storage.short_side, f".{storage.format}", storage.quality)
    return Audited(
        status="repaired" if image.repaired else "ok",
        note="; ".join(image.notes),
        width=image.width,
        height=image.height,
        sha256=sha,
        pixels=pixel_digest(image.pixels, image.width, image.height),
        phash=phash(image.pixels),
        data=stored,
        digest=sha if stored is data else hashlib.sha256(stored).hexdigest(),
        origin=image.origin,
        marks=marks(image.pixels),
    )


def stored_bytes(
    names: Sequence[str], read: Callable[[str], bytes], storage: Storage, megapixels: float, meaning: Meaning
) -> float:
    """About what all of them take as they are stored: what some, evenly spread, take."""
    some = names[:: max(1, -(-len(names) // LOOKED_AT))]
    seen = [facts for _, facts in audit_all(some, read, storage, megapixels, 1, meaning)]
    return sum(taken(len(facts.data)) for facts in seen) / max(1, len(seen)) * len(names)


def audit_all(
    names: Iterable[str],
    read: Callable[[str], bytes],
    storage: Storage,
    megapixels: float,
    workers: int,
    meaning: Meaning = Meaning(),  # noqa: B008  (frozen)
    ear: Ear = Ear(),  # noqa: B008  (deaf)
) -> Iterator[tuple[str, Audited]]:
    """(name, facts) in the order of `names`, whatever the number of workers; few images are held at once.

    ear: what libjpeg says of damage inside a JPEG. Of several threads' images one is meant: those in doubt
    are decoded again, alone.
    """

    def work(name: str) -> tuple[Audited, str]:
        start = ear.now()
        try:
            data = read(name)
        except (OSError, ValueError) as error:
            return Audited("unreadable", told(error), 0, 0, hashlib.sha256(b"").hexdigest(), "", 0, b""), ""
        return audit(data, storage, megapixels, meaning), ear.grave(start)

    def next_one() -> tuple[str, Audited]:
        name, future = waiting.popleft()
        facts, said = future.result()
        if said and facts.status == "ok":
            wait([other for _, other in waiting])  # nobody else speaks then
            facts = damaged(*work(name))
        return name, facts

    cv2.setNumThreads(1)
    waiting: deque[tuple[str, Future[tuple[Audited, str]]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for name in names:
                waiting.append((name, pool.submit(work, name)))
                if len(waiting) >= workers * WINDOW:
                    yield next_one()
            while waiting:
                yield next_one()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def damaged(facts: Audited, said: str) -> Audited:
    """The facts of an image of which libjpeg said that it is damaged inside; as they are without a word."""
    if not said or facts.status != "ok":
        return facts
    what = said.removeprefix("Corrupt JPEG data: ")
    note = f"damaged inside ({what}): a part may be grey or garbled"
    return replace(facts, status="repaired", note="; ".join(filter(None, [facts.note, note])))


def phash(pixels: Pixels) -> int:
    """64-bit perceptual hash: which of the lowest 8 x 8 cosine frequencies lie above their median.

    Source: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (HASH_SIDE, HASH_SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small.astype(np.float32))[:HASH_BITS, :HASH_BITS].ravel()
    ordered = np.sort(low)
    bits = low > (ordered[31] + ordered[32]) / 2  # their median, without numpy's ceremony
    return int(np.packbits(bits).view(">u8")[0])
