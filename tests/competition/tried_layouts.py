# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Downloads as outsiders made them: labels beside images, rows for each class, blank labels, shared pictures."""

import json

import cv2
import numpy as np

from tests.competition.famous_layouts import page
from tests.competition.layouts import Layout, layout, sample, unseen
from tests.competition.shipping import Files, csv, images, many

KINDS = ("cat", "dog", "owl")
COUNT = 9


def kind(i: int) -> str:
    return KINDS[i % 3]


def shade(number: int) -> bytes:
    """A picture of its own."""
    return cv2.imencode(".png", np.full((4, 4, 3), number, np.uint8))[1].tobytes()


def labelled(rows: list[str], header: str = "id,label") -> Files:
    return many("train/a{}.jpg", COUNT) | {"train.csv": csv(header, *rows)}


SINGLE = labelled([f"a{i}.jpg,{kind(i)}" for i in range(COUNT)])


@layout
def a_text_with_the_label_beside_each_image() -> Layout:
    files = many("train/{:04}.png", COUNT) | unseen("test/{}.png") | sample("0,cat", "1,cat", "2,dog")
    files |= {f"train/{i:04}.txt": f"{kind(i)}\n" for i in range(COUNT)}
    return Layout(files, list(KINDS), COUNT, 3, label_of={"train/0001.png": "dog"},
                  said="train/0000.txt and 8 more label files")  # fmt: skip


@layout
def texts_with_integers_in_a_folder_of_their_own() -> Layout:
    files = many("train/images/{:04}.png", COUNT) | unseen("test/images/{}.png")
    files |= sample("0,0", "1,0", "2,2") | {f"train/labels/{i:04}.txt": str(i % 3) for i in range(COUNT)}
    return Layout(files, ["0", "1", "2"], COUNT, 3, "integer", label_of={"train/images/0005.png": "2"})


@layout
def texts_with_a_label_a_line() -> Layout:
    files = many("train/{:04}.png", COUNT) | unseen("test/{}.png") | sample("0,cat dog", "1,cat", "2,dog")
    files |= {f"train/{i:04}.txt": f"{kind(i)}\n{kind(i + i // 3)}\n" for i in range(COUNT)}
    return Layout(files, list(KINDS), COUNT, 3, "sets", task="multi",
                  label_of={"train/0000.png": "cat", "train/0004.png": "dog|owl"})  # fmt: skip


@layout
def a_record_in_json_beside_each_image() -> Layout:
    files = many("train/{:04}.png", COUNT) | unseen("test/{}.png") | sample("0,cat", "1,cat", "2,dog")
    files |= {f"train/{i:04}.json": json.dumps({"label": kind(i), "camera": i % 2}) for i in range(COUNT)}
    return Layout(files, list(KINDS), COUNT, 3, label_of={"train/0002.png": "owl"})


@layout
def a_row_for_each_class_of_images_that_have_one() -> Layout:
    rows = [f"t{i}_{name},0.5" for i in range(3) for name in KINDS]
    files = SINGLE | unseen("test/t{}.jpg") | sample(*rows, header="id,probability")
    return Layout(files, list(KINDS), COUNT, 3, "probabilities", column_classes=[0, 1, 2],
                  id_of={"test/t1.jpg": "t1"}, said="a row for each image and column: 3 columns (cat, dog, owl)")  # fmt: skip


@layout
def a_row_for_each_class_of_class_folders() -> Layout:
    files = images(*(f"train/{kind(i)}/{i}.jpg" for i in range(COUNT))) | unseen("test/t{}.jpg")
    files |= sample(*(f"t{i}_{name},0.5" for i in range(3) for name in KINDS), header="id,probability")
    return Layout(files, list(KINDS), COUNT, 3, "probabilities", column_classes=[0, 1, 2])


@layout
def a_row_for_each_label_of_words_and_images_without_any() -> Layout:
    cells = [" ".join(name for k, name in enumerate(KINDS) if i >> k & 1) for i in range(COUNT)]
    files = labelled([f"a{i}.jpg,{cell}" for i, cell in enumerate(cells)]) | unseen("test/t{}.jpg")
    files |= sample(*(f"t{i}_{name},0.5" for i in range(3) for name in KINDS), header="id,probability")
    return Layout(files, list(KINDS), COUNT, 3, "chances", task="multi", column_classes=[0, 1, 2],
                  label_of={"train/a0.jpg": "(none)", "train/a3.jpg": "cat|dog"})  # fmt: skip


