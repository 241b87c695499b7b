"""Copies from sources: each source decoded once, each copy a function of (seed, source, number, recipe)."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256

import cv2
import numpy as np
from numpy.random import PCG64, Generator

from podium.augmentations.policy import Policy
from podium.copies.orders import Box
from podium.copies.store import Copy
from podium.foundation.run import derive
from podium.images.pixels import Pixels, shrink
from podium.images.shards import Place, Reader

AHEAD = 6  # parts a worker may be ahead of the writer: bounds memory
PART = 64  # copies a worker makes at a time; a source with more is decoded once for each 64 of them
SPREAD = 0x2360ED051FC65DA44385DF649FCCF645  # PCG64's own multiplier: carries 63 bits to 128
INCREMENT = 0x5851F42D4C957F2D14057B7EF767814F  # any odd number: PCG64's stream
SMALL = 64  # pixels: images up to it are stored without loss, where JPEG costs most and saves least


@dataclass(frozen=True)
class Original:
    """One training image and the numbers (1, 2, …) of its wanted copies."""

    key: str  # SHA-256 of its stored bytes, or what names a part of it
    place: Place
    numbers: tuple[int, ...]
    box: Box | None = None  # the part that is copied; None: all


@dataclass(frozen=True)
class Encoder:
    """How a copy is stored."""

    suffix: str = "auto"  # jpg, png, webp; auto: png up to 64 pixels, else jpg
    quality: int = 95
    short_side: int | None = None

    def shrunk(self, pixels: Pixels) -> Pixels:
        """A source at the size of its copies."""
        return pixels if self.short_side is None else shrink(pixels, self.short_side)

    def encode(self, pixels: Pixels) -> bytes:
        """BGR pixels in the chosen format."""
        small = min(pixels.shape[:2]) <= SMALL
        suffix = ("png" if small else "jpg") if self.suffix == "auto" else self.suffix
        options = {
            "jpg": [cv2.IMWRITE_JPEG_QUALITY, self.quality],
            "webp": [cv2.IMWRITE_WEBP_QUALITY, self.quality],
        }
        done, data = cv2.imencode(f".{suffix}", pixels, options.get(suffix, []))
        assert done, f"OpenCV did not encode {suffix}"
        return data.tobytes()


@dataclass(frozen=True)
class Renderer:
    """All that a copy depends on besides its source and number."""

    policy: Policy
    recipe: str  # digest of the policy, its settings, the flips and the encoder
    encoder: Encoder
    seed: int

    def copies(self, source: Original, data: bytes) -> list[Copy]:
        """The wanted copies of one source."""
        pixels = decode(data)
        pixels = self.encoder.shrunk(pixels if source.box is None else source.box.cut(pixels))
        copies = []
        for number, copy in zip(source.numbers, self.policy(pixels, self._generators(source)), strict=True):
            encoded = self.encoder.encode(copy)
            copies.append(Copy(source.key, number, encoded, sha256(encoded).hexdigest()))
        return copies

    def _generators(self, source: Original) -> Iterator[Generator]:
        """One generator for all copies of a source, set anew for each: to make one takes 25 us."""
        bits = PCG64(0)
        state = bits.state
        generator = Generator(bits)
        for number in source.numbers:
            drawn = derive(self.seed, source.key, number, self.recipe)
            state["state"] = {"state": drawn * SPREAD % 2**128, "inc": INCREMENT}
            state["has_uint32"], state["uinteger"] = 0, 0
            bits.state = state
            yield generator


def render(renderer: Renderer, sources: Iterable[Original], reader: Reader, workers: int) -> Iterator[Copy]:
    """All wanted copies in the order of `sources`, whatever the number of workers.

    Threads suffice: decoding, warping, encoding and hashing leave the interpreter's lock.
    """
    cv2.setNumThreads(1)  # both cores work on images of their own

    def made(part: list[Original]) -> list[Copy]:
        return [copy for source in part for copy in renderer.copies(source, _bytes(reader, source))]

    if workers == 1:
        for part in parts(sources):
            yield from made(part)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[list[Copy]]] = deque()
        try:
            for part in parts(sources):
                waiting.append(pool.submit(made, part))
                if len(waiting) >= AHEAD * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def parts(sources: Iterable[Original]) -> Iterator[list[Original]]:
    """What workers take at a time, in order: sources of at most PART copies together.

    A source with more of them is split: five images brought to thousands keep all cores busy, in bounds.
    """
    part: list[Original] = []
    left = PART
    for source in sources:
        for start in range(0, len(source.numbers), PART):
            numbers = source.numbers[start : start + PART]
            if part and len(numbers) > left:
                yield part
                part, left = [], PART
            part.append(replace(source, numbers=numbers))
            left -= len(numbers)
    if part:
        yield part


def _bytes(reader: Reader, source: Original) -> bytes:
    return reader.read(source.place.shard, source.place.offset, source.place.length)


def decode(data: bytes) -> Pixels:
    """BGR pixels of a stored image."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if found is None:
        raise ValueError("not an image that OpenCV can decode")
    return found.astype(np.uint8, copy=False)
