"""Offline copies: Keras, an albumentations loop, ours and the floor, side by side in one run.

    OMP_NUM_THREADS=1 python benchmarks/augmentation.py [--images folder-or-zip] [--sources 900] [--rounds 3]

All write JPEG at quality 95 from the same JPEG sources of 224 pixels, six copies a source, by one policy:
rotation 15 degrees, shifts 10 %, shear 0.1 degrees, zoom 1 to 1.2, wrapped border, horizontal flip. Keras and
the loop write one file a copy; ours writes scratch packs, shards and the manifest. The floor decodes, warps
once and encodes with OpenCV, and writes nothing. Rounds alternate; a line gives the median and the range, and
the processor time a copy, which says more than the rate where others use the cores too.
Needs keras-preprocessing (pip install --no-deps keras-preprocessing), scipy and Pillow for Keras' line.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from threading import BrokenBarrierError
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

import cv2
import numpy as np
import pandas as pd

SIZE, COPIES, QUALITY = 224, 6, 95
JPEG = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
KERAS_PART = 18  # of the sources: it is that slow
SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
Contender = Callable[[list[bytes], Path], None]


def sources(images: str | None, count: int) -> list[bytes]:
    """JPEG bytes of `count` images of 224 x 224: the user's, or generated ones of a photograph's detail."""
    pictures = _given(Path(images), count) if images else [_generated(seed) for seed in range(count)]
    resized = [cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA) for picture in pictures]
    return [cv2.imencode(".jpg", picture, JPEG)[1].tobytes() for picture in resized]


def _generated(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    layers = [
        cv2.resize(
            random.normal(0, 60 / cells**0.4, (cells, cells, 3)), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC
        )
        for cells in (3, 7, 14, 28, 56, 112)
    ]
    return np.clip(128 + sum(layers), 0, 255).astype(np.uint8)


def _given(path: Path, count: int) -> list[np.ndarray]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in sorted(archive.namelist()) if name.lower().endswith(SUFFIXES)]
            data = [archive.read(name) for name in names[:count]]
    else:
        files = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in SUFFIXES]
        data = [file.read_bytes() for file in files[:count]]
    decoded = [cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR) for one in data]
    return [picture for picture in decoded if picture is not None]


def decode(data: bytes) -> np.ndarray:
    """BGR pixels."""
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return found


def keras(data: list[bytes], folder: Path) -> None:
    """keras-preprocessing's ImageDataGenerator, as its users write copies to files: one decode a copy."""
    from keras_preprocessing.image import ImageDataGenerator

    generator = ImageDataGenerator(
        rotation_range=15, width_shift_range=0.1, height_shift_range=0.1, shear_range=0.1,
        zoom_range=(1, 1.2), fill_mode="wrap", horizontal_flip=True,
    )  # fmt: skip
    for number, one in enumerate(data):
        pixels = decode(one).astype(np.float32)
        for copy in range(COPIES):
            made = generator.random_transform(pixels)
            cv2.imwrite(str(folder / f"{number}-{copy}.jpg"), made.astype(np.uint8), JPEG)


def loop(data: list[bytes], folder: Path) -> None:
    """OpenCV decode, albumentations, OpenCV encode; each source decoded once."""
    import albumentations as A

    policy = A.Compose(
        [
            A.Affine(rotate=(-15, 15), translate_percent=(-0.1, 0.1), shear=(-0.1, 0.1), scale=(1 / 1.2, 1),
                     border_mode=cv2.BORDER_WRAP, p=1),
            A.HorizontalFlip(p=0.5),
        ]
    )  # fmt: skip
    for number, one in enumerate(data):
        pixels = decode(one)
        for copy in range(COPIES):
            cv2.imwrite(str(folder / f"{number}-{copy}.jpg"), policy(image=pixels)["image"], JPEG)


def floor(data: list[bytes], folder: Path) -> None:
    """Decode, one affine warp with the default border, encode."""
    matrix = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), 12.0, 1.1)
    for one in data:
        pixels = decode(one)
        for _ in range(COPIES):
            cv2.imencode(".jpg", cv2.warpAffine(pixels, matrix, (SIZE, SIZE)), JPEG)


