# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Well-known competitions with the sentence of their page that names the metric, each as small as it can be."""

import json

import numpy as np

from tests.competition.kaggle_layouts import coco, hashes
from tests.competition.layouts import Layout, layout, sample
from tests.competition.shipping import Files, csv, images, many, zip_bytes
from tests.images.scans import dicom

SCAN = dicom((np.add.outer(np.arange(8), np.arange(8)) * 200).astype(np.uint16))
AUC = "Submissions are evaluated on [area under the ROC curve](http://example.org/AUC_(curve)) between the predicted probability and the observed target."
LEAVES = ("healthy", "multiple_diseases", "rust", "scab")
TUBES = "ETT - Abnormal,ETT - Normal,NGT - Incompletely Imaged,NGT - Normal,Swan Ganz Catheter Present"
PHOTO = "Subject Focus,Eyes,Face,Near,Action,Group,Blur"


def page(text: str) -> Files:
    """The competition's page as it lies beside the data."""
    return {
        "description.md": f"# Overview\n\n## Description\n\nAccuracy of doctors varies.\n\n## Evaluation\n\n{text}\n\n## Timeline\n\nJuly 13\n"
    }


def scans(*paths: str) -> Files:
    """One tiny DICOM picture at each path."""
    return dict.fromkeys(paths, SCAN)


