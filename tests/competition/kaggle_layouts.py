# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""The forms of well-known image competitions, each as small as it can be and named after what it shows."""

import json

from tests.competition.layouts import CATS_DOGS, LABELLED, Layout, folders, layout, sample, unseen
from tests.competition.shipping import Files, csv, images, many, zip_bytes


def hashes(count: int, start: int = 0, length: int = 12) -> list[str]:
    """Names such as organisers make of digests: hexadecimal, some of digits alone."""
    return [f"{(i + start + 1) * 0x9E3779B97F4A7C15 % 2**64:016x}"[:length] for i in range(count)]


@layout
def dog_breeds_with_every_table_in_a_zip_of_its_own() -> Layout:
    train, test = hashes(8), hashes(3, 50)
    breeds = ("pekinese", "boston_bull", "dingo", "bluetick")
    table = csv("id,breed", *(f"{name},{breeds[i % 4]}" for i, name in enumerate(train)))
    rows = [f"{name},0.00833,0.00833,0.00833,0.00833" for name in test]
    files: Files = {
        "train.zip": zip_bytes(images(*(f"train/{name}.jpg" for name in train))),
        "test.zip": zip_bytes(images(*(f"test/{name}.jpg" for name in test))),
        "labels.csv.zip": zip_bytes({"labels.csv": table}),
        "sample_submission.csv.zip": zip_bytes(
            {"sample_submission.csv": csv("id,boston_bull,bluetick,dingo,pekinese", *rows)}
        ),
    }
    return Layout(files, sorted(breeds), 8, 3, "probabilities", column_classes=[1, 0, 2, 3],
                  id_of={f"test.zip/test/{test[1]}.jpg": test[1]})  # fmt: skip


@layout
def seedlings_in_folders_with_blanks_and_hyphens() -> Layout:
    names = ("Black-grass", "Common Chickweed", "Small-flowered Cranesbill", "Sugar beet")
    files = folders(names=names) | images("test/0021e90e4.png", "test/003d61042.png")
    files |= sample("0021e90e4.png,Sugar beet", "003d61042.png,Sugar beet", header="file,species")
    return Layout(files, list(names), 8, 2, values=list(names))


@layout
def leaf_diseases_with_a_json_of_names_and_record_files_beside() -> Layout:
    files = many("train_images/{}.jpg", 9, 1000015157) | images("test_images/2216849948.jpg")
    files |= {"train_tfrecords/ld_train00-1338.tfrec": b"x", "test_tfrecords/ld_test00-1.tfrec": b"x"}
    files |= {
        "train.csv": csv("image_id,label", *(f"{1000015157 + i}.jpg,{(3, 0, 4)[i % 3]}" for i in range(9)))
    }
    names = {"0": "Bacterial Blight (CBB)", "3": "Mosaic Disease (CMD)", "4": "Healthy"}
    files |= {"label_num_to_disease_map.json": json.dumps(names)} | sample(
        "2216849948.jpg,4", header="image_id,label"
    )
    return Layout(files, list(names.values()), 9, 1, "integer", values=["0", "3", "4"])


@layout
def eyes_graded_by_integers_with_a_test_table() -> Layout:
    train, test = hashes(10), hashes(3, 40)
    files = images(*(f"train_images/{n}.png" for n in train), *(f"test_images/{n}.png" for n in test))
    files |= {"train.csv": csv("id_code,diagnosis", *(f"{n},{i % 5}" for i, n in enumerate(train)))}
    files |= {"test.csv": csv("id_code", *test)} | sample(
        *(f"{n},0" for n in test), header="id_code,diagnosis"
    )
    return Layout(files, list("01234"), 10, 3, "integer", id_of={f"test_images/{test[2]}.png": test[2]})


@layout
def left_and_right_eyes() -> Layout:
    files = images(*(f"train/{i}_{side}.jpeg" for i in (10, 13, 15) for side in ("left", "right")))
    files |= images(*(f"test/{i}_{side}.jpeg" for i in (1, 2) for side in ("left", "right")))
    rows = [f"{i}_{side},{int(side == 'left')}" for i in (10, 13, 15) for side in ("left", "right")]
    files |= {"trainLabels.csv": csv("image,level", *rows)}
    files |= {"sampleSubmission.csv": csv("image,level", "1_left,0", "1_right,0", "2_left,0", "2_right,0")}
    return Layout(files, ["0", "1"], 6, 4, "integer", label_of={"train/13_left.jpeg": "1"},
                  params={"metric": "accuracy"}, metric="accuracy")  # fmt: skip


@layout
def cacti_in_zips_of_doubled_folders() -> Layout:
    train, test = hashes(8), hashes(3, 50)
    files = images(*(f"train/train/{n}.jpg" for n in train), *(f"test/test/{n}.jpg" for n in test))
    files |= {"train.csv": csv("id,has_cactus", *(f"{n}.jpg,{int(i % 4 > 0)}" for i, n in enumerate(train)))}
    files |= sample(*(f"{n}.jpg,0.5" for n in test), header="id,has_cactus")
    return Layout(
        files, ["0", "1"], 8, 3, "binary", column_classes=[1], label_of={f"train/train/{train[0]}.jpg": "0"}
    )


