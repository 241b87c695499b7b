"""A Parquet table with a fixed schema, a version and invariants, written atomically."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from podium.foundation.errors import UserError
from podium.foundation.files import replacing

VERSION_KEY = b"podium_version"


@dataclass(frozen=True)
class TableContract:
    """The contract of one table: its columns in order, its key and what must hold of its content."""

    name: str
    schema: pa.Schema
    version: int = 1
    key: tuple[str, ...] = ("image_id",)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    holds: Callable[[pd.DataFrame], str | None] = lambda frame: None  # the broken rule, or None

    def write(self, frame: pd.DataFrame, path: Path) -> None:
        """Checks and writes the table, sorted by its key. A broken rule is our defect: AssertionError."""
        frame = frame[self.schema.names].sort_values(list(self.key), kind="stable")
        broken = self._broken(frame)
        assert broken is None, f"{self.name}: {broken}"
        table = pa.Table.from_pandas(frame, self.schema, preserve_index=False)
        table = table.replace_schema_metadata({VERSION_KEY: str(self.version).encode()})
        with replacing(path) as draft:
            pq.write_table(table, draft)

    def read(self, path: Path) -> pd.DataFrame:
        """The checked table. Raises UserError where it is missing, of another version or broken."""
        try:
            table = pq.read_table(path, memory_map=False)
        except FileNotFoundError:
            raise UserError(f"{path} is missing: run `dvc repro`.") from None
        except pa.ArrowInvalid as error:
            raise UserError(f"{path} is no readable table ({error}): run `dvc repro -f`.") from None
        found = (table.schema.metadata or {}).get(VERSION_KEY, b"none").decode()
        if found != str(self.version):
            raise UserError(
                f"{path} has version {found} of the {self.name} table, this Podium reads "
                f"{self.version}: run `dvc repro` to write it anew."
            )
        try:
            frame: pd.DataFrame = table.cast(self.schema).to_pandas()
        except ValueError as error:  # other columns, other types, an empty cell
            raise UserError(f"{path}: {error}; run `dvc repro -f` to write it anew.") from None
        broken = self._broken(frame)
        if broken is not None:
            raise UserError(f"{path}: {broken}; run `dvc repro -f` to write it anew.")
        return frame

    def empty(self) -> pd.DataFrame:
        """A table without rows."""
        frame: pd.DataFrame = self.schema.empty_table().to_pandas()
        return frame

    def _broken(self, frame: pd.DataFrame) -> str | None:
        repeated = frame.duplicated(list(self.key))
        if repeated.any():
            row = frame.loc[repeated, list(self.key)].iloc[0].tolist()
            return f"{', '.join(self.key)} {row} stands twice"
        for column in self.schema:
            if not column.nullable and frame[column.name].isna().any():
                return f"column {column.name} has an empty cell"
        for name, allowed in self.choices.items():
            wrong = ~frame[name].isin(allowed)
            if wrong.any():
                return f"column {name} holds {frame.loc[wrong, name].iloc[0]!r}, not one of {allowed}"
        return self.holds(frame)


def columns(**types: pa.DataType) -> pa.Schema:
    """A schema of columns; a name that ends in `_or_null` may be empty and loses that ending."""
    return pa.schema(
        pa.field(name.removesuffix("_or_null"), kind, nullable=name.endswith("_or_null"))
        for name, kind in types.items()
    )
