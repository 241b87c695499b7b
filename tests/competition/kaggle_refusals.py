# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Well-known competitions that ask for something else, or ship no image files: each refused by what it is."""

import numpy as np

from tests.competition.kaggle_layouts import hashes
from tests.competition.layouts import folders, sample, unseen
from tests.competition.refusals import Refusal, refusal
from tests.competition.shipping import Files, csv, images, many
from tests.images.scans import npy

UNREAD = "which Podium does not read: write each picture as a PNG or JPEG file"
PIXELS = ",".join(f"pixel{i}" for i in range(784))


def pair(train: str = "train_images/{}.jpg", test: str = "test_images/{}.jpg") -> Files:
    return many(train, 8) | many(test, 2, 50)


@refusal
def digits_of_another_shape_than_a_square() -> Refusal:
    columns = ",".join(f"pixel{i}" for i in range(780))
    zeros = ",".join("0" * 780)
    files: Files = {"train.csv": csv(f"label,{columns}", f"1,{zeros}"), "test.csv": csv(columns, zeros)}
    return Refusal(
        files | sample("1,0", header="ImageId,Label"),
        f"no image files but tables of pixels (train.csv and 1 more), {UNREAD}",
    )


@refusal
def signs_with_more_pictures_than_are_for_show() -> Refusal:
    files = many("shown/{}.PNG", 60)
    files |= {"sign_mnist_train/sign_mnist_train.csv": csv(f"label,{PIXELS}", "1," + ",".join("0" * 784))}
    return Refusal(files, f"sign_mnist_train/sign_mnist_train.csv holds pictures as rows of pixels, {UNREAD}")


@refusal
def faces_as_one_cell_of_pixels() -> Refusal:
    return Refusal(
        {"train.csv": csv("emotion,pixels", "0,70 80 82")},
        f"no image files but tables of pixels (train.csv), {UNREAD}",
    )


@refusal
def key_points_of_faces() -> Refusal:
    row = "66.0,39.0," + " ".join("238" for _ in range(96 * 96))
    return Refusal(
        {"training.csv": csv("left_eye_x,left_eye_y,Image", row)},
        "no image files but tables of pixels (training.csv)",
    )


@refusal
def flowers_as_records() -> Refusal:
    files: Files = {
        f"tfrecords-jpeg-192x192/{k}/{i:02}-192x192-798.tfrec": b"x"
        for k in ("test", "train")
        for i in range(3)
    }
    return Refusal(
        files | sample("252d840db,0"),
        f"no image files but TFRecords (tfrecords-jpeg-192x192/train/00-192x192-798.tfrec and 5 more), {UNREAD}",
    )


@refusal
def products_as_bson() -> Refusal:
    return Refusal(
        {"train.bson": b"x", "test.bson": b"x"} | sample("10,1000010653", header="_id,category_id"),
        f"no image files but BSON documents (train.bson and 1 more), {UNREAD}",
    )


@refusal
def kana_as_arrays() -> Refusal:
    return Refusal({"k49-test-imgs.npz": b"PK", "k49-train-imgs.npz": b"PK", "k49_classmap.csv": csv("index,char", "0,a")},
                   f"no image files but NumPy arrays (k49-train-imgs.npz and 1 more), {UNREAD}")  # fmt: skip


@refusal
def icebergs_as_json() -> Refusal:
    return Refusal(
        {"train.json": '[{"id": "dfd5f913", "band_1": [1.0]}]', "test.json": "[]"},
        f"no image files but numbers in JSON (train.json and 1 more), {UNREAD}",
    )


@refusal
def icebergs_in_another_archive() -> Refusal:
    return Refusal(
        {"sample_submission.csv.7z": b"7z", "test.json.7z": b"7z", "train.json.7z": b"7z"},
        "sample_submission.csv.7z is no complete archive of the kind that its name tells",
    )


@refusal
def volumes_as_dicom_without_labels() -> Refusal:
    return Refusal(
        dict.fromkeys(("train/1.dcm", "test/2.dcm"), b"\0" * 128 + b"DICM"),
        "no labels found for 1 images such as train/1.dcm",
    )


