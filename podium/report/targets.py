"""The page's parts where an image has several labels or numbers, in place of those about classes."""

import numpy as np
from numpy.typing import NDArray

from podium.metrics.metric import Metric
from podium.metrics.numbers import NUMBERS
from podium.metrics.rows import ROWS
from podium.metrics.sets import SETS
from podium.report.blocks import Cards, Part, PictureCard, Sentences, Table, number
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.report.thumbs import Album

SHOWN: dict[str, tuple[Metric, ...]] = {  # of each column by itself
    "sets": tuple(SETS[name] for name in ("roc_auc", "average_precision", "f1_macro")),
    "numbers": tuple(NUMBERS[name] for name in ("rmse", "mae", "r2")),
}
WORDS = 40  # letters of an answer on a card
MARK = "|"  # between labels


def columns(run: Evidence, _params: ReportParams) -> Part:
    """Each label or number by itself, the worst first by the first of its metrics."""
    found, targets = run.competition, _targets(run)
    shown = SHOWN[found.kind.truth]
    rows = []
    for place, name in enumerate(found.classes):
        given, predicted = targets[:, [place]], run.oof[:, [place]].astype(np.float64)
        scores = [metric.function(given, predicted) for metric in shown]
        rows.append((shown[0].goodness(scores[0]), name, given.mean(), predicted.mean(), scores))
    rows.sort(key=lambda row: (row[0], row[1]))
    head = ["column", "mean given", "mean predicted", *(metric.name for metric in shown)]
    cells = [
        [name, number(float(given)), number(float(mean)), *map(number, scores)]
        for _, name, given, mean, scores in rows
    ]
    title = "Labels, one by one" if found.kind.truth == "sets" else "Numbers, one by one"
    return Part(title, [Table(head, cells)])


def mistakes(run: Evidence, params: ReportParams) -> Part:
    """The images with the largest loss, as pictures."""
    found, album = run.competition, Album()
    losses = ROWS[found.kind.truth].losses(_targets(run), run.oof.astype(np.float64))
    given, said = (_words(run, values) for values in (_targets(run), run.oof.astype(np.float64)))
    cards = []
    for row in np.argsort(-losses, kind="stable")[: params.worst]:
        lines = [f"loss {losses[row]:.2f}", f"given {given[row]}", f"predicted {said[row]}"]
        lines.append(_file(run.ids[row]))
        picture = album.original(run.images.loc[run.ids[row]])
        cards.append(PictureCard(picture, lines, f"{run.ids[row]}, fold {run.fold_of[row]}"))
    told = "Sorted by loss: the further a prediction is from what was given, the larger."
    return Part("Worst predictions", [Sentences([told]), Cards(cards)])


def tests(run: Evidence, params: ReportParams) -> Part:
    """Test images, evenly over the set, with what is predicted for them."""
    album, said = Album(), _words(run, run.test.astype(np.float64))
    tested = [i for i, name in enumerate(run.test_ids) if run.images.loc[name, "subset"] == "test"]
    step = max(1, len(tested) // max(1, params.tests))
    cards = [
        PictureCard(
            album.original(run.images.loc[run.test_ids[row]]),
            [said[row], _file(run.test_ids[row])],
            run.test_ids[row],
        )
        for row in tested[::step][: params.tests]
    ]
    return Part("Test images", [Cards(cards)] if cards else [])


def _file(image_id: str) -> str:
    return image_id.rpartition("/")[2]


def _targets(run: Evidence) -> NDArray[np.float64]:
    return run.competition.table[run.labels].astype(np.float64)


def _words(run: Evidence, values: NDArray[np.float64]) -> list[str]:
    """What each row decides, as text; numbers with four digits."""
    found = run.competition
    if found.kind.truth == "numbers":
        return [", ".join(f"{value:.4g}" for value in row) for row in values]
    told = found.kind.words(found.kind.decide(values), found.classes)
    if not any(MARK in name for name in found.classes):  # then it parts labels, and a comma lets lines break
        told = [text.replace(MARK, ", ") for text in told]
    return [text if len(text) <= WORDS else f"{text[:WORDS]} …" for text in told]
