"""A JSON artifact is read whole, or refused with a sentence that names it."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from podium.contracts import document
from podium.foundation.errors import UserError


class Thing(BaseModel):
    version: int
    count: int


def test_a_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    path.write_text('{"version": 2, "count": 3}')
    assert document.read(path, Thing, 2) == Thing(version=2, count=3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "thing.json is missing: run `dvc repro`."),
        ('{"version": 2, "cou', "thing.json is no readable JSON ("),
        ("[1]", "thing.json has version None, this Podium reads 2: run `dvc repro`."),
        ('{"version": 1, "count": 3}', "thing.json has version 1, this Podium reads 2: run `dvc repro`."),
        ('{"version": 2, "count": "many"}', "thing.json is broken (Input should be a valid integer"),
    ],
)
def test_what_is_wrong_is_said(text: str | None, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError) as refused:
        document.read(path, Thing, 2)
    assert sentence in str(refused.value)
