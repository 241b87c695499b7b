"""A fold's folder: model.safetensors, model.json, history.csv, batch.jpg; or skipped.json (skipped.py)."""

import csv
import io
from pathlib import Path

from podium.contracts.fold_numbers import named
from podium.contracts.model import PICTURE, ModelCard, write_card
from podium.foundation.files import replacing_folder, write_text
from podium.networks.build import Network, save
from podium.training.loop.learner import Row

DIGITS = 6  # significant, of the history's numbers


def write(network: Network, card: ModelCard, history: list[Row], picture: bytes, folder: Path) -> None:
    """Writes the folder whole or not at all; `picture` is the first batch's, a JPEG."""
    with replacing_folder(folder) as draft:
        save(network, draft)
        write_card(card, draft / "model.json")
        write_text(draft / "history.csv", history_text(history))
        (draft / PICTURE).write_bytes(picture)


def sentence(card: ModelCard, history: list[Row]) -> str:
    """What a run says at its end."""
    if card.resolved["network"]["head"] == "svm":
        kept = "solved"
    else:
        kept = f"epoch {card.resolved['kept_epoch'] + 1} of {card.resolved['epochs']} kept"
    row = next(row for row in history if row["epoch"] == card.resolved["kept_epoch"])
    watched = f", validation accuracy {row['val_accuracy']:.4f}" if "val_accuracy" in row else ""
    return f"{named(card.fold)}: {kept}, training loss {row['train_loss']:.4f}{watched}"


def history_text(history: list[Row]) -> str:
    """history.csv: one row an epoch; no clock values, so that the same training gives the same bytes."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(history[0]), lineterminator="\n")
    writer.writeheader()
    for row in history:
        writer.writerow({name: f"{value:.{DIGITS}g}" for name, value in row.items()})
    return text.getvalue()
