# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Downloads as spreadsheets, old systems and careless hands leave them: odd letters, ids, marks and folders."""

import unicodedata

from tests.competition.layouts import LABELLED, Layout, folders, layout, sample, unseen
from tests.competition.shipping import Files, csv, images, many

CAFE = "Caf\u00e9"


def apart(text: str) -> str:
    """Letters with their accents behind them, as macOS writes them."""
    return unicodedata.normalize("NFD", text)


def labelled(*rows: str, header: str = "id,label") -> Files:
    return many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": csv(header, *rows)}


@layout
def labels_in_two_unicode_forms() -> Layout:
    files = labelled(f"a1,{CAFE}", f"a2,{apart(CAFE)}", "a3,tea", "a4,tea") | sample(f"t0,{CAFE}", "t1,tea")
    said = "'Cafe\\u0301' (1 image) and 'Caf\\xe9' (1 image) differ by blanks or Unicode form only: they are "
    return Layout(files, [CAFE, "tea"], 4, 2, values=[CAFE, "tea"], said=f"{said}taken as one class, {CAFE}")


@layout
def a_sample_in_the_other_unicode_form() -> Layout:
    files = labelled(f"a1,{CAFE}", f"a2,{CAFE}", "a3,tea", "a4,tea") | sample(f"t0,{apart(CAFE)}", "t1,tea")
    return Layout(files, [CAFE, "tea"], 4, 2, values=[apart(CAFE), "tea"])


@layout
def probability_columns_in_the_other_unicode_form() -> Layout:
    files = folders(names=(CAFE, "tea")) | unseen("test/t{}.jpg", 2)
    files |= sample("t0,0.5,0.5", "t1,0.5,0.5", header=f"id,tea,{apart(CAFE)}")
    return Layout(files, [CAFE, "tea"], 4, 2, "probabilities", column_classes=[1, 0])


@layout
def labels_with_blanks_that_nobody_sees() -> Layout:
    files = labelled("a1,big\u00a0cat", "a2,big cat", "a3,dog\u200b", "a4,dog") | sample(
        "t0,dog", "t1,big cat"
    )
    return Layout(files, ["big cat", "dog"], 4, 2, said=r"'dog' (1 image) and 'dog\u200b' (1 image) differ")


@layout
def class_folders_that_differ_by_blanks() -> Layout:
    files = folders(names=("cat", " cat", "dog")) | unseen() | sample("0.jpg,cat", "1.jpg,dog", "2.jpg,cat")
    said = (
        "' cat' (2 images) and 'cat' (2 images) differ by blanks or Unicode form only: they are taken as one"
    )
    return Layout(files, ["cat", "dog"], 6, 3, said=said)


@layout
def class_folders_in_two_unicode_forms() -> Layout:
    files = folders(names=(CAFE, "tea"), each=3) | unseen() | sample(*(f"{i}.jpg,tea" for i in range(3)))
    files |= many(f"train/{apart(CAFE)}/mac{{}}.jpg", 2)
    said = (
        "the folders 'train/Cafe\\u0301' (2 files) and 'train/Caf\\xe9' (3 files) differ by Unicode form only"
    )
    return Layout(files, [CAFE, "tea"], 8, 3, said=said)


@layout
def class_folders_in_two_cases() -> Layout:
    files = folders(names=("Cat", "dog")) | folders(names=("cat",), each=3) | unseen() | LABELLED
    said = """if they are one, set competition.classes: {"cat": ["Cat", "cat"]}"""
    return Layout(files, ["Cat", "cat", "dog"], 7, 3, said=said)


@layout
def class_folders_in_two_cases_brought_together() -> Layout:
    files = folders(names=("Cat", "dog")) | folders(names=("cat",), each=3) | unseen() | LABELLED
    return Layout(files, ["cat", "dog"], 7, 3, params={"classes": {"cat": ["Cat", "cat"]}})


