"""Which cells make an id together, and which images belong to a key that another table labels."""

from podium.competition.joining import composed, joined
from podium.competition.matching import ImageIndex
from podium.download.tables import Sheet


def sheet(name: str, **columns: list[str]) -> Sheet:
    rows = len(next(iter(columns.values())))
    return Sheet(name, columns, list(range(2, rows + 2)), "")


def test_a_column_is_put_together_as_the_other_table_shows() -> None:
    told = sheet("test.csv", image=["7", "8"], side=["L", "R"], patient=["10", "11"], key=["10_L", "11_R"])
    other = sheet("train.csv", image=["1", "2"], patient=["4", "5"], side=["R", "L"])
    made = composed([told, other], "KEY")
    assert made[0] is told and made[1].columns["key"] == ["4_R", "5_L"]
    assert composed([told, other], "") == [told, other]


def test_one_row_that_is_made_otherwise_makes_none() -> None:
    told = sheet("test.csv", patient=["10", "11"], side=["L", "R"], key=["10_L", "R_11"])
    assert composed([told, sheet("train.csv", patient=["4"], side=["R"])], "key")[1].header == [
        "patient",
        "side",
    ]


def test_labels_of_a_key_become_those_of_its_images() -> None:
    pool = ImageIndex(["train/a.png", "train/b.png", "train/c.png"])
    images = sheet("images.csv", image=["a.png", "b.png", "c.png"], patient=["p", "q", "p"])
    labels = sheet("labels.csv", patient=["q", "p"], label=["well", "sick"])
    (made,) = joined([images, labels], pool)
    assert made.name == "labels.csv" and made.where(0) == "labels.csv, line 3"
    assert made.columns == {
        "image": ["a.png", "b.png", "c.png"],
        "patient": ["p", "q", "p"],
        "label": ["sick", "well", "sick"],
    }


def test_a_key_that_stands_twice_or_elsewhere_joins_nothing() -> None:
    pool = ImageIndex(["train/a.png", "train/b.png"])
    images = sheet("images.csv", image=["a.png", "b.png"], patient=["p", "q"])
    assert joined([images, sheet("labels.csv", patient=["p", "p"], label=["x", "y"])], pool) == []
    assert joined([images, sheet("labels.csv", patient=["r", "s", "t"], label=["x", "y", "x"])], pool) == []
