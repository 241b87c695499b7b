# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Downloads whose pictures are rows: columns of pixels, cells of pixels, bands in JSON."""

import json
import random

from tests.competition.famous_layouts import page
from tests.competition.layouts import Layout, layout, sample
from tests.competition.refusals import Refusal, refusal
from tests.competition.shipping import Files, csv, images

WIDE = ",".join(f"pixel{i}" for i in range(64))


def pixels(number: int, count: int = 64) -> list[str]:
    draw = random.Random(number)
    return [str(draw.randint(0, 255)) for _ in range(count)]


def wide(numbers: range, front: str = "") -> list[str]:
    """Rows of pixels in columns, each with its front: {i} is its number, {c} its class of three."""
    return [front.format(i=i, c=i % 3) + ",".join(pixels(i)) for i in numbers]


@layout
def digits_as_rows_of_pixels() -> Layout:
    files: Files = {
        "train.csv": csv(f"label,{WIDE}", *wide(range(12), "{c},")),
        "test.csv": csv(WIDE, *wide(range(40, 44))),
    }
    files |= sample(*(f"{i},0" for i in range(1, 5)), header="ImageId,Label")
    files |= page(
        "The metric is the categorization accuracy, or the proportion of test images that are correctly classified."
    )
    return Layout(files, list("012"), 12, 4, "integer", metric="accuracy", id_of={"test.csv/4.png": "4"},
                  label_of={"train.csv/2.png": "1"}, said="train.csv: its rows are pictures, 12 of them")  # fmt: skip


@layout
def scripts_whose_test_rows_have_ids_of_their_own() -> Layout:
    files: Files = {
        "train.csv": csv(f"label,{WIDE}", *wide(range(12), "{c},")),
        "Dig-MNIST.csv": csv(f"label,{WIDE}", *wide(range(90, 96), "{c},")),
    }
    files |= {"test.csv": csv(f"id,{WIDE}", *wide(range(40, 43), "{i},"))} | sample("42,0", "41,0", "40,0")
    return Layout(files, list("012"), 12, 3, "integer", unlabelled=6, id_of={"test.csv/42.png": "42"})


@layout
def digits_whose_sample_counts_from_zero() -> Layout:
    files: Files = {
        "train.csv": csv(f"label,{WIDE}", *wide(range(12), "{c},")),
        "test.csv": csv(WIDE, *wide(range(40, 43))),
    }
    return Layout(
        files | sample("0,0", "1,0", "2,0"), list("012"), 12, 3, "integer", id_of={"test.csv/0.png": "0"}
    )


@layout
def faces_as_cells_of_pixels_and_their_use() -> Layout:
    rows = [f"{i % 3},{' '.join(pixels(i))},{'Training' if i < 9 else 'PublicTest'}" for i in range(12)]
    return Layout(
        {"fer2013.csv": csv("emotion,pixels,Usage", *rows)},
        list("012"),
        9,
        3,
        "integer",
        test_labels=3,
        shipped=False,
    )


@layout
def signs_as_rows_of_pixels_with_pictures_for_show() -> Layout:
    files = images("american_sign_language.PNG", "amer_sign2.png")
    files |= {"sign_mnist_train/sign_mnist_train.csv": csv(f"label,{WIDE}", *wide(range(12), "{c},"))}
    files |= {"sign_mnist_test/sign_mnist_test.csv": csv(f"label,{WIDE}", *wide(range(40, 43), "{c},"))}
    return Layout(files, list("012"), 12, 3, "integer", unlabelled=2, test_labels=3, shipped=False)


@layout
def icebergs_as_two_bands_in_json() -> Layout:
    def record(i: int) -> dict[str, object]:
        bands = {f"band_{k}": [float(value) / 7 - 30 for value in pixels(i + k)] for k in (1, 2)}
        return {"id": f"{i:08x}", **bands, "inc_angle": 39.2 + i if i % 4 else "na"}

    train = [record(i) | {"is_iceberg": i % 2} for i in range(12)]
    files: Files = {
        "data/processed/train.json": json.dumps(train),
        "data/processed/test.json": json.dumps([record(i) for i in (90, 91)]),
    }
    files |= sample("0000005a,0.5", "0000005b,0.5", header="id,is_iceberg")
    files |= page(
        "Submissions are evaluated on the [log loss](https://example.org/LogLoss) between the predicted values and the ground truth."
    )
    return Layout(files, ["0", "1"], 12, 2, "binary", column_classes=[1], metric="log_loss", said="may help: inc_angle",
                  id_of={"data/processed/test.json/0000005b.npy": "0000005b"})  # fmt: skip


@refusal
def a_row_of_fewer_pixels() -> Refusal:
    rows = [*wide(range(3), "{c},"), "1,2,3"]
    return Refusal(
        {"train.csv": csv(f"label,{WIDE}", *rows), "test.csv": csv(WIDE, *wide(range(4, 6)))},
        "train.csv, line 5: its pixels are no 8 x 8 numbers, as in the first row: take the row out",
    )


@refusal
def a_pixel_that_is_no_byte() -> Refusal:
    rows = [*wide(range(3), "{c},"), "1," + ",".join(["256"] * 64)]
    return Refusal(
        {"train.csv": csv(f"label,{WIDE}", *rows), "test.csv": csv(WIDE, *wide(range(4, 6)))},
        "train.csv, row 4: a pixel is 256, the first row's are bytes",
    )
