"""params.yaml, read in one way: each stage asks for its own sections and gets frozen, checked objects."""

import difflib
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from podium.errors import UserError

PATH = Path("params.yaml")


class Section(BaseModel):
    """A part of params.yaml: its key is `section`; "" means keys at the top level."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())
    section: ClassVar[str] = ""


S = TypeVar("S", bound=Section)


def load(cls: type[S], path: Path = PATH) -> S:
    """The section that `cls` describes. Raises UserError naming the key, the value found and the bounds."""
    return parse(cls, read(path), path)


def read(path: Path = PATH) -> dict[str, Any]:
    """The whole file as plain values. Raises UserError where it is missing or no YAML mapping."""
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is not here: run from the project's root folder.") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}.") from None
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold `key: value` lines, found {type(values).__name__}.")
    return values


def parse(cls: type[S], values: dict[str, Any], path: Path = PATH) -> S:
    """Like `load`, from values already read."""
    if cls.section:
        part = values.get(cls.section, {})
    else:
        part = {key: values[key] for key in cls.model_fields if key in values}
    try:
        return cls.model_validate({} if part is None else part)
    except ValidationError as error:
        raise UserError(_sentence(cls, error, path)) from None


def refuse_unknown(known: list[str], values: dict[str, Any], path: Path = PATH) -> None:
    """Raises UserError for a top-level key that no section claims."""
    for key in values:
        if key not in known:
            raise UserError(f"{path}: {key} is not a parameter{nearest(key, known)}.")


def _sentence(cls: type[Section], error: ValidationError, path: Path) -> str:
    first = error.errors()[0]
    names = [str(part) for part in first["loc"]]
    key = ".".join([cls.section, *names] if cls.section else names) or cls.section
    if first["type"] == "extra_forbidden":
        return f"{path}: {key} is not a parameter{nearest(names[-1], _fields(cls, names[:-1]))}."
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{path}: {key}: {message[0].lower()}{message[1:]}, found {first['input']!r}."


def nearest(name: str, known: list[str]) -> str:
    """How a sentence about an unknown name ends: the nearest known one, or all of them."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}" if close else f"; known are {', '.join(sorted(known))}"


def _fields(cls: type[BaseModel], names: list[str]) -> list[str]:
    """The field names of the (nested) model that `names` leads to."""
    for name in names:
        field = cls.model_fields.get(name)
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return list(cls.model_fields)
        cls = inner
    return list(cls.model_fields)
