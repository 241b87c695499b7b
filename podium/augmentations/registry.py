"""Policies by name: a name is a file in podium/augmentations/policies, imported only when chosen."""

from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

from podium.augmentations.params import POLICIES
from podium.augmentations.policy import Flips, Policy
from podium.foundation.errors import UserError
from podium.foundation.params import nearest
from podium.images.pixels import Pixels

names = POLICIES.names


def settings(name: str, values: dict[str, Any]) -> BaseModel:
    """The policy's checked settings. Raises UserError naming the key, the value found and the bounds."""
    cls: type[BaseModel] = _module(name).Settings
    try:
        return cls.model_validate(values)
    except ValidationError as error:
        raise UserError(_sentence(name, cls, error)) from None


def build(name: str, values: dict[str, Any], flips: Flips, extremes: list[Pixels]) -> Policy:
    """The policy, ready to render. extremes: the smallest and largest images (BGR) that it must work on.

    Raises UserError for a name, a setting or a transform that cannot work, before any copy is made.
    """
    policy: Policy = _module(name).build(settings(name, values), flips)
    problem = policy.problem(extremes)
    if problem is not None:
        raise UserError(
            f"params.yaml: augment.policy {name} cannot work: {problem}; change augment.settings."
        )
    return policy


def mirrors(name: str) -> bool:
    """Whether the policy ever makes mirror images."""
    return bool(getattr(_module(name), "MIRRORS", True))


def _module(name: str) -> ModuleType:
    if name not in names():
        raise UserError(f"params.yaml: augment.policy: {name} is no policy{nearest(name, names())}.")
    return POLICIES.load(name)


def _sentence(name: str, cls: type[BaseModel], error: ValidationError) -> str:
    first = error.errors()[0]
    parts = [str(part) for part in first["loc"] if not str(part).startswith(("function-", "tuple", "float"))]
    key = ".".join(["augment.settings", *parts])
    if first["type"] == "extra_forbidden":
        return f"params.yaml: {key} is not a setting of {name}{nearest(parts[-1], list(cls.model_fields))}."
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    return f"params.yaml: {key}: {message[0].lower()}{message[1:]}, found {first['input']!r}."
