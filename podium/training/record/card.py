"""What a fold says of itself: lines before it trains, and its model card after."""

from typing import Any

from podium.contracts.fold_numbers import named
from podium.contracts.model import ModelCard
from podium.training.loop.engine import TrainedTail
from podium.training.prepared import Prepared
from podium.training.record import summary

OPTIMISTIC = "the kept epoch was chosen on the validation fold ({}): the out-of-fold score is optimistic"


def say(prepared: Prepared) -> None:
    """Prints what `auto` became, what is about to be trained, and what plays no part in it."""
    train, resolved, network = prepared.request.train, prepared.resolved, prepared.network
    copies = prepared.rows.copies
    left = summary.activations(prepared.outlook.tail, prepared.outlook.shape)
    if prepared.request.first:
        print("\n".join(prepared.said))
        print(summary.text(network.name, network.module, left, resolved.batch_size, train.optimizer))
    how = (
        f"{resolved.epochs} epoch{'s' * (resolved.epochs != 1)} in batches of {resolved.batch_size}, "
        f"{train.optimizer} at {resolved.lr:g}"
    )
    if train.head == "svm":
        how = "a linear SVM"
    print(f"{named(prepared.request.fold)}: {len(prepared.rows) - copies} images and {copies} copies, {how}")
    notes = prepared.ignored if prepared.request.first else []
    print("".join(f"warning: {note}\n" for note in notes), end="", flush=True)


def card(prepared: Prepared, outcome: TrainedTail) -> ModelCard:
    """model.json: what was trained, from what, and what a reader of the score must know."""
    request, network, parts = prepared.request, prepared.network, prepared.parts
    total, trainable = summary.counts(network.module)
    notes = [*prepared.said, *prepared.ignored, *outcome.notes]
    if outcome.stopped_early or request.train.keep == "best":
        notes.append(OPTIMISTIC.format("best epoch" if request.train.keep == "best" else "early stopping"))
    values: dict[str, Any] = (
        prepared.resolved.decisive
        | {
            "size": network.preprocessing.size,
            "network": network.options,
            "trained_on": "features" if prepared.outlook.cached else "images",
            "online": request.train.online,
            "freeze": parts.name,
            "kept_epoch": outcome.kept_epoch,
        }
        | outcome.changed
    )
    if network.source is not None:  # the published file, down to its bytes
        values["source"] = network.source.model_dump(mode="json")
    return ModelCard(
        fold=request.fold,
        model=network.name,
        weights=network.weights,
        classes=request.classes,
        task=request.task,
        preprocessing=network.preprocessing,
        freeze=parts.name,
        parameters=total,
        trainable=trainable,
        images=len(prepared.rows) - prepared.rows.copies,
        copies=prepared.rows.copies,
        resolved=values,
        notes=notes,
    )
