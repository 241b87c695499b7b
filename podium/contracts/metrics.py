"""reports/metrics.json: few and flat numbers, which `dvc metrics diff` and `dvc exp show` print.

`Run` says what the scores stand on; its capital puts it first where DVC sorts the keys.

reports/details.json: the rest of a run's numbers, its minutes and its machine; DVC keeps it.
"""

import json
import math
import shutil
from pathlib import Path

from podium.foundation.errors import UserError
from podium.foundation.files import write_json

PATH = Path("reports/metrics.json")
DETAILS = Path("reports/details.json")
DIGITS = 6
RUN = "Run"
WHOLE, PROBES = "whole", "probes only"
OTHERS = ", of other experiments"


def keep(folder: Path) -> None:
    """Copies metrics.json into a folder that DVC caches.

    DVC pushes nothing that Git carries, but its run cache restores a run only where every out's bytes are
    found: metrics.json's are, by their digest, wherever this folder is.
    """
    shutil.copyfile(PATH, folder / PATH.name)


def write(metrics: dict[str, float | int | str], path: Path = PATH) -> None:
    """Writes the metrics, floats rounded to 6 digits. A value that is not finite is our defect."""
    assert all(math.isfinite(v) for v in metrics.values() if isinstance(v, float)), metrics
    write_json(path, {k: round(v, DIGITS) if isinstance(v, float) else v for k, v in metrics.items()})


def partial(found: dict[str, float | int | str]) -> str:
    """What keeps a run from being whole, as its metrics say; "" for a whole one, or one that says nothing."""
    said = str(found.get(RUN, WHOLE))
    return "" if said.startswith(WHOLE) else said


def unit(found: dict[str, float | int | str]) -> str:
    """What the score counts: images, or rows of several images each."""
    return "rows" if " rows" in str(found.get(RUN, "")) else "images"


def of_others(found: dict[str, float | int | str]) -> bool:
    """Whether the run's own predictions do not vote."""
    return str(found.get(RUN, "")).endswith(OTHERS)


def read(path: Path = PATH) -> dict[str, float | int | str]:
    """Reads the metrics. Raises UserError where they are missing."""
    try:
        values: dict[str, float | int | str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro`.") from None
    return values
