# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""The corpus of layouts: what competitions really ship first, then the odd ones. One function a layout."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.competition.shipping import Files, csv, images, many, zip_bytes


@dataclass
class Layout:
    """A download and what must be found in it."""

    files: Files
    classes: list[str]
    train: int
    test: int
    form: str = "label"
    validation: int = 0
    unlabelled: int = 0
    label_of: dict[str, str] = field(default_factory=dict)  # path -> class
    id_of: dict[str, str] = field(default_factory=dict)  # path -> submission id
    values: list[str] | None = None
    column_classes: list[int] | None = None
    test_labels: int = 0
    groups: int = 0
    task: str = ""  # single or ordinal where not said
    metric: str | None = None
    top_k: int = 1
    shipped: bool = True  # whether a sample was
    said: str = ""  # in a finding
    params: dict[str, Any] = field(default_factory=dict)


LAYOUTS: dict[str, Callable[[], Layout]] = {}


def layout(function: Callable[[], Layout]) -> Callable[[], Layout]:
    assert function.__name__ not in LAYOUTS
    LAYOUTS[function.__name__] = function
    return function


def folders(train: str = "train", names: tuple[str, ...] = ("cat", "dog"), each: int = 2) -> Files:
    return {k: v for name in names for k, v in many(f"{train}/{name}/{name}_{{}}.jpg", each).items()}


def unseen(pattern: str = "test/{}.jpg", count: int = 3) -> Files:
    return many(pattern, count)


def sample(*rows: str, header: str = "id,label") -> Files:
    return {"sample_submission.csv": csv(header, *rows)}


LABELLED = sample("0.jpg,cat", "1.jpg,cat", "2.jpg,cat")
CATS_DOGS = ("a1,cat", "a2,dog", "a3,cat", "a4,dog")


@layout
def class_folders() -> Layout:
    return Layout(folders() | unseen() | LABELLED, ["cat", "dog"], 4, 3, id_of={"test/1.jpg": "1.jpg"})


@layout
def class_folders_in_a_wrapping_folder() -> Layout:
    files = {f"my-test-data/{name}": data for name, data in (folders() | unseen() | LABELLED).items()}
    return Layout(files, ["cat", "dog"], 4, 3)


@layout
def train_in_train_and_test_in_test() -> Layout:
    return Layout(folders("train/train") | unseen("test/test/{}.jpg") | LABELLED, ["cat", "dog"], 4, 3)


@layout
def leading_zeros_and_ppm() -> Layout:
    files = (
        many("Training/00000/{:05}.ppm", 2)
        | many("Training/00014/{:05}.ppm", 2)
        | unseen("Testing/{:05}.ppm")
    )
    files |= sample("00000.ppm,0", "00001.ppm,0", "00002.ppm,0", header="Filename,ClassId")
    return Layout(files, ["00000", "00014"], 4, 3, "integer", values=["0", "14"])


@layout
def spaces_umlauts_and_html() -> Layout:
    names = ("big cat", "Käse", "<b>bold & brash</b>".replace("/", ""))
    files = folders(names=names) | unseen() | sample("0.jpg,Käse", "1.jpg,Käse", "2.jpg,Käse")
    return Layout(files, sorted(names), 6, 3, label_of={"train/big cat/big cat_0.jpg": "big cat"})


@layout
def integer_prefixes() -> Layout:
    files = (
        folders(names=("10_rose", "2_daisy")) | unseen() | sample("0,2", "1,2", "2,2", header="Id,Category")
    )
    return Layout(
        files, ["2_daisy", "10_rose"], 4, 3, "integer", values=["2", "10"], id_of={"test/2.jpg": "2"}
    )


@layout
def integer_prefixes_and_a_names_file() -> Layout:
    files = (
        folders(names=("0_rose", "1_daisy")) | unseen() | sample("0,1", "1,1", "2,1", header="Id,Category")
    )
    files |= {"classes.csv": csv("Category,name", "0,rose", "1,daisy")}
    return Layout(
        files, ["0_rose", "1_daisy"], 4, 3, "integer", values=["0", "1"], said="integers from classes.csv"
    )


