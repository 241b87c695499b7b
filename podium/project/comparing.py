"""Two experiments beside each other: the paired difference, and the images on which they part."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined

from podium.contracts import images
from podium.experiments import earlier
from podium.experiments.compare import Difference
from podium.experiments.earlier import Earlier
from podium.foundation.errors import UserError
from podium.foundation.params import changed
from podium.metrics import registry
from podium.project.names import shortened
from podium.report.page import STYLE
from podium.report.thumbs import Album

TEMPLATE = Path(__file__).with_name("compare.html")
PAGE = Path("reports/compare.html")
SHOWN = 60  # pictures of each kind
CLASSES = 12  # listed, of those on which the two differ


@dataclass(frozen=True)
class Side:
    """One of the two: what it is called, and its run."""

    name: str
    run: Earlier


@dataclass(frozen=True)
class Comparison:
    """A less B on the images that both predict. `only_a` and `only_b`: those that only one has right."""

    a: Side
    b: Side
    ahead: Difference
    settings: list[str]  # key=value of A, where B's differ
    only_a: pd.DataFrame  # image_id, given, a, b: class names; those first on which they differ most
    only_b: pd.DataFrame
    both_wrong: int
    same_folds: bool


def compare(a: Side, b: Side) -> Comparison:
    """Raises UserError where the two do not go together: one run, other classes, no common image."""
    names = f"{a.name} and {b.name}"
    if a.run.revision == b.run.revision:
        raise UserError(f"{names} are one run: name two of `make experiments`.")
    if a.run.classes != b.run.classes:
        raise UserError(f"{names} know different classes: only runs on the same competition are compared.")
    if a.run.metrics.get("metric") != b.run.metrics.get("metric"):
        raise UserError(
            f"{names} are scored by {a.run.metrics.get('metric')} and {b.run.metrics.get('metric')}: run one "
            "of them again with the other's competition.metric."
        )
    label = str(a.run.metrics["metric"])
    metric = registry.suited(label, a.run.competition) if a.run.competition else registry.get(label)
    ahead = earlier.difference(metric, a.run.split, a.run.classes, (a.run.ids, a.run.oof), b.run)
    if ahead is None:
        raise UserError(f"{names} predict no image in common: compare runs with a fold in common.")
    only_a, only_b, both = _decisions(a.run, b.run)
    return Comparison(
        a, b, ahead, changed(b.run.params, a.run.params), only_a, only_b, both, _same_folds(a.run, b.run)
    )


def lines(found: Comparison) -> list[str]:
    """What the terminal says."""
    a, b, ahead = found.a, found.b, found.ahead
    score = {side.name: float(side.run.metrics["cv"]) for side in (a, b)}
    half = (ahead.high - ahead.low) / 2
    said = [f"{side.name}: {score[side.name]:.4f} {side.run.metrics['metric']}" for side in (a, b)]
    said.append(f"{a.name} less {b.name}, on {ahead.images} images of both: {ahead.text()}")
    said.append(f"With these images, less than about {half:.4f} cannot be told from chance.")
    if found.settings:
        said.append(f"{a.name} has {shortened(', '.join(found.settings))}")
    if len(found.only_a) or len(found.only_b):
        said.append(
            f"images that only {a.name} has right: {len(found.only_a)}; only {b.name}: {len(found.only_b)}; "
            f"wrong in both: {found.both_wrong}"
        )
    if not found.same_folds:
        said.append("Their folds differ, so that chance in the split is part of the difference.")
    return said


def page(found: Comparison) -> str:
    """The same with the pictures on which they decide differently."""
    pictures = images.IMAGES.read(images.PATH).set_index("image_id")
    album = Album()

    def cards(table: pd.DataFrame, loser: str) -> list[dict[str, str]]:
        rows = table[table["image_id"].isin(pictures.index)].head(SHOWN)
        return [
            {
                "image_id": name,
                "file": name.rpartition("/")[2],
                "given": given,
                "wrong": wrong,
                "src": album.original(pictures.loc[name]),
            }
            for name, given, wrong in zip(rows["image_id"], rows["given"], rows[loser], strict=True)
        ]

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    a, b = found.a.name, found.b.name
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        a=a,
        b=b,
        word=found.ahead.word,
        lines=lines(found),
        by_class=_by_class(found),
        parts=[
            (a, b, len(found.only_a), cards(found.only_a, "b")),
            (b, a, len(found.only_b), cards(found.only_b, "a")),
        ],
        style=STYLE.read_text(encoding="utf-8"),
    )


def _by_class(found: Comparison) -> list[tuple[str, int, int]]:
    """(class, images right only in a, only in b): the classes on which the two part most; ties by name."""
    one, other = (Counter(table["given"].tolist()) for table in (found.only_a, found.only_b))
    names = sorted(one | other, key=lambda name: (-one[name] - other[name], name))
    return [(name, one[name], other[name]) for name in names[:CLASSES]]


def _decisions(a: Earlier, b: Earlier) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """(right only in a, right only in b, wrong in both), where a decision is one class; else nothing."""
    none = pd.DataFrame({"image_id": [], "given": [], "a": [], "b": []})
    if a.competition is None or a.competition.task not in ("single", "ordinal"):
        return none, none, 0
    place = {name: row for row, name in enumerate(b.ids)}
    rows = [(row, place[name]) for row, name in enumerate(a.ids) if name in place]
    here, there = (np.array(part) for part in zip(*rows, strict=True))
    ids = [a.ids[row] for row in here]
    labels = a.split.set_index("image_id").loc[ids, "label"].to_numpy(np.int64)
    ours, theirs = a.oof[here], b.oof[there]
    own = np.arange(len(ids)), labels
    apart = np.abs(ours[own] - theirs[own])
    names = np.array(a.classes, dtype=object)
    table = pd.DataFrame(
        {
            "image_id": ids,
            "given": names[labels],
            "a": names[ours.argmax(1)],
            "b": names[theirs.argmax(1)],
            "apart": apart,
        }
    )
    right_a, right_b = ours.argmax(1) == labels, theirs.argmax(1) == labels
    ranked = [
        table[kept].sort_values(["apart", "image_id"], ascending=[False, True]).drop(columns="apart")
        for kept in (right_a & ~right_b, right_b & ~right_a)
    ]
    return ranked[0], ranked[1], int((~right_a & ~right_b).sum())


def _same_folds(a: Earlier, b: Earlier) -> bool:
    folds = [run.split.set_index("image_id")["fold"].sort_index() for run in (a, b)]
    return bool(folds[0].equals(folds[1]))
