"""All that the report looks at, read from artifacts and joined by image_id."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from podium.contracts import (
    clean,
    competition,
    duplicates,
    folds,
    images,
    manifest,
    metrics,
    model,
    predictions,
)
from podium.contracts import facts as contract
from podium.contracts import findings as findings_of
from podium.contracts.competition import Competition, Finding
from podium.contracts.model import ModelCard
from podium.experiments import earlier
from podium.experiments.compare import Difference
from podium.experiments.earlier import Earlier
from podium.foundation import times
from podium.foundation.params import read as read_params
from podium.foundation.times import Took
from podium.kaggle.ledger import Upload, rows
from podium.metrics import registry

REVIEW = Path("data/clean/review.html")
VOTERS = predictions.ENSEMBLE / "table.json"


@dataclass(frozen=True)
class Fact:
    """What one stage wrote into its facts.json: numbers by name, and sentences."""

    stage: str
    values: dict[str, Any]
    sentences: list[str]


@dataclass(frozen=True)
class Evidence:
    """The run. `oof` rows are the out-of-fold images in ascending image_id."""

    competition: Competition
    images: pd.DataFrame  # indexed by image_id
    folds: pd.DataFrame
    clean: pd.DataFrame
    manifest: pd.DataFrame
    ids: list[str]
    labels: NDArray[np.int64]  # (n,) given
    oof: NDArray[np.float32]  # (n, k)
    fold_of: NDArray[np.int64]  # (n,)
    test_ids: list[str]
    test: NDArray[np.float32]  # (t, k)
    cards: list[ModelCard]
    histories: dict[int, dict[str, list[float]]]
    metrics: dict[str, float | int | str]
    params: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)  # of ingest
    details: dict[str, float | int | str] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    voters: dict[str, Any] = field(default_factory=dict)
    ledger: list[Upload] = field(default_factory=list)  # uploads, in the order sent
    duplicates: pd.DataFrame = field(default_factory=pd.DataFrame)
    taken: list[Took] = field(default_factory=list)  # this run's stages, as they began
    earlier: Earlier | None = None  # the run that this one started from
    ahead: Difference | None = None  # this run's score less the earlier one's
    batch: bytes = b""  # the JPEG of the first network's first batch
    review: str = ""  # the suspects' page, relative to reports/

    @property
    def unit(self) -> str:
        """What each prediction is for: images, or rows of several, told under their first image's name."""
        return metrics.unit(self.metrics)


def gather(declared: list[int]) -> Evidence:
    """Reads the run's artifacts from their places. Raises UserError where a needed one is missing."""
    found = competition.read()
    split = folds.FOLDS.read(folds.PATH)
    ids, oof = predictions.read(predictions.ENSEMBLE / "oof.parquet", len(found.classes), found.task)
    test_ids, test = predictions.read(predictions.ENSEMBLE / "test.parquet", len(found.classes), found.task)
    scored = split.set_index("image_id").loc[ids]
    trained = [fold for fold in declared if (model.folder(fold) / "model.json").exists()]
    run = Evidence(
        competition=found,
        images=images.IMAGES.read(images.PATH).set_index("image_id"),
        folds=split,
        clean=clean.read(),
        manifest=manifest.MANIFEST.read(manifest.PATH),
        ids=ids,
        labels=scored["label"].to_numpy(np.int64),
        oof=oof,
        fold_of=scored["fold"].to_numpy(np.int64),
        test_ids=test_ids,
        test=test,
        cards=[model.read_card(model.folder(fold) / "model.json") for fold in trained],
        histories={fold: _history(model.folder(fold)) for fold in trained},
        metrics=metrics.read(),
        params=read_params(),
        findings=findings_of.read(),
        details=metrics.read(metrics.DETAILS) if metrics.DETAILS.exists() else {},
        facts=[fact for folder in contract.FOLDERS if (fact := _fact(folder))],
        voters=json.loads(VOTERS.read_text(encoding="utf-8")) if VOTERS.exists() else {},
        ledger=rows(),
        duplicates=_duplicates(),
        taken=times.read(),
        batch=_picture(trained),
        review=f"../{REVIEW.as_posix()}" if REVIEW.exists() else "",
    )
    return _beside_the_baseline(run)


def _beside_the_baseline(run: Evidence) -> Evidence:
    """The run with the earlier one that it is compared with, where there is one of the same images."""
    revision = earlier.baseline()
    before = earlier.read(revision) if revision else None
    if before is None:
        return run
    metric = registry.of(run.competition)
    ahead = earlier.difference(metric, run.folds, run.competition.classes, (run.ids, run.oof), before)
    return replace(run, earlier=before, ahead=ahead) if ahead else run


def _duplicates() -> pd.DataFrame:
    if not duplicates.PATH.exists():
        return duplicates.DUPLICATES.empty()
    return duplicates.DUPLICATES.read(duplicates.PATH)


def _history(folder: Path) -> dict[str, list[float]]:
    path = folder / "history.csv"
    if not path.exists():  # a head that is solved and not trained has no epochs
        return {}
    return {str(name): column.tolist() for name, column in pd.read_csv(path).items()}


def _picture(trained: list[int]) -> bytes:
    path = model.folder(trained[0]) / model.PICTURE if trained else None
    return path.read_bytes() if path is not None and path.exists() else b""


def _fact(folder: Path) -> Fact | None:
    told = contract.read(contract.Facts, folder)
    return None if told is None else Fact(folder.name, told.said, told.sentences)