@layout
def names_file_out_of_order() -> Layout:
    files = folders(names=("ant", "bee")) | unseen() | sample("0.jpg,0", "1.jpg,1", "2.jpg,0")
    files |= {"labels_map.json": '{"bee": 0, "ant": 1}'}
    return Layout(files, ["bee", "ant"], 4, 3, "integer", values=["0", "1"], said="labels_map.json")


@layout
def integers_with_nothing_that_says_which() -> Layout:
    files = folders(names=("ant", "bee", "cow")) | unseen() | sample("0.jpg,0", "1.jpg,1", "2.jpg,2")
    return Layout(
        files, ["ant", "bee", "cow"], 6, 3, "integer", values=["0", "1", "2"], said="0 = ant, 1 = bee"
    )


@layout
def table_with_ids_without_suffix() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg") | sample("t0,cat", "t1,cat", "t2,cat")
    files |= {"train.csv": csv("id,label", *CATS_DOGS)}
    return Layout(files, ["cat", "dog"], 4, 3, label_of={"train/a2.jpg": "dog"}, id_of={"test/t2.jpg": "t2"},
                  said="train.csv, columns id -> image, label -> label; 2 classes; 4 of 4 images found")  # fmt: skip


@layout
def breeds_with_a_probability_a_class() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg")
    files |= {"labels.csv": csv("id,breed", *CATS_DOGS)}
    files |= sample("t0,0.5,0.5", "t1,0.5,0.5", "t2,0.5,0.5", header="id,dog,cat")
    return Layout(files, ["cat", "dog"], 4, 3, "probabilities", column_classes=[1, 0], metric="log_loss")


@layout
def prefixed_probability_columns() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg")
    files |= {"train.csv": csv("img,classname", "a1.jpg,c0", "a2.jpg,c1", "a3.jpg,c0", "a4.jpg,c1")}
    files |= sample("t0.jpg,1,0", "t1.jpg,1,0", "t2.jpg,1,0", header="img,prob_c1,prob_c0")
    return Layout(files, ["c0", "c1"], 4, 3, "probabilities", column_classes=[1, 0])


@layout
def numbered_probability_columns() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg")
    files |= {"train.csv": csv("image_id,digit", "a1,3", "a2,7", "a3,3", "a4,7")}
    files |= sample("t0,1,0", "t1,1,0", "t2,1,0", header="image_id,digit_7,digit_3")
    return Layout(files, ["3", "7"], 4, 3, "probabilities", column_classes=[1, 0])


@layout
def ten_numbered_columns_sorted_as_text() -> Layout:
    rows = [f"a{i},{i}" for i in range(11)] + [f"b{i},{i}" for i in range(11)]
    files = many("train/a{}.jpg", 11) | many("train/b{}.jpg", 11) | unseen("test/t{}.jpg")
    columns = sorted(f"c{i}" for i in range(11))
    files |= {"train.csv": csv("id,label", *rows)}
    files |= sample(*(f"t{i}" + ",0" * 11 for i in range(3)), header="id," + ",".join(columns))
    order = [int(name[1:]) for name in columns]
    return Layout(files, [str(i) for i in range(11)], 22, 3, "probabilities", column_classes=order)


@layout
def one_hot_labels() -> Layout:
    files = many("images/Train_{}.jpg", 4) | many("images/Test_{}.jpg", 2)
    rows = ("Train_0,1,0,0", "Train_1,0,1,0", "Train_2,0,0,1", "Train_3,1,0,0")
    files |= {
        "train.csv": csv("image_id,healthy,rust,scab", *rows),
        "test.csv": csv("image_id", "Test_0", "Test_1"),
    }
    files |= sample("Test_0,.3,.3,.4", "Test_1,.3,.3,.4", header="image_id,healthy,rust,scab")
    return Layout(files, ["healthy", "rust", "scab"], 4, 2, "probabilities", column_classes=[0, 1, 2],
                  label_of={"images/Train_3.jpg": "healthy"})  # fmt: skip