@refusal
def many_pictures_in_one_array() -> Refusal:
    return Refusal(
        dict.fromkeys(("train.npy", "test.npy"), npy(np.zeros((99, 28, 28), np.uint8))),
        f"no image files but NumPy arrays (train.npy and 1 more), {UNREAD}",
    )


@refusal
def graphemes_as_parquet() -> Refusal:
    return Refusal(
        {"train_image_data_0.parquet": b"PAR1"},
        f"no image files but Parquet tables of pixels (train_image_data_0.parquet), {UNREAD}",
    )


@refusal
def photographs_of_a_phone() -> Refusal:
    return Refusal(
        {"train/cat/1.NEF": b"x", "train/dog/2.NEF": b"x"},
        f"no image files but pictures of another format (train/cat/1.NEF and 1 more), {UNREAD}",
    )


@refusal
def steel_defects_by_class_as_masks() -> Refusal:
    rows = [f"{i}.jpg,{i % 4 + 1},{29102 + i} 12 29346 24" for i in range(8)]
    files = (
        pair()
        | {"train.csv": csv("ImageId,ClassId,EncodedPixels", *rows)}
        | sample("50.jpg,,0", header="ImageId,EncodedPixels,ClassId")
    )
    return Refusal(
        files, "column EncodedPixels asks for masks as run lengths, so this competition is a segmentation"
    )


@refusal
def salt_as_masks() -> Refusal:
    files = pair("train/images/{}.png", "test/images/{}.png") | many("train/masks/{}.png", 8)
    return Refusal(
        files | {"train.csv": csv("id,rle_mask", "0,1 9", "1,")} | sample("50,1 1", header="id,rle_mask"),
        "column rle_mask asks for masks as run lengths",
    )


@refusal
def cell_nuclei_in_a_folder_each() -> Refusal:
    names = hashes(4)
    files = images(
        *(f"stage1_train/{n}/images/{n}.png" for n in names),
        *(f"stage1_train/{n}/masks/{n}m.png" for n in names),
    )
    files |= images("stage1_test/ff/images/ff.png") | {
        "stage1_sample_submission.csv": csv("ImageId,EncodedPixels", "ff,1 1")
    }
    return Refusal(
        files,
        "stage1_sample_submission.csv: column EncodedPixels asks for masks as run lengths, so this competition is a segmentation",
    )


@refusal
def wheat_heads_as_boxes() -> Refusal:
    rows = [f'{i},1024,"[{i}.0, 22.0, 56.0, 36.0]",usask' for i in range(8)]
    files = (
        pair()
        | {"train.csv": csv("image_id,width,bbox,source", *rows)}
        | sample("50,1.0 0 0 50 50", "51,", header="image_id,PredictionString")
    )
    return Refusal(
        files, "column PredictionString asks for boxes, so this competition is an object detection"
    )


@refusal
def landmarks_with_a_confidence() -> Refusal:
    files = (
        pair()
        | {"train.csv": csv("id,landmark_id", *(f"{i},{i % 3}" for i in range(8)))}
        | sample("50,1 0.0085", "51,2 0.5", header="id,landmarks")
    )
    return Refusal(
        files,
        "column landmarks asks for a label and its confidence ('1 0.0085'), so this competition is scored by confidence",
    )


@refusal
def a_ranking_of_names_with_blanks() -> Refusal:
    files = (
        folders(names=("Quercus alba", "Acer rubrum"))
        | unseen()
        | sample("0,Quercus alba Acer rubrum", header="id,species")
    )
    return Refusal(files, "shows 'Quercus alba Acer rubrum', which is no class but the words of several")


@refusal
def an_integer_beyond_the_classes() -> Refusal:
    files = folders(names=("ant", "bee", "cow")) | unseen() | sample("0,7", "1,7", "2,7", header="id,class")
    return Refusal(
        files,
        "shows the class 7, but there are 3 classes (ant, bee, cow) and nothing says which integer is which: add a table",
    )


