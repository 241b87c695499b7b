# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Well-known competitions that ask for masks, places, texts or pairs, told by what their cells hold."""

import json

from tests.competition.famous_layouts import page
from tests.competition.kaggle_layouts import hashes
from tests.competition.layouts import folders, sample, unseen
from tests.competition.refusals import Refusal, refusal
from tests.competition.shipping import csv, images, many, zip_bytes


@refusal
def kidneys_whose_column_says_encoding() -> Refusal:
    ids = ("2f6ecfcdf", "aaa6a05cc", "cb2d976f4", "0486052bb")
    files = images(*(f"train/{n}.tiff" for n in ids), "test/b9a3865fc.tiff", "test/b2dc8411c.tiff")
    files |= {
        "train.csv": csv(
            "id,encoding",
            *(f"{n},{296084587 + i} 4 {296115835 + i} 6 {296147109 + i} 7" for i, n in enumerate(ids)),
        )
    }
    return Refusal(
        files | sample("b9a3865fc,", "b2dc8411c,", header="id,predicted"),
        "train.csv: column encoding asks for masks as run lengths ('296084587 4 296115835 6 296147109 7'), so this competition is a segmentation",
    )


@refusal
def organs_whose_sample_has_no_rows() -> Refusal:
    names = [f"case123_day20_slice_{i:04}" for i in range(1, 7)]
    files = images(
        *(f"train/case123/case123_day20/scans/slice_{i:04}_266_266_1.50_1.50.png" for i in range(1, 7))
    )
    files |= {
        "train.csv": csv(
            "id,class,segmentation", *(f"{n},{organ}," for n in names for organ in ("large_bowel", "stomach"))
        )
    }
    return Refusal(
        files | {"sample_submission.csv": "id,class,predicted\n"},
        "train.csv: column segmentation asks for masks as run lengths",
    )


@refusal
def neurons_with_annotations_beside_other_columns() -> Refusal:
    names = hashes(6)
    files = images(*(f"train/{n}.png" for n in names), "test/7ae19de7bc2a.png")
    rows = [
        f"{n},{118145 + i} 6 {118849 + i} 7 119553 8,{('shsy5y', 'cort')[i % 2]},a_{n}"
        for i, n in enumerate(names)
    ]
    return Refusal(
        files
        | {"train.csv": csv("id,annotation,cell_type,sample_id", *rows)}
        | sample("7ae19de7bc2a,", header="id,predicted"),
        "train.csv: column annotation asks for masks as run lengths",
    )


@refusal
def old_letters_and_where_they_stand() -> Refusal:
    names = hashes(8)
    files = {
        "train_images.zip": zip_bytes(images(*(f"{n}.jpg" for n in names))),
        "test_images.zip": zip_bytes(images("test_1.jpg")),
    }
    rows = [f"{n},U+306F 1231 3465 133 53 U+304C {275 + i} 1652 84 69" for i, n in enumerate(names)]
    files |= {"train.csv": csv("image_id,labels", *rows)}
    return Refusal(
        files | sample("test_1,U+003F 1 1 U+FF2F 2 2", header="image_id,labels"),
        "column labels asks for labels and where they stand ('U+003F 1 1 U+FF2F 2 2'), so this competition is an object detection",
    )


@refusal
def molecules_as_texts() -> Refusal:
    names = hashes(8)
    files = images(*(f"train/{n[0]}/{n}.png" for n in names), "test/3/abc.png")
    rows = [f'{n},"InChI=1S/C{i + 9}H20OS/c1-8(2)9(3)11-6-{i}-7/h9H"' for i, n in enumerate(names)]
    return Refusal(
        files
        | {"train_labels.csv": csv("image_id,InChI", *rows)}
        | sample("abc,InChI=1S/H2O/h1H2", header="image_id,InChI"),
        "every image has a text of its own (InChI=1S/C10H20OS/",
    )


@refusal
def one_probability_of_three_classes_under_auc() -> Refusal:
    files = (
        folders(names=("ash", "elm", "oak"))
        | unseen()
        | sample("0,0.5", "1,0.5", "2,0.5", header="id,target")
    )
    return Refusal(
        files | page("Submissions are evaluated on the area under the ROC curve."),
        "there are 3 classes (ash, elm, oak), but the sample has one column, target, and roc_auc takes one probability there: bring the classes",
    )


@refusal
def painters_compared_in_pairs() -> Refusal:
    files = many("train/{}.jpg", 12) | many("test/{}.jpg", 6, 20)
    files |= {
        "train_info.csv": csv("filename,artist,style", *(f"{i}.jpg,a{i % 4},s{i % 2}" for i in range(12)))
    }
    files |= {
        "submission_info.csv": csv(
            "index,image1,image2", *(f"{i},{20 + i}.jpg,{21 + i}.jpg" for i in range(4))
        )
    }
    return Refusal(
        files | sample(*(f"{i},0" for i in range(4)), header="index,sameArtist"),
        "submission_info.csv: column image2 asks for pairs of images, with image1, so this competition is a comparison",
    )


@refusal
def photographs_that_belong_to_several_businesses() -> Refusal:
    files = many("train_photos/{}.jpg", 12, 100) | many("test_photos/{}.jpg", 4, 500)
    files |= {
        "train_photo_to_biz_ids.csv": csv(
            "photo_id,business_id", *(f"{100 + i},{1000 + i // 3}" for i in range(12))
        )
    }
    files |= {
        "test_photo_to_biz.csv": csv(
            "photo_id,business_id", *(f"{500 + i},b{'xy'[i // 2]}1" for i in range(4)), "500,by1"
        )
    }
    files |= {"train.csv": csv("business_id,labels", "1000,1 2", "1001,2", "1002,1", "1003,1 2")}
    return Refusal(
        files | sample("bx1,1 2", "by1,1 2", header="business_id,labels"),
        "test_photo_to_biz.csv: the image '500' belongs to 'bx1' and 'by1', two rows of the submission",
    )


@refusal
def pictures_of_the_test_in_a_container_that_is_not_read() -> Refusal:
    files = many("train-image/image/ISIC_{:07}.jpg", 20, 15670) | {
        "train-image.hdf5": b"HDF",
        "test-image.hdf5": b"HDF",
    }
    files |= {
        "train-metadata.csv": csv(
            "isic_id,target", *(f"ISIC_{15670 + i:07},{int(i % 5 == 0)}" for i in range(20))
        )
    }
    return Refusal(
        files | sample("ISIC_0015657,0.3", "ISIC_0015729,0.3", header="isic_id,target"),
        "left out of the download: test-image.hdf5 holds HDF5 arrays, which Podium does not read",
    )


@refusal
def furniture_as_addresses() -> Refusal:
    shown = {"images": [{"image_id": i, "url": [f"http://example.org/{i}.jpg"]} for i in range(9)]}
    return Refusal(
        {"train.json": json.dumps(shown), "test.json": json.dumps(shown)}
        | sample("1,0", header="id,predicted"),
        "no image files but addresses of pictures in JSON (train.json and 1 more)",
    )
