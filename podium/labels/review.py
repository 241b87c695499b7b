"""The review page: suspects as picture cards, worst first, then what was decided before.

Decisions leave it as corrections.csv, and can be changed on it as long as the file names the image.
"""

import base64
import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.images.pixels import decode, encode, shrink
from podium.linear.cosines import centred

THUMBNAIL, SMALL = 128, 64  # pixels of the short side: of a suspect, of its neighbours
NEIGHBOURS = 5
QUALITY = 80  # of the thumbnails' JPEG
TORN = "a duplicate has another label"  # as cleaning gives its reason
TORN_QUALITY = 0.5  # at least which a label only its duplicates contradict has
RATHER_RIGHT = 0.5  # quality
WORDS = ("none", "one", "two", "three", "four", "five")
PAGE = Path(__file__).with_name("review.html")


@dataclass(frozen=True)
class SuspectCard:
    """One suspect, or an image that corrections.csv names."""

    image_id: str
    given: str  # the shipped label
    suggested: str
    quality: float | None  # probability that the given label is right; None: the user has said so
    reason: str
    neighbours: list[tuple[str, str]]  # (image_id, given label) of the nearest, nearest first
    group: str = ""  # of its duplicates; its own name where it has none
    torn: bool = False  # a duplicate has another label
    accusers: str = ""  # the judges who call it what is suggested, between commas


def cards(table: pd.DataFrame, vectors: NDArray[np.float32], limit: int) -> list[SuspectCard]:
    """At most `limit` suspects, worst quality first, then as many told images (ties: by image_id).

    `vectors` has the rows of `table`.
    """
    told = table["told"].to_numpy(bool)
    suspects = np.flatnonzero(table["suspect"].to_numpy(bool) & ~told)
    worst = suspects[np.argsort(table["quality"].to_numpy()[suspects], kind="stable")][:limit]
    chosen = np.concatenate([worst, np.flatnonzero(told)[:limit]])
    near = nearest(vectors, chosen, NEIGHBOURS)
    ids, shown = table["image_id"].tolist(), table["label_given"].tolist()
    groups = table["group"].tolist() if "group" in table else ids
    return [
        SuspectCard(
            ids[row],
            str(table["shipped"].iloc[row]),
            str(table["suggested"].iloc[row]),
            None if told[row] else float(table["quality"].iloc[row]),
            str(table["reason"].iloc[row]),
            [(ids[other], shown[other]) for other in others],
            groups[row],
            TORN in str(table["reason"].iloc[row]),
            str(table["accusers"].iloc[row]) if "accusers" in table else "",
        )
        for row, others in zip(chosen.tolist(), near.tolist(), strict=True)
    ]


