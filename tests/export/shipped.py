"""A small competition as it is shipped: one image a row, or several that vote for theirs."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

NAMES = ("cat", "dog", "owl")
TESTS = 13
COLOURS = np.array([[200, 60, 60], [60, 200, 60], [60, 60, 200]])


@dataclass(frozen=True)
class Run:
    """What is shipped, and how the run votes."""

    voter: str = "soft"
    calibrate: str = "none"
    merge: str = "mean"
    views: str = "none"
    metric: str = "log_loss"
    leak: str = "false"
    task: str = "single"
    sample: str = "id,owl,cat,dog"  # its header; a column `label` alone asks for names
    delimiter: str = ","
    clear: bool = False  # half of each picture transparent, its hidden colour black
    network: bool = True
    probed: bool = False
    refits: int = 0
    vote: str = "instead"  # of refits
    shared: bool = True  # whether the networks have one frozen part
    resize: str = "squash"
    seed: int = 0  # of the networks
    experiments: tuple[str, ...] = ()  # revisions that vote too
    rows: str = ""  # what tells the images of a row: folders, beginnings, table; "": each is one
    together: str = "auto"
    train: int = 24  # images
    tinted: bool = False  # classes differ by colour, and the fixed network has looked at them
    told: str = ""  # the one model that may learn from tables of a site and an age; "": none is shipped
    way: str = ""  # the one way of judging by look-alikes


def picture(seed: int, clear: bool, suffix: str, tint: int | None = None) -> bytes:
    """Some are larger than what is stored unshrunk; tint: the class whose colour it has."""
    draw = np.random.default_rng(seed)
    cells = draw.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    if tint is not None:
        cells = (COLOURS[tint] + cells // 6).astype(np.uint8)
    low = Image.fromarray(cells)
    size = (int(draw.integers(60, 200)), int(draw.integers(60, 200)))
    pixels = np.array(low.resize(size, Image.Resampling.BICUBIC))
    buffer = io.BytesIO()
    if clear and suffix == ".png":
        alpha = np.full((*pixels.shape[:2], 1), 255, np.uint8)
        alpha[:, pixels.shape[1] // 2 :] = 0
        pixels[:, pixels.shape[1] // 2 :] = 0
        Image.fromarray(np.dstack([pixels, alpha])).save(buffer, "PNG")
    else:
        Image.fromarray(pixels).save(buffer, "PNG" if suffix == ".png" else "JPEG")
    return buffer.getvalue()


def tint(run: Run, number: int) -> int | None:
    """The class whose colour an image has."""
    return number % 3 if run.tinted else None


def ship(run: Run) -> None:
    """The download's folder."""
    SHIPPED["columns" if run.told else run.rows](run)


