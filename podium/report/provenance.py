"""The page's parts about where the run comes from: its data, its copies, its networks, its parameters."""

from collections import Counter
from typing import Any

import numpy as np

from podium.contracts.model import ModelCard
from podium.report import contact_sheet, figures
from podium.report.blocks import (
    Block,
    Cards,
    Figure,
    Part,
    PictureCard,
    Sentences,
    SideBySide,
    Stack,
    Table,
    number,
)
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.report.thumbs import data_uri, jpeg_uri

TILE, SOURCES = 64, 2  # pixels of a picture, rows a class on the contact sheets
COUNTED = ["class", "originals", "held_out", "dropped", "copies", "total", "a_fold"]
OPEN_BARS = 60  # classes drawn; beyond it the smallest
UNREADABLE = 100  # names listed
KEPT = "kept_epoch"  # as model.json names it, counted from 0
LONG = 60.0  # seconds from which minutes are told


def competition(run: Evidence, _params: ReportParams) -> Part:
    """What was found in the download, and which images cannot be read."""
    rows = [[f.what, f.found, f.why] for f in run.findings]
    found = Counter(zip(run.images["subset"], run.images["status"], strict=True))
    kinds = [[subset, status, str(n)] for (subset, status), n in sorted(found.items())]
    blocks: list[Block] = [
        SideBySide([Table(["what", "found", "why"], rows), Table(["images", "status", "number"], kinds)])
    ]
    broken = run.images[run.images["status"] == "unreadable"]
    if len(broken):
        listed = [[str(name), str(note)] for name, note in broken["note"].head(UNREADABLE).items()]
        blocks.append(Table(["image", "why it cannot be read"], listed, f"{len(broken)} unreadable images"))
    return Part("Competition", blocks)


def counts(run: Evidence, _params: ReportParams) -> Part:
    """Images a class before and after augmentation, over the whole training set and in a fold's share."""
    table = contact_sheet.counts(run.manifest, run.competition.classes)
    smallest = table.sort_values("originals", kind="stable").head(OPEN_BARS).sort_values("label")
    before, after = (smallest[name].to_numpy(np.float64) for name in ("originals", "total"))
    names = smallest["class"].tolist()
    grown = after if (after > before).any() else None
    drawn = figures.bars(names, before, grown, "images", ("originals", "with copies"))
    caption = "Images a class over the whole training set; a fold's network sees all but its own share."
    if len(table) > OPEN_BARS:
        caption += f" The {OPEN_BARS} smallest of {len(table)} classes."
    rows = [[number(cell) for cell in row] for row in table[COUNTED].to_numpy(object).tolist()]
    head = ["class", "originals", "held out", "dropped", "copies", "all", "seen by a fold's network (mean)"]
    folds = sorted(Counter(run.folds["fold"].tolist()).items())
    blocks: list[Block] = [Figure(drawn, caption), Table(head, rows, "Every class")]
    if folds[0][0] < 0:  # the scores list the others
        blocks.append(Table(["fold", "originals"], [[_fold_name(fold), str(n)] for fold, n in folds]))
    return Part("Class counts", blocks)


def _fold_name(fold: int) -> str:
    return {-1: "hold-out", -2: "always trained on"}.get(fold, str(fold))


def copies(run: Evidence, params: ReportParams) -> Part:
    """A few originals a class beside their copies."""
    if not params.copies or not (run.manifest["copy"] > 0).any():
        return Part("Copies")
    cards = []
    for label, name in enumerate(run.competition.classes):
        sheet = contact_sheet.contact_sheet(run.manifest, label, TILE, SOURCES, params.copies)
        if sheet is not None:
            cards.append(PictureCard(data_uri(sheet, None), [name], wide=True))
    lines = ["A few originals of each class (first column) and copies of them."]
    return Part("Copies", [Sentences(lines), Cards(cards)])


