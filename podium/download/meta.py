"""What the competition's page says, saved beside the zip by `make download`: <zip's stem>.kaggle.json."""

import json
from dataclasses import dataclass
from pathlib import Path

from podium.foundation.errors import UserError


@dataclass(frozen=True)
class Meta:
    """Facts that no file of the download holds."""

    metric: str | None = None
    daily_limit: int | None = None
    notebooks_only: bool = False
    slug: str = ""
    source: str = ""


def read_meta(path: Path) -> Meta:
    """The facts for the download at `path`; none where nothing was saved."""
    file = path.with_name(f"{path.stem}.kaggle.json")
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
