"""Artifacts that are one JSON document with a version."""

import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from podium.foundation.errors import UserError

Document = TypeVar("Document", bound=BaseModel)


def read(path: Path, model: type[Document], version: int) -> Document:
    """The document. Raises UserError where it is missing, broken or of another version."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro`.") from None
    except ValueError as error:
        raise UserError(f"{path} is no readable JSON ({error}): run `dvc repro -f`.") from None
    found = values.get("version") if isinstance(values, dict) else None
    if found != version:
        raise UserError(f"{path} has version {found}, this Podium reads {version}: run `dvc repro`.")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UserError(f"{path} is broken ({error.errors()[0]['msg']}): run `dvc repro -f`.") from None
