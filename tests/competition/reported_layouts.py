# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Downloads as bug reports of other tools describe them: tables of other makes, maps of classes, careless names."""

import io
import json

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

from tests.competition.layouts import CATS_DOGS, LABELLED, Layout, folders, layout, sample, unseen
from tests.competition.shipping import Files, csv, images, many, zip_bytes

LABELS = ["cat", "dog", "cat", "dog"]
IDS = ["a1", "a2", "a3", "a4"]
SAMPLE = sample("t0,cat", "t1,dog")


def flat(tables: Files) -> Files:
    """Four training pictures a1 to a4, two test pictures, a sample, and these tables."""
    return many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | SAMPLE | tables


def in_parquet(columns: dict[str, list]) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def in_feather(columns: dict[str, list]) -> bytes:
    out = io.BytesIO()
    feather.write_feather(pa.table(columns), out)
    return out.getvalue()


@layout
def labels_in_parquet() -> Layout:
    table = in_parquet({"id": IDS, "label": LABELS, "vector": [[1, 2]] * 4})
    return Layout(
        flat({"train.parquet": table}), ["cat", "dog"], 4, 2, said="train.parquet, columns id -> image"
    )


@layout
def labels_in_feather() -> Layout:
    return Layout(flat({"train.feather": in_feather({"id": IDS, "label": LABELS})}), ["cat", "dog"], 4, 2)


@layout
def labels_in_parquet_by_the_row_s_name() -> Layout:
    table = in_parquet({"label": LABELS, "age": [1.5, None, 2.5, None], "__index_level_0__": IDS})
    return Layout(flat({"train.parquet": table}), ["cat", "dog"], 4, 2, label_of={"train/a2.jpg": "dog"})


@layout
def labels_in_parquet_beside_folders_of_places() -> Layout:
    files = (
        many("train/h0/a{}.jpg", 2, 1) | many("train/h1/a{}.jpg", 2, 3) | unseen("test/t{}.jpg", 2) | SAMPLE
    )
    return Layout(files | {"train.parquet": in_parquet({"id": IDS, "label": LABELS})}, ["cat", "dog"], 4, 2)


JSON = {
    "by_column": {"id": dict(enumerate(IDS)), "label": dict(enumerate(LABELS))},
    "by_row": {f"{name}.jpg": {"label": label, "w": 3} for name, label in zip(IDS, LABELS, strict=True)},
    "split": {"columns": ["id", "label"], "index": [0, 1, 2, 3],
              "data": [list(row) for row in zip(IDS, LABELS, strict=True)]},
    "under_a_key": {"info": {"v": 1}, "rows": [{"id": name, "label": label} for name, label in zip(IDS, LABELS, strict=True)]},
    "lists_of_images": {"cat": ["a1.jpg", "a3.jpg"], "dog": ["a2.jpg", "a4.jpg"]},
    "lists_by_column": {"id": [1, 2, 3, 4], "label": LABELS},
    "pairs": [list(row) for row in zip(IDS, LABELS, strict=True)],
}  # fmt: skip
for _name, _value in JSON.items():

    def _json(value: object = _value) -> Layout:
        return Layout(
            flat({"train.json": json.dumps(value)}), ["cat", "dog"], 4, 2, label_of={"train/a4.jpg": "dog"}
        )

    _json.__name__ = f"labels_in_json_{_name}"
    layout(_json)


@layout
def a_split_in_json_is_no_label() -> Layout:
    tables = {
        "train.csv": csv("id,label", *CATS_DOGS),
        "splits.json": json.dumps({"train": ["a1.jpg", "a2.jpg", "a3.jpg"], "val": ["a4.jpg"]}),
    }
    return Layout(flat(tables), ["cat", "dog"], 4, 2)


def counted(name: str, text: str) -> Layout:
    """Three classes, a sample of integers, and a text that says which is which."""
    files = folders(names=("ant", "bee", "cow")) | unseen() | sample("0,0", "1,1", "2,2")
    return Layout(
        files | {name: text}, ["bee", "cow", "ant"], 6, 3, "integer", values=["0", "1", "2"], said=name
    )


TEXTS = {
    "classes.txt": "bee\ncow\nant\n", "obj.names": "bee\r\ncow\r\nant\r\n", "classes.csv": "class\nbee\ncow\nant\n",
    "data.yaml": "nc: 3\nnames: [bee, 'cow', ant]\n", "set.yaml": "names:\n- bee\n- cow\n- ant\nnc: 3\n",
    "numbers.yaml": "names:\n  0: bee\n  1: cow\n  2: ant\n", "labels.json": '["bee", "cow", "ant"]',
    "README.md": "## Classes\n\n| 0 | Bee |\n| 1 | cow |\n| 2 | ant |\n\n| ant | 120 |\n| bee | 119 |\n| cow | 7 |\n",
    "about.txt": "We use {0: 'bee', 1: 'cow', 2: 'ant'} as labels.\n",
    "label_map.pbtxt": "".join(f"item {{\n  id: {i}\n  name: '{n}'\n}}\n" for i, n in enumerate(("bee", "cow", "ant"))),
}  # fmt: skip
for _name, _text in TEXTS.items():

    def _counted(name: str = _name, text: str = _text) -> Layout:
        return counted(name, text)

    _counted.__name__ = f"the_order_of_classes_in_{_name.replace('.', '_')}"
    layout(_counted)


