"""The page's parts about the run: its scores, its curves, its mistakes. One function a part."""

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from podium.contracts.competition import Finding
from podium.metrics import intervals, registry
from podium.metrics.metric import SMALLEST_PROB
from podium.report import figures, looked, search
from podium.report.blocks import (
    Block,
    Cards,
    Cell,
    Figure,
    Grid,
    Part,
    PictureCard,
    Sentences,
    SideBySide,
    Table,
    number,
)
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.report.scores import by_class, confused_pairs, confusion, most_confused, worst
from podium.report.thumbs import Album

LARGEST_GRID = 40  # classes; beyond it the most confused ones
ANNOTATED = 16  # up to so many classes a cell carries its share and count
TOLD = re.compile(  # choices, how a network was cut, and what the first screen says
    r"[\w.]+: auto (became|keeps|trains)|freeze: .* trains [\d,]+ of |all of \S+ trains|.*optimis"
)
PAIRS = 12  # confused pairs listed
OPEN_ROWS = 30  # longer tables are folded
BOUNDS = {"low": "95 % from", "high": "to", "error": "standard error"}
CURVES = (("loss", "train_loss", "val_loss"), ("accuracy", "train_accuracy", "val_accuracy"))


def warnings(run: Evidence, _params: ReportParams) -> Part:
    """What went wrong or was left out: nothing else stands here."""
    notes = [f"{f.what}: {f.found}. {f.why}".strip() for f in run.findings if _warns(f)]
    notes += sorted({note for card in run.cards for note in card.notes if not TOLD.match(note)})
    notes += [f"{fact.stage}: {note}" for fact in run.facts for note in fact.values.get("warnings", [])]
    missing = sorted(set(run.params["folds"]) - set(run.histories))
    if missing and not search.spared():
        notes.append(f"Folds {', '.join(map(str, missing))} were not trained in this run.")
    return Part("Warnings", [Sentences(notes, warning=True)] if notes else [])


def _warns(finding: Finding) -> bool:
    """An assumed metric is the first screen's to say."""
    return finding.warning and finding.what != "metric"


def scores(run: Evidence, _params: ReportParams) -> Part:
    """The score a fold, the voters that were compared, and every number of metrics.json."""
    metric = registry.of(run.competition)
    by_fold = intervals.by_fold(metric, run.labels, run.oof, run.fold_of)
    sizes = [int((run.fold_of == fold).sum()) for fold in np.unique(run.fold_of)]
    rows = [
        [str(fold), str(n), number(float(score))]
        for fold, n, score in zip(np.unique(run.fold_of), sizes, by_fold, strict=True)
    ]
    blocks: list[Block] = [
        Sentences(["Out-of-fold: every image is predicted by the networks that did not train on it."])
    ]
    beside: list[Block] = [Table(["fold", "images", metric.name], rows)]
    if compared := run.voters.get("voters"):
        beside.append(_voters(compared, metric.name))
        told = [f"Voter chosen: {run.voters['chosen']}.", *run.voters.get("why", []), *_calibrated(run)]
        blocks.append(Sentences(told))
    if compared:
        beside.append(_as_table(compared, {"score": metric.name, **BOUNDS}))
    blocks.append(SideBySide(beside))
    blocks += _members(run, metric.name)
    numbers = [[name, number(value)] for name, value in (run.metrics | run.details).items()]
    return Part("Scores", [*blocks, Table(["metrics.json, details.json", ""], numbers, "All numbers")])


def _calibrated(run: Evidence) -> list[str]:
    """What was done to the vote after the voters were compared, so that the score is not any voter's."""
    trial = run.voters.get("calibration") or {}
    if not trial.get("kept"):
        return []
    told = f"Then the vote is adjusted to the metric ({trial['kind']}): that gains {trial['gain']:+.4f}"
    return [f"{told} ± {trial['error']:.4f}. The voters below are compared before it."]


