"""The page's parts about what the score stands on: the labels, and whether test looks like train."""

import pandas as pd

from podium.metrics import registry
from podium.report.blocks import Block, Cards, PageLink, Part, PictureCard, Sentences, Table, number
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.report.thumbs import Album

OPEN_ROWS, LISTED = 8, 30  # suspects shown, and listed with those that are folded away
SHIPPED = ["image_id", "label_given", "quality", "reason"]
CHANGED = ["image_id", "label_given", "label", "action", "quality", "reason"]
HEADS = {"image_id": "image", "label_given": "given", "label": "for training", "quality": "right with"}
MOST_ALIKE = 4  # images shown of a group of duplicates


def labels(run: Evidence, _params: ReportParams) -> Part:
    """What label cleaning found, and what was done about it."""
    done = run.clean["action"].tolist()
    lines = [
        f"{int(run.clean['suspect'].sum())} of {len(done)} labels are suspect; {done.count('relabel')} were "
        f"changed for training and {done.count('drop')} dropped from it. Scores are on the given labels.",
        *_on_cleaned(run),
    ]
    blocks: list[Block] = [Sentences(lines)]
    if run.review:
        blocks.append(PageLink("Look at the suspects, and decide", run.review))
    listed = run.clean[run.clean["suspect"]].sort_values(["quality", "image_id"]).head(LISTED)
    columns = CHANGED if (run.clean["action"] != "keep").any() else SHIPPED
    shown = listed.assign(quality=[f"{quality:.0%}" for quality in listed["quality"]])
    rows = [[number(cell) for cell in row] for row in shown[columns].to_numpy(object).tolist()]
    head = [HEADS.get(name, name) for name in columns]
    if rows:
        blocks.append(Table(head, rows[:OPEN_ROWS]))
    if len(rows) > OPEN_ROWS:
        blocks.append(Table(head, rows[OPEN_ROWS:], f"{len(rows) - OPEN_ROWS} more"))
    return Part("Labels", blocks)


def _on_cleaned(run: Evidence) -> list[str]:
    """The out-of-fold score on the labels that training saw, without what was dropped, named as such."""
    table = run.clean.set_index("image_id").loc[run.ids]
    kept = (table["action"] != "drop").to_numpy()
    changed = int((table["label"] != table["label_given"]).sum())
    if not kept.any() or (kept.all() and not changed):
        return []
    trained = run.competition.numbers(table["label"])
    metric = registry.of(run.competition)
    score = metric.function(trained[kept], run.oof[kept])
    return [
        f"On the cleaned labels ({int((~kept).sum())} dropped images left out, "
        f"{changed} labels changed) {metric.name} would be {number(score)}: not a score to compare, for a "
        f"model helped to choose these labels."
    ]


def duplicates(run: Evidence, params: ReportParams) -> Part:
    """Groups of images that show the same, as pictures: those that reach into test or disagree first."""
    title, table = "Duplicates", run.duplicates
    if table.empty or not params.duplicates:
        return Part(title)
    album, given = Album(), run.clean.set_index("image_id")["label_given"]
    groups = [list(part["image_id"]) for _, part in table.groupby("group", sort=True)]
    groups.sort(key=lambda names: -_oddity(names, given))
    cards = []
    for place, names in enumerate(groups[: params.duplicates], 1):
        for name in [name for name in names if name in run.images.index][:MOST_ALIKE]:
            subset = str(run.images.loc[name, "subset"])
            lines = [f"group {place}, {subset}", str(given.get(name, "no label")), name.rpartition("/")[2]]
            cards.append(PictureCard(album.original(run.images.loc[name]), lines, name, group=place))
    shown = (
        f" Shown: {min(len(groups), params.duplicates)}, those under two labels and those with test first."
    )
    lines = [f"{len(table)} images in {len(groups)} groups look the same. A group stays in one fold.{shown}"]
    return Part(title, [Sentences(lines), Cards(cards)])


def _oddity(names: list[str], given: "pd.Series[str]") -> int:
    """2 where a group has two labels, 1 where it has test images too."""
    labels = {given[name] for name in names if name in given.index}
    subsets = {name.partition("/")[0] for name in names}
    return 2 * (len(labels) > 1) + (len(subsets) > 1)


def shift(run: Evidence, params: ReportParams) -> Part:
    """Whether a classifier tells train from test, and the training images that look most like test."""
    found = next((fact.values for fact in run.facts if "adversarial_auc" in fact.values), None)
    if found is None:
        return Part("Train against test")
    line = (
        f"A linear classifier on the embeddings tells test images from train images with AUC "
        f"{number(found['adversarial_auc'])}, out of fold (0.5: alike, 1: told apart with certainty)."
    )
    album = Album()
    names = [name for name in found.get("most_like_test", []) if name in run.images.index][: params.tests]
    cards = [
        PictureCard(album.original(run.images.loc[name]), [name.rpartition("/")[2]], name) for name in names
    ]
    lines = [line, "Training images that look most like test, the likest first:"] if cards else [line]
    return Part("Train against test", [Sentences(lines), *([Cards(cards)] if cards else [])])
