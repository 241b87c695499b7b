# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Downloads of bug reports that no guess can mend, and what their sentences must name."""

from tests.competition.layouts import CATS_DOGS, folders, sample, unseen
from tests.competition.refusals import Refusal, refusal
from tests.competition.shipping import Files, csv, many, zip_bytes


def flat(tables: Files) -> Files:
    return many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | tables


@refusal
def a_sample_that_is_a_spreadsheet() -> Refusal:
    files = flat(
        {"train.csv": csv("id,label", *CATS_DOGS), "sample_submission.xlsx": zip_bytes({"xl/a.xml": ""})}
    )
    return Refusal(
        files,
        "sample_submission.xlsx is the sample submission by its name, but no text table: save it as CSV",
    )


@refusal
def a_sample_in_parquet() -> Refusal:
    files = flat({"train.csv": csv("id,label", *CATS_DOGS), "sample_submission.parquet": b"PAR1"})
    return Refusal(files, "sample_submission.parquet is the sample submission by its name, but no text table")


@refusal
def labels_in_a_database() -> Refusal:
    files = flat({"labels.db": b"SQLite format 3\0"}) | sample("t0,cat", "t1,dog")
    return Refusal(files, "labels.db may hold the labels, but it is no text table: save it as CSV")


@refusal
def words_for_integer_labels() -> Refusal:
    files = flat({"train.csv": csv("id,label", "a1,0", "a2,1", "a3,0", "a4,1")}) | sample("t0,cat", "t1,dog")
    return Refusal(files, """or in competition.classes which label it is, such as {"cat": [""")


@refusal
def a_column_misspelt() -> Refusal:
    files = (
        folders(names=("ice cream", "pizza"))
        | unseen()
        | sample("0,.5,.5", "1,.5,.5", "2,.5,.5", header="id,icecream,piza")
    )
    return Refusal(
        files,
        """its columns (piza) name no classes of the labels (ice cream, pizza): name the right file in competition.sample, or in competition.classes which label each is, such as {"piza": ["pizza"]}""",
    )


@refusal
def a_label_beside_probabilities() -> Refusal:
    files = (
        folders() | unseen() | sample(*(f"{i}.jpg,.5,.5,cat" for i in range(3)), header="id,cat,dog,label")
    )
    return Refusal(files, "its column label holds words ('cat') beside columns of numbers")


@refusal
def pictures_as_pickles_without_a_suffix() -> Refusal:
    files: Files = {f"cifar/data_batch_{i}": b"\x80\x02}q\x01(U\x04data" + b"x" * 99 for i in (1, 2)}
    return Refusal(
        files,
        "holds no image files: cifar/data_batch_2 is a Python pickle and no picture: write each picture of it as PNG",
    )


@refusal
def pictures_in_idx_files() -> Refusal:
    files: Files = {"train-images-idx3-ubyte.gz": b"\x1f\x8b", "train-labels-idx1-ubyte.gz": b"\x1f\x8b"}
    return Refusal(
        files, "holds no image files but IDX arrays, as MNIST's (train-images-idx3-ubyte.gz and 1 more)"
    )


@refusal
def pictures_as_icons() -> Refusal:
    files: Files = {f"train/{name}/{i}.ico": b"\0\0\1\0" for name in ("cat", "dog") for i in range(2)}
    return Refusal(files, "holds no image files but pictures of another format (train/cat/0.ico and 3 more)")


@refusal
def addresses_in_place_of_pictures() -> Refusal:
    rows = [f"http://a.org/{i}.jpg,{name}" for i, name in enumerate(("cat", "dog", "cat", "dog"))]
    return Refusal(
        {"train.csv": csv("url,label", *rows)}, "holds no image files but addresses of pictures (train.csv)"
    )


@refusal
def an_empty_table() -> Refusal:
    return Refusal(
        flat({"train.csv": ""}) | sample("t0,cat", "t1,dog"),
        "train.csv is empty: download it again, or take it away",
    )


@refusal
def a_test_picture_that_nobody_has() -> Refusal:
    files = flat({"train.csv": csv("id,label", *CATS_DOGS)}) | sample("t0,cat", "t1,dog", "t2,cat")
    return Refusal(
        files,
        "(1 of 3 ids are unknown): download the rest; where there is none, an empty file test/t2 gets the classes' prior",
    )


@refusal
def ids_that_count_from_zero_for_files_from_one() -> Refusal:
    files = folders() | many("test/{}.jpg", 3, 1) | sample("0,cat", "1,cat", "2,dog")
    return Refusal(
        files,
        "no image in test for the id '0' (1 of 3 ids are unknown): 1 images there have no id, such as test/3.jpg",
    )


@refusal
def votes_of_annotators() -> Refusal:
    rows = [f"a{i},{('cat', 'dog')[(i + (vote == 2)) % 2]}" for i in range(1, 5) for vote in range(3)]
    return Refusal(
        flat({"train.csv": csv("id,label", *rows)}) | sample("t0,cat", "t1,dog"),
        "4 images stand under several labels",
    )


@refusal
def labels_in_broken_json() -> Refusal:
    files = flat({"train.json": '[{"id": "a1", "label": "cat"},]'}) | sample("t0,cat", "t1,dog")
    return Refusal(files, "sample_submission.csv; train.json is no JSON")


@refusal
def a_title_above_the_header() -> Refusal:
    files = flat({"train.csv": csv("My labels", "id,label", *CATS_DOGS)}) | sample("t0,cat", "t1,dog")
    return Refusal(
        files, "line 2: 2 cells where the header has 1 columns; take away what stands above the header"
    )


@refusal
def labelled_images_for_validation_alone() -> Refusal:
    files = folders("val") | unseen() | sample("0,cat", "1,cat", "2,dog")
    return Refusal(files, "all labelled images are for validation: name val in competition.train")