@refusal
def broken_json_that_is_named() -> Refusal:
    return Refusal(
        folders() | unseen() | {"labels.json": "{oops"}, "labels.json is no JSON (", {"labels": "labels.json"}
    )


@refusal
def json_nested_a_hundred_thousand_deep() -> Refusal:
    return Refusal(
        folders() | unseen() | {"labels.json": "[" * 100_000},
        "labels.json is nested too deep for a table",
        {"labels": "labels.json"},
    )


@refusal
def monkeys_without_a_test() -> Refusal:
    files = folders("training/training", ("n0", "n1")) | folders("validation/validation", ("n0", "n1"), 1)
    return Refusal(
        files,
        "holds no test images, so there is nothing to predict: name their folder in competition.test, or validation to predict that",
    )


@refusal
def a_sample_of_training_images() -> Refusal:
    return Refusal(
        folders() | sample("cat_0.jpg,cat", "dog_1.jpg,cat"),
        "its ids name training images (train/cat/cat_0.jpg), and the download holds no test images, as where only notebooks are taken",
    )


@refusal
def boxes_in_a_text_file_an_image() -> Refusal:
    files = many("train/images/a{}.jpg", 6) | many("test/images/t{}.jpg", 2)
    return Refusal(
        files | {f"train/labels/a{i}.txt": "0 0.5 0.5 0.1 0.1\n" for i in range(6)},
        "train/labels/a0.txt and 5 more lie beside images as their boxes do, so this is an object detection",
    )


@refusal
def labels_in_a_spreadsheet() -> Refusal:
    return Refusal(
        many("train/a{}.jpg", 4) | unseen() | {"train.xlsx": b"PK"},
        "train.xlsx may hold the labels, but it is no text table: save it as CSV",
    )


@refusal
def one_class_folder() -> Refusal:
    return Refusal(
        folders(names=("cat",)) | unseen(),
        "no labels found for 2 images such as train/cat/cat_0.jpg ('cat' is the only folder that could be a class; looked at",
    )


@refusal
def a_train_table_of_ids_alone() -> Refusal:
    return Refusal(many("train/a{}.jpg", 4) | unseen() | {"train.csv": csv("id,width", *(f"a{i},640" for i in range(4)))},
                   "train.csv: id names images, but no other column could be their label (columns: width): name it in competition.label_column")  # fmt: skip


@refusal
def images_of_training_in_another_archive() -> Refusal:
    return Refusal(
        unseen() | {"train.tar.lz4": b"x", "train.csv": csv("id,label", "a,cat")},
        "no labels found, but train.tar.lz4, which is not unpacked here: unpack it",
    )


@refusal
def labels_as_a_matrix() -> Refusal:
    return Refusal(
        many("jpg/image_{:05}.jpg", 4, 1) | {"imagelabels.mat": b"x"},
        "imagelabels.mat may hold the labels, but it is no text table",
    )


@refusal
def one_missing_image_in_a_hundred_where_none_may_miss() -> Refusal:
    files = (
        many("train/a{}.jpg", 120)
        | unseen("test/t{}.jpg", 1)
        | {"train.csv": csv("id,label", *(f"a{i},{i % 2}" for i in range(121)))}
    )
    return Refusal(
        files,
        "train.csv, line 122: no image 'a120' in the download (1 of 121 are missing); competition.on_missing: skip",
        {"on_missing": "fail"},
    )


@refusal
def a_number_of_five_thousand_digits() -> Refusal:
    files = folders() | unseen() | sample("0,cat", f"{'9' * 5000},cat")
    return Refusal(
        files, f"line 3: no image in test for the id '{'9' * 79}... (5,002 letters) (1 of 2 ids are unknown)"
    )


@refusal
def an_id_that_would_clear_the_screen() -> Refusal:
    return Refusal(
        folders() | unseen() | sample("0,cat", "1,\x1b[2J\x07owl", "2,dog"),
        r"shows the label '\x1b[2J\x07owl', which no training image has",
    )