@layout
def one_hot_labels_without_a_sample() -> Layout:
    files = many("train/{}.jpg", 4) | unseen()
    files |= {"train.csv": csv("id,ant,bee", "0,1.0,0.0", "1,0.0,1.0", "2,1.0,0.0", "3,0.0,1.0")}
    return Layout(files, ["ant", "bee"], 4, 3, label_of={"train/1.jpg": "bee"}, shipped=False)


@layout
def labels_in_file_names() -> Layout:
    files = images("train/cat.0.jpg", "train/cat.1.jpg", "train/dog.0.jpg", "train/dog.1.jpg") | unseen(
        "test/{}.jpg", 3
    )
    files |= {"sampleSubmission.csv": csv("id,label", "0,0.5", "1,0.5", "2,0.5")}
    return Layout(
        files, ["cat", "dog"], 4, 3, "binary", column_classes=[1], label_of={"train/dog.1.jpg": "dog"}
    )


@layout
def labels_in_names_after_numbers() -> Layout:
    files = images("train/001_red fox.png", "train/002_red fox.png", "train/003_owl.png", "train/004_owl.png")
    return Layout(files | unseen() | sample("0,owl", "1,owl", "2,owl"), ["owl", "red fox"], 4, 3)


@layout
def nested_zips() -> Layout:
    files = {"train.zip": zip_bytes({"train/" + k.partition("/")[2]: v for k, v in folders().items()})}
    files |= {"test.zip": zip_bytes(unseen())} | LABELLED
    return Layout(files, ["cat", "dog"], 4, 3, id_of={"test.zip/test/0.jpg": "0.jpg"})


@layout
def nested_zip_of_a_nested_zip() -> Layout:
    return Layout(
        {"all.zip": zip_bytes({"images.zip": zip_bytes(folders() | unseen())})} | LABELLED,
        ["cat", "dog"],
        4,
        3,
    )


@layout
def zip_beside_its_folder() -> Layout:
    files = folders() | unseen() | LABELLED | {"train.zip": zip_bytes(folders())}
    return Layout(files, ["cat", "dog"], 4, 3, said="train.zip was left out")


@layout
def odd_sample_name_v2() -> Layout:
    files = folders() | unseen() | {"docs/Sample_submission_v2.csv": LABELLED["sample_submission.csv"]}
    return Layout(files, ["cat", "dog"], 4, 3)


@layout
def two_samples_that_agree() -> Layout:
    files = folders() | unseen() | LABELLED | {"sample_submission_v2.csv": LABELLED["sample_submission.csv"]}
    return Layout(files, ["cat", "dog"], 4, 3, said="sample_submission.csv, not sample_submission_v2.csv")


@layout
def two_stages_of_which_one_fits() -> Layout:
    files = folders() | unseen() | {"stage1_sample_submission.csv": csv("id,label", "x9,cat")}
    files |= {"stage2_sample_submission.csv": LABELLED["sample_submission.csv"]}
    return Layout(files, ["cat", "dog"], 4, 3, said="stage2_sample_submission.csv, not stage1")


@layout
def zero_padded_files_and_integer_ids_from_one() -> Layout:
    files = many("train/{:05}.png", 4, 1) | many("test/{:05}.png", 3, 1)
    files |= {"train.csv": csv("id,label", "4,dog", "1,cat", "3,cat", "2,dog")} | sample(
        "3,cat", "1,cat", "2,cat"
    )
    return Layout(
        files, ["cat", "dog"], 4, 3, id_of={"test/00003.png": "3"}, label_of={"train/00004.png": "dog"}
    )


@layout
def ids_in_another_case() -> Layout:
    files = images("train/A1.JPG", "train/A2.JPG", "train/A3.JPG", "train/A4.JPG", "test/T0.JPG")
    files |= {"train.csv": csv("id,label", *(row.replace(",", ".jpg,") for row in CATS_DOGS))} | sample(
        "t0.jpg,cat"
    )
    return Layout(files, ["cat", "dog"], 4, 1, id_of={"test/T0.JPG": "t0.jpg"})