@layout
def images_of_the_test_without_a_label_in_the_one_table() -> Layout:
    rows = [f"{i}.jpg,{kind(i) if i < COUNT else ''}" for i in range(COUNT + 3)]
    files = many("images/{}.jpg", COUNT + 3) | {"train.csv": csv("id,label", *rows)}
    return Layout(files, list(KINDS), COUNT, 3, shipped=False, id_of={"images/10.jpg": "10.jpg"},
                  said="3 images of train.csv have no label: they are the test, as nothing else tells it")  # fmt: skip


@layout
def images_of_the_test_with_a_nan_for_a_label() -> Layout:
    rows = [f"{i}.jpg,{i % 3 if i < COUNT else 'nan'}" for i in range(COUNT + 3)]
    files = many("images/{}.jpg", COUNT + 3) | {"labels.csv": csv("file,class", *rows)}
    return Layout(files, ["0", "1", "2"], COUNT, 3, "integer", shipped=False)


@layout
def images_of_the_test_without_a_one_in_any_column() -> Layout:
    rows = [
        f"{i}.jpg,{','.join(str(int(k == i % 3)) for k in range(3)) if i < COUNT else ',,'}"
        for i in range(COUNT + 3)
    ]
    files = many("images/{}.jpg", COUNT + 3) | {"train.csv": csv("id,cat,dog,owl", *rows)}
    return Layout(files, list(KINDS), COUNT, 3, shipped=False)


@layout
def pictures_that_lie_in_several_class_folders() -> Layout:
    shown = {i: [name for k, name in enumerate(KINDS) if i >> k & 1] for i in range(1, 8)}
    files: Files = {f"train/{name}/{i}.png": shade(i) for i, names in shown.items() for name in names}
    files |= unseen("test/t{}.png") | sample("t0.png,0.5,0.5,0.5", "t1.png,0.5,0.5,0.5", "t2.png,0.5,0.5,0.5",
                                             header="id,cat,dog,owl")  # fmt: skip
    return Layout(files, list(KINDS), 7, 3, "chances", task="multi", column_classes=[0, 1, 2],
                  label_of={"train/cat/7.png": "cat|dog|owl", "train/owl/4.png": "owl"},
                  said="4 pictures lie in several class folders")  # fmt: skip


@layout
def pictures_of_equal_names_that_differ_in_class_folders() -> Layout:
    files: Files = {
        f"train/{name}/{i}.png": shade(10 * i + k) for i in range(4) for k, name in enumerate(KINDS)
    }
    files |= unseen("test/t{}.png") | sample("t0.png,cat", "t1.png,cat", "t2.png,dog")
    return Layout(files, list(KINDS), 12, 3)


@layout
def attributes_of_which_the_sample_shows_one_without_an_image() -> Layout:
    rows = [f"a{i}.jpg,{i % 3} {i % 4 + 5}" for i in range(COUNT)]
    files = labelled(rows, "id,attribute_ids") | unseen("test/t{}.jpg")
    files |= sample("t0.jpg,0 1 77", "t1.jpg,0 1 77", "t2.jpg,0 1 77", header="id,attribute_ids")
    return Layout(files, ["0", "1", "2", "5", "6", "7", "8"], COUNT, 3, "sets", task="multi",
                  said="sample_submission.csv shows 77, which no training image has")  # fmt: skip


@layout
def businesses_with_numbers_of_labels_that_name_photographs_by_chance() -> Layout:
    files = many("train_photos/{}.jpg", COUNT, 1) | many("test_photos/{}.jpg", 4, 51)
    files |= {
        "train.csv": csv("business_id,labels", "1000,0 3", "1001,1", "1002,0 1 3"),
        "train_photo_to_biz.csv": csv(
            "photo_id,business_id", *(f"{i + 1},{1000 + i % 3}" for i in range(COUNT))
        ),
        "test_photo_to_biz.csv": csv("photo_id,business_id", "51,x1", "52,x1", "53,x2", "54,x2"),
    }
    files |= sample("x1,0 1", "x2,0 1", header="business_id,labels")
    return Layout(files, ["0", "1", "3"], COUNT, 4, "sets", task="multi", id_of={"test_photos/52.jpg": "x1"},
                  label_of={"train_photos/3.jpg": "0|1|3"})  # fmt: skip


