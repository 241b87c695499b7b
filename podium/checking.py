"""Is the whole of params.yaml right? Answered before any stage runs, without torch."""

import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from podium.augmentations.params import AugmentParams
from podium.competition.params import CompetitionParams
from podium.competition.submit_params import SubmitParams
from podium.duplicates.params import DuplicateParams, LeakParams
from podium.errors import UserError
from podium.folds.params import SplitParams
from podium.image_params import ImageParams
from podium.labels.params import LabelParams
from podium.networks.params import NetworkParams
from podium.params import PATH, Section, parse, read, refuse_unknown
from podium.pseudo.params import PseudoParams
from podium.report.params import ReportParams
from podium.run import Folds, Profile, Seed, Threads
from podium.training.params import TrainParams
from podium.voters import EnsembleParams

# Every section of params.yaml. A new one is listed here, or its keys are refused.
SECTIONS: tuple[type[Section], ...] = (
    NetworkParams,
    Folds,
    Seed,
    Threads,
    Profile,
    CompetitionParams,
    ImageParams,
    DuplicateParams,
    LabelParams,
    LeakParams,
    SplitParams,
    AugmentParams,
    PseudoParams,
    TrainParams,
    EnsembleParams,
    SubmitParams,
    ReportParams,
)


def check(path: Path = PATH) -> dict[str, Section]:
    """All sections by class name. Raises UserError with one sentence, and line, a mistake."""
    values = read(path)
    sections, mistakes = _parse_all(values, path)
    if not mistakes:
        for rule in RULES:
            mistakes += _mistakes(partial(rule, values, path))
    if mistakes:
        raise UserError("\nerror: ".join(mistakes))
    return sections


def _parse_all(values: dict[str, Any], path: Path) -> tuple[dict[str, Section], list[str]]:
    sections: dict[str, Section] = {}

    def keep(cls: type[Section]) -> None:
        sections[cls.__name__] = parse(cls, values, path)

    mistakes = _mistakes(partial(refuse_unknown, known_keys(), values, path))
    for cls in SECTIONS:
        mistakes += _mistakes(partial(keep, cls))
    return sections, mistakes


def _mistakes(work: Callable[[], object]) -> list[str]:
    try:
        work()
    except UserError as error:
        return [str(error)]
    return []


def known_keys() -> list[str]:
    """The top-level keys that params.yaml may have."""
    return [key for cls in SECTIONS for key in ([cls.section] if cls.section else cls.model_fields)]


def _path_exists(values: dict[str, Any], path: Path) -> None:
    named = Path(str(values.get("competition", {}).get("path", DEMO)))
    if named != DEMO and not named.exists():
        raise UserError(
            f"{path}: competition.path: {named} is not there: give the zip that Kaggle handed out, or a "
            f"folder with its content; {DEMO} is the embedded demo."
        )


def _folds_exist(values: dict[str, Any], path: Path) -> None:
    split = values.get("split") or {}
    beyond = [fold for fold in values.get("folds", []) if fold >= split.get("k", len(values["folds"]))]
    if beyond and not split.get("file") and split.get("validation") != "given":
        raise UserError(
            f"{path}: folds: {beyond[0]} is not among the {split['k']} folds that split.k makes "
            f"(0 to {split['k'] - 1}): leave it out or raise split.k."
        )


DEMO = Path("data/demo/demo.zip")  # what the demo stage writes
RULES: tuple[Callable[[dict[str, Any], Path], None], ...] = (_path_exists, _folds_exist)


def remove_stale_models(folds: list[int], folder: Path = Path("models")) -> list[str]:
    """Removes fold<k> folders of folds that are no longer declared, and names them.

    DVC leaves them behind when a matrix shrinks, and a later stage would take them for part of the run.
    """
    stale = sorted(
        place
        for place in folder.glob("fold*")
        if (found := re.fullmatch(r"fold(\d+)", place.name)) and int(found[1]) not in folds
    )
    for place in stale:
        shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
    return [place.name for place in stale]