@layout
def labels_in_two_cases() -> Layout:
    files = labelled("a1,Cat", "a2,cat", "a3,dog", "a4,dog") | sample("t0,dog", "t1,cat")
    return Layout(
        files, ["Cat", "cat", "dog"], 4, 2, said="'Cat' (1 image) and 'cat' (1 image) differ by case"
    )


@layout
def a_table_in_a_code_page() -> Layout:
    table = csv("id;label", "a1;берёза", "a2;клён", "a3;берёза", "a4;клён").encode("cp1251")
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": table}
    files |= {"sample_submission.csv": csv("id,label", "t0,клён", "t1,клён")}
    return Layout(
        files, ["берёза", "клён"], 4, 2, said="train.csv is no UTF-8: its letters were read as cp1251"
    )


@layout
def a_table_whose_letters_the_sample_tells() -> Layout:
    table = csv("id,label", "a1,猫", "a2,狗", "a3,猫", "a4,狗").encode("gbk")
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": table}
    return Layout(files | sample("t0,猫", "t1,狗"), ["狗", "猫"], 4, 2)


@layout
def a_table_whose_letters_params_tell() -> Layout:
    table = csv("id,label", "a1,õ", "a2,x", "a3,õ", "a4,x").encode("cp1257")
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": table}
    return Layout(files, ["x", "õ"], 4, 2, shipped=False, params={"encoding": "cp1257"})


@layout
def waste_baskets_among_the_classes() -> Layout:
    files = folders() | unseen() | LABELLED
    files |= images(
        "train/$RECYCLE.BIN/x.jpg", "train/System Volume Information/y.jpg", "train/.Trash-1000/z.jpg"
    )
    return Layout(files, ["cat", "dog"], 4, 3)


def hot_table(yes: str, no: str) -> Files:
    rows = [f"a{i},{yes if i % 2 else no},{no if i % 2 else yes}" for i in range(1, 5)]
    return labelled(*rows, header="id,cat,dog") | sample("t0,0.5,0.5", "t1,0.5,0.5", header="id,cat,dog")


for _yes, _no in (
    ("TRUE", "FALSE"),
    ("yes", "no"),
    ("x", ""),
    ("Y", "N"),
    ("1", ""),
    ("wahr", "falsch"),
    ("t", "f"),
):

    def _hot(yes: str = _yes, no: str = _no) -> Layout:
        return Layout(
            hot_table(yes, no), ["cat", "dog"], 4, 2, "probabilities", label_of={"train/a1.jpg": "cat"}
        )

    _hot.__name__ = f"one_hot_as_{_yes}_and_{_no or 'nothing'}"
    layout(_hot)


@layout
def ids_as_decimals() -> Layout:
    files = many("train/{}.jpg", 4, 1) | unseen("test/{}.jpg", 2)
    files |= {"train.csv": csv("id,label", "1.0,cat", "2.0,dog", "3.0,cat", "4.0,dog")} | sample(
        "0.0,cat", "1.0,dog"
    )
    return Layout(files, ["cat", "dog"], 4, 2, id_of={"test/0.jpg": "0.0"}, label_of={"train/2.jpg": "dog"})


@layout
def ids_as_links_write_them() -> Layout:
    files = many("train/h{}/scan a.jpg", 2) | many("train/h{}/b.jpg", 2) | unseen("test/t{}.jpg", 2)
    files |= {
        "train.csv": csv("id,label", "h0/scan%20a.jpg,cat", "h1/scan%20a,dog", "h0/b.jpg,cat", "h1/b.jpg,dog")
    }
    return Layout(files | sample("t0,cat", "t1,dog"), ["cat", "dog"], 4, 2)


@layout
def one_row_of_many_that_contradicts() -> Layout:
    rows = [f"{i}.jpg,{('cat', 'dog')[i % 2]}" for i in range(150)]
    files = many("train/{}.jpg", 150) | unseen("test/t{}.jpg", 2) | sample("t0,cat", "t1,dog")
    files |= {"train.csv": csv("id,label", *rows, "7.jpg,cat")}
    return Layout(
        files,
        ["cat", "dog"],
        149,
        2,
        unlabelled=1,
        said="1 images have two labels and are left out: train.csv",
    )