def _members(run: Evidence, label: str) -> list[Block]:
    """Who voted, what each scores alone and adds, and how far each two of them differ."""
    members, pairs = run.voters.get("members", []), run.voters.get("pairs", [])
    if len(members) < 2:
        return []
    caption = (
        "What a member adds is what the soft vote of all gains over the soft vote without it. Members that "
        "decide alike, and err on the same images, add little to each other."
    )
    table = _as_table(members, {"name": "member", "score": f"{label} alone"})
    return [Sentences([caption]), SideBySide([table, _as_table(pairs, {})])]


def _as_table(rows: list[dict[str, Any]], titles: dict[str, str]) -> Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[number(row.get(name)) for name in names] for row in rows]
    return Table([titles.get(name, name.replace("_", " ")) for name in names], cells)


def _voters(compared: list[dict[str, Any]], label: str) -> Figure:
    names = [str(row["voter"]) for row in compared]
    scored = np.array([[row["score"], row["low"], row["high"]] for row in compared], np.float64)
    caption = "Voters, each scored by nested cross-validation, with 95 % intervals; the simplest first."
    return Figure(figures.intervals(names, scored, label), caption)


def curves(run: Evidence, _params: ReportParams) -> Part:
    """Loss and accuracy over epochs, the baseline's beside them."""
    histories = {fold: values for fold, values in run.histories.items() if values}
    pairs = [pair for pair in CURVES if any(pair[1] in values for values in histories.values())]
    if not pairs:
        return Part("Learning curves")
    caption = "Thin lines are folds, bold lines their mean. Validation sees originals only."
    before = run.earlier.curves if run.earlier and run.ahead and run.ahead.word != "the same" else {}
    if before and run.earlier:
        caption += f" Dashed: the baseline {run.earlier.revision[:7]}, its mean."
    drawn: list[Block] = [
        Figure(figures.curves(histories, [pair], before), f"{pair[0].capitalize()} over epochs.")
        for pair in pairs
    ]
    return Part("Learning curves", [SideBySide(drawn), Sentences([caption])])


def confusions(run: Evidence, _params: ReportParams) -> Part:
    """Which class is taken for which, and whether a probability means what it says."""
    names, k = run.competition.classes, len(run.competition.classes)
    counts = confusion(run.labels, run.oof.argmax(1), k)
    shown = most_confused(counts, LARGEST_GRID)
    blocks: list[Block] = []
    if pairs := confused_pairs(counts, names, PAIRS):
        rows = [[a, b, str(n), f"{n / counts[names.index(a)].sum():.1%}"] for a, b, n in pairs]
        blocks.append(Table(["given", "predicted", "times", "of the given class"], rows))
    confidence = run.oof.max(1).astype(np.float64)
    right = run.oof.argmax(1) == run.labels
    caption = "How often the prediction is right at each probability; beside each point, how many images."
    if (run.voters.get("calibration") or {}).get("cuts"):
        caption += " The metric's cut points are worked into the probabilities, which mean less for it."
    drawn = Figure(figures.reliability(confidence, right), caption)
    return Part("Confusion", [SideBySide([_grid(counts, shown, names), drawn, *blocks])])


def _grid(counts: NDArray[np.int64], shown: NDArray[np.int64], names: list[str]) -> Grid:
    """Shares of each given class, with the counts below."""
    totals = counts.sum(1)

    def cell(row: int, column: int) -> Cell | None:
        times = int(counts[row, column])
        if not times:
            return None
        share = times / totals[row]
        hint = f"given {names[row]}, predicted {names[column]}: {times} of {totals[row]} ({share:.1%})"
        if len(shown) > ANNOTATED:
            return Cell(share, "", "", hint, row == column)
        return Cell(share, f"{share:.0%}" if share >= 0.005 else "<1%", str(times), hint, row == column)

    caption = (
        "Rows are given classes, columns predicted ones. Each cell: the share of its row, below it how many."
    )
    if len(shown) < len(names):
        caption += f" The {len(shown)} classes with most mistakes of {len(names)}."
    rows = [[cell(int(a), int(b)) for b in shown] for a in shown]
    return Grid([names[i] for i in shown], rows, "predicted", "given", caption)