@layout
def ids_with_the_organisers_folders() -> Layout:
    files = many("data/train/a{}.jpg", 4, 1) | many("data/test/t{}.jpg", 2)
    rows = [f"/kaggle/input/comp/train/{row.replace(',', '.jpg,')}" for row in CATS_DOGS]
    files |= {"train.csv": csv("path,label", *rows)} | sample(
        "test/t0.jpg,cat", "test/t1.jpg,cat", header="path,label"
    )
    return Layout(files, ["cat", "dog"], 4, 2, id_of={"data/test/t0.jpg": "test/t0.jpg"})


@layout
def same_names_in_train_and_test() -> Layout:
    files = many("train/{}.jpg", 4) | unseen()
    files |= {"train.csv": csv("id,label", "0,cat", "1,dog", "2,cat", "3,dog")} | sample(
        "2,cat", "1,cat", "0,cat"
    )
    return Layout(files, ["cat", "dog"], 4, 3, id_of={"test/2.jpg": "2"})


@layout
def tab_separated_with_extra_columns_and_groups() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,0")
    rows = ("a1\tp1\t30.5\t0", "a2\tp1\t41.0\t1", "a3\tp2\t27.1\t0", "a4\tp3\t55.9\t1")
    files |= {"train.tsv": csv("image\tpatient_id\tage\ttarget", *rows)}
    return Layout(files, ["0", "1"], 4, 1, "integer", groups=4, said="patient_id -> group",
                  params={"form": "integer"})  # fmt: skip


@layout
def semicolons_and_windows_letters() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1)
    files |= {"train.csv": csv("id;label", "a1;Käse", "a2;Brot", "a3;Käse", "a4;Brot").encode("cp1252")}
    return Layout(files | sample("t0,Brot"), ["Brot", "Käse"], 4, 1)


@layout
def utf16_table() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1)
    return Layout(
        files | {"train.csv": csv("id,label", *CATS_DOGS).encode("utf-16")} | sample("t0,cat"),
        ["cat", "dog"],
        4,
        1,
    )


@layout
def table_without_a_header() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    return Layout(files | {"train.csv": csv(*CATS_DOGS)}, ["cat", "dog"], 4, 1)


@layout
def text_lists_with_blanks() -> Layout:
    files = (
        many("train/a{}.jpg", 4, 1)
        | unseen("test/t{}.jpg", 1)
        | sample("t0,1")
        | {"README.txt": "Hello there\nno table\n"}
    )
    return Layout(
        files | {"train.txt": csv("a1.jpg 0", "a2.jpg 1", "a3.jpg 0", "a4.jpg 1")},
        ["0", "1"],
        4,
        1,
        "integer",
        params={"form": "integer"},
    )


@layout
def integers_with_a_json_map() -> Layout:
    files = (
        many("train_images/a{}.jpg", 4, 1)
        | unseen("test_images/t{}.jpg", 1)
        | sample("t0.jpg,4", header="image_id,label")
    )
    files |= {"train.csv": csv("image_id,label", "a1.jpg,0", "a2.jpg,4", "a3.jpg,0", "a4.jpg,4")}
    files |= {"label_num_to_disease_map.json": '{"0": "Blight", "4": "Healthy"}'}
    return Layout(
        files,
        ["Blight", "Healthy"],
        4,
        1,
        "integer",
        values=["0", "4"],
        label_of={"train_images/a2.jpg": "Healthy"},
    )


@layout
def integer_labels_named_in_the_same_table() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,4")
    files |= {"train.csv": csv("id,label,class_name", "a1,0,owl", "a2,4,fox", "a3,0,owl", "a4,4,fox")}
    return Layout(files, ["owl", "fox"], 4, 1, "integer", values=["0", "4"])


