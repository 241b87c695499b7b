"""Is the whole of params.yaml right? Answered before any stage runs, without torch."""

import difflib
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from podium.augmentations.params import POLICIES, AugmentParams
from podium.competition.params import CompetitionParams
from podium.duplicates.params import DuplicateParams, LeakParams
from podium.embedding.params import EmbedParams
from podium.features.params import FeatureParams
from podium.folds.params import SplitParams
from podium.foundation import git
from podium.foundation.errors import UserError
from podium.foundation.params import PATH, Section, nearest, parse, read, refuse_unknown
from podium.foundation.run import Folds, Seed, Threads
from podium.hub.params import HubParams
from podium.images.params import ImageParams
from podium.labels.params import LabelParams
from podium.metrics.names import canonical
from podium.networks import names
from podium.networks.params import PORTABLE_CUTS, NetworkParams
from podium.pseudo.params import PseudoParams
from podium.report.params import ReportParams
from podium.selection.params import EffortParams, ProbeParams
from podium.submission.params import SubmitParams
from podium.training.params import TrainParams
from podium.training.refit import RefitParams
from podium.tta.params import TtaParams
from podium.vote.params import EnsembleParams

# Every section of params.yaml. A new one is listed here, or its keys are refused.
SECTIONS: tuple[type[Section], ...] = (
    NetworkParams,
    HubParams,
    Folds,
    Seed,
    Threads,
    EffortParams,
    ProbeParams,
    CompetitionParams,
    ImageParams,
    EmbedParams,
    DuplicateParams,
    LabelParams,
    LeakParams,
    SplitParams,
    AugmentParams,
    PseudoParams,
    FeatureParams,
    TrainParams,
    RefitParams,
    TtaParams,
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
    if Path(f"{named}.dvc").exists():
        return  # a fresh clone: `dvc pull`, or `dvc repro --pull` right after this, fetches it
    if named != DEMO and not named.exists() and named.expanduser().exists():
        raise UserError(f"{path}: competition.path: write {named.expanduser()}: DVC knows no ~.")
    if named != DEMO and not named.exists():
        raise UserError(
            f"{path}: competition.path: {named} is not there: give the zip that Kaggle handed out, or a "
            f"folder with its content; {DEMO} is the embedded demo."
        )


def _folds_exist(values: dict[str, Any], path: Path) -> None:
    split = SplitParams.model_validate(values.get("split") or {})
    frozen = Path(split.file)  # the user's own folds may have any number; a header alone means none
    own = frozen.is_file() and len(frozen.read_bytes().splitlines()) > 1
    beyond = [fold for fold in values.get("folds", []) if fold >= split.k]
    if beyond and not own:
        raise UserError(
            f"{path}: folds: {beyond[0]} is not among the {split.k} folds that split.k makes "
            f"(0 to {split.k - 1}): leave it out or raise split.k."
        )


def _policies_exist(values: dict[str, Any], path: Path) -> None:
    for section, key in (("augment", "policy"), ("train", "online_policy")):
        policy, known = (values.get(section) or {}).get(key), POLICIES.names()
        if policy is not None and policy not in known:
            raise UserError(f"{path}: {section}.{key}: {policy} is no policy{nearest(str(policy), known)}.")


def _metric_is_known(values: dict[str, Any], path: Path) -> None:
    metric = (values.get("competition") or {}).get("metric")
    try:
        canonical(str(metric)) if metric is not None else None
    except UserError as error:
        raise UserError(f"{path}: competition.metric: {error}") from None


def _freeze_is_no_slip(values: dict[str, Any], path: Path) -> None:
    """A module's name cannot be known without its network; a slip of the pen in our own words can."""
    freeze = str(values.get("freeze", "auto"))
    close = difflib.get_close_matches(freeze, SPELLED, n=1, cutoff=SLIP)
    if close and freeze not in PORTABLE_CUTS:
        raise UserError(
            f"{path}: freeze: {freeze} is none of {', '.join(PORTABLE_CUTS)}; did you mean {close[0]}?"
        )


def _weights_exist(values: dict[str, Any], path: Path) -> None:
    file = values.get("pretrained")
    if isinstance(file, str) and not Path(file).is_file():
        raise UserError(f"{path}: pretrained: {file} is not there: give true, false or a file's path.")


def _teachers_are_here(values: dict[str, Any], path: Path) -> None:
    hard = (values.get("augment") or {}).get("hard_examples") or {}
    named = {
        "augment.hard_examples.teacher": hard.get("teacher"),
        "pseudo_label.teacher": (values.get("pseudo_label") or {}).get("teacher"),
    }
    for key, revision in named.items():
        if revision is not None and not git.has(str(revision)):
            raise UserError(
                f"{path}: {key}: no commit {revision} is here: name a run that ended, or fetch it with "
                "`dvc exp pull <git remote> <experiment>`."
            )


def _optimizer_is_known(values: dict[str, Any], path: Path) -> None:
    optimizer = str((values.get("train") or {}).get("optimizer", OPTIMIZERS[0]))
    if optimizer in OPTIMIZERS:
        return
    from timm.optim._optim_factory import list_optimizers  # some seconds, for a rare name only

    known = [*map(str, list_optimizers()), "ranger"]
    if optimizer not in known:
        raise UserError(
            f"{path}: train.optimizer: {optimizer} is not known{nearest(optimizer, known)[:200]}."
        )


def _model_exists(values: dict[str, Any], path: Path) -> None:
    model = str(values.get("model", AUTO))
    if model != AUTO:
        names.refuse_unknown(model, str(path))


def _refit_agrees(values: dict[str, Any], path: Path) -> None:
    """A refit has no image held back, and its seeds follow each other in one process."""
    refit, train = (cls.model_validate(values.get(cls.section) or {}) for cls in (RefitParams, TrainParams))
    if not refit.model_dump()["networks"]:
        return
    for name, forbidden, why, fine in BLIND:
        found = train.model_dump()[name]
        if forbidden(found):
            raise UserError(
                f"{path}: train.{name}: {found} {why}, and a refit has all images in one process: "
                f"set train.{name} to {fine}, or refit.networks to 0."
            )


# Of `train`: what a refit cannot do.
BLIND: tuple[tuple[str, Callable[[Any], bool], str, object], ...] = (
    ("early_stopping", bool, "needs images held back", 0),
    ("keep", lambda keep: keep == "best", "needs images held back", "last"),
    ("devices", lambda devices: devices != 1, "makes several processes", 1),
    ("nodes", lambda nodes: nodes != 1, "makes several processes", 1),
)
OPTIMIZERS = (
    "adamw",
    "adam",
    "sgd",
    "radam",
    "ranger",
    "lookahead_radam",
    "nadam",
    "rmsprop",
    "lamb",
    "lion",
)
SPELLED = ("last_stage", "last_two_stages", "auto", "none")
SLIP = 0.8  # likeness beyond which a word is one of ours, misspelt; `stages` and `last_stage` have 0.63
AUTO = "auto"
DEMO = Path("data/demo/demo.zip")  # what the demo stage writes
RULES: tuple[Callable[[dict[str, Any], Path], None], ...] = (
    _path_exists,
    _folds_exist,
    _policies_exist,
    _teachers_are_here,
    _metric_is_known,
    _freeze_is_no_slip,
    _weights_exist,
    _optimizer_is_known,
    _model_exists,
    _refit_agrees,
)


def warnings(sections: dict[str, Section]) -> list[str]:
    """What is allowed and hardly meant, a sentence each."""
    image = sections[ImageParams.__name__]
    assert isinstance(image, ImageParams)
    kept = image.storage.short_side
    said = _vain(sections)
    if image.size == "auto" or image.size <= kept:
        return said
    return [
        *said,
        f"params.yaml: image.size: {image.size} is more than image.storage.short_side, {kept}: larger images "
        f"are stored at {kept} pixels and enlarged again; set image.storage.short_side to {image.size}.",
    ]


def _vain(sections: dict[str, Section]) -> list[str]:
    """Settings of what is trained, where nothing is."""
    effort = sections[EffortParams.__name__]
    assert isinstance(effort, EffortParams)
    if effort.effort != "probe":
        return []
    given = [sections[cls.__name__] for cls in (NetworkParams, TrainParams, RefitParams)]
    names = [
        f"{one.section}.{name}".lstrip(".")
        for one in given
        for name in type(one).model_fields
        if getattr(one, name) != getattr(type(one)(), name)
    ]
    if not names:
        return []
    vain = ", ".join(names)
    return [f"params.yaml: effort: probe trains nothing; without effect: {vain}. To train, set effort: auto."]


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