@layout
def leaves_of_train_and_test_in_one_folder_with_features() -> Layout:
    kinds = ("Acer_Opalus", "Quercus_Rubra", "Pterocarya_Stenoptera")
    train, test = [i for i in range(1, 17) if i % 4], [4, 8, 12, 16]
    files = many("images/{}.jpg", 16, 1)
    files |= {
        "train.csv": csv("id,species,margin1,shape1", *(f"{i},{kinds[i % 3]},0.00{i},0.1{i}" for i in train))
    }
    files |= {"test.csv": csv("id,margin1,shape1", *(f"{i},0.00{i},0.1{i}" for i in test))}
    files |= sample(*(f"{i},0.3,0.3,0.3" for i in test), header="id," + ",".join(kinds))
    return Layout(files, sorted(kinds), 12, 4, "probabilities", column_classes=[0, 2, 1],
                  label_of={"images/3.jpg": "Acer_Opalus"}, id_of={"images/12.jpg": "12"})  # fmt: skip


@layout
def tissue_as_tiff_by_digests() -> Layout:
    train, test = hashes(8, length=16), hashes(3, 50, 16)
    files = images(*(f"train/{n}.tif" for n in train), *(f"test/{n}.tif" for n in test))
    files |= {"train_labels.csv": csv("id,label", *(f"{n},{i % 2}" for i, n in enumerate(train)))}
    return Layout(
        files | sample(*(f"{n},0" for n in test)),
        ["0", "1"],
        8,
        3,
        "binary",
        column_classes=[1],
        params={"metric": "AUC"},
        metric="roc_auc",
    )


@layout
def invasive_plants_by_a_name_column_of_integers() -> Layout:
    files = many("train/{}.jpg", 8, 1) | many("test/{}.jpg", 3, 1)
    files |= {"train_labels.csv": csv("name,invasive", *(f"{i},{i % 2}" for i in range(1, 9)))}
    files |= sample("1,0.5", "2,0.5", "3,0.5", header="name,invasive")
    return Layout(files, ["0", "1"], 8, 3, "binary", column_classes=[1], label_of={"train/2.jpg": "0"})


@layout
def tiny_pictures_whose_train_and_test_names_repeat() -> Layout:
    kinds = ("frog", "truck", "deer")
    files = many("train/{}.png", 9, 1) | many("test/{}.png", 12, 1)
    files |= {"trainLabels.csv": csv("id,label", *(f"{i},{kinds[i % 3]}" for i in range(1, 10)))}
    files |= {"sampleSubmission.csv": csv("id,label", *(f"{i},frog" for i in range(1, 13)))}
    return Layout(files, sorted(kinds), 9, 12, id_of={"test/12.png": "12"}, label_of={"train/1.png": "truck"})


@layout
def blood_cells_under_two_repositories() -> Layout:
    top = "dataset2-master/dataset2-master/images"
    files = folders(f"{top}/TRAIN", ("EOSINOPHIL", "MONOCYTE")) | folders(
        f"{top}/TEST", ("EOSINOPHIL", "MONOCYTE")
    )
    files |= {
        "dataset2-master/dataset2-master/labels.csv": ",Image,Category\n0,0,MONOCYTE\n1,1,EOSINOPHIL\n2,2,MONOCYTE\n"
    }
    files |= many("dataset-master/dataset-master/JPEGImages/BloodImage_{:05}.jpg", 2)
    files |= {"dataset-master/dataset-master/Annotations/BloodImage_00000.xml": "<annotation/>"}
    return Layout(files, ["EOSINOPHIL", "MONOCYTE"], 4, 4, unlabelled=2, test_labels=4, shipped=False)


@layout
def fish_with_a_test_of_a_first_stage() -> Layout:
    names = ("ALB", "BET", "NoF", "OTHER")
    files = folders(names=names) | many("test_stg1/img_{:05}.jpg", 3)
    rows = [f"img_{i:05}.jpg,0.4,0.2,0.2,0.2" for i in range(3)]
    files |= {"sample_submission_stg1.csv": csv("image,ALB,BET,NoF,OTHER", *rows)}
    return Layout(files, list(names), 8, 3, "probabilities", column_classes=[0, 1, 2, 3])


@layout
def cervixes_with_additional_folders_that_are_kept_apart() -> Layout:
    names = ("Type_1", "Type_2", "Type_3")
    files = folders(names=names) | many("additional_Type_1_v2/Type_1/{}.jpg", 2, 90) | unseen()
    files |= sample(*(f"{i}.jpg,0.2,0.5,0.3" for i in range(3)), header="image_name,Type_1,Type_2,Type_3")
    return Layout(files, list(names), 6, 3, "probabilities", unlabelled=2, column_classes=[0, 1, 2])


@layout
def letters_whose_classes_differ_in_case_alone() -> Layout:
    files = (
        folders(names=("A", "a", "b"))
        | unseen()
        | sample(*(f"{i}.jpg,0,0,1" for i in range(3)), header="id,a,A,b")
    )
    return Layout(files, ["A", "a", "b"], 6, 3, "probabilities", column_classes=[1, 0, 2])


@layout
def skin_lesions_one_hot_with_a_column_for_the_unknown() -> Layout:
    rows = [f"a{i}," + ",".join(f"{float(j == i % 3)}" for j in range(4)) for i in range(6)]
    files = many("ISIC_Training_Input/a{}.jpg", 6) | many("ISIC_Test_Input/t{}.jpg", 2)
    files |= {"ISIC_Training_GroundTruth.csv": csv("image,MEL,NV,BCC,UNK", *rows)}
    files |= sample("t0,.2,.3,.3,.2", "t1,.2,.3,.3,.2", header="image,MEL,NV,BCC,UNK")
    return Layout(files, ["BCC", "MEL", "NV", "UNK"], 6, 2, "probabilities", column_classes=[1, 2, 0, 3],
                  label_of={"ISIC_Training_Input/a2.jpg": "BCC"}, said="UNK: a column of the sample, but no image has it")  # fmt: skip