def batch(run: Evidence, _params: ReportParams) -> Part:
    """The first network's first batch as it saw it."""
    if not run.batch:
        return Part("A batch")
    fold, mixed = run.cards[0].fold, _mixing(run.params)
    if run.cards[0].resolved.get("trained_on") == "features":
        line = f"The images whose features began the training of fold {fold}: cut to the network's input."
        line += f" The features are then mixed ({mixed}), where no eye looks." if mixed else ""
    else:
        line = f"The first batch of fold {fold} as the network saw it: augmented, cut to its input"
        line += f", after {mixed}." if mixed else "."
    return Part("A batch", [Sentences([line]), Cards([PictureCard(jpeg_uri(run.batch), [], wide=True)])])


def _mixing(params: dict[str, Any]) -> str:
    train = params.get("train") or {}
    return " or ".join(name for name in ("mixup", "cutmix") if train.get(name))


def network(run: Evidence, _params: ReportParams) -> Part:
    """What was trained, and every value that `auto` became."""
    if not run.cards:
        return Part("Network")
    card = run.cards[0]
    share = card.trainable / max(card.parameters, 1)
    lines = [
        f"{card.model}, weights {card.weights}: {card.parameters:,} parameters, of which {card.trainable:,} "
        f"({share:.0%}) were trained; not trained: {card.freeze}.",
        f"Input {card.preprocessing.size} x {card.preprocessing.size} pixels, {card.preprocessing.resize}.",
    ]
    names = [name for name, value in card.resolved.items() if not isinstance(value, dict | list)]
    rows = [[name.replace("_", " "), *(_resolved(one, name) for one in run.cards)] for name in names]
    rows += [
        ["images", *(str(one.images) for one in run.cards)],
        ["copies", *(str(one.copies) for one in run.cards)],
    ]
    same = [row[:2] for row in rows if len(set(row[1:])) == 1]
    unlike = [row for row in rows if len(set(row[1:])) > 1]
    blocks: list[Block] = [Sentences(lines), Table(["the same in all folds", "value"], same)]
    if unlike:
        blocks.append(Table(["by fold", *(f"fold {one.fold}" for one in run.cards)], unlike))
    return Part("Network", [blocks[0], SideBySide(blocks[1:])])


def _resolved(card: ModelCard, name: str) -> str:
    """A value that the card resolved; epochs are counted from 1, as the log counts them."""
    value = card.resolved.get(name)
    return str(value + 1) if name == KEPT and isinstance(value, int) else number(value)


def minutes(run: Evidence, _params: ReportParams) -> Part:
    """How long each stage of this run took; folds that ran side by side count each."""
    if not run.taken:
        return Part("Time")
    names = [took.stage for took in run.taken]
    spent = np.array([took.seconds / 60 for took in run.taken])
    rows = [
        [name, _span(60 * one), f"{one / max(spent.sum(), 1e-9):.0%}"]
        for name, one in zip(names, spent, strict=True)
    ]
    rows.append(["together", _span(60 * float(spent.sum())), ""])
    caption = "Minutes of each stage that ran since the parameters were checked, but for this page."
    drawn = Figure(figures.bars(names, spent, None, "minutes", ("minutes", "")), caption)
    return Part("Time", [SideBySide([drawn, Table(["stage", "time", "share"], rows)])])


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < LONG else f"{seconds / 60:.1f} min"


def stages(run: Evidence, _params: ReportParams) -> Part:
    """What the stages wrote down while they ran."""
    stacks: list[Block] = []
    for fact in run.facts:
        rows = [
            [name.replace("_", " "), number(value)]
            for name, value in fact.values.items()
            if not isinstance(value, dict | list)
        ]
        told: list[Block] = [Sentences(fact.sentences)] if fact.sentences else []
        folded: list[Block] = [Table(["fact", ""], rows, f"{len(rows)} numbers")] if rows else []
        if told or folded:
            stacks.append(Stack(fact.stage, told + folded))
    return Part("Stages", [SideBySide(stacks)] if stacks else [])


def parameters(run: Evidence, _params: ReportParams) -> Part:
    """params.yaml as this run had it."""
    return Part("Parameters", [Table(["key", "value"], _flat(run.params), "params.yaml of this run")])


def _flat(values: dict[str, Any], at: str = "") -> list[list[str]]:
    rows: list[list[str]] = []
    for key, value in values.items():
        rows += (
            _flat(value, f"{at}{key}.") if isinstance(value, dict) and value else [[f"{at}{key}", str(value)]]
        )
    return rows
