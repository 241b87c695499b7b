# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Downloads whose evidence contradicts itself, and what their sentences must name."""

from tests.competition.layouts import LABELLED, folders, sample, unseen
from tests.competition.refusals import Refusal, refusal
from tests.competition.shipping import Files, csv, many, zip_bytes

ROWS = [f"img_{i},{('benign', 'malignant')[i % 2]}" for i in range(8)]


@refusal
def hospitals_beside_a_table_whose_ids_miss() -> Refusal:
    files = many("train/h0/scan-{}-x.jpg", 4) | many("train/h1/scan-{}-y.jpg", 4) | unseen("test/t{}.jpg", 2)
    files |= {"train.csv": csv("id,label", *ROWS)} | sample("t0,benign", "t1,benign")
    return Refusal(
        files,
        "train.csv has a column label, but its ids, such as 'img_0', are no names of images, such as train/h0/scan-0-x.jpg",
    )


@refusal
def the_samples_column_in_a_table_of_another_name() -> Refusal:
    files = many("train/h0/scan-{}-x.jpg", 4) | many("train/h1/scan-{}-y.jpg", 4) | unseen("test/t{}.jpg", 2)
    files |= {"cases.csv": csv("id,finding", *ROWS)} | sample("t0,benign", "t1,benign", header="id,finding")
    return Refusal(files, "cases.csv has a column finding, but its ids, such as 'img_0'")


def hospitals() -> Files:
    return many("train/h0/scan-{}-x.jpg", 4) | many("train/h1/scan-{}-y.jpg", 4) | unseen("test/t{}.jpg", 2)


@refusal
def a_column_a_class_whose_ids_miss() -> Refusal:
    rows = [f"img_{i},{1 - i % 2},{i % 2}" for i in range(8)]
    files = hospitals() | {"train.csv": csv("id,benign,malignant", *rows)}
    files |= sample("t0,.5,.5", "t1,.5,.5", header="id,benign,malignant")
    return Refusal(
        files, "train.csv has a column benign, but its ids, such as 'img_0', are no names of images"
    )


@refusal
def the_samples_words_in_a_table_of_another_name() -> Refusal:
    files = hospitals() | {"metadata.csv": csv("lesion,dx", *ROWS)} | sample("t0,benign", "t1,benign")
    return Refusal(
        files, "metadata.csv has a column dx, but its ids, such as 'img_0', are no names of images"
    )


@refusal
def labels_of_numbers_that_are_no_file_names() -> Refusal:
    files = many("train/h0/t{}.jpg", 4) | many("train/h1/t{}.jpg", 8, 4) | unseen("test/u{}.jpg", 2)
    files |= {"train.csv": csv("case,target", *(f"ISIC_{i}5,{i % 2}" for i in range(8)))}
    files |= sample("u0,0", "u1,0", header="case,target")
    return Refusal(
        files, "train.csv has a column target, but its ids, such as 'ISIC_05', are no names of images"
    )


@refusal
def columns_of_classes_that_say_neither_yes_nor_no() -> Refusal:
    rows = [f"a{i},{('present', 'absent')[i % 2]},{('absent', 'present')[i % 2]}" for i in range(1, 5)]
    files = (
        many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": csv("id,rust,scab", *rows)}
    )
    files |= sample("t0,.5,.5", "t1,.5,.5", header="id,rust,scab")
    return Refusal(
        files, "a column for each of the sample's (rust, scab), but 'absent' there says neither yes nor no"
    )


@refusal
def a_sample_beside_an_empty_test_folder() -> Refusal:
    files = folders() | {"test/": b""} | sample("t0,cat", "t1,dog")
    return Refusal(
        files, "test/ holds no image, as where notebooks alone see the test images: put some there"
    )


@refusal
def a_worded_sample_of_other_classes() -> Refusal:
    files = folders() | unseen() | sample("0.jpg,benign", "1.jpg,malignant", "2.jpg,benign")
    return Refusal(
        files,
        "shows the labels benign, malignant, and no training image has any of them (cat, dog are the classes)",
    )


@refusal
def an_empty_test_folder() -> Refusal:
    return Refusal(
        folders() | {"test/": b""}, "test/ holds no image, as where notebooks alone see the test images"
    )


