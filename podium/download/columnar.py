"""Tables in Parquet, Feather or Arrow: their columns of words and numbers as text."""

import io
from typing import Any

from podium.download.tables import Sheet, unique
from podium.foundation.errors import UserError

SUFFIXES = (".parquet", ".pq", ".feather", ".arrow")
MOST = 1000  # columns: a table of more holds features or pixels
ROW = "row"  # what a row is called in sentences
INDEX = "__index_level_"  # how pandas calls the column of its row numbers


def parse(data: bytes, name: str) -> Sheet:
    """The table in `data`, by its content. Raises UserError where it is broken or has no plain column."""
    import pyarrow as pa

    try:
        table = _read(data)
    except (pa.ArrowException, OSError) as error:
        what = "Parquet" if name.lower().endswith((".parquet", ".pq")) else "Arrow"
        raise UserError(f"{name} is no {what} table ({str(error).splitlines()[0][:120]}).") from None
    if not table.column_names:
        raise UserError(f"{name} has no column of words or numbers, or more than {MOST:,} columns.")
    header = unique(["" if title.startswith(INDEX) else title.strip() for title in table.column_names])
    cells = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    return Sheet(name, dict(zip(header, cells, strict=True)), list(range(1, table.num_rows + 1)), "", ROW)


def _read(data: bytes) -> Any:
    """The table with no more than the columns that cells can show."""
    import pyarrow.feather as feather
    import pyarrow.parquet as parquet

    file = io.BytesIO(data)
    if data.startswith(b"PAR1"):
        plain = _plain(parquet.read_schema(file))
        file.seek(0)
        return parquet.read_table(file, columns=plain)
    whole = (
        feather.read_table(file, memory_map=False) if data.startswith((b"FEA1", b"ARROW1")) else _stream(file)
    )
    return whole.select(_plain(whole.schema))


def _stream(file: io.BytesIO) -> Any:
    import pyarrow as pa

    with pa.ipc.open_stream(file) as reader:
        return reader.read_all()


def _plain(schema: Any) -> list[str]:
    """The columns that hold words, numbers, dates or yes and no; none of a table of very many."""
    from pyarrow import types

    kinds = (types.is_string, types.is_large_string, types.is_integer, types.is_floating, types.is_boolean,
             types.is_dictionary, types.is_date, types.is_timestamp, types.is_decimal)  # fmt: skip
    names = [field.name for field in schema if any(is_kind(field.type) for is_kind in kinds)]
    return names if len(names) <= MOST else []


def _cell(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()  # a NaN is unlike itself