@layout
def traits_whose_means_are_asked_for_beside_their_spreads() -> Layout:
    rows = [f"a{i}.jpg,{i / 7:.3f},{10 + i * i / 3:.3f},0.{i + 1},0.2" for i in range(COUNT)]
    files = labelled(rows, "id,X4_mean,X11_mean,X4_sd,X11_sd") | unseen("test/t{}.jpg")
    files |= sample("t0.jpg,1,1", "t1.jpg,1,1", "t2.jpg,1,1", header="id,X4,X11")
    return Layout(files, ["X4", "X11"], COUNT, 3, "numbers", task="number", column_classes=[0, 1])


@layout
def findings_beside_boxes_of_a_few_images() -> Layout:
    rows = [f"a{i}.jpg,{kind(i) + f'|{kind(i + 1)}' * (i > 4)},p{i // 3}" for i in range(COUNT)]
    files = labelled(rows, "Image Index,Finding Labels,Patient ID") | unseen("test/t{}.jpg")
    files |= {
        "BBox_List.csv": "Image Index,Finding Label,Bbox [x,y,w,h],,,\na0.jpg,owl,225.08,547.01,86.7,79.1,,,\n"
    }
    return Layout(files, list(KINDS), COUNT, 3, "sets", task="multi", shipped=False, groups=COUNT)


def shares(metric: str) -> Files:
    rows = [f"a{i}.jpg,{','.join('0.8' if k == i % 3 else '0.1' for k in range(3))}" for i in range(COUNT)]
    files = labelled(rows, "id,cat,dog,owl") | unseen("test/t{}.jpg")
    files |= sample(*(f"t{i}.jpg,0.3333,0.3333,0.3333" for i in range(3)), header="id,cat,dog,owl")
    return files | page(metric)


@layout
def shares_of_classes_under_a_metric_of_classes() -> Layout:
    return Layout(shares("Submissions are evaluated on the multi-class log loss."), list(KINDS), COUNT, 3,
                  "probabilities", column_classes=[0, 1, 2], metric="log_loss", label_of={"train/a1.jpg": "dog"},
                  said="train.csv has shares of classes, of 9 images none above 0.9")  # fmt: skip


@layout
def shares_of_classes_that_are_asked_for_as_shares() -> Layout:
    return Layout(shares("Evaluated on the Kullback-Leibler divergence of the shares."), list(KINDS), COUNT, 3,
                  "shares", task="number", column_classes=[0, 1, 2])  # fmt: skip


@layout
def records_in_json_with_lists_of_labels() -> Layout:
    records = [{"image": f"a{i}.jpg", "labels": [kind(i), kind(i + 1)][: 1 + (i > 4)]} for i in range(COUNT)]
    files = many("train/a{}.jpg", COUNT) | {"train.json": json.dumps(records)} | unseen("test/t{}.jpg")
    files |= sample("t0.jpg,cat dog", "t1.jpg,cat", "t2.jpg,owl", header="image,labels")
    return Layout(files, list(KINDS), COUNT, 3, "sets", task="multi", label_of={"train/a5.jpg": "cat|owl"})


@layout
def records_in_json_with_lists_of_numbers() -> Layout:
    records = [
        {"image": f"a{i}.jpg", "tag_ids": [i % 3, i % 2 + 5], "bbox": [1, 2, 3, 4]} for i in range(COUNT)
    ]
    files = many("train/a{}.jpg", COUNT) | {"train.json": json.dumps(records)} | unseen("test/t{}.jpg")
    files |= sample("t0.jpg,0 5", "t1.jpg,1 5", "t2.jpg,2", header="image,tag_ids")
    return Layout(
        files, ["0", "1", "2", "5", "6"], COUNT, 3, "sets", task="multi", label_of={"train/a5.jpg": "2|6"}
    )


@layout
def words_of_severity_under_kappa() -> Layout:
    files = labelled([f"a{i}.jpg,{('none', 'mild', 'severe')[i % 3]}" for i in range(COUNT)]) | unseen(
        "test/t{}.jpg"
    )
    files |= sample("t0.jpg,mild", "t1.jpg,mild", "t2.jpg,none") | page(
        "Scored by the quadratic weighted kappa."
    )
    return Layout(files, ["mild", "none", "severe"], COUNT, 3, metric="quadratic_kappa",
                  said="these are no numbers in a row: mild, none, severe is taken for it")  # fmt: skip
