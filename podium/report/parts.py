"""The page's parts about the run: its scores, its curves, its mistakes. One function a part."""

from typing import Any

import numpy as np

from podium.metrics import intervals, registry
from podium.report import figures
from podium.report.blocks import Block, Card, Cards, Figure, Part, Sentences, Table, number
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.report.scores import by_class, confused_pairs, confusion, most_confused, worst
from podium.report.thumbs import Album

LARGEST_HEAT_MAP = 40  # classes; beyond it the most confused ones
PAIRS = 12  # confused pairs listed
OPEN_ROWS = 30  # longer tables are folded
BOUNDS = {"low": "95 % from", "high": "to", "error": "standard error"}
CURVES = (("loss", "train_loss", "val_loss"), ("accuracy", "train_accuracy", "val_accuracy"))


def warnings(run: Evidence, _params: ReportParams) -> Part:
    """What a reader of the score must know first."""
    notes = [f"{f.what}: {f.found}. {f.why}".strip() for f in run.competition.findings if f.warning]
    notes += sorted({note for card in run.cards for note in card.notes})
    notes += [f"{fact.stage}: {note}" for fact in run.facts for note in fact.values.get("warnings", [])]
    missing = sorted(set(run.params["folds"]) - set(run.histories))
    if missing:
        notes.append(f"Folds {', '.join(map(str, missing))} were not trained in this run.")
    return Part("To know", [Sentences(notes, warning=True)] if notes else [])


def scores(run: Evidence, _params: ReportParams) -> Part:
    """The score a fold, the voters that were compared, and every number of metrics.json."""
    metric = registry.get(run.competition.metric)
    by_fold = intervals.by_fold(metric, run.labels, run.oof, run.fold_of)
    sizes = [int((run.fold_of == fold).sum()) for fold in np.unique(run.fold_of)]
    rows = [
        [str(fold), str(n), number(float(score))]
        for fold, n, score in zip(np.unique(run.fold_of), sizes, by_fold, strict=True)
    ]
    blocks: list[Block] = [
        Sentences(["Out-of-fold: every image is predicted by the networks that did not train on it."]),
        Table(["fold", "images", metric.name], rows),
    ]
    if compared := run.voters.get("voters"):
        blocks += [_voters(compared, metric.name), _as_table(compared, {"score": metric.name, **BOUNDS})]
        why = ", the simplest within one standard error of the best" if len(compared) > 1 else ""
        blocks.append(Sentences([f"Chosen: {run.voters['chosen']}{why}."]))
    blocks += _members(run, metric.name)
    numbers = [[name, number(value)] for name, value in run.metrics.items()]
    return Part("Scores", [*blocks, Table(["metrics.json", ""], numbers, "All numbers")])


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
    return [Sentences([caption]), table, _as_table(pairs, {})]


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
    """Loss and accuracy over epochs."""
    histories = {fold: values for fold, values in run.histories.items() if values}
    pairs = [pair for pair in CURVES if any(pair[1] in values for values in histories.values())]
    if not pairs:
        return Part("Learning curves")
    caption = "Thin lines are folds, bold lines their mean. Validation sees originals only."
    return Part("Learning curves", [Figure(figures.curves(histories, pairs), caption)])


def confusions(run: Evidence, _params: ReportParams) -> Part:
    """Which class is taken for which, and whether a probability means what it says."""
    names, k = run.competition.classes, len(run.competition.classes)
    counts = confusion(run.labels, run.oof.argmax(1), k)
    shown = most_confused(counts, LARGEST_HEAT_MAP)
    heat = figures.heat_map(counts[np.ix_(shown, shown)], [names[i] for i in shown])
    caption = "Rows are given classes, columns predicted ones; the shade is the share of the row."
    if k > LARGEST_HEAT_MAP:
        caption += f" The {LARGEST_HEAT_MAP} classes with most mistakes of {k}."
    blocks: list[Block] = [Figure(heat, caption)]
    if pairs := confused_pairs(counts, names, PAIRS):
        blocks.append(Table(["given", "predicted", "times"], [[a, b, str(n)] for a, b, n in pairs]))
    confidence = run.oof.max(1).astype(np.float64)
    right = run.oof.argmax(1) == run.labels
    caption = "How often the prediction is right at each probability; larger points hold more images."
    return Part("Confusion", [*blocks, Figure(figures.reliability(confidence, right), caption)])


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
    """The most confident mistakes as pictures."""
    album, names = Album(), run.competition.classes
    cards = []
    for row in worst(run.labels, run.oof, params.worst):
        given, chosen = int(run.labels[row]), int(run.oof[row].argmax())
        lines = [f"given {names[given]}", f"predicted {names[chosen]} {run.oof[row, chosen]:.2f}"]
        picture = album.original(run.images.loc[run.ids[row]])
        cards.append(Card(picture, lines, f"{run.ids[row]}, fold {run.fold_of[row]}"))
    if not cards:
        return Part("Worst predictions", [Sentences(["No out-of-fold image is predicted wrongly."])])
    return Part("Worst predictions", [Cards(cards)])


def tests(run: Evidence, params: ReportParams) -> Part:
    """Test images, evenly over the set, with what is submitted for them."""
    album, names = Album(), run.competition.classes
    tested = [i for i, name in enumerate(run.test_ids) if run.images.loc[name, "subset"] == "test"]
    step = max(1, len(tested) // max(1, params.tests))
    cards = []
    for row in tested[::step][: params.tests]:
        chosen = int(run.test[row].argmax())
        picture = album.original(run.images.loc[run.test_ids[row]])
        cards.append(Card(picture, [f"{names[chosen]} {run.test[row, chosen]:.2f}"], run.test_ids[row]))
    return Part("Test images", [Cards(cards)] if cards else [])
