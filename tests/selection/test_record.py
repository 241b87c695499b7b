"""A search that was written down goes on as if it had never stopped."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from podium.contracts import look, predictions, probe, search
from podium.selection import further, record
from podium.selection.material import Material
from podium.selection.probing import Search
from tests.selection.test_probing import N, World, case

SIZES = (128, 224)
SIGNAL = {(name, size, "squash"): (0.0, 1.5) for name in ("a", "bb") for size in SIZES}


def material() -> Material:
    ids = [f"i{row:03d}" for row in range(N)]
    return Material(pd.DataFrame({"image_id": ids}), case(), np.arange(0, N, 7))


def begun(done: bool) -> Search:
    made = Search(case(), World(SIGNAL).watch, "auto")
    first, second = made.begin("a", list(SIZES), ["squash"])
    looks = made.go_on([first], first, second, ["bb"]) if done else [first]
    record.begun(made, made.members(looks), material(), first, second, done)
    return made


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        further, "searching", lambda given, effort: Search(given.case, World(SIGNAL).watch, effort)
    )


def files(folder: Path) -> dict[str, bytes]:
    own = (look.BEGUN, look.LOSSES)
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in own
    }


def test_what_goes_on_ends_where_one_search_would() -> None:
    begun(done=True)
    whole, told = files(look.FOLDER), look.read().searched
    begun(done=False)
    assert set(files(look.FOLDER)) < set(whole)
    chosen = further.ask(material(), "auto", ["bb"])
    assert {one.look.network for one in chosen.probes} == {"a", "bb"}
    assert files(probe.FOLDER) == whole
    assert search.read() == told and told.optimism and told.optimism.candidates == len(told.candidates) - 1


def test_the_first_probe_votes_as_it_is_where_nothing_further_is_asked() -> None:
    begun(done=False)
    adopted = record.adopt(look.read().searched)
    assert [one.look.network for one in adopted.probes] == ["a"]
    assert files(probe.FOLDER) == files(look.FOLDER)
    assert predictions.path(0, "oof", probe.FOLDER / adopted.probes[0].name).exists()
    assert search.read() == look.read().searched


def test_a_search_that_is_done_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    begun(done=True)
    monkeypatch.setattr(further, "searching", None)
    assert further.ask(material(), "auto", ["bb"]) == probe.read(look.FOLDER)


def test_what_could_not_be_paid_is_said_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made = begun(done=False)
    made.sentences.append("probe: a at 288 pixels is beyond what effort: auto may spend")
    first = made.table[0].look
    record.begun(made, made.members([first]), material(), first, None, False)
    further.ask(material(), "auto", [])
    assert [one for one in search.read().sentences if "288" in one] == [f"{made.sentences[0]}."]