@layout
def whales_of_which_most_have_one_image() -> Layout:
    rows = [f"{name}.jpg,{'new_whale' if i % 4 == 0 else f'w_{i:07}'}" for i, name in enumerate(hashes(60))]
    files = images(*(f"train/{row.split(',')[0]}" for row in rows), *(f"test/{n}.jpg" for n in hashes(2, 90)))
    files |= {"train.csv": csv("Image,Id", *rows)}
    files |= sample(
        *(f"{n}.jpg,new_whale w_0000001 w_0000002 w_0000003 w_0000005" for n in hashes(2, 90)),
        header="Image,Id",
    )
    classes = ["new_whale", *(f"w_{i:07}" for i in range(60) if i % 4)]
    return Layout(files, classes, 60, 2, "top_k", top_k=5, metric="map_at_5")


@layout
def camera_traps_with_sequences_and_locations() -> Layout:
    train, test = hashes(9), hashes(2, 50)
    header = "category_id,date_captured,file_name,frame_num,id,location,rights_holder,seq_id,seq_num_frames"
    rows = [
        f"{(0, 19, 3)[i % 3]},2011-05-13 23:43:18,{n}.jpg,1,{n},{i // 3},Smith,{n}s,3"
        for i, n in enumerate(train)
    ]
    files: Files = {"train_images.zip": zip_bytes(images(*(f"{n}.jpg" for n in train)))}
    files |= {
        "test_images.zip": zip_bytes(images(*(f"{n}.jpg" for n in test))),
        "train.csv": csv(header, *rows),
    }
    files |= sample(*(f"{n},0" for n in test), header="Id,Predicted")
    return Layout(files, ["0", "3", "19"], 9, 2, "integer", values=["0", "3", "19"])


def coco(paths: list[str], categories: dict[int, str], start: int = 0) -> str:
    """Annotations in COCO's form: the categories in turn; without categories a list of images alone."""
    shown = [{"id": start + i, "file_name": path, "width": 4, "height": 4} for i, path in enumerate(paths)]
    kinds = list(categories)
    notes = [
        {"id": i, "image_id": start + i, "category_id": kinds[i % len(kinds)]}
        for i in range(len(paths) if kinds else 0)
    ]
    return json.dumps({"images": shown, "annotations": notes,
                       "categories": [{"id": key, "name": name} for key, name in categories.items()]})  # fmt: skip


@layout
def wild_animals_labelled_in_coco_annotations() -> Layout:
    train, test = [f"{n}.jpg" for n in hashes(9)], [f"{n}.jpg" for n in hashes(2, 50)]
    files = images(*(f"train/{n}" for n in train), *(f"test/{n}" for n in test))
    files |= {"train_annotations.json": coco(train, {0: "empty", 3: "tapir", 19: "puma"})}
    files |= {"test_information.json": coco(test, {})} | sample(
        *(f"{n[:-4]},0" for n in test), header="Id,Category"
    )
    return Layout(files, ["empty", "tapir", "puma"], 9, 2, "integer", values=["0", "3", "19"],
                  label_of={f"train/{train[1]}": "tapir"}, said="names from train_annotations.json")  # fmt: skip


@layout
def hidden_messages_whose_three_methods_are_one_class() -> Layout:
    names = ("Cover", "JMiPOD", "JUNIWARD", "UERD")
    files = {k: v for name in names for k, v in many(f"{name}/{{:05}}.jpg", 2).items()}
    files |= many("Test/{:04}.jpg", 2) | sample("0000.jpg,0.5", "0001.jpg,0.5", header="Id,Label")
    return Layout(files, ["Cover", "stego"], 8, 2, "binary", label_of={"UERD/00001.jpg": "stego"},
                  params={"classes": {"stego": ["JMiPOD", "JUNIWARD", "UERD"]}},
                  said="stego = JMiPOD, JUNIWARD, UERD")  # fmt: skip


@layout
def integers_of_which_several_are_one_class() -> Layout:
    files = images(*(f"train/{n}.jpg" for n in range(6)), "test/8.jpg", "test/9.jpg")
    files |= {"train.csv": csv("id,grade", "0,0", "1,1", "2,2", "3,0", "4,1", "5,2")}
    files |= sample("8,1", "9,0", header="id,grade")
    return Layout(files, ["0", "1"], 6, 2, "integer", label_of={"train/2.jpg": "1"},
                  params={"classes": {1: [1, 2]}})  # fmt: skip


@layout
def sounds_whose_pictures_lie_beside_them() -> Layout:
    files = many("spectra/t{}.png", 4) | many("spectra/x{}.png", 2)
    files |= {f"audio/{name}.wav": b"RIFF" for name in ("t0", "t1", "t2", "t3", "x0", "x1")}
    files |= {"train.csv": csv("clip,label", "t0.wav,bee", "t1.wav,no", "t2.wav,bee", "t3.wav,no")}
    files |= sample("x0.wav,bee", "x1.wav,bee", header="clip,label")
    return Layout(files, ["bee", "no"], 4, 2, id_of={"spectra/x1.png": "x1.wav"})


