"""The page's parts about what the score stands on: the labels, and whether test looks like train."""

import numpy as np

from podium.metrics import registry
from podium.report.blocks import Block, Card, Cards, Link, Part, Sentences, Table, number
from podium.report.evidence import Evidence
from podium.report.params import ReportParams
from podium.report.thumbs import Album

OPEN_ROWS = 30  # suspects listed


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
        blocks.append(Link("Look at the suspects, and decide", run.review))
    listed = run.clean[run.clean["suspect"]].sort_values(["quality", "image_id"]).head(OPEN_ROWS)
    columns = ["image_id", "label_given", "label", "action", "quality", "reason"]
    rows = [[number(cell) for cell in row] for row in listed[columns].to_numpy(object).tolist()]
    head = ["image", "given", "for training", "action", "quality", "reason"]
    return Part("Labels", [*blocks, Table(head, rows, "The most suspect")] if rows else blocks)


def _on_cleaned(run: Evidence) -> list[str]:
    """The out-of-fold score on the labels that training saw, without what was dropped, named as such."""
    table = run.clean.set_index("image_id").loc[run.ids]
    kept = (table["action"] != "drop").to_numpy()
    changed = int((table["label"] != table["label_given"]).sum())
    if not kept.any() or (kept.all() and not changed):
        return []
    number_of = {name: label for label, name in enumerate(run.competition.classes)}
    trained = np.array([number_of[name] for name in table["label"]])
    metric = registry.get(run.competition.metric)
    score = metric.function(trained[kept], run.oof[kept])
    return [
        f"On the cleaned labels ({int((~kept).sum())} dropped images left out, "
        f"{changed} labels changed) {metric.name} would be {number(score)}: not a score to compare, for a "
        f"model helped to choose these labels."
    ]


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
    cards = [Card(album.original(run.images.loc[name]), [name.rpartition("/")[2]], name) for name in names]
    lines = [line, "Training images that look most like test, the likest first:"] if cards else [line]
    return Part("Train against test", [Sentences(lines), *([Cards(cards)] if cards else [])])
