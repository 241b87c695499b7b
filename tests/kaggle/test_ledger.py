"""The ledger: what is written is read back, a crash leaves the old file, ranks by hand."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from podium.foundation.errors import UserError
from podium.kaggle import ledger

ROW = ledger.Upload(
    "2026-01-02T03:04:05Z", "abc1234", "", 0.9, 0.01, 0.91, None, "first", "77", "ff", "complete"
)


def with_scores(*scores: tuple[float | None, float | None]) -> list[ledger.Upload]:
    return [replace(ROW, cv=cv, public=public) for cv, public in scores]


def test_a_ledger_with_its_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.csv"
    path.write_text(",".join(ledger.COLUMNS) + "\n")
    assert ledger.rows(path) == [] == ledger.rows(tmp_path / "none.csv")
    assert ledger.lines([]) == ['nothing was uploaded yet: make upload MESSAGE="what is new"']


def test_the_committed_ledger_has_our_columns() -> None:
    committed = Path(__file__).parents[2] / ledger.PATH
    assert committed.read_text().splitlines()[0].split(",") == ledger.COLUMNS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(message=st.text(max_size=30))
def test_any_message_comes_back_on_one_line(tmp_path: Path, message: str) -> None:
    path = tmp_path / "leaderboard.csv"
    path.unlink(missing_ok=True)
    try:
        message.encode()
    except UnicodeEncodeError:
        return
    ledger.append(replace(ROW, message=message), path)
    ledger.append(ROW, path)
    first, second = ledger.rows(path)
    assert first.message.split() == "".join(c if c >= " " and c != "\x7f" else " " for c in message).split()
    assert second == ROW
    assert pd.read_csv(path).shape == (2, len(ledger.COLUMNS))


def test_an_update_changes_its_own_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.csv"
    pending = replace(ROW, message="second", public=None, status="pending")
    ledger.append(ROW, path)
    ledger.append(pending, path)
    made = ledger.update(pending, path, public=0.5, status="complete")
    assert ledger.rows(path) == [ROW, made] and made.public == 0.5
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.endswith(".lock")) == ["leaderboard.csv"]


def test_a_crash_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "leaderboard.csv"
    ledger.append(ROW, path)
    before = path.read_bytes()

    def crash(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("podium.foundation.files.flush", crash)
    with pytest.raises(KeyboardInterrupt):
        ledger.append(ROW, path)
    assert path.read_bytes() == before


def test_the_rank_correlation_by_hand() -> None:
    assert ledger.correlation(with_scores((0.1, 0.5), (0.2, 0.6))) is None
    assert ledger.correlation(with_scores((0.1, 0.5), (0.2, 0.6), (0.3, None))) is None
    assert ledger.correlation(with_scores((0.1, 0.5), (0.2, 0.6), (0.3, 0.61))) == pytest.approx(1)
    # ranks 1 2 3 4 against 2 1 4 3: 1 - 6 * 4 / (4 * 15)
    held = with_scores((0.1, 0.6), (0.2, 0.5), (0.3, 0.8), (0.4, 0.7))
    assert ledger.correlation(held) == pytest.approx(0.6)
    assert ledger.correlation(with_scores((0.1, 0.5), (0.1, 0.6), (0.1, 0.7))) is None
    elsewhere = [replace(row, competition="other") for row in with_scores((0.0, 9.0), (0.9, 0.0))]
    assert ledger.correlation(elsewhere + held) == pytest.approx(0.6)


def test_the_printed_ledger_marks_what_is_pending() -> None:
    said = ledger.lines([ROW, replace(ROW, public=None, status="pending", experiment="deep-sea")])
    assert "0.90000 ± 0.0100" in said[1] and "+0.0100" in said[1] and "abc1234" in said[1]
    assert "pending" in said[2] and "deep-sea" in said[2]
    assert said[-1] == "rank correlation of CV and public score: needs 3 different scores, has 1"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("t,r,,x,,,,m,1,ff,complete", r"line 2: cv is 'x', not a number\."),
        ("t,r,,1,,,,m,1,ff,sent", r"line 2: status is 'sent', not one of pending, complete, error\."),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    path = tmp_path / "leaderboard.csv"
    path.write_text(",".join(ledger.COLUMNS) + f"\n{line},\n")
    with pytest.raises(UserError, match=sentence):
        ledger.rows(path)