@layout
def annotations_among_a_json_beside_each_image_and_a_crowd_of_others() -> Layout:
    train, test = [f"{n}.jpg" for n in hashes(60)], [f"{n}.jpg" for n in hashes(2, 80)]
    files = images(*(f"train/{n}" for n in train), *(f"test/{n}" for n in test))
    files |= {f"train/{n}.json": '{"width": 4}' for n in train}
    files |= {"train/train.json": coco(train, {0: "tapir", 3: "puma"})}
    files |= {f"notes/{n}.json": '{"a": 1}' for n in range(51)}
    files |= sample(*(f"{n[:-4]},tapir" for n in test))
    return Layout(files, ["tapir", "puma"], 60, 2, label_of={f"train/{train[1]}": "puma"},
                  said="51 JSON files in notes (such as notes/0.json) were not read")  # fmt: skip


@layout
def species_whose_test_ids_stand_in_a_json_beside_file_names() -> Layout:
    train = [f"train_val2018/Plantae/{(7, 9)[i % 2]}/{name}.jpg" for i, name in enumerate(hashes(8))]
    test = [f"test2018/{name}.jpg" for name in hashes(3, 50)]
    files = images(*train, *test) | {"train2018.json": coco(train, {7: "7", 9: "9"})}
    files |= {"test2018.json": coco(test, {}, 100)}
    files |= {"kaggle_sample_submission.csv": csv("id,predicted", "102,0", "101,0", "100,0")}
    return Layout(files, ["7", "9"], 8, 3, "integer", id_of={test[0]: "100", test[2]: "102"},
                  said="ids mean images by test2018.json, id -> file_name")  # fmt: skip


@layout
def pressed_plants_in_numbered_storage_folders() -> Layout:
    train = [f"images/00{i // 4}/0{i % 3}/{i * 7}.jpg" for i in range(12)]
    test = [f"images/000/{i}.jpg" for i in range(3)]
    files = images(*(f"nybg/train/{n}" for n in train), *(f"nybg/test/{n}" for n in test))
    files |= {
        "nybg/train/metadata.json": coco(train, {15: "Poa", 4: "Iris"}),
        "nybg/test/metadata.json": coco(test, {}),
    }
    files |= sample("0,0", "1,0", "2,0", header="Id,Predicted")
    return Layout(files, ["Iris", "Poa"], 12, 3, "integer", values=["4", "15"], label_of={f"nybg/train/{train[1]}": "Iris"},
                  said="metadata.json, columns file_name -> image, category_id -> label")  # fmt: skip


@layout
def landmarks_stored_by_the_first_letters_of_their_names() -> Layout:
    train, test = hashes(12), hashes(2, 50)
    paths = {name: f"train/{name[0]}/{name[1]}/{name}.jpg" for name in train}
    files = images(*paths.values(), *(f"test/{n[0]}/{n[1]}/{n}.jpg" for n in test))
    files |= {"train.csv": csv("id,landmark_id", *(f"{n},{(27, 8815)[i % 2]}" for i, n in enumerate(train)))}
    return Layout(files | sample(*(f"{n},8815" for n in test), header="id,landmark_id"), ["27", "8815"], 12, 2, "integer",
                  label_of={paths[train[1]]: "8815"}, said="were taken for storage, not for classes")  # fmt: skip


@layout
def records_as_lines_of_json() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    lines = [json.dumps(dict(zip(("id", "label"), row.split(","), strict=True))) for row in CATS_DOGS]
    return Layout(
        files | {"train.jsonl": "\n".join(lines)}, ["cat", "dog"], 4, 1, label_of={"train/a2.jpg": "dog"}
    )


@layout
def labels_as_one_json_object() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    labels = {f"{row.split(',')[0]}.jpg": row.split(",")[1] for row in CATS_DOGS}
    return Layout(files | {"train_labels.json": json.dumps(labels)}, ["cat", "dog"], 4, 1)


@layout
def melanomas_with_scans_and_records_beside_the_pictures() -> Layout:
    rows = [
        f"I{i},IP_{i // 2},male,45.0,torso,{('unknown', 'nevus', 'melanoma')[i % 3]},{int(i % 3 == 2)}"
        for i in range(6)
    ]
    files = many("jpeg/train/I{}.jpg", 6) | many("jpeg/test/I{}.jpg", 2, 6)
    files |= {"train/I0.dcm": b"\0" * 128 + b"DICM", "tfrecords/train00-2071.tfrec": b"x"}
    files |= {"train.csv": csv("image_name,patient_id,sex,age_approx,site,diagnosis,target", *rows)}
    return Layout(files | sample("I6,0.5", "I7,0.5", header="image_name,target"), ["0", "1"], 6, 2, "binary",
                  column_classes=[1], groups=6, said="1 DICOM files or NumPy arrays (train/I0.dcm) lie beside")  # fmt: skip


@layout
def paddies_with_varieties_and_ages_and_empty_cells() -> Layout:
    names = ("blast", "tungro", "normal")
    paths = [f"train_images/{names[i % 3]}/{100330 + i}.jpg" for i in range(9)]
    rows = [
        f"{path.split('/')[2]},{path.split('/')[1]},{('ADT45', 'Ponni')[i % 2]},{45 + 5 * (i % 4)}"
        for i, path in enumerate(paths)
    ]
    files = (
        images(*paths)
        | many("test_images/{}.jpg", 2, 200001)
        | {"train.csv": csv("image_id,label,variety,age", *rows)}
    )
    files |= sample("200001.jpg,", "200002.jpg,", header="image_id,label")
    return Layout(files, sorted(names), 9, 2, said="class folders agree with train.csv")