@layout
def a_table_that_says_what_folders_say_under_other_ids() -> Layout:
    files = folders(each=3) | unseen() | LABELLED
    files |= {"train.csv": csv("id,label", *(f"scan-{i}-x,{('cat', 'dog')[i % 2]}" for i in range(7)))}
    return Layout(
        files, ["cat", "dog"], 6, 3, said="train.csv has a column label, but its ids, such as 'scan-0-x'"
    )


@layout
def a_training_table_of_odd_columns_whose_ids_miss() -> Layout:
    rows = (f"scan-{i}-x,{('benign', 'malignant')[i % 2]}" for i in range(6))
    files = folders(each=3) | unseen() | LABELLED | {"train.csv": csv("case,finding", *rows)}
    return Layout(
        files, ["cat", "dog"], 6, 3, said="train.csv has a column finding, but its ids, such as 'scan-0-x'"
    )


@layout
def a_list_of_other_paths() -> Layout:
    files = folders(each=3) | unseen() | LABELLED
    files |= {"train.txt": "".join(f"photos/scan-{i}-x.jpg {i % 2}\n" for i in range(7))}
    return Layout(files, ["cat", "dog"], 6, 3, said="train.txt has a column")


def numbered(*ids: str, path: str = "train/{}.jpg", first: int = 1) -> Files:
    """Four training images by number, and a table that calls them `ids`."""
    rows = [f"{name},{('cat', 'dog')[i % 2]}" for i, name in enumerate(ids)]
    files = many(path, 4, first) | unseen("test/t{}.jpg", 2) | sample("t0,cat", "t1,dog")
    return files | {"train.csv": csv("id,label", *rows)}


@layout
def ids_that_are_addresses_in_many_folders() -> Layout:
    files = numbered(*(f"https://host.org/{i % 3}/{i}.jpg?size=2" for i in range(1, 5)))
    return Layout(files, ["cat", "dog"], 4, 2, label_of={"train/2.jpg": "dog"})


@layout
def ids_that_are_paths_of_many_disks() -> Layout:
    files = numbered(*(f"C:\\disk{i % 2}\\{i}.JPG" for i in range(1, 5)))
    return Layout(files, ["cat", "dog"], 4, 2, label_of={"train/2.jpg": "dog"})


@layout
def ids_with_marks_between_thousands() -> Layout:
    files = numbered('"1,001"', '"1,002"', '"1,003"', '"1,004"', first=1001)
    return Layout(files, ["cat", "dog"], 4, 2, label_of={"train/1002.jpg": "dog"})


@layout
def ids_by_their_power_of_ten() -> Layout:
    files = numbered("1E+05", "1.1E+05", "1.2E+05", "1.3E+05", path="train/{}0000.jpg", first=10)
    return Layout(files, ["cat", "dog"], 4, 2, label_of={"train/110000.jpg": "dog"})


@layout
def ids_with_other_signs_between_words() -> Layout:
    files = numbered("scan_1", "scan_2", "scan_3", "scan_4", path="train/Scan ({}).jpg")
    return Layout(files, ["cat", "dog"], 4, 2, label_of={"train/Scan (2).jpg": "dog"})


@layout
def commas_at_every_line_s_end() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2)
    files |= {"train.csv": csv("id,label,,", "a1,cat,,", "a2,dog,,", "a3,cat,,", "a4,dog,,")}
    return Layout(files | sample("t0,cat,", "t1,dog,", header="id,label,"), ["cat", "dog"], 4, 2)


@layout
def chances_with_decimal_commas() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2)
    files |= {"train.csv": csv("id;target", "a1;1", "a2;0", "a3;1", "a4;0")}
    files |= sample("t0;0,5", "t1;0,5", header="id;target")
    return Layout(
        files, ["0", "1"], 4, 2, "binary", column_classes=[1], said="target has decimal commas (0,5)"
    )


