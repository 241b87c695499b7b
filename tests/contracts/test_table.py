"""A table is checked when written and when read."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.contracts.table import VERSION_KEY, TableContract, columns
from podium.foundation.errors import UserError

PETS = TableContract(
    name="pets",
    schema=columns(image_id=pa.string(), age=pa.int8(), nick_or_null=pa.string(), kind=pa.string()),
    choices={"kind": ("cat", "dog")},
    holds=lambda frame: "an age is negative" if (frame["age"] < 0).any() else None,
)


def pets(**changes: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"image_id": ["b", "a"], "age": [2, 1], "nick": [None, "x"], "kind": ["cat", "dog"]} | changes
    )


def test_rows_come_back_sorted_by_key_with_their_types(tmp_path: Path) -> None:
    PETS.write(pets(), tmp_path / "t.parquet")
    back = PETS.read(tmp_path / "t.parquet")
    assert back["image_id"].tolist() == ["a", "b"] and back["age"].dtype == "int8"
    assert back["nick"].isna().tolist() == [False, True]
    assert list(PETS.empty()) == ["image_id", "age", "nick", "kind"] and len(PETS.empty()) == 0


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_rows_does_not_change_the_bytes(order: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        frame = pd.DataFrame({"image_id": order, "age": 1, "nick": None, "kind": "cat"})
        PETS.write(frame, Path(folder, "a.parquet"))
        PETS.write(frame.sort_values("image_id"), Path(folder, "b.parquet"))
        assert Path(folder, "a.parquet").read_bytes() == Path(folder, "b.parquet").read_bytes()


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"image_id": ["a", "a"]}, r"image_id \['a'\] stands twice"),
        ({"image_id": ["a", None]}, "column image_id has an empty cell"),
        ({"kind": ["cat", "cow"]}, r"column kind holds 'cow', not one of \('cat', 'dog'\)"),
        ({"age": [-1, 1]}, "an age is negative"),
    ],
)
def test_a_broken_table_is_not_written_and_not_read(
    changes: dict[str, object], broken: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.parquet"
    with pytest.raises(AssertionError, match=broken):
        PETS.write(pets(**changes), path)
    assert not path.exists()
    table = pa.Table.from_pandas(pets(**changes), preserve_index=False)
    pq.write_table(table.replace_schema_metadata({VERSION_KEY: b"1"}), path)
    with pytest.raises(UserError, match="with null values" if "empty" in broken else broken):
        PETS.read(path)


def test_other_columns_and_types_are_told(tmp_path: Path) -> None:
    for other in (columns(image_id=pa.string()), columns(image_id=pa.string(), age=pa.string())):
        TableContract("pets", other).write(
            pd.DataFrame({"image_id": ["a"], "age": ["old"]}), tmp_path / "t.parquet"
        )
        with pytest.raises(UserError, match=r"t\.parquet: .*; run `dvc repro -f` to write it anew\.$"):
            PETS.read(tmp_path / "t.parquet")


def test_missing_foreign_and_older_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"t\.parquet is missing: run `dvc repro`\.$"):
        PETS.read(tmp_path / "t.parquet")
    (tmp_path / "t.parquet").write_text("no table")
    with pytest.raises(UserError, match=r"t\.parquet is no readable table .*run `dvc repro -f`\.$"):
        PETS.read(tmp_path / "t.parquet")
    TableContract("pets", PETS.schema, version=7).write(pets(), tmp_path / "t.parquet")
    with pytest.raises(UserError, match=r"has version 7 of the pets table, this Podium reads 1"):
        PETS.read(tmp_path / "t.parquet")