@layout
def galas_in_folders_with_blanks() -> Layout:
    files = many("dataset/Train Images/image{}.jpg", 4, 1000) | many(
        "dataset/Test Images/image{}.jpg", 2, 5000
    )
    kinds = ("Food", "Attire")
    files |= {
        "dataset/train.csv": csv("Image,Class", *(f"image{1000 + i}.jpg,{kinds[i % 2]}" for i in range(4)))
    }
    files |= {"dataset/test.csv": csv("Image", "image5000.jpg", "image5001.jpg")}
    return Layout(
        files,
        ["Attire", "Food"],
        4,
        2,
        shipped=False,
        id_of={"dataset/Test Images/image5001.jpg": "image5001.jpg"},
    )


@layout
def hot_dogs_with_a_labelled_test() -> Layout:
    files = folders(names=("hot_dog", "not_hot_dog")) | folders("test", ("hot_dog", "not_hot_dog"), 1)
    return Layout(files, ["hot_dog", "not_hot_dog"], 4, 2, test_labels=2, shipped=False)


@layout
def a_table_of_one_hot_classes_in_each_subset_s_folder() -> Layout:
    files: Files = {}
    for subset, count in (("train", 4), ("valid", 2), ("test", 2)):
        rows = [f"{subset}{i}.jpg, {int(i % 2 == 0)}, {i % 2}" for i in range(count)]
        files |= many(f"{subset}/{subset}{{}}.jpg", count) | {
            f"{subset}/_classes.csv": csv("filename, cat, dog", *rows)
        }
    return Layout(
        files, ["cat", "dog"], 4, 2, validation=2, shipped=False, label_of={"valid/valid1.jpg": "dog"}
    )


@layout
def lesions_by_their_sample_in_the_old_fashion() -> Layout:
    files = many("images_training_rev1/{}.jpg", 4, 100008) | many("images_test_rev1/{}.jpg", 2, 100018)
    files |= {
        "training_labels_rev1.csv": csv("GalaxyID,kind", *(f"{100008 + i},{'ab'[i % 2]}" for i in range(4)))
    }
    files |= {"all_zeros_benchmark.csv": csv("GalaxyID,kind", "100018,a", "100019,a")}
    return Layout(files, ["a", "b"], 4, 2)


@layout
def a_row_number_that_names_images_by_chance() -> Layout:
    rows = [f"{i},{7 - i}.jpg,{'cat' if i < 4 else 'dog'}" for i in range(8)]
    files = many("train/{}.jpg", 8) | unseen() | {"train.csv": csv(",image_path,label", *rows)}
    return Layout(
        files | LABELLED, ["cat", "dog"], 8, 3, label_of={"train/0.jpg": "dog", "train/7.jpg": "cat"}
    )


@layout
def a_row_number_in_the_sample() -> Layout:
    files = folders() | unseen() | sample("0,2.jpg,cat", "1,0.jpg,cat", "2,1.jpg,cat", header=",file,label")
    return Layout(files, ["cat", "dog"], 4, 3, id_of={"test/2.jpg": "2.jpg"})


@layout
def labels_that_name_images_by_chance() -> Layout:
    files = many("train/{}.jpg", 10) | unseen()
    files |= {"train.csv": csv("y,no", *(f"{i % 4},{9 - i}" for i in range(10)))} | sample(
        "0,0", "1,0", "2,0", header="no,y"
    )
    return Layout(files, list("0123"), 10, 3, "integer", label_of={"train/9.jpg": "0", "train/0.jpg": "1"})


@layout
def ids_that_a_test_table_turns_into_file_names() -> Layout:
    rows = [f"{100 + i},a{i}.jpg,{('cat', 'dog')[i % 2]}" for i in range(6)]
    files = (
        many("train/a{}.jpg", 6) | many("test/t{}.jpg", 3) | {"train.csv": csv("id,file_name,label", *rows)}
    )
    files |= {"test.csv": csv("id,file_name", "900,t2.jpg", "901,t1.jpg", "902,t0.jpg")} | sample(
        "900,cat", "901,cat", "902,cat"
    )
    return Layout(files, ["cat", "dog"], 6, 3, id_of={"test/t2.jpg": "900", "test/t0.jpg": "902"},
                  said="ids mean images by test.csv, id -> file_name")  # fmt: skip


@layout
def ids_that_name_other_files_than_the_test_table_says() -> Layout:
    files = folders() | unseen() | {"test.csv": csv("id,file", "0,2.jpg", "1,1.jpg", "2,0.jpg")}
    return Layout(
        files | sample("0,cat", "1,cat", "2,cat"),
        ["cat", "dog"],
        4,
        3,
        id_of={"test/2.jpg": "0", "test/0.jpg": "2"},
    )


@layout
def integers_with_zeros_in_front_in_the_sample_too() -> Layout:
    files = folders(names=("001", "002", "010")) | unseen() | sample("0.jpg,001", "1.jpg,001", "2.jpg,001")
    return Layout(files, ["001", "002", "010"], 6, 3, "integer", values=["001", "002", "010"])