def bits(number: int, count: int) -> str:
    """Cells of 0 and 1 that differ from row to row."""
    return ",".join(str((number * (j + 3) // 2) % 2) for j in range(count))


@layout
def leaves_one_hot_of_four() -> Layout:
    rows = [f"Train_{i}," + ",".join(str(int(j == i % 4)) for j in range(4)) for i in range(12)]
    files = many("images/Train_{}.jpg", 12) | many("images/Test_{}.jpg", 3)
    header = "image_id," + ",".join(LEAVES)
    files |= {
        "train.csv": csv(header, *rows),
        "test.csv": csv("image_id", *(f"Test_{i}" for i in range(3))),
    }
    files |= sample(*(f"Test_{i},0.25,0.25,0.25,0.25" for i in range(3)), header=header)
    files |= page(
        "Submissions are evaluated on mean column-wise ROC AUC. In other words, the score is the average of the individual AUCs."
    )
    return Layout(files, list(LEAVES), 12, 3, "probabilities", column_classes=[0, 1, 2, 3], metric="roc_auc")


@layout
def leaves_with_several_diseases_in_a_cell() -> Layout:
    kinds = ("healthy", "scab frog_eye_leaf_spot complex", "scab", "complex", "rust", "frog_eye_leaf_spot",
             "powdery_mildew", "scab frog_eye_leaf_spot", "frog_eye_leaf_spot complex", "rust frog_eye_leaf_spot",
             "powdery_mildew complex", "rust complex")  # fmt: skip
    train, test = hashes(24, length=16), hashes(3, 60, 16)
    files = images(*(f"train_images/{n}.jpg" for n in train), *(f"test_images/{n}.jpg" for n in test))
    files |= {"train.csv": csv("image,labels", *(f"{n}.jpg,{kinds[i % 12]}" for i, n in enumerate(train)))}
    files |= sample(*(f"{n}.jpg,healthy" for n in test), header="image,labels")
    files |= page(
        "The evaluation metric for this competition is [Mean F1-Score](https://example.org/MeanFScore)."
    )
    names = ["complex", "frog_eye_leaf_spot", "healthy", "powdery_mildew", "rust", "scab"]
    return Layout(files, names, 24, 3, "sets", task="multi", metric="f1_micro",
                  label_of={f"train_images/{train[1]}.jpg": "complex|frog_eye_leaf_spot|scab"})  # fmt: skip


@layout
def tubes_with_patients_and_annotations_of_their_places() -> Layout:
    uids = [
        f"1.2.826.0.1.3680043.8.498.{26697628953273228189375557799582420561 + i * 7919}" for i in range(30)
    ]
    rows = [
        f"{uid},{bits(i, 5)},{('ec89', 'bf4c', '3fc1')[i % 3]}{i // 6}" for i, uid in enumerate(uids[:24])
    ]
    files = images(*(f"train/{uid}.jpg" for uid in uids[:24]), *(f"test/{uid}.jpg" for uid in uids[27:]))
    files |= {
        "train.csv": csv(f"StudyInstanceUID,{TUBES},PatientID", *rows),
        "train_tfrecords/00-1881.tfrec": b"x",
    }
    notes = [f'{uid},NGT - Normal,"[[1487, 1279], [1477, 1168]]"' for uid in uids[:9]]
    files |= {"train_annotations.csv": csv("StudyInstanceUID,label,data", *notes)}
    files |= sample(*(f"{uid},0,0,0,0,0" for uid in uids[27:]), header=f"StudyInstanceUID,{TUBES}") | page(
        AUC
    )
    return Layout(files, TUBES.split(","), 24, 3, "chances", task="multi", metric="roc_auc", groups=24,
                  column_classes=[0, 1, 2, 3, 4], id_of={f"test/{uids[29]}.jpg": uids[29]})  # fmt: skip


@layout
def moles_with_patients_sexes_and_ages() -> Layout:
    rows = [
        f"ISIC_{i:07},IP_{i // 3:07},{('male', 'female', '')[i % 3]},{45 + 5 * (i % 4)}.0,{('torso', 'head/neck', '')[i % 3]},"
        f"{('unknown', 'nevus', 'melanoma')[i % 3]},{('benign', 'benign', 'malignant')[i % 3]},{int(i % 3 == 2)}"
        for i in range(30)
    ]
    tests = [f"ISIC_{i:07},IP_9999999,male,60.0,torso" for i in range(900, 903)]
    header = "image_name,patient_id,sex,age_approx,anatom_site_general_challenge"
    files = many("jpeg/train/ISIC_{:07}.jpg", 30) | many("jpeg/test/ISIC_{:07}.jpg", 3, 900)
    files |= scans(*(f"train/ISIC_{i:07}.dcm" for i in range(30)))
    files |= {
        "train.csv": csv(f"{header},diagnosis,benign_malignant,target", *rows),
        "test.csv": csv(header, *tests),
    }
    files |= sample(*(f"ISIC_{i:07},0" for i in range(900, 903)), header="image_name,target") | page(AUC)
    return Layout(files, ["0", "1"], 30, 3, "binary", column_classes=[1], metric="roc_auc", groups=30,
                  said="may help: sex, age_approx, anatom_site_general_challenge")  # fmt: skip


@layout
def species_of_which_a_ranking_is_asked_and_the_first_counts() -> Layout:
    train = [
        f"train_val2019/{('Plants', 'Birds')[i % 2]}/{(400, 202)[i % 2]}/{n}.jpg"
        for i, n in enumerate(hashes(12))
    ]
    val = [
        f"train_val2019/{('Plants', 'Birds')[i % 2]}/{(400, 202)[i % 2]}/{n}.jpg"
        for i, n in enumerate(hashes(4, 70))
    ]
    test = [f"test2019/{n}.jpg" for n in hashes(3, 50)]
    kinds = {400: "400", 202: "202"}
    files = images(*train, *val, *test) | {
        "train2019.json": coco(train, kinds),
        "val2019.json": coco(val, kinds, 50),
    }
    files |= {"test2019.json": coco(test, {}, 268243)}
    files |= {
        "kaggle_sample_submission.csv": csv(
            "id,predicted", *(f"{268243 + i},71 108 202 341 400" for i in range(3))
        )
    }
    files |= page(
        "We use top-1 classification error as the metric for this competition. For each image, an algorithm will produce 1 label."
    )
    return Layout(files, ["202", "400"], 12, 3, "top_k", validation=4, top_k=5, metric="accuracy",
                  id_of={test[1]: "268244"}, label_of={train[1]: "202"})  # fmt: skip


@layout
def pressed_plants_under_other_keys_and_a_list_of_test_images() -> Layout:
    train = [f"{i // 2:03}/{i % 2:02}/{i // 2:05}__{i % 2 + 1:03}.jpg" for i in range(12)]
    test = [f"000/test-{i:06}.jpg" for i in range(3)]
    files = images(*(f"train_images/{n}" for n in train), *(f"test_images/{n}" for n in test))
    notes = [
        {"image_id": n[-14:-4], "category_id": i // 2, "genus_id": 1, "institution_id": 15}
        for i, n in enumerate(train)
    ]
    shown = [{"image_id": n[-14:-4], "file_name": n, "license": 0} for n in train]
    kinds = [
        {"category_id": i, "scientificName": f"Abies s{i}", "family": "Pinaceae", "species": f"s{i}"}
        for i in range(6)
    ]
    more = {
        "genera": [{"genus_id": 1, "genus": "Abies"}],
        "distances": [{"genus_id_x": 1, "genus_id_y": 2, "distance": 0.5}],
    }
    files |= {
        "train_metadata.json": json.dumps({"annotations": notes, "images": shown, "categories": kinds} | more)
    }
    files |= {
        "test_metadata.json": json.dumps(
            [{"image_id": i, "file_name": n, "license": 0} for i, n in enumerate(test)]
        )
    }
    files |= sample("0,42", "1,42", "2,42", header="Id,Predicted")
    files |= page("Submissions are evaluated using the [macro F1 score](https://example.org/f1_score.html).")
    return Layout(files, list("012345"), 12, 3, "integer", metric="f1_macro", id_of={f"test_images/{test[2]}": "2"},
                  label_of={f"train_images/{train[3]}": "1"})  # fmt: skip


@layout
def hotels_below_their_chains() -> Layout:
    names, tests = hashes(16, length=16), hashes(3, 60, 16)
    chains, hotels = (5, 0, 87), (36363, 53586, 18807)
    rows = [
        f"{n}.jpg,{chains[i % 3]},{hotels[i % 3] + (i % 2 if i % 3 else 0)},2018-04-0{i % 9 + 1} 15:54:5{i % 10}"
        for i, n in enumerate(names)
    ]
    files = images(*(f"train_images/{chains[i % 3]}/{n}.jpg" for i, n in enumerate(names)))
    files |= images(*(f"test_images/{n}.jpg" for n in tests)) | {
        "train.csv": csv("image,chain,hotel_id,timestamp", *rows)
    }
    files |= sample(*(f"{n}.jpg,36363 53586 18807 64314 60181" for n in tests), header="image,hotel_id")
    files |= page("Submissions are evaluated according to the Mean Average Precision @ 5 (MAP@5):")
    return Layout(files, ["18807", "18808", "36363", "53586", "53587"], 16, 3, "top_k", top_k=5, metric="map_at_5",
                  said="were taken for storage, not for classes")  # fmt: skip


@layout
def works_of_art_with_numbers_of_attributes() -> Layout:
    names, tests = hashes(20, length=16), hashes(3, 60, 16)
    cells = [
        f"{(448, 782, 147)[i % 3]} {(2429, 813)[i % 2]} {(1059, 3334, 7, 12)[i % 4]}" if i % 5 else "782"
        for i in range(20)
    ]
    files = images(*(f"train/{n}.png" for n in names), *(f"test/{n}.png" for n in tests))
    files |= {
        "train.csv": csv("id,attribute_ids", *(f"{n},{cell}" for n, cell in zip(names, cells, strict=True)))
    }
    files |= {
        "labels.csv": csv(
            "attribute_id,attribute_name",
            *(f"{k},tags::n{k}" for k in (448, 782, 147, 2429, 813, 1059, 3334, 7, 12)),
        )
    }
    files |= sample(*(f"{n},0 1 2" for n in tests), header="id,attribute_ids")
    files |= page(
        "Submissions will be evaluated based on their micro averaged [F1 score](https://example.org/F1_score)."
    )
    return Layout(files, ["7", "12", "147", "448", "782", "813", "1059", "2429", "3334"], 20, 3, "sets", task="multi",
                  metric="f1_micro", label_of={f"train/{names[0]}.png": "782"})  # fmt: skip


@layout
def hidden_messages_under_a_weighted_auc() -> Layout:
    names = ("Cover", "JMiPOD", "JUNIWARD", "UERD")
    files = {k: v for name in names for k, v in many(f"{name}/{{:05}}.jpg", 3, 1).items()}
    files |= many("Test/{:04}.jpg", 3, 1) | sample(
        "0001.jpg,0", "0002.jpg,0", "0003.jpg,0", header="Id,Label"
    )
    files |= page(
        "In order to focus on reliable detection with an emphasis on low false-alarm rate, submissions are evaluated on the weighted AUC."
    )
    return Layout(files, ["Cover", "other than Cover"], 12, 3, "binary", metric="weighted_auc", column_classes=[1],
                  label_of={"UERD/00001.jpg": "other than Cover"}, said="JMiPOD, JUNIWARD, UERD are one class")  # fmt: skip


@layout
def pets_rated_from_one_to_a_hundred_beside_flags() -> Layout:
    names, tests = hashes(60, length=16), hashes(3, 80, 16)
    rows = [f"{n},{bits(i, 7)},{(i * 37) % 100 + 1}" for i, n in enumerate(names)]
    files = images(*(f"train/{n}.jpg" for n in names), *(f"test/{n}.jpg" for n in tests))
    files |= {"train.csv": csv(f"Id,{PHOTO},Pawpularity", *rows)}
    files |= {"test.csv": csv(f"Id,{PHOTO}", *(f"{n},{bits(i, 7)}" for i, n in enumerate(tests)))}
    files |= sample(*(f"{n},43.75" for n in tests), header="Id,Pawpularity")
    files |= page(
        "#### Root Mean Squared Error $RMSE$\n\nSubmissions are scored on the root mean squared error."
    )
    return Layout(files, ["Pawpularity"], 60, 3, "numbers", task="number", metric="rmse", column_classes=[0])


@layout
def fish_of_two_stages_of_which_the_second_asks_for_the_first_s_too() -> Layout:
    names = ("ALB", "BET", "NoF")
    first = [f"img_{i:05}.jpg,.4,.3,.3" for i in (5, 6, 7)]
    files: Files = {
        "train.zip": zip_bytes(
            {k: v for n in names for k, v in many(f"train/{n}/img_{{:05}}.jpg", 2, ord(n[0])).items()}
        )
    }
    files |= {"test_stg1.zip": zip_bytes(many("test_stg1/img_{:05}.jpg", 3, 5))} | many(
        "test_stg2/image_{:05}.jpg", 4, 1
    )
    files |= {
        "sample_submission_stg1.csv.zip": zip_bytes(
            {"sample_submission_stg1.csv": csv("image,ALB,BET,NoF", *first)}
        )
    }
    files |= {
        "sample_submission_stg2.csv": csv(
            "image,ALB,BET,NoF", *first, *(f"test_stg2/image_{i:05}.jpg,.4,.3,.3" for i in range(1, 5))
        )
    }
    files |= page(
        "Submissions are evaluated using the multi-class logarithmic loss. Each image has been labeled with one true class."
    )
    return Layout(files, list(names), 6, 7, "probabilities", column_classes=[0, 1, 2], metric="log_loss",
                  said="sample_submission_stg2.csv, not sample_submission_stg1.csv")  # fmt: skip


@layout
def forests_as_jpeg_and_once_more_as_tiff() -> Layout:
    tags = ("haze primary", "agriculture clear primary water", "clear primary", "cloudy", "clear primary water",
            "haze primary water", "agriculture clear primary", "haze primary agriculture", "primary water clear agriculture",
            "haze", "primary", "water", "clear", "agriculture")  # fmt: skip
    files = many("train-jpg/train_{}.jpg", 20) | many("train-tif-v2/train_{}.tif", 20)
    files |= many("test-jpg/test_{}.jpg", 3) | many("test-jpg-additional/file_{}.jpg", 2)
    files |= many("test-tif-v2/test_{}.tif", 3) | many("test-tif-v2/file_{}.tif", 2)
    files |= {"train_v2.csv": csv("image_name,tags", *(f"train_{i},{tags[i % 14]}" for i in range(20)))}
    asked = [*(f"test_{i}" for i in range(3)), "file_0", "file_1"]
    files |= {
        "sample_submission_v2.csv": csv(
            "image_name,tags", *(f"{n},primary clear agriculture water" for n in asked)
        )
    }
    files |= page(
        "Submissions will be evaluated based on their mean (F_{2}) score. The F score measures accuracy by precision and recall."
    )
    names = ["agriculture", "clear", "cloudy", "haze", "primary", "water"]
    return Layout(files, names, 20, 5, "sets", task="multi", metric="f2_samples", id_of={"test-jpg-additional/file_1.jpg": "file_1"},
                  said="20 .tif files of train-jpg, train-tif-v2")  # fmt: skip


@layout
def cells_in_four_colours_with_several_places_each() -> Layout:
    names = [f"{n}-bbb2-11e8" for n in hashes(16, length=8)]
    tests = ["00008af0-bad0-11e8", "0000a892-bacf-11e8"]
    colours = ("red", "green", "blue", "yellow")
    places = ("16 0", "7 1 2 0", "5", "1", "18", "0", "25 0", "2")
    files = images(
        *(f"train/{n}_{c}.png" for n in names for c in colours),
        *(f"test/{n}_{c}.png" for n in tests for c in colours),
    )
    files |= {"train.csv": csv("Id,Target", *(f"{n},{places[i % 8]}" for i, n in enumerate(names)))}
    files |= sample(*(f"{n},0" for n in tests), header="Id,Predicted") | page(
        "Submissions will be evaluated based on their macro F1 score."
    )
    return Layout(files, ["0", "1", "2", "5", "7", "16", "18", "25"], 64, 8, "sets", task="multi", metric="f1_macro",
                  label_of={f"train/{names[1]}_red.png": "0|1|2|7"}, id_of={f"test/{tests[0]}_red.png": tests[0]})  # fmt: skip


@layout
def volumes_as_folders_of_scans() -> Layout:
    series = [(s, k) for s in ("FLAIR", "T1w") for k in (1, 2)]
    files = scans(*(f"train/{p:05}/{s}/Image-{k}.dcm" for p in (0, 2, 3, 5) for s, k in series))
    files |= scans(*(f"test/{p:05}/{s}/Image-{k}.dcm" for p in (1, 13) for s, k in series))
    files |= {"train_labels.csv": csv("BraTS21ID,MGMT_value", "00000,1", "00002,1", "00003,0", "00005,1")}
    files |= sample("00001,0.5", "00013,0.5", header="BraTS21ID,MGMT_value") | page(AUC)
    return Layout(files, ["0", "1"], 16, 8, "binary", column_classes=[1], metric="roc_auc",
                  label_of={"train/00003/T1w/Image-2.dcm": "0"}, id_of={"test/00013/FLAIR/Image-1.dcm": "00013"})  # fmt: skip


@layout
def galaxies_with_shares_of_votes() -> Layout:
    names = [f"Class1.{i}" for i in (1, 2, 3)]
    files = many("images_training_rev1/{}.jpg", 30, 100008) | many("images_test_rev1/{}.jpg", 3, 200018)
    rows = [f"{100008 + i},0.{383147 + i * 7919},0.{616853 - i * 7919},{i % 3 / 2}" for i in range(30)]
    files |= {"training_solutions_rev1.csv": csv("GalaxyID," + ",".join(names), *rows)}
    for name, cell in (("all_zeros", "0"), ("central_pixel", "0.3")):
        files |= {
            f"{name}_benchmark.csv": csv(
                "GalaxyID," + ",".join(names), *(f"{200018 + i},{cell},{cell},{cell}" for i in range(3))
            )
        }
    files |= page("The metric for this competition is root mean squared error (RMSE).")
    return Layout(files, names, 30, 3, "numbers", task="number", metric="rmse", column_classes=[0, 1, 2])


@layout
def chests_with_findings_between_bars() -> Layout:
    names = [f"{i:08}_000.png" for i in range(1, 25)]
    kinds = ("Cardiomegaly", "Cardiomegaly|Emphysema", "No Finding", "Hernia")
    files = images(*(f"images_{i % 3 + 1:03}/images/{n}" for i, n in enumerate(names)))
    rows = [f"{n},{kinds[i % 4]},{i % 3},{i // 2},05{i % 9},M,PA" for i, n in enumerate(names)]
    files |= {
        "Data_Entry_2017.csv": csv(
            "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position",
            *rows,
        )
    }
    files |= {"train_val_list.txt": "\n".join(names[:18]), "test_list.txt": "\n".join(names[18:])}
    return Layout(files, ["Cardiomegaly", "Emphysema", "Hernia", "No Finding"], 18, 6, "sets", task="multi", groups=18, test_labels=6,
                  shipped=False)  # fmt: skip


@layout
def ovaries_with_thumbnails_and_sizes() -> Layout:
    kinds = ("HGSC", "EC", "CC", "LGSC", "MC")
    files = many("train_images/{}.png", 20, 10) | many("train_thumbnails/{}_thumbnail.png", 20, 10)
    files |= images("test_images/41.png", "test_thumbnails/41_thumbnail.png")
    rows = [f"{i},{kinds[i % 5]},23785,20008,{i % 7 == 0}" for i in range(10, 30)]
    files |= {"train.csv": csv("image_id,label,image_width,image_height,is_tma", *rows)}
    files |= {"test.csv": csv("image_id,image_width,image_height", "41,28469,16987")}
    files |= sample("41,HGSC", header="image_id,label") | page(
        "Submissions are evaluated using balanced accuracy."
    )
    return Layout(files, sorted(kinds), 20, 1, unlabelled=21, metric="balanced_accuracy")


@layout
def breasts_whose_rows_are_patients_and_sides() -> Layout:
    rows, paths = [], []
    for patient in range(10, 30):
        for side in "LR":
            for view in ("CC", "MLO"):
                name = f"{patient}{ord(side)}{len(view)}77"
                sick = int(patient % 5 == 0 and side == "L")
                paths.append(f"train_images/{patient}/{name}.dcm")
                rows.append(
                    f"{patient % 2 + 1},{patient},{name},{side},{view},{50 + patient % 9}.0,{sick},{sick},{(29, 49)[patient % 2]}"
                )
    tests = [
        f"2,10008,{736471439 + i},{side},{view},81,21,10008_{side}"
        for i, (side, view) in enumerate((s, v) for s in "LR" for v in ("MLO", "CC"))
    ]
    files = scans(*paths, *(f"test_images/10008/{736471439 + i}.dcm" for i in range(4)))
    files |= {
        "train.csv": csv("site_id,patient_id,image_id,laterality,view,age,cancer,biopsy,machine_id", *rows)
    }
    files |= {
        "test.csv": csv("site_id,patient_id,image_id,laterality,view,age,machine_id,prediction_id", *tests)
    }
    files |= sample("10008_L,0.021168", "10008_R,0.021168", header="prediction_id,cancer")
    files |= page(
        "Submissions are evaluated using the [probabilistic F1 score](https://example.org/a.pdf) (pF1)."
    )
    return Layout(files, ["0", "1"], 80, 4, "binary", column_classes=[1], metric="probabilistic_f1", groups=80,
                  id_of={"test_images/10008/736471441.dcm": "10008_R"}, said="80 training images are 40 rows, of 1 to 2 images")  # fmt: skip


@layout
def patients_labelled_apart_from_their_images() -> Layout:
    files = many("train/im{}.jpg", 24) | many("test/im{}.jpg", 6, 100)
    files |= {
        "images.csv": csv(
            "image_id,patient_id",
            *(f"im{i},p{i // 3}" for i in range(24)),
            *(f"im{100 + i},q{i // 2}" for i in range(6)),
        )
    }
    files |= {
        "train_labels.csv": csv(
            "patient_id,age,diagnosis", *(f"p{i},{40 + i % 3},{('sick', 'well')[i % 2]}" for i in range(8))
        )
    }
    files |= sample("q0,sick", "q1,sick", "q2,sick", header="patient_id,diagnosis")
    return Layout(files, ["sick", "well"], 24, 6, groups=24, label_of={"train/im4.jpg": "well"}, id_of={"test/im105.jpg": "q2"},
                  said="24 training images are 8 rows, of 1 to 3 images")  # fmt: skip
