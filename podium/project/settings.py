"""What `-S key=value` would make of params.yaml, judged before DVC starts anything."""

import re
import shlex
import tempfile
from pathlib import Path
from typing import Any

from podium.foundation.errors import UserError
from podium.foundation.files import write_text
from podium.foundation.params import PATH, nearest, read, text_of
from podium.project.checking import check

FLAGS = ("-S", "--set-param")
NAMED = ("-n", "--name")  # DVC's own words for what NAME= gives
KEY = re.compile(r"(?:\+\+?|~)?([\w.]+)(?:=(.*))?", re.DOTALL)


def taken(text: str) -> list[str]:
    """The settings in `-S a=1 -S 'b=[1,2]'`, or in `a=1 b=2`. Raises UserError for another option."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UserError(f"SET={text}: {error}: quote a value that has spaces or brackets.") from None
    for word in words:
        if word.startswith("-") and word not in FLAGS:
            more = ", and the experiment's name as NAME=mine" if word in NAMED else ""
            raise UserError(f'SET: {word} is no setting: give SET="-S key=value -S key=value"{more}.')
    return [word for word in words if word not in FLAGS]


def refuse_wrong(settings: list[str], path: Path = PATH) -> int:
    """How many experiments they are: a grid (`train.lr=0.1,0.01`) is judged value by value.

    Raises UserError for a key that params.yaml does not have, and for a value that `check` refuses.
    """
    from dvc.utils.hydra import get_hydra_sweeps
    from hydra.errors import OverrideParseException

    known = sorted(keys(read(path)))
    for setting in settings:
        _refuse_key(setting, known, path)
    try:
        sweeps = get_hydra_sweeps({str(path): settings}) if settings else []
    except OverrideParseException as error:
        raise UserError(f"-S: {' '.join(str(error).split())[:200]}: quote a value with spaces.") from None
    for one in sweeps:
        _judge(one[str(path)], path)
    return max(1, len(sweeps))


def _refuse_key(setting: str, known: list[str], path: Path) -> None:
    found = KEY.fullmatch(setting)
    if not found or found[2] is None:
        raise UserError(f"{setting}: give key=value, such as train.epochs=12.")
    key = found[1]
    added = setting.startswith("+") and key.rpartition(".")[0] in known  # +augment.exceptions.cat=200
    if key not in known and not added:
        ends = [name for name in known if name.rpartition(".")[2] == key.rpartition(".")[2]]
        near = f"; did you mean {' or '.join(ends[:3])}" if ends else nearest(key, known)
        raise UserError(f"{path}: {key} is not a parameter{near[:200]}.")


def _judge(settings: list[str], path: Path) -> None:
    """Applies the settings to a copy, and checks that: a mistake names params.yaml, not the copy."""
    from dvc.utils.hydra import apply_overrides

    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / path.name
        write_text(copy, text_of(path))
        apply_overrides(copy, settings)
        try:
            check(copy)
        except UserError as error:
            raise UserError(str(error).replace(str(copy), str(path))) from None


def keys(values: dict[str, Any], at: str = "") -> set[str]:
    """Every key that `-S` may set: values, and sections as a whole."""
    found = set()
    for key, value in values.items():
        found.add(f"{at}{key}")
        if isinstance(value, dict):
            found |= keys(value, f"{at}{key}.")
    return found