@layout
def validation_folder() -> Layout:
    files = folders() | folders("valid", each=1) | unseen() | LABELLED
    return Layout(files, ["cat", "dog"], 4, 3, validation=2, label_of={"valid/dog/dog_0.jpg": "dog"})


@layout
def validation_table() -> Layout:
    files = many("images/a{}.jpg", 6, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    files |= {"train.csv": csv("id,label", *CATS_DOGS), "val.csv": csv("id,label", "a5,cat", "a6,dog")}
    return Layout(files, ["cat", "dog"], 4, 1, validation=2)


@layout
def a_split_column() -> Layout:
    rows = ("1,train/cat/1.jpg,cat,train", "0,train/ant/1.jpg,ant,train", "1,train/cat/2.jpg,cat,train",
            "0,train/ant/2.jpg,ant,train", "1,valid/cat/1.jpg,cat,valid", "0,test/ant/1.jpg,ant,test")  # fmt: skip
    files = images(*(row.split(",")[1] for row in rows)) | {
        "birds.csv": csv("class id,filepaths,labels,data set", *rows)
    }
    return Layout(files, ["ant", "cat"], 4, 1, validation=1, test_labels=1, shipped=False)


@layout
def labelled_test_folder() -> Layout:
    files = folders() | folders("test", each=1)
    return Layout(
        files, ["cat", "dog"], 4, 2, test_labels=2, shipped=False, id_of={"test/dog/dog_0.jpg": "dog_0.jpg"}
    )


@layout
def labelled_test_folder_whose_names_repeat() -> Layout:
    files = folders() | images("test/cat/1.jpg", "test/dog/1.jpg")
    return Layout(
        files, ["cat", "dog"], 4, 2, test_labels=2, shipped=False, id_of={"test/dog/1.jpg": "test/dog/1.jpg"}
    )


@layout
def train_test_and_images_to_predict() -> Layout:
    files = (
        folders("seg_train/seg_train")
        | folders("seg_test/seg_test", each=1)
        | unseen("seg_pred/seg_pred/{}.jpg")
    )
    return Layout(
        files, ["cat", "dog"], 4, 3, validation=2, shipped=False, said="images to predict beside it"
    )


@layout
def no_sample() -> Layout:
    files = (
        many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": csv("image,kind", *CATS_DOGS)}
    )
    return Layout(
        files,
        ["cat", "dog"],
        4,
        2,
        shipped=False,
        id_of={"test/t1.jpg": "t1"},
        said="there is no sample submission",
    )


@layout
def test_table_without_a_sample() -> Layout:
    files = many("images/{}.jpg", 6) | {"test.csv": csv("id,width", "5,640", "4,320")}
    files |= {"train.csv": csv("id,label", "0,cat", "1,dog", "2,cat", "3,dog")}
    return Layout(files, ["cat", "dog"], 4, 2, shipped=False, id_of={"images/5.jpg": "5"})


@layout
def one_folder_and_the_sample_tells_the_test() -> Layout:
    files = many("images/{}.jpg", 7) | sample("6,cat", "5,cat")
    files |= {"train.csv": csv("id,label", "0,cat", "1,dog", "2,cat", "3,dog")}
    return Layout(files, ["cat", "dog"], 4, 2, unlabelled=1)


@layout
def images_at_the_top_without_folders() -> Layout:
    files = (
        many("{}.jpg", 6)
        | sample("4,cat", "5,cat")
        | {"train.csv": csv("id,label", "0,cat", "1,dog", "2,cat", "3,dog")}
    )
    return Layout(files, ["cat", "dog"], 4, 2)


@layout
def unlabelled_extra_images() -> Layout:
    files = folders() | many("unlabeled/{}.jpg", 3) | unseen(count=4) | LABELLED
    return Layout(files, ["cat", "dog"], 4, 3, unlabelled=4, said="1 images of the test folder are not in")


@layout
def one_probability_for_two_classes() -> Layout:
    files = many("train/a{}.tif", 4, 1) | unseen("test/t{}.tif", 1) | sample("t0,0.5")
    files |= {"train_labels.csv": csv("id,label", "a1,0", "a2,1", "a3,0", "a4,1")}
    return Layout(files, ["0", "1"], 4, 1, "binary", column_classes=[1], said="one probability, of 1")


@layout
def one_probability_in_the_class_s_column() -> Layout:
    files = (
        folders(names=("cactus", "sand"))
        | unseen()
        | sample("0,0.5", "1,0.5", "2,0.5", header="id,has_cactus")
    )
    return Layout(
        files, ["cactus", "sand"], 4, 3, "binary", column_classes=[0], said="the column is named has_cactus"
    )


@layout
def top_five_labels() -> Layout:
    names = ("w1", "w2", "w3", "new_whale")
    files = many("train/a{}.jpg", 8) | unseen("test/t{}.jpg", 1)
    files |= {"train.csv": csv("Image,Id", *(f"a{i}.jpg,{names[i % 4]}" for i in range(8)))}
    files |= sample("t0.jpg,new_whale w1 w2", header="Image,Id")
    return Layout(files, ["new_whale", "w1", "w2", "w3"], 8, 1, "top_k", top_k=3, metric="map_at_3")


@layout
def empty_class_folder() -> Layout:
    files = folders() | {"train/emu/": ""} | unseen() | LABELLED
    return Layout(files, ["cat", "dog"], 4, 3, said="folders without images: train/emu")


@layout
def empty_class_folder_with_a_column() -> Layout:
    files = (
        folders()
        | {"train/emu/": ""}
        | unseen()
        | sample("0,1,0,0", "1,1,0,0", "2,1,0,0", header="id,cat,dog,emu")
    )
    return Layout(
        files, ["cat", "dog", "emu"], 4, 3, "probabilities", column_classes=[0, 1, 2], said="no image has it"
    )


@layout
def batches_below_classes() -> Layout:
    files = many("train/cat/b1/{}.jpg", 2) | many("train/dog/b1/{}.jpg", 2) | many("train/dog/b2/{}.jpg", 2)
    return Layout(files | unseen() | LABELLED, ["cat", "dog"], 6, 3)


@layout
def classes_below_kingdoms_as_the_sample_tells() -> Layout:
    files = folders("train/pets") | folders("train/wild", ("wolf",)) | unseen() | sample(
        "0,1,0,0", "1,1,0,0", "2,1,0,0", header="id,cat,dog,wolf")  # fmt: skip
    return Layout(files, ["cat", "dog", "wolf"], 6, 3, "probabilities", column_classes=[0, 1, 2])


@layout
def class_level_named() -> Layout:
    files = folders("train/pets") | folders("train/wild", ("wolf",)) | unseen() | sample("0,x", "1,x", "2,x")
    return Layout(files, ["cat", "dog", "wolf"], 6, 3, params={"class_level": 2}, said="assumed")


@layout
def two_sizes_and_the_one_that_is_named() -> Layout:
    files = many("train_256/a{}.jpg", 4, 1) | many("train_512/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1)
    files |= {"train.csv": csv("id,label", *CATS_DOGS)} | sample("t0,cat")
    return Layout(
        files, ["cat", "dog"], 4, 1, params={"train": "train_512"}, label_of={"train_512/a1.jpg": "cat"}
    )


@layout
def folders_that_agree_with_the_table() -> Layout:
    files = folders() | unseen() | LABELLED
    rows = [f"{name},{name.split('/')[1].upper()}" for name in folders()]
    files = files | {"train.csv": csv("path,label", *rows)} | sample("0,CAT", "1,CAT", "2,CAT")
    return Layout(files, ["CAT", "DOG"], 4, 3, said="class folders agree with train.csv")


@layout
def labels_for_a_part_only() -> Layout:
    files = many("train/a{}.jpg", 6, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    return Layout(files | {"train.csv": csv("id,label", *CATS_DOGS)}, ["cat", "dog"], 4, 1, unlabelled=2)


@layout
def rows_without_images_skipped() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,cat")
    files |= {"train.csv": csv("id,label", *CATS_DOGS, "a9,dog")}
    return Layout(
        files,
        ["cat", "dog"],
        4,
        1,
        params={"on_missing": "skip"},
        said="1 ids of train.csv are no training images",
    )


@layout
def rubbish_beside() -> Layout:
    rubbish: Files = {
        "__MACOSX/train/cat/._cat_0.jpg": b"x",
        "train/.DS_Store": b"x",
        "train/cat/Thumbs.db": b"x",
    }
    return Layout(folders() | unseen() | LABELLED | rubbish | {"notes.csv": "a,b\n1\n"}, ["cat", "dog"], 4, 3,
                  said="notes.csv, line 2: 1 cells where the header has 2 columns")  # fmt: skip


@layout
def files_without_suffix() -> Layout:
    files = many("train/cat/{}", 2) | many("train/dog/{}", 2) | many("test/{}", 2) | {"LICENSE": "free"}
    return Layout(files | sample("0,cat", "1,cat"), ["cat", "dog"], 4, 2)


@layout
def names_in_the_sample_for_integer_labels() -> Layout:
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 1) | sample("t0,owl")
    files |= {
        "train.csv": csv("id,label", "a1,1", "a2,2", "a3,1", "a4,2"),
        "names.csv": csv("n,name", "1,owl", "2,fox"),
    }
    return Layout(files, ["owl", "fox"], 4, 1, values=["owl", "fox"])


@layout
def formulas_in_ids() -> Layout:
    files = folders() | images("test/=cmd().jpg", "test/@x.jpg") | sample("=cmd(),cat", "@x,cat")
    return Layout(files, ["cat", "dog"], 4, 2, id_of={"test/=cmd().jpg": "=cmd()", "test/@x.jpg": "@x"})


@layout
def dots_in_names() -> Layout:
    files = many("train/im.{}.v2.jpg", 4) | unseen("test/im.{}.v3.png", 1) | sample("im.0.v3,cat")
    files |= {"train.csv": csv("id,label", "im.0.v2,cat", "im.1.v2,dog", "im.2.v2,cat", "im.3.v2,dog")}
    return Layout(files, ["cat", "dog"], 4, 1)


@layout
def drivers_in_a_table_beside_class_folders() -> Layout:
    files = folders("imgs/train", ("c0", "c1")) | unseen("imgs/test/{}.jpg", 1)
    rows = ("p1,c0,c0_0.jpg", "p1,c0,c0_1.jpg", "p2,c1,c1_0.jpg", "p2,c1,c1_1.jpg")
    files |= {"driver_imgs_list.csv": csv("subject,classname,img", *rows)} | sample(
        "0.jpg,1,0", header="img,c0,c1"
    )
    return Layout(files, ["c0", "c1"], 4, 1, "probabilities", groups=4, said="subject -> group")


@layout
def lists_of_boxes_and_a_labelled_validation_list() -> Layout:
    files = many("tiny/train/n01/images/n01_{}.JPEG", 2) | many("tiny/train/n02/images/n02_{}.JPEG", 2)
    files |= {
        f"tiny/train/{n}/{n}_boxes.txt": f"{n}_0.JPEG\t0\t10\t5\t6\n{n}_1.JPEG\t1\t12\t5\t7\n"
        for n in ("n01", "n02")
    }
    files |= many("tiny/val/images/val_{}.JPEG", 2) | many("tiny/test/images/test_{}.JPEG", 2)
    files |= {
        "tiny/val/val_annotations.txt": "val_0.JPEG\tn02\t0\t1\nval_1.JPEG\tn01\t3\t1\n",
        "tiny/wnids.txt": "n01\nn02\n",
    }
    return Layout(
        files,
        ["n01", "n02"],
        4,
        2,
        validation=2,
        shipped=False,
        label_of={"tiny/val/images/val_0.JPEG": "n02"},
    )


@layout
def individuals_shown_by_the_sample_not_species() -> Layout:
    rows = [f"a{i}.jpg,{('beluga', 'orca')[i % 4 // 2]},{('x1', 'x2', 'x3', 'x4')[i % 4]}" for i in range(8)]
    files = many("train_images/a{}.jpg", 8) | unseen("test_images/t{}.jpg", 1)
    files |= {"train.csv": csv("image,species,individual_id", *rows)} | sample(
        "t0.jpg,x1 x4 new", header="image,predictions"
    )
    return Layout(files, ["x1", "x2", "x3", "x4"], 8, 1, "top_k", top_k=3)


@layout
def patients_and_a_target_that_the_sample_names() -> Layout:
    rows = [
        f"I{i},p{i // 2},male,torso,{('nevus', 'unknown', 'melanoma')[i % 3]},{int(i % 3 == 2)}"
        for i in range(6)
    ]
    files = many("jpeg/train/I{}.jpg", 6) | many("jpeg/test/I{}.jpg", 2, 6)
    files |= {"train.csv": csv("image_name,patient_id,sex,site,diagnosis,target", *rows)}
    files |= {"test.csv": csv("image_name,patient_id,sex,site", "I6,p9,male,torso", "I7,p9,male,torso")}
    return Layout(
        files | sample("I6,0", "I7,0", header="image_name,target"),
        ["0", "1"],
        6,
        2,
        "binary",
        groups=6,
        column_classes=[1],
        metric="roc_auc",
        params={"metric": "AUC"},
    )


@layout
def signs_with_icons_and_a_labelled_test_table() -> Layout:
    files = (
        many("Train/0/{}.png", 2)
        | many("Train/1/{}.png", 2)
        | many("Test/{:05}.png", 2)
        | many("Meta/{}.png", 2)
    )
    paths = ("Train/0/0.png", "Train/0/1.png", "Train/1/0.png", "Train/1/1.png")
    files |= {
        "Train.csv": csv(
            "Width,ClassId,Path", *(f"{i + 30},{path[6]},{path}" for i, path in enumerate(paths))
        )
    }
    files |= {"Test.csv": csv("Width,ClassId,Path", "53,1,Test/00000.png", "42,0,Test/00001.png")}
    files |= {"Meta.csv": csv("Path,ClassId", "Meta/0.png,0", "Meta/1.png,1")}
    return Layout(files, ["0", "1"], 4, 2, "integer", unlabelled=2, test_labels=2, shipped=False)


@layout
def sample_with_empty_cells() -> Layout:
    files = (
        folders("train_images", ("blast", "tungro"))
        | unseen("test_images/{}.jpg", 2)
        | sample("0.jpg,", "1.jpg,")
    )
    return Layout(files, ["blast", "tungro"], 4, 2, "label")


@layout
def nested_zips_without_inner_folders() -> Layout:
    files = {"train.zip": zip_bytes(images("cat.0.jpg", "cat.1.jpg", "dog.0.jpg", "dog.1.jpg"))}
    files |= {
        "test1.zip": zip_bytes(many("{}.jpg", 2, 1)),
        "sampleSubmission.csv": csv("id,label", "1,0", "2,0"),
    }
    return Layout(files, ["cat", "dog"], 4, 2, "integer", values=["0", "1"], said="0 = cat, 1 = dog")


@layout
def test_images_in_one_folder_that_a_class_shares() -> Layout:
    files = (
        folders(names=("0", "1"))
        | many("test/0/{}.jpg", 3)
        | {"cat_to_name.json": '{"0": "lily", "1": "rose"}'}
    )
    return Layout(files, ["lily", "rose"], 4, 3, "integer", shipped=False, test_labels=0)


@layout
def binary_by_the_metric() -> Layout:
    files = many("train/a{}.tif", 4, 1) | unseen("test/t{}.tif", 1) | sample("t0,0")
    files |= {"train_labels.csv": csv("id,label", "a1,0", "a2,1", "a3,0", "a4,1")}
    return Layout(files, ["0", "1"], 4, 1, "binary", params={"metric": "AUC"}, metric="roc_auc")
