"""The Markdown of benchmarks.cv_inside."""

from typing import Any

from benchmarks.record import sentence

SIDES = 1.96  # standard errors either side of a 95 % interval
HEAD = ("competition", "metric", "seed", "cv", "folds on the server", "inside", "for the board", "inside",
        "vote foretold", "for the board", "vote on the server")  # fmt: skip
INTRODUCTION = """## Is the server's score inside CV's interval? Linear probes, today's defaults

`cv`: of one probe an image, out of fold. `folds on the server`: the lowest and highest score of the folds'
own predictions. `inside`: how many of them lie in the interval before. CV's own is of the labelled images;
a board of m images has chance of its own, and `for the board` the error is that times the root of 1 + n /
m. `vote foretold`: the published vote's CV score, and what the folds' mean gains over one of them if its
probabilities are right."""


def inside(found: dict[str, Any]) -> str:
    """The part on linear probes: whether the server's score is inside."""
    rows = found["rows"]
    lines = ["| " + " | ".join(line) + " |" for line in (HEAD, ["---"] * len(HEAD), *map(_cells, rows))]
    own, board = (sum(counted(row)[place] for row in rows) for place in (0, 1))
    singles = sum(len(row["singles"]) for row in rows)
    votes = sum(row["vote"] in _Span(*_of_vote(row)) for row in rows)
    said = (
        f"Inside CV's own interval: {own} of {singles} single folds. Inside the board's: {board} of "
        f"{singles}, and {votes} of {len(rows)} votes."
    )
    return "\n\n".join([INTRODUCTION, "\n".join(lines), said, sentence(found)])


class _Span:
    """An interval."""

    def __init__(self, middle: float, error: float) -> None:
        self.low, self.high = middle - SIDES * error, middle + SIDES * error

    def __contains__(self, score: float) -> bool:
        return self.low <= score <= self.high

    def __str__(self) -> str:
        return f"{self.low:.4f} to {self.high:.4f}"


def counted(row: dict[str, Any]) -> tuple[int, int]:
    """Of the folds' scores on the server those inside CV's interval, and those inside the board's."""
    low, high = row["cv_interval"]
    board = _Span(row["cv"], row["board_error"])
    return sum(low <= one <= high for one in row["singles"]), sum(one in board for one in row["singles"])


def _of_vote(row: dict[str, Any]) -> tuple[float, float]:
    return row["vote_cv"] + row["gain"], row["board_error"]


def _cells(row: dict[str, Any]) -> list[str]:
    own, board = counted(row)
    low, high = row["cv_interval"]
    hoped, error = _of_vote(row)
    of, vote = len(row["singles"]), _Span(hoped, error)
    return [
        row["competition"],
        row["metric"],
        str(row["seed"]),
        f"{row['cv']:.4f} [{low:.4f}, {high:.4f}]",
        f"{min(row['singles']):.4f} to {max(row['singles']):.4f}",
        f"{own} of {of}",
        str(_Span(row["cv"], row["board_error"])),
        f"{board} of {of}",
        f"{hoped:.4f}",
        str(vote),
        f"{row['vote']:.4f}{'' if row['vote'] in vote else ', outside'}",
    ]
