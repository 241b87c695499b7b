"""docs/parameters.md: every parameter as params.yaml shows it, with the bounds that its class holds it to."""

import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from podium.foundation.params import PATH, Section
from podium.project.checking import SECTIONS

PAGE = Path("docs/parameters.md")
LINE = re.compile(r"^( *)([\w]+):(?: (.*?))?(?:  +# (.*))?$")
HEAD = re.compile(r"^# -- (.*)$")
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
FIRST = (
    ("image.size", "a larger input shows more, and takes longer"),
    ("model", "another network"),
    ("train.epochs", "more passes, where training accuracy is still low"),
    ("augment.policy", "stronger changes, where the network learns by heart"),
    ("labels.policy", "what is done about labels that look wrong"),
)
TABLE = "\n## {}\n\n| key | default | meaning | allowed |\n|---|---|---|---|"
INTRO = """# Parameters

Made by `make docs` from `params.yaml` and the classes that check it. A key with a dot is written the same
way in a command: `make experiment SET="-S image.size=160"`. `auto` follows your data and machine; the
report says what it became.

## The first five to try

| key | why |
|---|---|
"""


def page(text: str) -> str:
    """The page's Markdown for params.yaml's text."""
    lines = [INTRO + "\n".join(f"| `{key}` | {why} |" for key, why in FIRST)]
    place: list[str] = []
    for line in text.splitlines():
        head, found = HEAD.match(line), LINE.match(line)
        if head:
            lines.append(TABLE.format(head[1][0].upper() + head[1][1:]))
        elif found:
            place = [*place[: len(found[1]) // 2], found[2]]
            if found[4]:
                cells = (f"`{'.'.join(place)}`", f"`{found[3]}`", found[4], allowed(".".join(place)))
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def allowed(key: str) -> str:
    """What the key's class allows: its type's words and its bounds; empty for a key of a free table."""
    for cls in SECTIONS:
        names = key.split(".")
        if cls.section:
            if names[0] != cls.section:
                continue
            names = names[1:]
        field = _field(cls, names)
        if field is not None:
            return ", ".join(filter(None, [_words(field.annotation), *_bounds(field)]))
    return ""


def _field(cls: type[BaseModel] | type[Section], names: list[str]) -> FieldInfo | None:
    if not names or names[0] not in cls.model_fields:
        return None
    field = cls.model_fields[names[0]]
    inner = field.annotation
    if len(names) == 1:
        return field
    return _field(inner, names[1:]) if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _bounds(field: FieldInfo) -> list[str]:
    return [
        f"{sign} {getattr(rule, name):g}"
        for rule in field.metadata
        for name, sign in SIGNS.items()
        if getattr(rule, name, None) is not None
    ]


def _words(annotation: Any) -> str:
    """A type in a reader's words: `5 or auto` and not `int | Literal`."""
    names = {int: "whole number", float: "number", bool: "true or false", str: "text", type(None): "null"}
    if annotation in names:
        return names[annotation]
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(annotation))
    if get_origin(annotation) in (list, tuple):
        return "a list"
    if get_origin(annotation) is dict:
        return "`key: value` lines"
    parts = [_words(part) for part in get_args(annotation)]
    return " or ".join(filter(None, parts))


def current() -> str:
    """The page as it should be now."""
    return page(PATH.read_text(encoding="utf-8"))
