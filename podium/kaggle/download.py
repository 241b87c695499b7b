"""A competition's zip in data/raw, and beside it what only its page says."""

import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

from podium.download import meta
from podium.foundation.errors import UserError
from podium.foundation.files import flush, write_json
from podium.kaggle import failures
from podium.kaggle.client import Client, CompetitionPage
from podium.metrics.names import canonical

FOLDER = Path("data/raw")


def place(slug: str, folder: Path = FOLDER) -> Path:
    """Where the zip goes."""
    return folder / f"{slug}.zip"


def fetch(client: Client, show: bool, folder: Path = FOLDER) -> Path:
    """Downloads the zip; what stopped half-way goes on at the next call. A broken one is thrown away."""
    target = place(client.slug, folder)
    part = folder / f".{client.slug}.part"
    try:
        draft = client.download(part, show)
        if not zipfile.is_zipfile(draft):
            draft.unlink()
            raise UserError(
                f"what Kaggle sent for {client.slug} is no zip: fetch it at "
                f"{failures.page(client.slug, 'data')}."
            )
        flush(draft)
        os.replace(draft, target)
        shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise UserError(f"{target} cannot be written ({error.strerror or error}).") from None
    return target


def remember(client: Client, target: Path) -> tuple[CompetitionPage, str]:
    """Writes <slug>.kaggle.json; the page's facts and a warning, or "", on a metric that Podium lacks."""
    facts = client.facts()
    warning = ""
    values: dict[str, Any] = {"slug": client.slug, "metric": None}
    if facts.metric:
        values["metric_on_page"] = facts.metric
        try:
            values["metric"] = canonical(facts.metric)
        except UserError as error:
            warning = f"warning: {error} Set competition.metric in params.yaml to the nearest one."
    values |= {"daily_limit": facts.daily_limit, "notebooks_only": facts.notebooks_only}
    write_json(meta.beside(target), values)
    return facts, warning
