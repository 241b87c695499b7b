"""Fresh augmentation each epoch: a policy of podium/augmentations, drawn anew for every image and epoch."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from podium.augmentations import registry
from podium.augmentations.policy import Flips
from podium.images.pixels import Pixels
from podium.training.feed.pictures import Augment


def build(name: str, settings: dict[str, Any], facts: Mapping[str, Any]) -> Augment:
    """The policy as a function; it flips as far as augment's `facts` say that flips keep the class."""
    flips = Flips(bool(facts.get("flip_horizontal")), bool(facts.get("flip_vertical")))
    return Fresh(name, settings, flips)


class Fresh:
    """Picklable, so that workers can have it; builds its policy where it is first used."""

    def __init__(self, name: str, settings: dict[str, Any], flips: Flips) -> None:
        self.name, self.settings, self.flips = name, settings, flips
        self.policy: Any = registry.build(name, settings, flips, [])

    def __call__(self, pixels: Pixels, generator: np.random.Generator) -> Pixels:
        """RGB pixels in and out."""
        turned = np.ascontiguousarray(pixels[..., ::-1])
        made: Pixels = next(iter(self.policy(turned, [generator])))
        return np.ascontiguousarray(made[..., ::-1])

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "settings": self.settings, "flips": self.flips}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)  # type: ignore[misc]
