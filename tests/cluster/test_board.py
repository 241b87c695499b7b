"""All tasks' progress in one place; a failure is told with its sentence and its log's last lines."""

import io

from rich.console import Console

from podium.cluster.board import EPOCH, Board
from podium.cluster.driving import Outcome, failed, sentences


def heard(line: str, *, terminal: bool) -> tuple[Board, io.StringIO]:
    text = io.StringIO()
    board = Board(["fold 0", "fold 1"], Console(file=text, force_terminal=terminal, width=150))
    with board:
        board.hear({"name": "fold 0", "worker": "n1", "line": line, "state": ""})
        board.end("fold 1", "done", "n2", 12.0)
    return board, text


def test_what_training_says_of_an_epoch_moves_its_bar() -> None:
    from podium.training.loop import progress

    line = progress.line(3, 4, 12, 1.0, 0, "loss 0.100")
    found = EPOCH.search(line)
    assert found and found.groups()[:2] == ("4", "12")
    _, text = heard(line, terminal=True)
    assert "n1: loss 0.100" in text.getvalue()


def test_a_log_has_a_line_for_each_line_and_the_time_left() -> None:
    _, text = heard("anything", terminal=False)
    assert "fold 0 | anything\n" in text.getvalue()
    assert "fold 1: done after 12 s on n2 (1 of 2, about 0 min left)\n" in text.getvalue()


def test_a_failure_is_told_with_place_log_and_sentence_and_whom_it_held_up() -> None:
    outcomes = {
        "fold 0": Outcome("fold 0", "failed", "n1", sentence="error: the disk is full", tail=["one", "two"]),
        "fold 1": Outcome("fold 1", "skipped"),
        "fold 2": Outcome("fold 2", "done", "n2", tail=["three"]),
    }
    told = sentences(outcomes.values())
    assert told == (
        "fold 0 on n1 failed; the last lines of its log:\none\ntwo\nthe disk is full\nnot begun: fold 1"
    )
    assert failed(outcomes) == ["fold 0", "fold 1"]