def ship_images(run: Run) -> None:
    """Ids without the files' zeros, a text beside a picture, a test image twice."""
    for i in range(run.train):
        place = Path("shipped/train") / NAMES[i % 3] / f"{i:05d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(picture(i, run.clear, ".jpg", tint(run, i)))
    Path("shipped/test").mkdir()
    for i in range(TESTS):
        suffix = (".png", ".jpg")[i % 2]
        Path(f"shipped/test/{i:05d}{suffix}").write_bytes(picture(1000 + i, run.clear, suffix, tint(run, i)))
    Path("shipped/test/00003.jpg").write_bytes(Path("shipped/train/cat/00003.jpg").read_bytes())
    Path("shipped/test/00004.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    Path("shipped/test/00001.txt").write_text("what is beside the picture")
    ask(run, [str(i) for i in range(TESTS)])


def ask(run: Run, ids: Sequence[str]) -> None:
    """The sample submission."""
    columns = run.sample.split(",")
    cells = ["cat"] if len(columns) == 2 else ["0.25", "0.5", "0.25"]
    rows = [columns, *([name, *cells] for name in ids)]
    text = "".join(run.delimiter.join(row) + "\n" for row in rows)
    Path("shipped/sample_submission.csv").write_text(text)


def ship_folders(run: Run) -> None:
    """A folder a row, of one to three images; one row has a broken one, another nothing else."""
    for i in range(run.train):
        put(f"train/{NAMES[i % 3]}/r{i // 6}{i % 3}/{i}.jpg", picture(i, run.clear, ".jpg", tint(run, i)))
    for i in range(TESTS):
        for k in range(i % 3 + 1):
            put(f"test/p{i}/{k}.png", picture(1000 + 10 * i + k, run.clear, ".png", tint(run, i)))
    put("test/p4/0.png", b"\x89PNG\r\n\x1a\n broken")
    put("test/p6/0.png", b"\x89PNG\r\n\x1a\n broken")
    ask(run, [f"p{i}" for i in range(TESTS)])


def ship_beginnings(run: Run) -> None:
    """Test images whose names begin with their row's; training images by themselves."""
    for i in range(run.train):
        put(f"train/{NAMES[i % 3]}/{i:05d}.jpg", picture(i, run.clear, ".jpg"))
    for i in range(TESTS):
        for side in ("left", "right"):
            seed = 1000 + 2 * i + (side == "left")
            put(f"test/eye{i}_{side}.jpg", picture(seed, run.clear, ".jpg"))
    ask(run, [f"eye{i}" for i in range(TESTS)])


def ship_table(run: Run) -> None:
    """Tables that say which patient an image is of; names of images tell nothing."""
    trained = [(f"a{i:03d}", f"q{i // 6}{i % 3}", NAMES[i % 3]) for i in range(run.train)]
    tested = [(f"b{i:03d}", f"p{i % TESTS}") for i in range(2 * TESTS)]
    for i, one in enumerate(trained):
        put(f"train/{one[0]}.jpg", picture(i, run.clear, ".jpg"))
    for i, two in enumerate(tested):
        put(f"test/{two[0]}.jpg", picture(1000 + i, run.clear, ".jpg"))
    for name, header, lines in (
        ("train.csv", ("image", "patient", "label"), trained),
        ("test.csv", ("image", "patient"), tested),
    ):
        put(name, "".join(",".join(line) + "\n" for line in (header, *lines)).encode())
    ask(run, [f"p{i}" for i in range(TESTS)])


def put(name: str, data: bytes) -> None:
    """A file of the download."""
    (Path("shipped") / name).parent.mkdir(parents=True, exist_ok=True)
    (Path("shipped") / name).write_bytes(data)


def ship_columns(run: Run) -> None:
    """Tables that tell a site, which mostly goes with the class, and an age with gaps."""
    draw = np.random.default_rng(9)

    def line(name: str, label: int) -> list[str]:
        site = label if draw.random() < 0.8 else int(draw.integers(3))
        age = "" if draw.random() < 0.2 else f"{30 + 10 * label + 30 * draw.random():.1f}"
        return [name, f"site {site}", age]

    trained = [[*line(f"a{i:03d}", i % 3), NAMES[i % 3]] for i in range(run.train)]
    tested = [line(f"b{i:03d}", i % 3) for i in range(TESTS)]
    for i, one in enumerate(trained):
        put(f"train/{one[0]}.jpg", picture(i, run.clear, ".jpg", tint(run, i)))
    for i, one in enumerate(tested):
        put(f"test/{one[0]}.jpg", picture(1000 + i, run.clear, ".jpg", tint(run, i)))
    for name, header, lines in (
        ("train.csv", ["id", "site", "age", "label"], trained),
        ("test.csv", ["id", "site", "age"], tested),
    ):
        put(name, "".join(",".join(line) + "\n" for line in (header, *lines)).encode())
    ask(run, [one[0] for one in tested])


SHIPPED: dict[str, Callable[[Run], None]] = {
    "": ship_images, "folders": ship_folders, "beginnings": ship_beginnings, "table": ship_table,
    "columns": ship_columns,
}  # fmt: skip