def classes(run: Evidence, _params: ReportParams) -> Part:
    """Precision, recall and F1 of every class, the worst first."""
    names = run.competition.classes
    found = by_class(confusion(run.labels, run.oof.argmax(1), len(names)), names)
    rows = [[s.name, str(s.images), number(s.precision), number(s.recall), number(s.f1)] for s in found]
    head = ["class", "images", "precision", "recall", "F1"]
    blocks: list[Block] = [Table(head, rows[:OPEN_ROWS])]
    if len(rows) > OPEN_ROWS:
        blocks.append(Table(head, rows[OPEN_ROWS:], f"{len(rows) - OPEN_ROWS} better classes"))
    return Part("Classes", blocks)


def mistakes(run: Evidence, params: ReportParams) -> Part:
    """The mistakes with the largest loss as pictures, and where the network looked."""
    album, names = Album(), run.competition.classes
    rows = [int(row) for row in worst(run.labels, run.oof, params.worst)]
    if not rows:
        return Part("Worst predictions", [Sentences(["No out-of-fold image is predicted wrongly."])])
    seen = looked.maps(run, rows) if params.activation else {}
    cards = []
    for row in rows:
        given, chosen = int(run.labels[row]), int(run.oof[row].argmax())
        loss = -math.log(max(float(run.oof[row, given]), SMALLEST_PROB))
        lines = [
            f"loss {loss:.2f}",
            f"given {names[given]} ({run.oof[row, given]:.2f})",
            f"predicted {names[chosen]} ({run.oof[row, chosen]:.2f})",
            run.ids[row].rpartition("/")[2],
        ]
        hint = f"{run.ids[row]}, fold {run.fold_of[row]}, given {names[given]}, predicted {names[chosen]}"
        picture = album.original(run.images.loc[run.ids[row]])
        cards.append(
            PictureCard(picture, lines, hint, second=seen.get(row, ""), names=(names[given], names[chosen]))
        )
    told = "Sorted by loss: the less probability the given class got, the larger."
    if seen:
        told += " Beside each picture: what spoke for the predicted class, red the most (Grad-CAM)."
    there = sorted({name for card in cards for name in card.names}, key=names.index)
    return Part("Worst predictions", [Sentences([told]), Cards(cards, there if len(there) > 2 else [])])


def tests(run: Evidence, params: ReportParams) -> Part:
    """Test images with what is submitted for them: the least sure, and some evenly over the set."""
    tested = [i for i, name in enumerate(run.test_ids) if run.images.loc[name, "subset"] == "test"]
    doubtful = sorted(tested, key=lambda row: float(run.test[row].max()))[: params.tests // 2]
    rest = [row for row in tested if row not in set(doubtful)]
    wanted = params.tests - len(doubtful)
    step = max(1, len(rest) // max(1, wanted))
    blocks: list[Block] = []
    if doubtful:
        blocks += [Sentences(["Those whose prediction is least sure:"]), _submitted(run, doubtful)]
    if even := rest[::step][:wanted]:
        blocks += [Sentences([f"Others, evenly over all {len(tested)}:"]), _submitted(run, even)]
    return Part("Test images", blocks)


def _submitted(run: Evidence, rows: list[int]) -> Cards:
    """Test images with the class that is predicted and its probability."""
    album, names, cards = Album(), run.competition.classes, []
    for row in rows:
        chosen, name = int(run.test[row].argmax()), run.test_ids[row]
        lines = [f"{names[chosen]} {run.test[row, chosen]:.2f}", name.rpartition("/")[2]]
        cards.append(PictureCard(album.original(run.images.loc[name]), lines, name))
    return Cards(cards)