def nearest(vectors: NDArray[np.float32], rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The `count` nearest other rows of each of `rows` by centred cosine, nearest first (m, count)."""
    units = centred(vectors)
    asked, count = units[rows], min(count, len(vectors) - 1)
    found, cosines = np.zeros((len(rows), count), np.int64), np.full((len(rows), count), -np.inf, np.float32)
    for some, block in units.blocks():
        those = np.arange(some.start, some.stop)
        alike = np.round(asked @ block.T, 5)
        alike[rows[:, None] == those] = -np.inf
        cosines = np.hstack([cosines, alike])
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
        found = np.take_along_axis(np.hstack([found, np.tile(those, (len(rows), 1))]), best, axis=1)
        cosines = np.take_along_axis(cosines, best, axis=1)
    return found


def page(
    found: list[SuspectCard],
    classes: list[str],
    told: pd.DataFrame,
    total: int,
    name: str,
    read: Callable[[str], bytes],
) -> str:
    """The page's HTML. `told`: corrections.csv as it is; `read`: an image_id's encoded bytes.

    `name` (of the competition) keeps its decisions apart from another's in the browser's store.
    """
    existing = {row.image_id: {"label": row.label, "note": row.note} for row in told.itertuples(index=False)}
    suspects, decided = ([c for c in found if (c.quality is None) == told] for told in (False, True))
    blocks = [_card(card, classes, read) for card in suspects] or ["<p>No label is suspect.</p>"]
    if decided:
        blocks.append(f"<h2>Decided before: {len(decided)} of {len(existing)}</h2>")
        blocks += [_card(card, classes, read) for card in decided]
    fields = {
        "shown": str(len(suspects)),
        "total": str(total),
        "existing": _script(existing),
        "name": _script(name),
        "cards": "\n".join(blocks),
    }
    return Template(PAGE.read_text(encoding="utf-8")).substitute(fields)


def _script(value: object) -> str:
    """JSON that may stand inside a <script> element, whatever the names hold."""
    text = json.dumps(value, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _card(card: SuspectCard, classes: list[str], read: Callable[[str], bytes]) -> str:
    quote = html.escape
    options = "".join(
        f"<option{' selected' if name == card.suggested else ''}>{quote(name)}</option>" for name in classes
    )
    near = "".join(
        f"<figure>{_image(read(image_id), SMALL, image_id)}<figcaption>{quote(label)}</figcaption></figure>"
        for image_id, label in card.neighbours
    )
    more = '<button class="twins">This label for all its duplicates</button>' if card.torn else ""
    suggested = "" if card.quality is None else f", suggested <b>{quote(card.suggested)}</b>"
    marks = ' data-torn="1"' if card.torn else ""
    marks += ' data-told="1"' if card.quality is None else ""
    return f"""<article class="card" tabindex="0" data-id="{quote(card.image_id)}"
data-given="{quote(card.given)}" data-suggested="{quote(card.suggested)}"
data-group="{quote(card.group)}"{marks}>
{_image(read(card.image_id), THUMBNAIL, card.image_id)}
<div class="say"><p class="name">{quote(card.image_id)}</p>
<p>given <b>{quote(card.given)}</b>{suggested}</p>
<p class="why">{quote(reason(card))}</p>
<p class="buttons"><button data-do="keep">Keep</button>
<button data-do="relabel">Relabel as</button> <select aria-label="new label">{options}</select>
<button data-do="drop">Drop</button> <button data-do="undo">Undo</button> {more}</p>
<p><input class="note" placeholder="note" aria-label="note"></p>
<p class="why">most alike, with their labels:</p><div class="near">{near}</div></div></article>"""


def share(probability: float) -> str:
    """A probability in whole percents, never as if it were nothing."""
    return f"{probability:.0%}" if probability >= 0.01 else "under 1%"


def reason(card: SuspectCard) -> str:
    """Why the card is here, in plain words."""
    if card.quality is None:
        return card.reason
    said = []
    if not card.torn or card.quality < TORN_QUALITY:
        said.append(_accused(card))
    if card.torn:
        said.append("a duplicate of it has another label")
    if card.neighbours:
        said.append(_among(card))
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def _among(card: SuspectCard) -> str:
    """How many of the images most like it bear the suggested label, and how many its own."""
    labels = [label for _, label in card.neighbours]
    new, own = labels.count(card.suggested), labels.count(card.given)
    verb = "is" if new == 1 else "are"
    said = f"{WORDS[new]} of the {WORDS[len(labels)]} images most like it {verb} labelled {card.suggested}"
    return said if card.suggested == card.given else f"{said}, {WORDS[own]} {card.given}"


def _accused(card: SuspectCard) -> str:
    """Who calls it something else, and what that means where labels are as often wrong as here."""
    who = [name for name in card.accusers.split(", ") if name]
    listed = " and ".join([", ".join(who[:-1]), who[-1]] if len(who) > 1 else who)
    verb = "calls" if who == ["a linear classifier"] else "call"
    said = f"{listed} {verb} it {card.suggested}" if who else "no model is sure of the given label"
    chance = f"estimated chance that the given label is right: {share(card.quality or 0.0)}"
    if (card.quality or 0.0) < RATHER_RIGHT:
        return f"{said}; {chance}"
    return f"{said}; but labels are seldom wrong here; {chance}"


def _image(data: bytes, side: int, name: str) -> str:
    small = encode(shrink(decode(data), side), ".jpg", QUALITY)
    text = base64.b64encode(small).decode("ascii")
    return f'<img src="data:image/jpeg;base64,{text}" alt="{html.escape(name)}">'
