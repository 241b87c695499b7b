"""What a fold says of itself: lines before it trains, and its model card after."""

from typing import Any

from podium.contracts.model import ModelCard
from podium.networks import build as networks
from podium.networks.cut import Cut
from podium.training.feed.inputs import Feed
from podium.training.feed.rows import Rows
from podium.training.loop import engine
from podium.training.record import summary
from podium.training.settings import auto
from podium.training.settings.choices import Request

OPTIMISTIC = "the kept epoch was chosen on the validation fold ({}): the out-of-fold score is optimistic"


def say(
    request: Request,
    network: networks.Network,
    said: list[str],
    resolved: auto.Resolved,
    fed: Feed,
    rows: Rows,
    notes: list[str],
) -> None:
    """Prints what `auto` became (`said`), what is about to be trained, and what plays no part in it."""
    copies = int((rows.frame["copy"] > 0).sum())
    left = summary.activations(fed.tail, fed.shape)
    print("\n".join(said))
    print(summary.text(network.name, network.module, left, resolved.batch_size, request.train.optimizer))
    how = f"{resolved.epochs} epochs in batches of {resolved.batch_size}, "
    how += f"{request.train.optimizer} at {resolved.lr:g}"
    if request.train.head == "svm":
        how = "a linear SVM"
    print(f"fold {request.fold}: {len(rows) - copies} images and {copies} copies, {how}")
    print("".join(f"warning: {note}\n" for note in notes), end="", flush=True)


def card(
    request: Request,
    network: networks.Network,
    parts: Cut,
    resolved: auto.Resolved,
    rows: Rows,
    outcome: engine.Outcome,
    fed: Feed,
    notes: list[str],
) -> ModelCard:
    """model.json: what was trained, from what, and what a reader of the score must know."""
    total, trainable = summary.counts(network.module)
    copies = int((rows.frame["copy"] > 0).sum())
    notes = list(notes)
    if outcome.stopped_early or request.train.keep == "best":
        notes.append(OPTIMISTIC.format("best epoch" if request.train.keep == "best" else "early stopping"))
    values: dict[str, Any] = vars(resolved) | {"size": network.preprocessing.size, "network": network.options}
    values["trained_on"] = "features" if fed.cached else "images"
    values["online"] = request.train.online
    return ModelCard(
        fold=request.fold,
        model=network.name,
        weights=network.weights,
        classes=request.classes,
        preprocessing=network.preprocessing,
        freeze=parts.name,
        parameters=total,
        trainable=trainable,
        images=len(rows) - copies,
        copies=copies,
        resolved=values | {"freeze": parts.name, "kept_epoch": outcome.kept_epoch},
        notes=notes,
    )
