"""params.yaml, read in one way: each stage asks for its own sections and gets frozen, checked objects."""

import copy
import difflib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from podium.foundation.errors import UserError

PATH = Path("params.yaml")
LEFT = {  # what makes a text no YAML and cannot be seen, or has a way out of its own
    r"^(<{7}|={7}|>{7})( |$)": "a merge conflict is not settled: keep one side, and remove the marks",
    r"^[^#]*\t": "a tab, which YAML does not take: write blanks",
    r"^[^#]*[\u00a0\u2000-\u200b\u3000]": "a blank of another kind, as web pages have: write usual ones",
}


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
    return parse_text(text_of(path), path)


def text_of(path: Path = PATH) -> str:
    """The file's text. Raises UserError where it is missing or no UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise UserError(f"{path} is not here: run from the project's root folder.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise UserError(
            f"{path}, line {line}: a letter that is no UTF-8: save the file as UTF-8 (without BOM)."
        ) from None


def parse_text(text: str, path: Path = PATH) -> dict[str, Any]:
    """A params.yaml's text as plain values; `path` names it. Raises UserError where it is no mapping."""
    try:
        values = copy.deepcopy(_plain(text))
    except YAMLError as error:
        raise UserError(_no_yaml(text, path, error)) from None
    if not isinstance(values, dict):
        raise UserError(f"{path} must hold `key: value` lines, found {type(values).__name__}.")
    return values


def _no_yaml(text: str, path: Path, error: YAMLError) -> str:
    """Where the text stops to be YAML, and why: what editors and merges leave is named."""
    mark = getattr(error, "problem_mark", None)
    for number, line in enumerate(text.splitlines(), 1):
        for found, told in LEFT.items():
            if re.search(found, line):
                return f"{path}, line {number}: {told}."
    where = f", line {mark.line + 1}" if mark else ""
    return f"{path}{where} is not valid YAML: {' '.join(str(getattr(error, 'problem', error)).split())}."


@lru_cache
def _plain(text: str) -> Any:
    """YAML 1.2, as DVC reads it: `on` and `yes` are words, 1e-4 is a number, a key stands once."""
    return YAML(typ="safe", pure=True).load(text)


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


MISSING = object()  # what a key that one side lacks is there


def differing(before: dict[str, Any], after: dict[str, Any], at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(dotted key, value before, value after) of each leaf that differs, in the keys' order; see MISSING."""
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key, MISSING), after.get(key, MISSING)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differing(old, new, f"{at}{key}.")
        elif old != new:
            yield f"{at}{key}", old, new


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """`key=value` for each leaf of params.yaml that differs, as `-S` takes it; a missing one is null."""
    found = []
    for key, *values in differing(before, after):
        old, new = (None if value is MISSING else value for value in values)
        if old == new:
            continue
        shown = new if isinstance(new, str) else json.dumps(new, ensure_ascii=False, default=str)
        found.append(f"{key}={shown}")
    return found


def refuse_unknown(known: list[str], values: dict[str, Any], path: Path = PATH) -> None:
    """Raises UserError for a top-level key that no section claims."""
    for key in values:
        if key not in known:
            raise UserError(f"{path}: {key} is not a parameter{nearest(key, known)}.")


def _sentence(cls: type[Section], error: ValidationError, path: Path) -> str:
    first = error.errors()[0]
    names, known = _walk(cls, first["loc"])
    if first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        key = ".".join([*filter(None, [cls.section]), *names, name])
        return f"{path}: {key} is not a parameter{nearest(name, known)}."
    key = ".".join([*filter(None, [cls.section]), *names])
    branches = [
        e["msg"] for e in error.errors() if _walk(cls, e["loc"])[0] == names
    ]  # of a union: `int or auto`
    found = "" if isinstance(first["input"], dict) else f", found {first['input']!r}"
    where = [str(path), *filter(None, [key])]  # a rule on keys of the top level names them itself
    return ": ".join([*where, f"{_joined(branches)}{found}."])


def nearest(name: str, known: list[str]) -> str:
    """How a sentence about an unknown name ends: the nearest known one, or all of them."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}" if close else f"; known are {', '.join(sorted(known))}"


def _walk(cls: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[list[str], list[str]]:
    """(the keys as the user wrote them, the fields where they end); pydantic puts union branches between."""
    names: list[str] = []
    models, free = [cls], False
    for part in loc:
        fields = [model.model_fields[part] for model in models if part in model.model_fields]
        if fields:
            models = [inner for field in fields for inner in _models(field.annotation)]
            free = any("dict" in str(field.annotation) for field in fields)
            names.append(str(part))
        elif isinstance(part, int) or free:
            names.append(str(part))
            free = False
    return names, sorted({name for model in models for name in model.model_fields})


def _models(annotation: object) -> list[type[BaseModel]]:
    """The section models in an annotation, such as Storage in list[Storage] | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _joined(messages: list[str]) -> str:
    """One sentence of a union's: input should be a valid integer or 'auto'."""
    plain = [m.removeprefix("Value error, ").partition(", unable to")[0].rstrip(".") for m in messages]
    plain = [re.sub("a valid dictionary or instance of .*", "`key: value` lines", m) for m in plain]
    first, *more = dict.fromkeys(plain)
    rest = [f" or {m.removeprefix('Input should be ')}" for m in more]
    return first[0].lower() + first[1:] + "".join(rest)