@layout
def integers_with_zeros_in_front_in_the_sample_alone() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,003")
    files |= {"train.csv": csv("id,label", "a1,3", "a2,12", "a3,3", "a4,12")}
    return Layout(files, ["3", "12"], 4, 1, "integer", values=["003", "012"])


@layout
def integers_with_a_decimal_point() -> Layout:
    files = many("train/a{}.jpg", 6) | unseen("test/t{}.jpg", 1) | sample("t0,0.0")
    files |= {"train.csv": csv("id,label", *(f"a{i},{i % 3}.0" for i in range(6)))}
    return Layout(files, ["0.0", "1.0", "2.0"], 6, 1, "integer", values=["0.0", "1.0", "2.0"])


@layout
def integers_from_one_with_nothing_that_says_which() -> Layout:
    files = folders(names=("ant", "bee", "cow")) | unseen() | sample("0,1", "1,2", "2,3", header="id,class")
    return Layout(
        files,
        ["ant", "bee", "cow"],
        6,
        3,
        "integer",
        values=["1", "2", "3"],
        said="1 = ant, 2 = bee, 3 = cow",
    )


@layout
def names_with_underscores_for_blanks_in_a_ranking() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,hot_dog Eiffel_Tower")
    files |= {"train.csv": csv("id,label", "a1,hot dog", "a2,Eiffel Tower", "a3,hot dog", "a4,Eiffel Tower")}
    return Layout(
        files, ["Eiffel Tower", "hot dog"], 4, 1, "top_k", top_k=2, values=["Eiffel_Tower", "hot_dog"]
    )


@layout
def marks_of_macs_and_windows_everywhere() -> Layout:
    files = (
        many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | {"train.csv": csv("id,label", *CATS_DOGS)}
    )
    files |= sample("t0,cat") | {"__MACOSX/train/._a1.jpg": b"x", "__MACOSX/._train.csv": b"\0\5\x16\7"}
    files |= {".DS_Store": b"x", "test/Thumbs.db": b"x", "test/desktop.ini": b"x", "test/._t0.jpg": b"x"}
    return Layout(files, ["cat", "dog"], 4, 1)


@layout
def byte_order_marks_quotes_and_windows_line_ends() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1)
    quoted = ['"' + row.replace(",", '","') + '"' for row in ("id,label", *CATS_DOGS)]
    files |= {"train.csv": ("\ufeff" + "\r\n".join(quoted) + "\r\n").encode()}
    files |= {"sample_submission.csv": '\ufeff"id","label"\r\n"t0","cat"\r\n'.encode()}
    return Layout(files, ["cat", "dog"], 4, 1, id_of={"test/t0.jpg": "t0"})


@layout
def old_macs_line_ends() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    return Layout(files | {"train.csv": "\r".join(["id,label", *CATS_DOGS])}, ["cat", "dog"], 4, 1)


@layout
def windows_paths_of_the_organiser_s_disk() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1)
    rows = [f"C:\\Users\\me\\train\\{row.replace(',', '.jpg,')}" for row in CATS_DOGS]
    files |= {"train.csv": csv("path,label", *rows)} | sample("test\\t0.jpg,cat", header="path,label")
    return Layout(
        files, ["cat", "dog"], 4, 1, label_of={"train/a4.jpg": "dog"}, id_of={"test/t0.jpg": "test\\t0.jpg"}
    )


@layout
def blanks_around_headers_ids_and_labels() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0 , cat", header="id , label")
    return Layout(
        files | {"train.csv": csv("id , label", *(f" {row.replace(',', '  ,  ')} " for row in CATS_DOGS))},
        ["cat", "dog"],
        4,
        1,
    )


@layout
def suffixes_in_every_case_and_none() -> Layout:
    files = images("train/a1.JPG", "train/a2.Jpeg", "train/a3.PNG", "train/a4", "test/t0.jpeg", "test/t1")
    files |= {"train.csv": csv("id,label", *(row.replace(",", ".jpg,") for row in CATS_DOGS))}
    return Layout(
        files | sample("t0.jpg,cat", "t1.jpg,cat"), ["cat", "dog"], 4, 2, id_of={"test/t1": "t1.jpg"}
    )


@layout
def cells_longer_than_a_novel() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    return Layout(
        files | {"train.csv": csv("id,label,text", *(f"{row},{'x' * 140_000}" for row in CATS_DOGS))},
        ["cat", "dog"],
        4,
        1,
    )


@layout
def a_sample_beside_the_data_folder() -> Layout:
    files = {f"comp/data/{name}": data for name, data in (folders() | unseen()).items()}
    return Layout(
        files | {"comp/submissions/example.csv": LABELLED["sample_submission.csv"]}, ["cat", "dog"], 4, 3
    )


@layout
def characters_once_more_in_another_size() -> Layout:
    files: Files = {
        f"{name}.zip": zip_bytes(many(f"{name}/{{}}.Bmp", 4, 1)) for name in ("train", "trainResized")
    }
    files |= {f"{name}.zip": zip_bytes(many(f"{name}/{{}}.Bmp", 2, 5)) for name in ("test", "testResized")}
    files |= {
        "trainLabels.csv": csv("ID,Class", "1,n", "2,8", "3,n", "4,8"),
        "sampleSubmission.csv": csv("ID,Class", "5,A", "6,A"),
    }
    return Layout(
        files,
        ["8", "n"],
        4,
        2,
        id_of={"test.zip/test/5.Bmp": "5"},
        said="trainResized.zip: the same 4 names as in train.zip",
    )


