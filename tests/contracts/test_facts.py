"""facts.json: written by one class a stage, read by it, and told in a sentence where it is broken."""

import json
from pathlib import Path

import pytest

from podium.contracts import facts
from podium.foundation.errors import UserError


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    values = {"network": "lite0", "tta_views": "hflip,scale", "tta_gain": 0.5, "sentences": ["a"]}
    facts.write(facts.Predicted, values, tmp_path)
    assert list(json.loads((tmp_path / facts.FILE).read_text())) == list(values)  # keys in their order
    told = facts.read(facts.Predicted, tmp_path)
    assert told is not None and told.views == ["hflip", "scale"] and told.network == "lite0"
    plain = facts.read(facts.Facts, tmp_path)
    assert plain is not None and list(plain.said) == ["network", "tta_views", "tta_gain"]


def test_no_views_and_no_file(tmp_path: Path) -> None:
    assert facts.read(facts.Predicted, tmp_path) is None
    facts.write(facts.Predicted, {"tta_views": facts.NO_VIEWS}, tmp_path)
    told = facts.read(facts.Predicted, tmp_path)
    assert told is not None and told.views == []


def test_a_stage_that_says_nonsense_is_a_defect_and_a_broken_file_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="reach"):
        facts.write(facts.Augmented, {"reach": "far"}, tmp_path)
    (tmp_path / facts.FILE).write_text("[1")
    with pytest.raises(UserError, match=r"facts.json is broken .*: run `dvc repro -f`"):
        facts.read(facts.Augmented, tmp_path)
