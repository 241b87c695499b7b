# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""What outsiders' downloads asked for and is no labels of images: refused by its own name."""

from tests.competition.layouts import sample, unseen
from tests.competition.refusals import Refusal, refusal
from tests.competition.shipping import csv, images, many


@refusal
def boxes_in_texts_beside_images() -> Refusal:
    files = many("train/{}.png", 4) | unseen("test/{}.png") | sample("0,0", "1,0", "2,0")
    files |= {f"train/{i}.txt": f"{i % 2} 0.5 0.5 0.2 0.3\n1 0.1 0.1 0.2 0.2\n" for i in range(4)}
    return Refusal(
        files, "train/0.txt and 3 more lie beside images as their boxes do, so this is an object detection"
    )


@refusal
def weeks_before_and_after_a_visit() -> Refusal:
    files = images(
        *(
            f"{part}/{one}/1.png"
            for part, one in (("train", "a"), ("train", "b"), ("test", "x"), ("test", "y"))
        )
    )
    files |= {"train.csv": csv("Patient,Weeks,Volume", "a,-4,2315", "a,5,2214", "b,0,2061", "b,9,2144")}
    rows = [f"{one}_{week},2000,100" for one in ("x", "y") for week in range(-3, 4)]
    return Refusal(
        files | sample(*rows, header="Patient_Week,Volume,Confidence"), "asks for 7 values of each image"
    )


@refusal
def pairs_of_faces_in_one_cell() -> Refusal:
    files = (
        many("train/{}.jpg", 4)
        | unseen("test/t{}.jpg")
        | sample("t0.jpg-t1.jpg,0", "t1.jpg-t2.jpg,0", header="img_pair,is_related")
    )
    return Refusal(
        files | {"train.csv": csv("p1,p2", "0,1", "2,3")},
        "asks for pairs of images ('t0.jpg-t1.jpg'), so this competition is a comparison",
    )


@refusal
def organs_in_several_rows_of_a_slice() -> Refusal:
    files = many("train/{}.png", 4) | unseen("test/t{}.png")
    files |= {
        "train.csv": csv(
            "id,class,segmentation",
            *(f"{i},{name},28094 3 28358 7" for i in range(4) for name in ("bowel", "stomach")),
        )
    }
    rows = [f"t{i},{name},1 1 5 1" for i in range(3) for name in ("bowel", "stomach")]
    return Refusal(
        files | sample(*rows, header="id,class,predicted"),
        "train.csv: column segmentation asks for masks as run lengths",
    )


@refusal
def several_rows_of_an_image() -> Refusal:
    files = many("train/a{}.jpg", 4) | unseen("test/t{}.jpg")
    files |= {"train.csv": csv("image,label", "a0,cat", "a1,dog", "a2,cat", "a3,dog")}
    rows = [f"t{i},{name},0.5" for i in range(3) for name in ("cat", "dog")]
    return Refusal(
        files | sample(*rows, header="image,label,probability"),
        "the id 't0' stands 2 times; an image has one row: where each row asks for another value of the image, write a sample with a column for each",
    )


@refusal
def packed_volumes() -> Refusal:
    files = {f"train/{i}.nii.gz": b"\x1f\x8b" for i in range(3)} | sample("x,0")
    return Refusal(
        files,
        "holds no image files but NIfTI volumes (train/0.nii.gz and 2 more), which Podium does not read",
    )


@refusal
def drawings_in_a_table() -> Refusal:
    files = {"train/owl.csv": csv("drawing,key_id,word", '"[[[167, 109], [140, 194]]]",1,owl')} | sample(
        "9,owl"
    )
    return Refusal(
        files, "holds no image files but drawings as strokes (train/owl.csv), which Podium does not read"
    )


@refusal
def ages_beside_a_sex_and_no_sample() -> Refusal:
    rows = [f"a{i},{12 + 7 * i},{i % 2 == 0}" for i in range(60)]
    files = many("train/a{}.png", 60) | unseen("test/t{}.png") | {"train.csv": csv("id,boneage,male", *rows)}
    return Refusal(
        files,
        "train.csv has several columns that could be the label (male, boneage): name one in competition.label_column",
    )
