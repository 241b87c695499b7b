"""What the competition's page says, saved beside the zip by `make download`: <zip's stem>.kaggle.json."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from podium.foundation.errors import UserError
from podium.foundation.files import replacing


@dataclass(frozen=True)
class Meta:
    """Facts that no file of the download holds."""

    metric: str | None = None
    daily_limit: int | None = None
    notebooks_only: bool = False
    slug: str = ""
    source: str = ""


def beside(path: Path) -> Path:
    """Where the facts for the download at `path` are saved."""
    return path.with_name(f"{path.stem}.kaggle.json")


def carry(given: Path, place: Path) -> None:
    """The facts beside a download go with its copy, which keeps those that it has."""
    if not beside(given).is_file() or beside(place).exists():
        return
    read_meta(given)
    with replacing(beside(place)) as draft:
        shutil.copyfile(beside(given), draft)


def read_meta(path: Path) -> Meta:
    """The facts for the download at `path`; none where nothing was saved."""
    file = beside(path)
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Meta()
    except (ValueError, OSError) as error:
        raise UserError(f"{file} cannot be read ({error}): delete it or run `make download` again.") from None
    if not isinstance(values, dict):
        raise UserError(f'{file} must hold an object such as {{"metric": "accuracy"}}.')
    limit = values.get("daily_limit")
    return Meta(
        metric=str(values["metric"]) if values.get("metric") else None,
        daily_limit=int(limit) if isinstance(limit, int | str) and str(limit).isdigit() else None,
        notebooks_only=values.get("notebooks_only") is True,
        slug=str(values.get("slug") or ""),
        source=file.name,
    )
