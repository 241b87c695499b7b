"""The page's part about what was uploaded: cross-validation against the public leaderboard."""

import numpy as np

from podium.kaggle import ledger
from podium.report import figures
from podium.report.blocks import Block, Figure, Part, Sentences, Table
from podium.report.evidence import Evidence
from podium.report.params import ReportParams

CAPTION = (
    "Each upload by its number above. On the line both scores agree; what matters is that a better "
    "cross-validation score comes with a better public one."
)


def leaderboard(run: Evidence, _params: ReportParams) -> Part:
    """The ledger, how well both scores rank alike, and the plot of one against the other."""
    if not run.ledger:
        return Part("Leaderboard")
    numbered = [[str(number), *ledger.shown(row)] for number, row in enumerate(run.ledger, 1)]
    head = ["upload", *ledger.HEAD]
    if len({row.competition for row in run.ledger}) > 1:
        head.append("competition")
        numbered = [[*cells, row.competition] for cells, row in zip(numbered, run.ledger, strict=True)]
    blocks: list[Block] = [Table(head, numbered), Sentences([ledger.agreement(run.ledger)])]
    if scored := ledger.scored(run.ledger):
        cv, public = (np.array(values, np.float64) for values in zip(*scored.values(), strict=True))
        numbers = [str(place + 1) for place in scored]
        drawn = figures.scatter(cv, public, "cross-validation", "public score", numbers)
        blocks.append(Figure(drawn, CAPTION))
    return Part("Leaderboard", blocks)