@layout
def how_many_images_a_class_has_is_no_number_of_it() -> Layout:
    files = folders(names=("ant", "bee", "cow")) | unseen() | sample("0,0", "1,1", "2,2")
    text = "cow: 2\nbee: 3\nant: 9\n"
    return Layout(
        files | {"README.md": text},
        ["ant", "bee", "cow"],
        6,
        3,
        "integer",
        values=["0", "1", "2"],
        said="as sorted",
    )


@layout
def sex_beside_one_hot_classes() -> Layout:
    rows = [f"a{i},{int(i % 3 == 0)},{int(i % 3 == 1)},{int(i % 3 == 2)},{i % 2}" for i in range(6)]
    files = many("train/a{}.jpg", 6) | unseen() | {"train.csv": csv("id,ant,bee,cow,male", *rows)}
    return Layout(files, ["ant", "bee", "cow"], 6, 3, shipped=False, label_of={"train/a1.jpg": "bee"})


@layout
def a_test_table_whose_labels_fill_places() -> Layout:
    tables = {
        "train.csv": csv("id,label", "a1,0", "a2,1", "a3,0", "a4,2"),
        "test.csv": csv("id,label", "t0,0", "t1,0"),
    }
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | tables
    return Layout(
        files, ["0", "1", "2"], 4, 2, "integer", shipped=False, test_labels=0, said="4 of 4 images found"
    )


@layout
def remarks_above_the_header() -> Layout:
    text = csv("# made by us, in 2020", "# licence: CC-BY", "id,label", *CATS_DOGS)
    return Layout(flat({"train.csv": text}), ["cat", "dog"], 4, 2)


@layout
def a_header_that_begins_with_a_hash() -> Layout:
    return Layout(
        flat({"train.csv": csv("#id,label", *CATS_DOGS)}), ["cat", "dog"], 4, 2, said="columns #id -> image"
    )


@layout
def a_header_as_numpy_writes_it() -> Layout:
    return Layout(flat({"train.csv": csv("# id,label", *CATS_DOGS)}), ["cat", "dog"], 4, 2)


@layout
def suffixes_written_twice_in_ids() -> Layout:
    files = (
        many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | sample("t0.jpg.jpg,cat", "t1.jpg.jpg,dog")
    )
    rows = [row.replace(",", ".jpg.jpg,") for row in CATS_DOGS]
    return Layout(
        files | {"train.csv": csv("id,label", *rows)},
        ["cat", "dog"],
        4,
        2,
        id_of={"test/t1.jpg": "t1.jpg.jpg"},
    )


@layout
def suffixes_written_twice_in_file_names() -> Layout:
    files = many("train/a{}.jpg.png", 4, 1) | unseen("test/t{}.jpg", 2) | SAMPLE
    return Layout(files | {"train.csv": csv("id,label", *CATS_DOGS)}, ["cat", "dog"], 4, 2)


@layout
def kinds_of_picture_above_classes_that_the_sample_shows() -> Layout:
    files = images(
        *(
            f"{kind}/{name}/{i}.jpg"
            for kind in ("colour", "grey")
            for name in ("cat", "dog")
            for i in range(2)
        )
    )
    return Layout(files | unseen("test/t{}.jpg", 2) | sample("t0,cat", "t1,cat"), ["cat", "dog"], 8, 2)


@layout
def an_archive_that_stays_closed() -> Layout:
    files = flat({"train.csv": csv("id,label", *CATS_DOGS), "more.rar": b"Rar!"})
    return Layout(files, ["cat", "dog"], 4, 2, said="more.rar was not unpacked: unpack it where it is wanted")


@layout
def a_download_once_more_in_a_folder_of_its_name() -> Layout:
    whole = folders("xray/train") | folders("xray/test", each=1)
    files = whole | {name.replace("xray/", "xray/xray/", 1): data for name, data in whole.items()}
    said = "xray/xray: its 6 images lie once more in xray: one of each was taken"
    return Layout(files, ["cat", "dog"], 4, 2, shipped=False, test_labels=2, said=said)


@layout
def archives_that_are_classes() -> Layout:
    files: Files = {f"train/{name}.zip": zip_bytes(many(f"{name}{{}}.jpg", 2)) for name in ("cat", "dog")}
    return Layout(
        files | unseen() | LABELLED, ["cat", "dog"], 4, 3, label_of={"train/dog.zip/dog1.jpg": "dog"}
    )