@layout
def masks_beside_the_classes() -> Layout:
    files = folders() | folders("train_masks", each=3) | unseen() | LABELLED
    return Layout(files, ["cat", "dog"], 4, 3, said="6 masks in train_masks")


@layout
def faces_with_and_without_masks() -> Layout:
    names = ("with_mask", "without_mask")
    files = folders("Train", names) | folders("Test", names, 1) | folders("Validation", names, 1)
    return Layout(files, list(names), 4, 2, validation=2, test_labels=2, shipped=False)


@layout
def a_folder_name_with_a_blank_at_its_end() -> Layout:
    files = (
        many("train/Cat /{}.jpg", 2)
        | many("train/dog/{}.jpg", 2)
        | folders("valid", ("Cat ", "dog"), 1)
        | unseen()
    )
    return Layout(files | sample("0.jpg,Cat", "1.jpg,dog", "2.jpg,Cat"), ["Cat", "dog"], 4, 3, validation=2,
                  label_of={"train/Cat /1.jpg": "Cat", "valid/Cat /Cat _0.jpg": "Cat"}, values=["Cat", "dog"])  # fmt: skip


@layout
def a_prefixed_column_of_a_class_without_an_image() -> Layout:
    files = (
        many("train/a{}.jpg", 6)
        | unseen("test/t{}.jpg", 1)
        | sample("t0,0,0,0,0", header="id,class_3,class_1,class_2,class_0")
    )
    files |= {"train.csv": csv("id,label", *(f"a{i},{i % 3}" for i in range(6)))}
    return Layout(
        files,
        list("0123"),
        6,
        1,
        "probabilities",
        column_classes=[3, 1, 2, 0],
        said="3: a column of the sample, but no image has it",
    )


@layout
def a_first_line_for_spreadsheets() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1)
    files |= {"train.csv": csv("sep=;", "id;label", *(row.replace(",", ";") for row in CATS_DOGS))}
    return Layout(files | sample("t0,cat"), ["cat", "dog"], 4, 1)


@layout
def findings_in_numbered_folders_with_a_test_list() -> Layout:
    files = many("images_001/images/{:08}.png", 6) | many("images_002/images/{:08}.png", 3, 6)
    files |= {"test_list.txt": "00000007.png\n00000008.png\n"}
    files |= {
        "Data_Entry.csv": csv(
            "Image Index,Finding,Patient ID",
            *(f"{i:08}.png,{('Mass', 'None')[i % 2]},{i // 2}" for i in range(9)),
        )
    }
    return Layout(
        files,
        ["Mass", "None"],
        7,
        2,
        test_labels=2,
        groups=7,
        shipped=False,
        id_of={"images_002/images/00000008.png": "00000008.png"},
    )


@layout
def breeds_whose_integers_stand_in_the_same_table() -> Layout:
    files = (
        many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0.jpg,0", header="file,Expected")
    )
    files |= {
        "train.csv": csv(
            "file,breed,breed_id", "a1.jpg,beagle,1", "a2.jpg,pug,0", "a3.jpg,beagle,1", "a4.jpg,pug,0"
        )
    }
    return Layout(
        files, ["pug", "beagle"], 4, 1, "integer", values=["0", "1"], said="integers from train.csv"
    )


@layout
def folds_and_sizes_beside_the_label() -> Layout:
    files = many("train/a{}.jpg", 60) | unseen("test/t{}.jpg", 1) | sample("t0,0", header="id,Predicted")
    rows = [f"a{i},{i % 7},{i % 5},{640 + i % 3}" for i in range(60)]
    return Layout(
        files | {"train.csv": csv("id,emotion,fold,width", *rows)}, list("0123456"), 60, 1, "integer"
    )


@layout
def class_names_that_look_like_nothing() -> Layout:
    names = ("NA", "None", "nan", "null")
    files = many("train/a{}.jpg", 8) | unseen("test/t{}.jpg", 1) | sample("t0,NA")
    return Layout(
        files | {"train.csv": csv("id,label", *(f"a{i},{names[i % 4]}" for i in range(8)))},
        list(names),
        8,
        1,
        values=list(names),
    )


@layout
def probability_columns_with_a_suffix() -> Layout:
    return Layout(folders() | unseen() | sample(*(f"{i},0,0" for i in range(3)), header="id,dog_prob,cat_prob"),
                  ["cat", "dog"], 4, 3, "probabilities", column_classes=[1, 0], said="with a suffix")  # fmt: skip


@layout
def probability_columns_counted_for_named_classes() -> Layout:
    files = folders(names=("ant", "bee", "cow")) | unseen()
    return Layout(files | sample(*(f"{i},0,0,0" for i in range(3)), header="id,class_2,class_0,class_1"), ["ant", "bee", "cow"], 6, 3,
                  "probabilities", column_classes=[2, 0, 1], said="assumed: they count from 0")  # fmt: skip


@layout
def one_probability_whose_column_hides_a_class_s_letters() -> Layout:
    files = folders(names=("no", "yes")) | unseen() | sample("0,0.5", "1,0.5", "2,0.5", header="id,diagnosis")
    return Layout(
        files, ["no", "yes"], 4, 3, "binary", column_classes=[1], said="one probability, of yes (by its name)"
    )


