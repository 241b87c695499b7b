"""A sweep's plan: experiments by name with their settings, from a YAML file or from Hydra's lists.

grid: {model: [resnet18, resnet34], seed: [0, 1]}   # each combination, named by its values
experiments:                                        # and these, by their own names
  larger: {image.size: 160}
halving: true                       # one fold first, the rest for those within reach of the best
"""

import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from podium.foundation.errors import UserError
from podium.foundation.files import write_text
from podium.foundation.params import PATH, nearest, text_of
from podium.project import settings

KEYS = ("grid", "experiments", "halving")
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class PlannedRun:
    """One experiment: its name, its settings, and params.yaml as they make it."""

    name: str
    settings: list[str]
    params: str


@dataclass(frozen=True)
class Sweep:
    """What a sweep runs, in order."""

    wishes: list[PlannedRun]
    halving: bool


def read(path: str, given: str, halving: bool, params: Path = PATH) -> Sweep:
    """The plan of a file, or of `-S key=a,b` settings.

    Raises UserError for a plan that is none, and for settings that `check` would refuse.
    """
    if bool(path) == bool(given):
        raise UserError('give PLAN=plan.yaml, or SET="-S model=a,b -S seed=0,1": one of the two.')
    if given:
        return Sweep(_grid(settings.taken(given), params), halving)
    values = _values(Path(path))
    wishes = _grid(_settings(values.get("grid", {}), f"{path}: grid", lists=True), params)
    for name, words in (values.get("experiments") or {}).items():
        wanted = _settings(words, f"{path}: {name}", lists=False)
        settings.refuse_wrong(wanted, params)
        wishes.append(PlannedRun(_named(str(name)), wanted, text(wanted, params)))
    names = [wish.name for wish in wishes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not wishes:
        raise UserError(f"{path}: {f'{twice[0]} stands there twice' if twice else 'it names no experiment'}.")
    return Sweep(wishes, halving or bool(values.get("halving")))


def text(wanted: list[str], params: Path = PATH) -> str:
    """params.yaml's text with the settings."""
    from dvc.utils.hydra import apply_overrides

    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / params.name
        write_text(copy, text_of(params))
        apply_overrides(copy, wanted)
        return copy.read_text(encoding="utf-8")


def _grid(wanted: list[str], params: Path) -> list[PlannedRun]:
    """Each combination of the lists' values."""
    from dvc.utils.hydra import get_hydra_sweeps

    if not wanted:
        return []
    settings.refuse_wrong(wanted, params)
    combinations = [list(one[str(params)]) for one in get_hydra_sweeps({str(params): wanted})]
    return [PlannedRun(name_of(one), one, text(one, params)) for one in combinations]


def name_of(wanted: list[str]) -> str:
    """A name that says the values: model-resnet18_seed-0."""
    pairs = [setting.lstrip("+~").partition("=") for setting in wanted]
    parts = [f"{key.rpartition('.')[2]}-{value}" for key, _, value in pairs]
    return "_".join(re.sub(r"[^\w.-]+", "-", part).strip("-.") for part in parts).replace("--", "-")


def _values(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError(f"PLAN={path} is not there: give a YAML file with grid: or experiments: in it.")
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UserError(f"{path} is no YAML: {' '.join(str(error).split())[:200]}.") from None
    if not isinstance(values, dict):
        raise UserError(f"{path}: give grid: or experiments: in it.")
    for key in values:
        if key not in KEYS:
            raise UserError(f"{path}: {key} is no word of a plan{nearest(str(key), list(KEYS))}.")
    return values


def _settings(given: object, where: str, *, lists: bool) -> list[str]:
    """`key: value`, or under grid `key: [value, value]`, as Hydra's words."""
    if not isinstance(given, dict):
        raise UserError(f"{where}: give settings such as {{train.epochs: {'[2, 4]' if lists else '4'}}}.")
    return [
        f"{key}={','.join(map(_word, value)) if lists and isinstance(value, list) else _word(value)}"
        for key, value in given.items()
    ]


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _named(name: str) -> str:
    if not NAME.fullmatch(name) or name.endswith((".", ".lock")) or ".." in name:
        raise UserError(f"{name!r} cannot name an experiment: take letters, digits, - and _.")
    return name
