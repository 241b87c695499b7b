"""Runs of linear probes alone, kept in a folder: what benchmarks of CV and of choices look at.

A run takes seconds, for all of a work folder share one scratch store; what is kept there is not run again.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import checkout, truth
from podium.contracts import competition, duplicates, folds, images, metrics, predictions, probe
from podium.experiments import earlier
from podium.experiments.earlier import Earlier
from podium.foundation.files import digest

FIRST, FOLDED, STAGES = ["ingest", "embed"], ["clean_labels", "split"], ["look", "select", "ensemble"]
OF_STAGES = ("image.", "probe.", "ensemble.")  # sections that the folds do not depend on
KEPT = (
    competition.PATH,
    images.PATH,
    folds.PATH,
    duplicates.PATH,
    probe.FOLDER,
    predictions.ENSEMBLE,
    metrics.PATH,
    Path("params.yaml"),
)


@dataclass(frozen=True)
class Probed:
    """A run, what it says of the test images that the server scores (n, c), and what the server knows."""

    run: Earlier
    test: NDArray[np.float32]
    server: truth.Truth
    place: Path


def run(archive: Path, work: Path, settings: dict[str, Any]) -> Path:
    """The folder of a run of `effort: probe` under these settings, which are params.yaml's else."""
    told = {"effort": "probe", "threads": 1} | settings
    kept = work / archive.stem / "kept" / digest(told)[:12]
    if kept.exists():
        return kept
    scratch, place = work / "scratch", work / archive.stem / "place" / archive.stem
    if not (place / "data/embeddings").exists():
        shutil.rmtree(place, ignore_errors=True)
        checkout.run_chain(checkout.prepare(archive, place.parent, ()), FIRST, scratch)
        shutil.copy(place / "params.yaml", place.parent / "params.yaml")
        (place.parent / "folded").unlink(missing_ok=True)
    shutil.copy(place.parent / "params.yaml", place / "params.yaml")  # without an earlier run's settings
    checkout.set_params(place, told)
    own = digest({key: value for key, value in told.items() if not key.startswith(OF_STAGES)})
    folded = place.parent / "folded"  # whose folds lie here
    same = folded.exists() and folded.read_text() == own
    folded.unlink(missing_ok=True)
    checkout.run_chain(place, STAGES if same else [*FOLDED, *STAGES], scratch)
    folded.write_text(own)
    draft = kept.with_name(f"{kept.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for path in KEPT:
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (place / path).is_dir() else shutil.copy)(place / path, draft / path)
    (draft / "settings.json").write_text(json.dumps(told))
    draft.rename(kept)
    return kept


def read(place: Path, solution: Path) -> Probed:
    """The kept run, with the solution beside what it published."""
    found = competition.read(place / competition.PATH)
    server = truth.read(solution, found, images.IMAGES.read(place / images.PATH))
    ids, probs = predictions.read(
        place / predictions.ENSEMBLE / "test.parquet", len(found.classes), found.task
    )
    return Probed(earlier.at(place, place.name), probs[server.rows(ids)], server, place)