def ours(data: list[bytes], folder: Path) -> None:
    """All of it: the store of finished copies, shards, manifest; as many workers as there are cores."""
    from podium.augmentations.params import AugmentParams
    from podium.augmentations.policy import Flips
    from podium.contracts import manifest
    from podium.copies import recipe
    from podium.copies.build import build
    from podium.copies.orders import plain
    from podium.images import shards

    os.environ["PODIUM_CACHE"] = str(folder / "scratch")
    renderer = recipe.renderer(AugmentParams(policy="keras", format="jpg"), Flips(True, False), 0, [])
    with shards.Writer(folder / "images", "images") as writer:
        places = [writer.add(f"{number}.jpg", one) for number, one in enumerate(data)]
    ids = [f"train/{number:06d}.jpg" for number in range(len(data))]
    originals = pd.DataFrame(
        {
            "image_id": ids, "source_id": ids, "label": 0, "label_given": 0, "weight": 1.0, "origin": "train",
            "fold": 0, "copy": 0, "shard": [f"images/{place.shard}" for place in places],
            "offset": [place.offset for place in places], "length": [place.length for place in places],
            "digest": [f"{number:064x}" for number in range(len(data))],
        }
    )  # fmt: skip
    copies = build(
        originals, plain(np.full(len(ids), COPIES)), renderer, folder, folder / "augmented", "augmented"
    )
    manifest.MANIFEST.write(pd.concat([originals, copies]), folder / "manifest.parquet")


def _alone(
    contender: Contender, data: list[bytes], folder: Path, cores: set[int], gate: Any, busy: Any
) -> None:
    os.sched_setaffinity(0, cores)
    cv2.setNumThreads(1)
    try:
        contender(data[:2], _fresh(folder / "warm"))  # imports and first calls are not timed
    except BaseException:
        gate.abort()  # the others wait for it
        raise
    gate.wait()
    began = time.process_time()
    contender(data, _fresh(folder / "timed"))
    with busy.get_lock():
        busy.value += time.process_time() - began


def _fresh(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def rate(contender: Contender, data: list[bytes], cores: int, processes: int) -> tuple[float, float]:
    """Copies a second on `cores` cores, and microseconds of processor time a copy.

    `processes` share the sources (1: it has workers of its own).
    """
    context = get_context("fork")
    gate, busy = context.Barrier(processes + 1), context.Value("d", 0.0)
    mine = sorted(os.sched_getaffinity(0))[:cores]
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        started = [
            context.Process(
                target=_alone,
                args=(contender, data[part::processes], Path(folder) / str(part),
                      {mine[part]} if processes > 1 else set(mine), gate, busy),
            )
            for part in range(processes)
        ]  # fmt: skip
        for process in started:
            process.start()
        with suppress(BrokenBarrierError):  # one has failed: its exit code says so below
            gate.wait()
        begin = time.perf_counter()
        for process in started:
            process.join()
        seconds = time.perf_counter() - begin
        failed = [process.exitcode for process in started if process.exitcode]
    if failed:
        raise SystemExit(f"{contender.__name__} failed")
    return len(data) * COPIES / seconds, busy.value / (len(data) * COPIES) * 1e6


CONTENDERS: list[tuple[str, Contender, int, int]] = [
    ("Keras ImageDataGenerator, one core", keras, 1, 1),
    ("albumentations loop, one core", loop, 1, 1),
    ("albumentations loop, two cores", loop, 2, 2),
    ("ours, one core", ours, 1, 1),
    ("ours, two cores", ours, 2, 1),
    ("floor, one core", floor, 1, 1),
    ("floor, two cores", floor, 2, 2),
]


def processor() -> str:
    """The processor's family and the cores this run may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {len(os.sched_getaffinity(0))} cores"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", help="a folder or zip; default: generated images")
    parser.add_argument("--sources", type=int, default=900)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if find_spec("keras_preprocessing") is None:
        raise SystemExit("keras-preprocessing is not there: pip install --no-deps keras-preprocessing")
    data = sources(given.images, given.sources)
    size = median(len(one) for one in data) / 1024
    print(f"{processor()}, OpenCV {cv2.__version__}, numpy {np.__version__}")
    print(f"{len(data)} sources of {SIZE} px ({size:.1f} KiB), {COPIES} copies each, {given.rounds} rounds")
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in CONTENDERS}
    for _ in range(given.rounds):
        for name, contender, cores, processes in CONTENDERS:
            part = data[: max(2, len(data) // KERAS_PART)] if contender is keras else data
            rates[name].append(rate(contender, part, cores, processes))
    middle = {}
    for name, pairs in rates.items():
        found = [pair[0] for pair in pairs]
        middle[name] = median(found)
        busy = median(pair[1] for pair in pairs)
        spread = f"({min(found):,.0f} to {max(found):,.0f})"
        print(f"{name:38s} {middle[name]:8,.0f} images/s   {spread:18s} {busy:8,.0f} us of processor a copy")
    two, one, slow = (middle[name] for name in ("ours, two cores", "ours, one core", CONTENDERS[0][0]))
    print(f"ours, two cores / floor, two cores   {two / middle['floor, two cores']:.2f}   (target 0.75)")
    print(f"ours, two cores / ours, one core     {two / one:.2f}   (target 1.8)")
    print(f"ours, two cores / Keras, one core    {two / slow:.1f}   (target 14)")
    print(f"ours, one core / Keras, one core     {one / slow:.1f}")


if __name__ == "__main__":
    main()