@layout
def labels_that_programs_write_for_nothing() -> Layout:
    rows = ("a1,cat", "a2,dog", "a3,nan", "a4,nan")
    files = labelled(*rows) | sample("t0,cat", "t1,dog")
    return Layout(
        files, ["cat", "dog", "nan"], 4, 2, said="2 of 4 labels are 'nan', as programs write an empty"
    )


@layout
def films_in_a_class_folder() -> Layout:
    files = folders() | unseen() | LABELLED | {f"train/emu/{i}.mp4": b"\0" for i in range(3)}
    said = "1 folders without images: train/emu (3 other files there, such as train/emu/0.mp4)"
    return Layout(files, ["cat", "dog"], 4, 3, said=said)


@layout
def a_packed_table_that_a_browser_unpacked() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | sample("t0,cat", "t1,dog")
    text = csv("id,label", "a1,cat", "a2,dog", "a3,cat", "a4,dog") + "\x1a"  # and DOS' mark of an end
    return Layout(files | {"train.csv.gz": text}, ["cat", "dog"], 4, 2, label_of={"train/a2.jpg": "dog"})


@layout
def few_letters_of_a_sample_are_read_as_those_of_the_labels() -> Layout:
    rows = [f"a{i},{('собака', 'кошка', 'птица')[i % 3]}" for i in range(1, 7)]
    files = many("train/a{}.jpg", 6, 1) | unseen("test/t{}.jpg", 2)
    files |= {"train.csv": csv("id,label", *rows).encode("koi8_r")}
    files |= {"sample_submission.csv": csv("id,label", "t0,собака", "t1,собака").encode("koi8_r")}
    return Layout(files, ["кошка", "птица", "собака"], 6, 2, said="its letters were read as koi8")


@layout
def labels_that_differ_by_signs_and_by_letters_read_wrongly() -> Layout:
    labels = ["it's", "it’s", "Café", "CafÃ©", "dog", "dog"]
    files = many("train/a{}.jpg", 6, 1) | unseen("test/t{}.jpg", 2)
    files |= {"train.csv": csv("id,label", *(f"a{i},{label}" for i, label in enumerate(labels, 1)))}
    files |= sample("t0,dog", "t1,dog")
    return Layout(files, ["CafÃ©", "Café", "dog", "it's", "it’s"], 6, 2, said="differ by case, blanks, signs")


@layout
def ids_that_a_spreadsheet_wrote_to_keep_their_zeros() -> Layout:
    files = many("train/00{}.jpg", 4, 1) | many("test/00{}.jpg", 2, 7)
    rows = ('"=""001""",cat', "'002,dog", "003,cat", "004,dog")
    return Layout(
        files | {"train.csv": csv("id,label", *rows)} | sample("'007,cat", "'008,dog"), ["cat", "dog"], 4, 2
    )


@layout
def ids_with_a_decimal_comma() -> Layout:
    files = many("train/{}.jpg", 4, 1) | many("test/{}.jpg", 2, 7)
    rows = [f"{i},0;{('cat', 'dog')[i % 2]}" for i in range(1, 5)]
    return Layout(
        files
        | {
            "train.csv": csv("id;label", *rows),
            "sample_submission.csv": csv("id;label", "7,0;cat", "8,0;dog"),
        },
        ["cat", "dog"],
        4,
        2,
    )


@layout
def a_column_a_class_of_ones_and_nans() -> Layout:
    rows = [f"a{i},{('1', 'NaN')[i % 2]},{('NaN', '1')[i % 2]}" for i in range(1, 5)]
    files = (
        many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": csv("id,rust,scab", *rows)}
    )
    return Layout(
        files | sample("t0,.5,.5", "t1,.5,.5", header="id,rust,scab"),
        ["rust", "scab"],
        4,
        2,
        form="probabilities",
    )


@layout
def a_class_folder_that_is_called_a_copy() -> Layout:
    files = folders(each=3) | images("train/cat - Copy/1.jpg") | unseen() | LABELLED
    return Layout(files, ["cat", "cat - Copy", "dog"], 7, 3, said="or are called a copy")
