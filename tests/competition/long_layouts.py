# ruff: noqa: E501  (a corpus: sentences stay in one piece)
"""Samples with a row for each image and column, and the tables beside them that are so or have a column each."""

from tests.competition.famous_layouts import page, scans
from tests.competition.kaggle_layouts import hashes
from tests.competition.layouts import Layout, layout, sample
from tests.competition.refusals import Refusal, refusal
from tests.competition.shipping import csv, images, many

GRASSES = ("Dry_Clover_g", "Dry_Dead_g", "GDM_g")
BLEEDINGS = ("epidural", "subdural", "any")
BONES = ("C1", "C2", "patient_overall")


@layout
def pastures_weighed_in_a_row_for_each_part() -> Layout:
    rows = [
        f"ID{1011485656 + i}__{part},train/ID{1011485656 + i}.jpg,2015/9/{i % 20 + 1},{('Tas', 'Vic')[i % 2]},{4 + i % 5}.6667,{part},{(i * 7.31 + j * 13.7) % 60:.4f}"
        for i in range(24)
        for j, part in enumerate(GRASSES)
    ]
    files = many("train/ID{}.jpg", 24, 1011485656) | many("test/ID{}.jpg", 1, 1001187975)
    files |= {
        "train.csv": csv("sample_id,image_path,Sampling_Date,State,Height_Ave_cm,target_name,target", *rows)
    }
    asked = [f"ID1001187975__{part}" for part in GRASSES]
    files |= {
        "test.csv": csv(
            "sample_id,image_path,target_name",
            *(f"{n},test/ID1001187975.jpg,{n.partition('__')[2]}" for n in asked),
        )
    }
    files |= sample(*(f"{n},0.0" for n in asked), header="sample_id,target")
    files |= page("The model is evaluated using a globally weighted coefficient of determination (R2).")
    return Layout(files, list(GRASSES), 24, 1, "numbers", task="number", metric="global_r2", column_classes=[0, 1, 2],
                  label_of={"train/ID1011485657.jpg": "7.31|21.01|34.71"}, id_of={"test/ID1001187975.jpg": "ID1001187975"},
                  said="sample_submission.csv has a row for each image and column: 3 columns (Dry_Clover_g, Dry_Dead_g, GDM_g)")  # fmt: skip


@layout
def heads_with_a_row_for_each_bleeding() -> Layout:
    train, test = [f"ID_{n}" for n in hashes(12, length=9)], [f"ID_{n}" for n in hashes(3, 60, 9)]
    rows = [
        f"{n}_{kind},{int((i + j) % 3 == 0 or kind == 'any')}"
        for i, n in enumerate(train)
        for j, kind in enumerate(BLEEDINGS)
    ]
    files = scans(*(f"stage_2_train/{n}.dcm" for n in train), *(f"stage_2_test/{n}.dcm" for n in test))
    files |= {"stage_2_train.csv": csv("ID,Label", *rows, *rows[:3])}  # some rows stand twice
    files |= {
        "stage_2_sample_submission.csv": csv(
            "ID,Label", *(f"{n}_{kind},0.5" for n in test for kind in BLEEDINGS)
        )
    }
    files |= page("Submissions are evaluated using a weighted multi-label logarithmic loss.")
    return Layout(files, list(BLEEDINGS), 12, 3, "chances", task="multi", metric="log_loss", column_classes=[0, 1, 2],
                  label_of={f"stage_2_train/{train[0]}.dcm": "epidural|any"}, id_of={f"stage_2_test/{test[2]}.dcm": test[2]})  # fmt: skip


@layout
def necks_in_folders_with_a_column_for_each_bone() -> Layout:
    uids = [f"1.2.826.0.1.3680043.{6200 + i * 17}" for i in range(8)]
    files = scans(
        *(f"train_images/{uid}/{k}.dcm" for uid in uids[:6] for k in (1, 2)),
        *(f"test_images/{uid}/{k}.dcm" for uid in uids[6:] for k in (1, 2)),
    )
    files |= {
        "train.csv": csv(
            "StudyInstanceUID,patient_overall,C1,C2",
            *(f"{uid},{int(i > 2)},{int(i > 3)},{int(i in (3, 5))}" for i, uid in enumerate(uids[:6])),
        )
    }
    files |= {
        "test.csv": csv(
            "row_id,StudyInstanceUID,prediction_type",
            *(f"{uid}_{bone},{uid},{bone}" for uid in uids[6:] for bone in BONES),
        )
    }
    files |= sample(*(f"{uid}_{bone},0.5" for uid in uids[6:] for bone in BONES), header="row_id,fractured")
    files |= page("Submissions are evaluated using a weighted multi-label logarithmic loss.")
    return Layout(files, ["patient_overall", "C1", "C2"], 12, 4, "chances", task="multi", metric="log_loss", column_classes=[1, 2, 0],
                  label_of={f"train_images/{uids[5]}/1.dcm": "patient_overall|C1|C2"}, id_of={f"test_images/{uids[6]}/1.dcm": uids[6]})  # fmt: skip


@refusal
def lungs_whose_course_over_weeks_is_asked() -> Refusal:
    files = scans(
        *(f"train/ID00{i}/{k}.dcm" for i in range(6) for k in (1, 2)),
        *(f"test/ID0042{i}/{k}.dcm" for i in range(2) for k in (1, 2)),
    )
    files |= {
        "train.csv": csv(
            "Patient,Weeks,FVC,Age",
            *(f"ID00{i},{week},{2315 + week * i},79" for i in range(6) for week in (-4, 5, 7)),
        )
    }
    rows = [f"ID0042{i}_{week},2000,100" for i in range(2) for week in (-12, -11, -10)]
    return Refusal(
        files | sample(*rows, header="Patient_Week,FVC,Confidence"),
        "sample_submission.csv asks for 3 values of each image (_-12, _-11, _-10 ...), and no table has columns or rows for them",
    )


@refusal
def letters_of_several_parts_each_a_class() -> Refusal:
    parts = ("consonant", "root", "vowel")
    files = images(*(f"train/Train_{i}.png" for i in range(20)), "test/Test_0.png", "test/Test_1.png")
    files |= {
        "train.csv": csv(
            "image_id,root,vowel,consonant", *(f"Train_{i},{i % 5},{i % 4},{i % 3}" for i in range(20))
        )
    }
    files |= sample(*(f"Test_{i}_{part},0" for i in (0, 1) for part in parts), header="row_id,target")
    return Refusal(
        files,
        "train.csv: root, vowel, consonant hold whole numbers that repeat, so each image has several classes",
    )


@refusal
def a_row_that_stands_twice_with_two_values() -> Refusal:
    rows = [f"a{i}_{kind},{i % 2}" for i in range(4) for kind in BLEEDINGS]
    files = (
        many("train/a{}.jpg", 4) | many("test/t{}.jpg", 2) | {"train.csv": csv("ID,Label", *rows, "a1_any,0")}
    )
    return Refusal(
        files | sample(*(f"t{i}_{kind},0.5" for i in (0, 1) for kind in BLEEDINGS), header="ID,Label"),
        "train.csv, line 14: Label is '0' here and '1' in line 7, for the same id: take one of the rows out",
    )
