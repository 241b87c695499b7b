"""What goes to an offline notebook: graphs of members and vote, bundle.json, predict.py and its modules."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from podium.contracts.competition import Competition
from podium.contracts.reading import Reading
from podium.duplicates.answers import Answers
from podium.experiments.runs import Pool
from podium.export import engines, graphs
from podium.export.card import FILE, BundleCard, BundleMember
from podium.export.ids import Ids
from podium.forms import registry as forms
from podium.foundation.errors import UserError
from podium.foundation.files import write_json
from podium.images.params import ImageParams
from podium.metrics.metric import Metric
from podium.vote import ensemble
from podium.vote import voter as voters
from podium.vote.calibration import Calibration
from podium.vote.cutting import placed, regrade, warp

SCRIPT = Path("podium/export/predict.py")
ROOT = Path(__file__).parents[2]
MOST_FOLDERS = 20  # named in the card; images that lie in more of them have a folder above in common
UNKNOWN_TO_A_BUNDLE = ("version", "daily_limit", "notebooks_only")
TURNS = {"thresholds": warp, "grades": regrade, "unknown": placed}


def write_vote(
    pool: Pool, table: dict[str, Any], metric: Metric, seed: int, folder: Path, engine: str
) -> str:
    """Writes the graph of the voter that ensemble chose, learnt anew from the same predictions; its name."""
    name, said = table["chosen"], table["calibration"]
    calibration = calibration_of(said)
    learnt = ensemble.learnt(name, pool, metric, seed)
    vote = graphs.VoteGraph(name, learnt, calibration, pool.kind, pool.table)
    inputs = {"probs": torch.tensor(pool.test[:, :, : graphs.CHECKED], dtype=torch.float64)}
    if voters.needs_features(voters.load(name)):
        assert pool.look is not None
        inputs["features"] = torch.tensor(pool.look(pool.test_ids[: graphs.CHECKED]))
    file = f"vote{engines.SUFFIXES[engine]}"
    graphs.write(vote, inputs, folder / file, {one: graphs.VOTED[one] for one in inputs})
    return file


def calibration_of(said: dict[str, Any]) -> Calibration:
    """The calibration that table.json tells of."""
    turn = TURNS.get(said["kind"]) if said["kept"] else None
    cuts = np.array(said["cuts"]) if turn is not None else None
    return Calibration(said["temperature"], np.array(said["priors"]), cuts, turn)


def card(
    members: Sequence[BundleMember],
    vote: str,
    engine: str,
    images: pd.DataFrame,
    found: Competition,
    image: ImageParams,
    reading: Reading,
    named: Ids,
    **more: Any,
) -> BundleCard:
    """bundle.json; `images` is images.parquet, `more` are the fields that it names itself."""
    paths = {subset: images.loc[images["subset"] == subset, "path"].tolist() for subset in ("test", "train")}
    return BundleCard(
        engine=engine,
        batch=graphs.BATCH,
        members=list(members),
        vote=vote,
        short_side=image.storage.short_side,
        suffix=f".{image.storage.format}",
        quality=image.storage.quality,
        meaning=reading.model_dump(include={"low", "high", "fourth", "ground", "window"}),
        competition=found.model_dump(mode="json", exclude=set(UNKNOWN_TO_A_BUNDLE)),
        sample=reading.sample,
        tests=folders(paths["test"], paths["train"]),
        trains=folders(paths["train"], paths["test"]),
        id_forms=named.forms,
        known=named.known,
        through=named.through,
        **more,
    )


def folders(paths: Sequence[str], others: Sequence[str]) -> list[str]:
    """The folders of `paths`, or the few above them, that hold none of the others."""
    strange = {parent for path in others for parent in _parents(path)}
    found = {path.rpartition("/")[0] for path in paths}
    while len(found) > MOST_FOLDERS:
        deepest = max(folder.count("/") for folder in found)
        found = {f.rpartition("/")[0] if f.count("/") == deepest and deepest else f for f in found}
        if not deepest:
            break
    return sorted(folder for folder in found if folder and folder not in strange)


def _parents(path: str) -> Iterable[str]:
    while path:
        path = path.rpartition("/")[0]
        if path:
            yield path


def known_answers(
    found: Answers, images: pd.DataFrame, cleaned: pd.DataFrame, names: list[str]
) -> dict[str, int]:
    """A picture's digest -> its label: of test images with an answer, and of training images that agree."""
    digests = dict(zip(images["image_id"], images["pixels"], strict=True))
    told: dict[str, set[int]] = {}
    kept = cleaned[cleaned["action"] != "drop"]
    for image, label in zip(kept["image_id"], kept["label"], strict=True):
        told.setdefault(digests.get(image, ""), set()).add(names.index(label))
    sure = {digest: labels.pop() for digest, labels in told.items() if len(labels) == 1 and digest}
    return sure | {digests[image]: label for image, label in found.labels.items()}


def write(made: BundleCard, folder: Path, modules: Iterable[str]) -> None:
    """Writes bundle.json, predict.py, and the pipeline's own modules that it runs, below podium/."""
    write_json(folder / FILE, asdict(made))
    for name in sorted(modules):
        place = folder / ("predict.py" if Path(name) == SCRIPT else name)
        for package in list(place.relative_to(folder).parents)[:-1]:
            (folder / package).mkdir(parents=True, exist_ok=True)
            (folder / package / "__init__.py").write_text('"""Copied from Podium by make export."""\n')
        shutil.copy(ROOT / name, place)


def form(name: str) -> Path:
    """The module that writes that form of submissions, which a bundle loads by name."""
    return (forms.FORMS.folder / f"{name}.py").relative_to(ROOT)


def engine(wanted: str) -> str:
    """ENGINE=torch or onnx. Raises UserError for anything else."""
    if wanted not in engines.SUFFIXES:
        raise UserError(f"ENGINE: give {' or '.join(engines.SUFFIXES)}, found {wanted!r}.")
    return wanted
