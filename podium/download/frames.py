"""The user's own tables on disk, read as the download's are: any separator, letters and spreadsheet."""

from pathlib import Path

import pandas as pd

from podium.download.naming import composed
from podium.download.tables import parse
from podium.foundation.errors import UserError


def read_frame(path: Path, wanted: str) -> pd.DataFrame:
    """The table's cells as text, a column each. Raises FileNotFoundError, and UserError for what is no table.

    wanted: the columns that it should have, in words, for that sentence.
    """
    try:
        sheet = parse(path.read_bytes(), str(path))
    except UserError as error:
        raise UserError(f"{path} is no CSV table ({str(error).rstrip('.')}): give {wanted}.") from None
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    cells = {name: [composed(cell) for cell in column] for name, column in sheet.columns.items()}
    return pd.DataFrame(cells, dtype=str)
