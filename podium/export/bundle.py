"""What goes to an offline notebook: graphs of members and vote, bundle.json, predict.py, images.py."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podium.contracts import facts, model, predictions, probe
from podium.contracts.competition import Competition
from podium.contracts.model import Preprocessing
from podium.experiments import revisions
from podium.experiments.runs import Pool
from podium.export import graphs, probes
from podium.features.items import IDENTITY, View
from podium.foundation.errors import UserError
from podium.foundation.files import write_json, write_text
from podium.foundation.params import parse, read
from podium.images import pixels
from podium.images.params import ImageParams
from podium.metrics.metric import Metric
from podium.networks.build import Network, load
from podium.tta.params import TtaParams
from podium.tta.views import views_of
from podium.vote import ensemble
from podium.vote.calibration import Calibration
from podium.vote.params import EnsembleParams

FOLDER = Path("export")
ARTIFACTS = ("models", f"{predictions.FOLDER}/{facts.FILE}", "params.yaml")
TIMED_RUNS = 3


@dataclass(frozen=True)
class MemberFiles:
    """Where a member's models and settings lie: this workspace, or another revision's files."""

    name: str
    root: Path
    probed: bool = False  # a linear probe of this run, not a trained network


def sources(params: EnsembleParams, names: Sequence[str]) -> list[MemberFiles]:
    """One source a voting member. Raises UserError for predictions made elsewhere: they have no network."""
    known = {"this run": Path()}
    probed = {one.name for one in probe.read().probes}
    known |= {revision[:7]: Path(revision) for revision in params.experiments}
    found = []
    for name in names:
        if name in probed:
            found.append(MemberFiles(name, Path(), probed=True))
            continue
        key = name.rpartition("@")[2]
        if key not in known:
            raise UserError(
                f"{name} votes with predictions made outside Podium, which has no network to export: take it "
                "out of ensemble.external, run `dvc repro`, then export."
            )
        root = known[key] if key == "this run" else revisions.fetch(str(known[key]), ARTIFACTS)
        found.append(MemberFiles(name, root))
    return found


def write_member(source: MemberFiles, number: int, folds: Sequence[int], folder: Path) -> dict[str, Any]:
    """Writes the member's graph of every fold; what bundle.json says of it."""
    files: list[str] = []
    preprocessing: Preprocessing | None = None
    used: list[View] = []
    for fold in folds:
        look, preprocessing, used = _look(source, fold)
        file = f"member{number}_fold{fold}.onnx"
        graphs.write(look, graphs.squares(look.sides), folder / file)
        files.append(file)
    assert preprocessing is not None
    return {
        "name": source.name,
        "folds": files,
        "sides": graphs.sides(used, preprocessing),
        "resize": preprocessing.resize,
        "interpolation": preprocessing.interpolation,
    }


def _look(source: MemberFiles, fold: int) -> tuple[graphs.NetworkGraph, Preprocessing, list[View]]:
    """The member's graph of a fold, how it wants its images, and under which views."""
    if source.probed:
        module, preprocessing = probes.load(source.name, fold)
        used, tta, temperature = [IDENTITY], TtaParams(), 1.0
        return graphs.NetworkGraph(module, preprocessing, used, tta, temperature), preprocessing, used
    network, card = load(source.root / model.folder(fold))
    tta, used = views(source.root, network)
    preprocessing = network.preprocessing
    return (
        graphs.NetworkGraph(network.module, preprocessing, used, tta, card.temperature),
        preprocessing,
        used,
    )


def views(root: Path, network: Network) -> tuple[TtaParams, list[View]]:
    """The views that predict kept in that run, and how it merged them."""
    tta = parse(TtaParams, read(root / "params.yaml"))
    told = facts.read(facts.Predicted, root / predictions.FOLDER)
    names = told.views if told is not None else []
    found = views_of(
        names, tta, network.preprocessing, network.minimum_size, network.fixed_size, network.name
    )
    return tta, [view for group in found.values() for view in group]


def write_vote(pool: Pool, table: dict[str, Any], metric: Metric, seed: int, path: Path) -> None:
    """Writes the graph of the voter that ensemble chose, learnt anew from the same predictions."""
    import torch

    name, said = table["chosen"], table["calibration"]
    if said.get("cuts"):
        raise UserError(
            "the vote decides by cut points that were fitted out-of-fold, which export does not carry: set "
            "ensemble.calibrate to none, run `dvc repro`, then export."
        )
    calibration = Calibration(said["temperature"], np.array(said["priors"]))
    vote = graphs.VoteGraph(name, ensemble.learnt(name, pool, metric, seed), calibration)
    probs = torch.tensor(pool.test[:, :, : graphs.BATCH], dtype=torch.float32)
    graphs.write(vote, {"probs": probs}, path, rows="probs")


def settings(found: Competition, image: ImageParams, labels: np.ndarray) -> dict[str, Any]:
    """bundle.json without its members: how images are stored and how a submission's row is written."""
    storage = image.storage
    shares = np.bincount(labels, minlength=len(found.classes)) / len(labels)
    return {
        "batch": graphs.BATCH,
        "short_side": storage.short_side,
        "suffix": f".{storage.format}",
        "quality": storage.quality,
        "classes": found.classes,
        "shares": shares.tolist(),
        "form": found.form,
        "id_column": found.id_column,
        "columns": found.columns,
        "values": found.values,
        "column_classes": found.column_classes,
        "top_k": found.top_k if found.form == "top_k" else 1,
    }


def seconds_per_1000(members: Sequence[dict[str, Any]], folder: Path) -> float:
    """How long the networks take for a thousand images here: the fastest of three runs of a batch each."""
    import onnxruntime

    total = 0.0
    for member in members:
        feed = {name: value.numpy() for name, value in graphs.squares(member["sides"]).items()}
        for file in member["folds"]:
            session = onnxruntime.InferenceSession(str(folder / file), providers=["CPUExecutionProvider"])
            times = []
            for _ in range(TIMED_RUNS):
                start = time.perf_counter()
                session.run(None, feed)
                times.append(time.perf_counter() - start)
            total += min(times)
    return total / graphs.BATCH * 1000


def write(bundle: dict[str, Any], folder: Path) -> None:
    """Writes bundle.json, predict.py without its notes to our tools, and what makes images squares."""
    write_json(folder / "bundle.json", bundle)
    script = Path(__file__).with_name("predict.py").read_text(encoding="utf-8")
    kept = [line for line in script.splitlines() if not line.startswith("#")]
    write_text(folder / "predict.py", "\n".join(kept) + "\n")
    shutil.copy(pixels.__file__, folder / "images.py")
