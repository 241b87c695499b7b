# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""The corpus of downloads that cannot be taken as they are, and the sentence that each one gets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.competition.layouts import CATS_DOGS, LABELLED, folders, sample, unseen
from tests.competition.shipping import Files, csv, images, many, zip_bytes


@dataclass
class Refusal:
    """A download and the words that its sentence must hold."""

    files: Files
    sentence: str
    params: dict[str, Any] = field(default_factory=dict)


REFUSALS: dict[str, Callable[[], Refusal]] = {}


def refusal(function: Callable[[], Refusal]) -> Callable[[], Refusal]:
    assert function.__name__ not in REFUSALS
    REFUSALS[function.__name__] = function
    return function


def with_table(*rows: str, header: str = "id,label", name: str = "train.csv") -> Files:
    return (
        many("train/a{}.jpg", 4, 1)
        | unseen("test/t{}.jpg", 1)
        | sample("t0,cat")
        | {name: csv(header, *rows)}
    )


def with_folders(*rows: str, header: str = "id,label") -> Files:
    return folders() | unseen() | sample(*rows, header=header)


@refusal
def no_files() -> Refusal:
    return Refusal({}, "holds no images (0 other files): is it the competition's download?")


@refusal
def no_images() -> Refusal:
    return Refusal({"train.csv": csv("a,b", "1,2")}, "holds no images (1 other files, such as train.csv)")


@refusal
def images_in_another_archive() -> Refusal:
    return Refusal(
        {"train.7z": b"7z", **LABELLED}, "train.7z is no complete archive of the kind that its name tells"
    )


@refusal
def no_labels() -> Refusal:
    files = many("train/{}.jpg", 3) | unseen() | sample("0,1", "1,1", "2,1")
    return Refusal(files, "no labels found for 3 images such as train/0.jpg (looked at class folders, file names and "
                   "sample_submission.csv): name the table in competition.labels")  # fmt: skip


@refusal
def no_test_images() -> Refusal:
    return Refusal(
        folders(),
        "holds no test images, so there is nothing to predict: name their folder in competition.test",
    )


@refusal
def only_test_images() -> Refusal:
    return Refusal(unseen() | LABELLED, "no labels found: every image is for the test")


@refusal
def one_class() -> Refusal:
    return Refusal(
        with_table("a1,cat", "a2,cat", "a3,cat", "a4,cat"),
        "train.csv: the training images have one class only (cat)",
    )


@refusal
def one_class_named() -> Refusal:
    files = with_table("a1,cat", "a2,cat", "a3,cat", "a4,cat")
    return Refusal(
        files, "train.csv: the training images have one class only (cat)", {"label_column": "label"}
    )


@refusal
def every_image_a_class() -> Refusal:
    return Refusal(
        with_table("a1,k", "a2,l", "a3,m", "a4,n"),
        "train.csv: every image has a label of its own (k, l, m, n)",
    )


@refusal
def missing_image() -> Refusal:
    return Refusal(
        with_table(*CATS_DOGS, "a7,dog"),
        "train.csv, line 6: no image 'a7' in the download (1 of 5 are missing)",
    )


@refusal
def all_images_missing() -> Refusal:
    return Refusal(
        with_table("x1,cat", "x2,dog", "x3,cat", "x4,dog"),
        "train.csv, line 2: no cell names an image of the download, such as train/a1.jpg, and no other row does (id: x1, label: cat)",
    )


@refusal
def path_traversal_in_a_table() -> Refusal:
    return Refusal(
        with_table(*CATS_DOGS, "../../../etc/passwd,dog"),
        "line 6: no image '../../../etc/passwd' in the download",
    )


@refusal
def absolute_path_in_a_table() -> Refusal:
    return Refusal(
        with_table(*CATS_DOGS, "/etc/passwd,dog"), "line 6: no image '/etc/passwd' in the download"
    )


@refusal
def windows_path_in_a_table() -> Refusal:
    return Refusal(
        with_table(*CATS_DOGS, "..\\..\\boot.ini,dog"), "no image '..\\\\..\\\\boot.ini' in the download"
    )


@refusal
def path_traversal_in_the_sample() -> Refusal:
    return Refusal(
        with_folders("0,cat", "../../x,cat"),
        "line 3: no image in test for the id '../../x' (1 of 2 ids are unknown)",
    )