@layout
def one_probability_of_what_the_other_class_denies() -> Layout:
    files = (
        folders(names=("hot_dog", "not_hot_dog"))
        | unseen()
        | sample("0,0.5", "1,0.5", "2,0.5", header="id,score")
    )
    return Layout(
        files,
        ["hot_dog", "not_hot_dog"],
        4,
        3,
        "binary",
        column_classes=[0],
        said="assumed: the other is not_hot_dog",
    )


@layout
def cells_with_and_without_parasites() -> Layout:
    files = folders("cell_images/train", ("Parasitized", "Uninfected")) | unseen("cell_images/test/{}.jpg")
    return Layout(
        files | sample("0,0.5", "1,0.5", "2,0.5", header="id,Target"),
        ["Parasitized", "Uninfected"],
        4,
        3,
        "binary",
        column_classes=[0],
    )


@layout
def a_sample_that_says_which_leaderboard_a_row_is_for() -> Layout:
    files = (
        folders()
        | unseen()
        | sample("0,cat,Public", "1,cat,Private", "2,cat,Public", header="id,label,Usage")
    )
    return Layout(files, ["cat", "dog"], 4, 3)


@layout
def classes_in_the_sample_s_own_letters() -> Layout:
    files = folders(names=("hot_dog", "ice_cream")) | unseen() | sample("0,Hot Dog", "1,Hot Dog", "2,Hot Dog")
    return Layout(
        files,
        ["hot_dog", "ice_cream"],
        4,
        3,
        values=["Hot Dog", "Ice Cream"],
        said="classes are written as Hot Dog, Ice Cream (assumed",
    )


@layout
def addresses_as_ids() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    rows = [f"https://example.org/pictures/{row.replace(',', '.jpg,')}" for row in CATS_DOGS]
    return Layout(
        files | {"train.csv": csv("url,label", *rows)}, ["cat", "dog"], 4, 1, label_of={"train/a4.jpg": "dog"}
    )


@layout
def one_row_in_a_hundred_without_an_image_and_one_without_a_label() -> Layout:
    rows = [f"a{i},{('cat', 'dog')[i % 2] if i != 7 else ''}" for i in range(121)]
    files = (
        many("train/a{}.jpg", 120)
        | unseen("test/t{}.jpg", 1)
        | {"train.csv": csv("id,label", *rows)}
        | sample("t0,cat")
    )
    return Layout(
        files,
        ["cat", "dog"],
        119,
        1,
        unlabelled=1,
        said="1 images of train.csv have no label: unlabelled (a7)",
    )


@layout
def a_table_and_its_own_zip() -> Layout:
    table = csv("id,label", *CATS_DOGS)
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    return Layout(
        files | {"train.csv": table, "train.csv.zip": zip_bytes({"train.csv": table})},
        ["cat", "dog"],
        4,
        1,
        said="4 of 4 images found",
    )


@layout
def names_before_several_numbers() -> Layout:
    files = images(*(f"train/{name}_{i}_{i * 37}.jpg" for name in ("red_fox", "owl") for i in range(1, 4)))
    return Layout(files | unseen() | sample("0,owl", "1,owl", "2,owl"), ["owl", "red_fox"], 6, 3)


@layout
def class_names_that_would_move_the_cursor() -> Layout:
    names = ("a\x1b[2Jb", "c\u202ed")
    files = (
        many("train/a{}.jpg", 4)
        | unseen("test/t{}.jpg", 1)
        | {"train.csv": csv("id,label", *(f"a{i},{names[i % 2]}" for i in range(4)))}
    )
    return Layout(
        files | sample(f"t0,{names[0]}"),
        list(names),
        4,
        1,
        values=list(names),
        said=r"2: a\x1b[2Jb, c\u202ed",
    )


@layout
def classes_that_are_numbers_as_file_names_are() -> Layout:
    files = (
        many("train/{}.png", 6)
        | many("test/{}.png", 3)
        | sample("2,0,0,1", "0,0,0,1", "1,0,0,1", header="id,2,0,1")
    )
    files |= {
        "train.csv": csv(
            "id,0,1,2", *(f"{i}," + ",".join(str(int(j == i % 3)) for j in range(3)) for i in range(6))
        )
    }
    return Layout(
        files,
        list("012"),
        6,
        3,
        "probabilities",
        column_classes=[2, 0, 1],
        label_of={"train/5.png": "2"},
        id_of={"test/2.png": "2"},
    )


@layout
def file_names_with_dots_and_no_suffix() -> Layout:
    files = (
        many("train/img.v2.{}", 4) | many("test/img.v3.{}", 2) | {"train/README.md": "x", "train/notes": "x"}
    )
    files |= {"train.csv": csv("id,label", *(f"img.v2.{i},{('cat', 'dog')[i % 2]}" for i in range(4)))}
    return Layout(
        files | sample("img.v3.1,cat", "img.v3.0,cat"),
        ["cat", "dog"],
        4,
        2,
        id_of={"test/img.v3.1": "img.v3.1"},
    )


@layout
def prefixed_columns_that_differ_in_case_alone() -> Layout:
    files = folders(names=("A", "a", "b")) | unseen()
    files |= sample(*(f"{i},0,0,1" for i in range(3)), header="id,prob_b,prob_a,prob_A")
    return Layout(files, ["A", "a", "b"], 6, 3, "probabilities", column_classes=[2, 1, 0])