@layout
def archives_that_are_classes_and_hold_a_folder_of_their_name() -> Layout:
    files: Files = {f"{name}.zip": zip_bytes(many(f"{name}/{{}}.jpg", 2)) for name in ("ant", "bee")}
    return Layout(files | unseen() | sample("0,0", "1,0", "2,0"), ["ant", "bee"], 4, 3, "integer")


@layout
def labels_as_python_writes_lists() -> Layout:
    words = ("['cat']", "['dog']", "['cat', 'dog']")
    files = many("train/a{}.jpg", 9) | unseen("test/t{}.jpg", 1) | sample("t0,cat dog")
    rows = [f'a{i},"{words[i % 3]}"' for i in range(9)]
    said = "label is written as Python does (['cat']): read as cat"
    return Layout(
        files | {"train.csv": csv("id,label", *rows)}, ["cat", "dog"], 9, 1, "sets", task="multi", said=said
    )


@layout
def ids_and_labels_as_bytes_of_python() -> Layout:
    rows = [f"b'{row.replace(',', chr(39) + ',b' + chr(39))}'" for row in CATS_DOGS]
    return Layout(
        flat({"train.csv": csv("id,label", *rows)}), ["cat", "dog"], 4, 2, label_of={"train/a2.jpg": "dog"}
    )


@layout
def marks_of_joined_tables_in_front_of_an_id() -> Layout:
    rows = [f"a{i},{('cat', 'dog')[i % 2]}" for i in range(8)]
    files = many("train/a{}.jpg", 8) | unseen("test/t{}.jpg", 2) | SAMPLE
    return Layout(
        files | {"train.csv": csv("id,label", *rows[:4]) + "\ufeff" + csv(*rows[4:])}, ["cat", "dog"], 8, 2
    )


@layout
def a_validation_folder_of_other_names() -> Layout:
    files = folders() | folders("valid", ("cats", "dogs"), 1) | unseen() | LABELLED
    said = (
        "2 images of the validation folder have no label, such as valid/cats/cats_0.jpg (kept as unlabelled"
    )
    return Layout(files, ["cat", "dog"], 4, 3, unlabelled=2, said=said)


@layout
def a_column_of_yes_and_no_that_tells_the_test() -> Layout:
    rows = [f"{i},{('cat', 'dog')[i % 2]},{i >= 6}" for i in range(8)]
    files = many("images/{}.jpg", 8) | {"data.csv": csv("id,label,is_test", *rows)}
    return Layout(files, ["cat", "dog"], 6, 2, shipped=False, test_labels=2)


@layout
def a_column_of_yes_and_no_that_tells_validation() -> Layout:
    rows = [f"a{i},{('cat', 'dog')[i % 2]},{i >= 6}" for i in range(8)]
    files = many("train/a{}.jpg", 8) | unseen("test/t{}.jpg", 2) | SAMPLE
    return Layout(
        files | {"train.csv": csv("fname,label,is_valid", *rows)}, ["cat", "dog"], 6, 2, validation=2
    )


@layout
def images_without_labels_among_the_class_folders() -> Layout:
    files = folders() | many("train/unlabeled/{}.jpg", 3) | unseen() | LABELLED
    return Layout(files, ["cat", "dog"], 4, 3, unlabelled=3)


@layout
def changed_copies_beside_train() -> Layout:
    files = folders() | folders("train_augmented", each=5) | unseen() | LABELLED
    return Layout(
        files, ["cat", "dog"], 4, 3, said="10 changed copies in train_augmented: they would cross the folds"
    )


@layout
def a_spreadsheet_of_labels_beside_folders() -> Layout:
    files = folders() | unseen() | LABELLED | {"train.xlsx": zip_bytes({"xl/a.xml": ""})}
    return Layout(files, ["cat", "dog"], 4, 3, said="train.xlsx may hold the labels, and is no text table")


@layout
def one_and_two_for_a_probability() -> Layout:
    tables = {"train.csv": csv("id,label", "a1,1", "a2,2", "a3,1", "a4,2")} | sample("t0,0.5", "t1,0.5")
    return Layout(
        flat({}) | tables, ["1", "2"], 4, 2, "binary", column_classes=[1], said="assumed: the larger of two"
    )


@layout
def a_sample_that_says_predicted_class() -> Layout:
    tables = {"train.csv": csv("id,label", *CATS_DOGS)} | sample("t0,predicted_class", "t1,predicted_class")
    return Layout(flat({}) | tables, ["cat", "dog"], 4, 2, said="shows 'predicted_class', which is no class")


@layout
def a_sample_whose_cells_are_no_numbers() -> Layout:
    tables = {"train.csv": csv("id,label", "a1,0", "a2,1", "a3,0", "a4,2")} | sample("t0,NaN", "t1,NaN")
    return Layout(flat({}) | tables, ["0", "1", "2"], 4, 2, "label", values=["0", "1", "2"])