@refusal
def empty_label() -> Refusal:
    return Refusal(
        with_table("a1,cat", "a2,", "a3,cat", "a4,dog"), "train.csv, line 3: label of 'a2' is empty"
    )


@refusal
def two_labels_for_one_image() -> Refusal:
    return Refusal(with_table(*CATS_DOGS, "a1,dog"), "train.csv, line 6: 'a1' is 'dog' here and 'cat' before")


@refusal
def no_one_in_a_row() -> Refusal:
    return Refusal(
        with_table("a1,1,0", "a2,0,0", "a3,0,1", "a4,1,0", header="id,cat,dog"),
        "line 3: none of the columns cat, dog is 1",
    )


@refusal
def several_columns_could_be_the_label() -> Refusal:
    files = with_table("a1,x,red", "a2,y,blue", "a3,x,red", "a4,y,red", header="id,shape,colour")
    return Refusal(files, "train.csv has several columns that could be the label (shape, colour): name one in "
                   "competition.label_column")  # fmt: skip


@refusal
def two_tables_that_differ() -> Refusal:
    files = with_table(*CATS_DOGS) | {"other.csv": csv("id,label", "a1,dog", "a2,dog", "a3,cat", "a4,dog")}
    return Refusal(files, "other.csv and train.csv both have labels, and they differ for train/a1.jpg: name one in "
                   "competition.labels")  # fmt: skip


@refusal
def a_table_and_folders_that_differ() -> Refusal:
    rows = [f"{name},{'x' if i % 2 else 'y'}" for i, name in enumerate(folders())]
    return Refusal(folders() | unseen() | LABELLED | {"train.csv": csv("path,label", *rows)},
                   "labels could come from train.csv or from class folders in train, and they differ: say in "
                   "competition.labels which")  # fmt: skip


