"""Fresh augmentation each epoch: a policy of podium/augmentations, drawn anew for every image and epoch."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from podium.augmentations import registry
from podium.augmentations.policy import Flips
from podium.images import Pixels
from podium.training.pictures import Augment

FACTS = Path("augmented/facts.json")  # below data/


def build(name: str, settings: dict[str, Any], data: Path) -> Augment:
    """The policy as a function; it flips as far as augment found that flips keep the class."""
    facts = json.loads((data / FACTS).read_text()) if (data / FACTS).exists() else {}
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
