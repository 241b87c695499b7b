"""Any albumentations pipeline, written in params.yaml and checked by albumentations itself.

    policy: custom
    settings:
      pipeline:
        - Affine: {rotate: [-20, 20], p: 0.8}
        - OneOf: {p: 0.5, transforms: [{GaussianBlur: {}}, {CoarseDropout: {p: 1.0}}]}

Mirror images are the pipeline's own affair; `augment.flip` then says which ones TTA may take.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from podium.augmentations.policy import Flips, Policy
from podium.foundation.errors import UserError
from podium.foundation.params import nearest

WHERE = "params.yaml: augment.settings.pipeline"
COMPOSITIONS = ("Sequential", "OneOf", "SomeOf", "RandomOrder", "OneOrOther")
Step = dict[str, dict[str, Any] | None]


class Settings(BaseModel):
    """Transforms in order, each `Name: {argument: value}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    pipeline: list[Step] = Field(min_length=1)


def build(settings: Settings, flips: Flips) -> Policy:
    """The policy. Raises UserError for a transform that albumentations refuses or that needs a mask."""
    from podium.augmentations import library

    return library.Pipeline([_transform(step, library.A) for step in settings.pipeline])


def _transform(step: Step, albumentations: Any) -> Any:
    if len(step) != 1:
        raise UserError(f"{WHERE}: each step is one `Name: {{…}}`, found {list(step)}.")
    name, arguments = next(iter(step.items()))
    arguments = dict(arguments or {})
    if name in COMPOSITIONS:
        _refuse_probability(name, arguments.get("p"))
        arguments["transforms"] = [
            _transform(inner, albumentations) for inner in arguments.get("transforms", [])
        ]
        cls = getattr(albumentations, name)
    else:
        cls = _class(name, albumentations)
        arguments["strict"] = True
    try:
        made = cls(**arguments)
    except Exception as error:  # albumentations raises many kinds
        raise UserError(f"{WHERE}: {name}: {_said(error)}.") from None
    _refuse_company(name, made)
    return made


def _class(name: str, albumentations: Any) -> type:
    cls = getattr(albumentations, name, None)
    if not (isinstance(cls, type) and issubclass(cls, albumentations.BasicTransform)):
        kinds = [key for key, value in vars(albumentations).items() if _usable(value, albumentations)]
        raise UserError(f"{WHERE}: {name} is no transform of albumentations{nearest(name, kinds)}.")
    return cls


def _usable(value: object, albumentations: Any) -> bool:
    return isinstance(value, type) and issubclass(value, albumentations.BasicTransform)


def _refuse_company(name: str, made: Any) -> None:
    """Refuses a transform that needs a mask, boxes or other images beside the image."""
    needed = [str(key) for key in getattr(made, "targets_as_params", []) if key != "image"]
    if needed:
        raise UserError(
            f"{WHERE}: {name} needs {', '.join(needed)}, but copies are made of an image alone: leave it out."
        )


def _refuse_probability(name: str, p: object) -> None:
    if p is not None and not (isinstance(p, int | float) and 0 <= p <= 1):
        raise UserError(f"{WHERE}: {name}: p must be a probability in [0, 1], found {p!r}.")


def _said(error: Exception) -> str:
    """albumentations' own words on one line, without the address of a manual."""
    lines = [line.strip() for line in str(error).splitlines()]
    kept = [
        line
        for line in lines
        if line and not line.startswith("For further") and "validation error" not in line
    ]
    return " ".join(kept).split(" [type=")[0].rstrip(".") or type(error).__name__