@refusal
def two_sizes() -> Refusal:
    files = many("train_256/a{}.jpg", 4, 1) | many("train_512/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1)
    return Refusal(files | {"train.csv": csv("id,label", *CATS_DOGS)} | sample("t0,cat"),
                   "train.csv, line 2: 'a1' fits 2 images (train_256/a1.jpg, train_512/a1.jpg): name the folder in "
                   "competition.train")  # fmt: skip


@refusal
def two_test_sizes() -> Refusal:
    files = folders() | unseen("test_256/{}.jpg") | unseen("test_512/{}.jpg") | LABELLED
    return Refusal(files, "the id '0.jpg' fits 2 images (test_256/0.jpg, test_512/0.jpg): name the test folder in "
                   "competition.test")  # fmt: skip


@refusal
def two_samples_that_differ() -> Refusal:
    files = (
        folders()
        | unseen()
        | LABELLED
        | {"sample_v2_submission.csv": csv("id,cat,dog", "0,1,0", "1,1,0", "2,1,0")}
    )
    return Refusal(files, "sample_submission.csv and sample_v2_submission.csv could both be the sample submission, and "
                   "they differ: name one in competition.sample")  # fmt: skip


@refusal
def classes_below_groups() -> Refusal:
    files = folders("train/pets") | folders("train/wild", ("wolf",)) | unseen() | sample("0,x", "1,x", "2,x")
    return Refusal(
        files, "class folders lie in folders, such as pets/cat: say in competition.class_level which"
    )


@refusal
def unknown_id_in_the_sample() -> Refusal:
    return Refusal(
        with_folders("0,cat", "te9999,cat"),
        "sample_submission.csv, line 3: no image in test for the id 'te9999'",
    )


@refusal
def repeated_id_in_the_sample() -> Refusal:
    return Refusal(
        with_folders("0,cat", "0,cat"),
        "sample_submission.csv: the id '0' stands 2 times; an image has one row",
    )


@refusal
def two_ids_for_one_image() -> Refusal:
    return Refusal(
        with_folders("0,cat", "0.jpg,cat"), "the ids '0' and '0.jpg' name the same image, test/0.jpg"
    )


@refusal
def sample_without_rows() -> Refusal:
    return Refusal(with_folders(), "sample_submission.csv has a header but no rows")


@refusal
def empty_sample() -> Refusal:
    return Refusal(folders() | unseen() | {"sample_submission.csv": ""}, "sample_submission.csv is empty")


@refusal
def sample_of_ids_alone() -> Refusal:
    return Refusal(with_folders("0", "1", "2", header="id"), "sample_submission.csv has one column only (id)")


@refusal
def sample_with_short_rows() -> Refusal:
    return Refusal(
        with_folders("0,cat", "1"), "sample_submission.csv, line 3: 1 cells where the header has 2 columns"
    )


@refusal
def sample_with_zero_bytes() -> Refusal:
    return Refusal(folders() | unseen() | {"sample_submission.csv": b"id,label\n0,\0\n"},
                   "sample_submission.csv is no text table (it holds zero bytes)")  # fmt: skip


@refusal
def sample_columns_of_other_classes() -> Refusal:
    files = with_folders("0,1,0", header="id,emu,owl")
    return Refusal(
        files,
        "its columns (emu, owl) name no classes of the labels (cat, dog): name the right file in competition.sample, or",
    )


@refusal
def sample_label_that_no_image_has() -> Refusal:
    return Refusal(
        with_folders("0,cat", "1,emu", "2,dog"),
        "sample_submission.csv shows the label 'emu', which no training image",
    )


@refusal
def probabilities_in_one_column_for_three_classes() -> Refusal:
    files = folders(names=("a", "b", "c")) | unseen() | sample("0,0.5", "1,0.5", "2,0.5")
    return Refusal(
        files, "the sample's values (0.5) are probabilities in one column, but there are 3 classes"
    )


@refusal
def train_table_with_short_rows() -> Refusal:
    return Refusal(with_table("a1,cat", "a2"), "train.csv, line 3: 1 cells where the header has 2 columns")


@refusal
def integers_in_two_spellings() -> Refusal:
    return Refusal(
        with_table("a1,1", "a2,01", "a3,1", "a4,2"), "the labels 01, 1, 2 hold one integer in two spellings"
    )


@refusal
def unknown_train_folder() -> Refusal:
    return Refusal(folders() | unseen(), "competition.train: the download has no folder or table 'trian'; did you mean train",
                   {"train": "trian"})  # fmt: skip


@refusal
def unknown_test_folder() -> Refusal:
    return Refusal(
        folders() | unseen(), "competition.test: the download has no folder or table '/etc'", {"test": "/etc"}
    )


@refusal
def unknown_labels_table() -> Refusal:
    return Refusal(folders() | unseen() | LABELLED, "competition.labels: the download has no table 'y.csv'; its tables: "
                   "sample_submission.csv", {"labels": "y.csv"})  # fmt: skip


@refusal
def labels_table_outside() -> Refusal:
    return Refusal(
        with_table(*CATS_DOGS),
        "competition.labels: the download has no table '../secret.csv'",
        {"labels": "../secret.csv"},
    )


@refusal
def unknown_sample() -> Refusal:
    return Refusal(
        folders() | unseen(),
        "competition.sample: the download has no table 's.csv'; its tables: none",
        {"sample": "s.csv"},
    )


@refusal
def unknown_label_column() -> Refusal:
    return Refusal(with_table(*CATS_DOGS), "competition.label_column: train.csv has no column 'breed'; it has id, label",
                   {"label_column": "breed"})  # fmt: skip


@refusal
def unknown_group_column() -> Refusal:
    return Refusal(
        with_table(*CATS_DOGS),
        "competition.group_column: train.csv has no column 'p'; it has id, label",
        {"group_column": "p"},
    )


@refusal
def unknown_id_column() -> Refusal:
    return Refusal(
        with_table(*CATS_DOGS),
        "competition.id_column: no table of the download has a column 'uid'",
        {"id_column": "uid"},
    )


@refusal
def labels_from_folders_that_are_not_there() -> Refusal:
    return Refusal(with_table(*CATS_DOGS), "competition.labels: folders, but", {"labels": "folders"})


@refusal
def labels_table_without_images() -> Refusal:
    files = folders() | unseen() | LABELLED | {"meta.csv": csv("a,b", "q,r", "s,t")}
    return Refusal(
        files, "competition.labels: no columns of meta.csv are ids of images", {"labels": "meta.csv"}
    )


@refusal
def unknown_metric() -> Refusal:
    return Refusal(
        folders() | unseen() | LABELLED,
        "metric 'acuracy' is not known; did you mean accuracy",
        {"metric": "acuracy"},
    )


@refusal
def label_form_for_probability_columns() -> Refusal:
    files = with_folders("0,1,0", header="id,cat,dog")
    return Refusal(
        files,
        "competition.form: label needs one value column, sample_submission.csv has 2",
        {"form": "label"},
    )


@refusal
def probability_form_for_one_column() -> Refusal:
    return Refusal(
        with_folders("0,cat"),
        "competition.form: probabilities need a column a class",
        {"form": "probabilities"},
    )


@refusal
def binary_form_for_three_classes() -> Refusal:
    files = folders(names=("a", "b", "c")) | unseen() | sample("0,0.5", "1,0.5", "2,0.5")
    return Refusal(files, "competition.form: binary needs two classes, the labels have 3", {"form": "binary"})


@refusal
def damaged_nested_zip() -> Refusal:
    return Refusal(
        folders() | unseen() | {"extra.zip": b"PK\x03\x04 not really"}, "extra.zip is no complete zip file"
    )


@refusal
def zips_four_deep() -> Refusal:
    inner = zip_bytes({"d.zip": zip_bytes(images("x.jpg"))})
    return Refusal(
        {"a.zip": zip_bytes({"b.zip": zip_bytes({"c.zip": inner})})},
        "archives within archives more than 2 deep",
    )


@refusal
def nested_zip_that_leads_outside() -> Refusal:
    return Refusal(
        folders() | {"extra.zip": zip_bytes(images("../../evil.jpg"))},
        "the member '../../evil.jpg' points outside",
    )


@refusal
def a_mark_of_ours_in_a_label() -> Refusal:
    files = with_table("a1,1,1", "a2,0,1", "a3,1,0", "a4,1,1", header="id,cat|small,dog")
    return Refusal(files, "the label 'cat|small' holds '|'")


@refusal
def a_sample_of_one_word_that_is_no_class() -> Refusal:
    return Refusal(
        with_folders("0.jpg,horse", "1.jpg,horse", "2.jpg,horse"),
        "shows the label horse, and no training image has it (cat, dog are the classes)",
    )


@refusal
def a_zero_that_may_be_a_class_or_a_probability() -> Refusal:
    return Refusal(
        with_table("a1,1", "a2,0", "a3,1", "a4,0", header="id,target") | sample("t0,0", header="id,target"),
        "the sample shows 0 in every row, which may be a class or a probability",
    )


@refusal
def a_class_of_labels_that_no_image_has() -> Refusal:
    files = folders() | unseen() | LABELLED
    return Refusal(files, "competition.classes: pet: no image has the label 'dogs' in folders: the labels are cat, dog",
                   {"classes": {"pet": ["cat", "dogs"]}})  # fmt: skip


@refusal
def a_label_under_two_classes() -> Refusal:
    files = folders(names=("ant", "cat", "dog")) | unseen() | LABELLED
    return Refusal(files, "'cat' stands under pet and beast: list it once",
                   {"classes": {"pet": ["cat"], "beast": ["cat", "dog"]}})  # fmt: skip


@refusal
def sounds_alone() -> Refusal:
    files = {f"train/t{i}.aif": b"FORM" for i in range(3)} | {"test/x0.aif": b"FORM"} | sample("x0.aif,0")
    return Refusal(files, "holds no image files but sounds (train/t0.aif and 3 more)")


@refusal
def a_value_for_each_pixel() -> Refusal:
    files = many("train/{}.png", 3) | many("train_cleaned/{}.png", 3) | many("test/{}.png", 2)
    files |= sample("0_1_1,1", "0_1_2,1", "1_1_1,1", "1_1_2,1", header="id,value")
    return Refusal(
        files, "column id asks for a value for each pixel ('0_1_1'), so this competition is an image-to-image"
    )


@refusal
def a_sentence_for_each_image() -> Refusal:
    rows = (
        "a1,A dog runs over the grass",
        "a2,Two men play chess outside",
        "a3,A red boat lies ashore",
        "a4,The cat is asleep now",
    )
    return Refusal(with_table(*rows, header="id,caption"), "so this competition is one of captions or texts")