@refusal
def parts_of_a_zip_beside_a_table() -> Refusal:
    files = {"train.zip.001": b"PK", "train.zip.002": b"PK", "train.csv": csv("id,label", "1,a")}
    return Refusal(
        files,
        "holds no images: train.zip.001 is one of several parts of train.zip: join them (cat train.zip.*",
    )


@refusal
def what_was_left_out_is_told_in_the_refusal() -> Refusal:
    files = folders() | {"test.zip.001": zip_bytes(unseen())} | LABELLED
    return Refusal(files, "(left out of the download: test.zip.001 is one of several parts of test.zip")


@refusal
def a_servers_page_under_the_samples_name() -> Refusal:
    page = "<!DOCTYPE html>\n<html><head><title>Sign in, please</title></head></html>\n"
    return Refusal(
        folders() | unseen() | {"sample_submission.csv": page},
        "sample_submission.csv is an HTML page and no table: the server sent a page, so sign in and download",
    )


@refusal
def a_pointer_under_the_labels_name() -> Refusal:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    files |= {"train.csv": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"}
    return Refusal(
        files, "train.csv is a Git LFS pointer and no table: run `git lfs pull` where it came from"
    )


@refusal
def a_spreadsheet_under_a_tables_name() -> Refusal:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    files |= {"train.csv": zip_bytes({"xl/workbook.xml": "<a/>"})}
    return Refusal(
        files, "train.csv is a zip (spreadsheets are zips, too) and no table: unpack it, or save the"
    )


def told(text: str, sentence: str) -> Refusal:
    """What is said of such a train.csv."""
    files = many("train/{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    return Refusal(files | {"train.csv": text}, sentence)


@refusal
def a_quote_that_nothing_closes() -> Refusal:
    text = 'id,label\n1,cat\n2,"dog\n3,cat\n4,dog\n'
    return told(
        text, "train.csv, line 3: a quote opens a cell and none closes it, so 3 lines would be one row"
    )


@refusal
def a_quote_that_nothing_closes_in_the_last_cell() -> Refusal:
    return told(
        'id,label\n1,cat\n2,"dog', "train.csv, line 3: a quote opens a cell and none closes it, so 1 lines"
    )


@refusal
def ids_that_a_spreadsheet_rounded() -> Refusal:
    text = csv("id,label", *(f"1.23457E+17,{name}" for name in ("cat", "dog", "cat", "dog")))
    return told(
        text, "(id: 1.23457E+17, label: cat): a spreadsheet has rounded such numbers: take the table as it"
    )


@refusal
def some_ids_that_a_spreadsheet_rounded() -> Refusal:
    text = csv("id,label", "1,cat", "2,dog", "3,cat", "1.23457E+17,dog")
    return told(text, "line 5: no image '1.23457E+17' in the download (1 of 4 are missing; a spreadsheet has")


@refusal
def a_train_table_without_rows() -> Refusal:
    return told("id,label\n", "train.csv has a header but no rows: download it again")


@refusal
def a_train_table_of_one_column() -> Refusal:
    text = csv("id:label", "1:cat", "2:dog", "3:cat", "4:dog")
    return told(
        text, "(id:label: 1:cat): is it one column? A comma, semicolon, tab or bar must separate two."
    )


@refusal
def a_picture_in_two_formats_beside_each_other() -> Refusal:
    files = many("train/{}.jpg", 4, 1) | many("train/{}.webp", 4, 1) | unseen("test/t{}.jpg", 1)
    files |= sample("t0,cat") | {"train.csv": csv("id,label", "1,cat", "2,dog", "3,cat", "4,dog")}
    return Refusal(
        files, "'1' fits 2 images (train/1.jpg, train/1.webp): they lie in one folder: write their suffix"
    )


@refusal
def two_columns_of_one_class() -> Refusal:
    files = folders() | unseen() | sample("0.jpg,.5,.5", "1.jpg,.5,.5", "2.jpg,.5,.5", header="id,cat,cat")
    return Refusal(
        files, "sample_submission.csv has several columns named 'cat': each class has one: mend its"
    )


@refusal
def a_table_with_zeros_behind_it() -> Refusal:
    return told(
        "id,label\n1,cat\n\0\0", "train.csv is no text table (it holds zero bytes): save it as CSV, or"
    )
