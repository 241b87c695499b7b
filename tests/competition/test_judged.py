"""The class that stands for what is none of the others: by its name, by params, or refused."""

from pathlib import Path

import pytest

from podium.competition.judged import UNKNOWN
from podium.foundation.errors import UserError
from tests.competition.layouts import sample, unseen
from tests.competition.shipping import Files, csv, found, many


def whales(new: str = "new_whale") -> Files:
    rows = ("a1,w_1", "a2,w_2", f"a3,{new}", f"a4,{new}")
    files = many("train/a{}.jpg", 4, 1) | unseen("test/t{}.jpg", 2) | {"train.csv": csv("id,label", *rows)}
    return files | sample(f"t0,{new} w_1 w_2", "t1,w_2 w_1 w_9")


def test_a_new_whale_is_known_by_its_name(tmp_path: Path) -> None:
    got = found(whales(), tmp_path, metric="map@3")
    read = got.competition
    assert (read.form, read.unknown) == ("top_k", "new_whale")
    assert any("new_whale stands for what is none of the others" in one.found for one in got.findings)
    assert any("shows w_9, which no training image has" in one.found for one in got.findings)


def test_params_name_another(tmp_path: Path) -> None:
    assert found(whales("stranger"), tmp_path, metric="map@3").competition.unknown == ""
    assert (
        found(whales("stranger"), tmp_path, metric="map@3", unknown="stranger").competition.unknown
        == "stranger"
    )


def test_other_metrics_place_none(tmp_path: Path) -> None:
    assert found(whales(), tmp_path, metric="accuracy").competition.unknown == ""
    with pytest.raises(
        UserError, match=r"unknown: new_whale is placed among several names in order, and .* accuracy"
    ):
        found(whales(), tmp_path, metric="accuracy", unknown="new_whale")


def test_a_class_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown: no training image has the label 'new_seal'"):
        found(whales(), tmp_path, metric="map@3", unknown="new_seal")


@pytest.mark.parametrize("name", ["new_whale", "unknown", "New individual", "unseen_class", "other_species"])
def test_names_of_the_unknown(name: str) -> None:
    assert UNKNOWN.fullmatch(name)


@pytest.mark.parametrize("name", ["New York", "other", "newt", "new", "w_new_whale"])
def test_names_of_something(name: str) -> None:
    assert not UNKNOWN.fullmatch(name)
