"""albumentations, imported here alone, and its pipelines as policies."""

import copy
import os
import random
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator

from podium.augmentations.policy import Flips
from podium.images.pixels import Pixels


def _load() -> ModuleType:
    """The library, without its two habits: to ask the package index for news, and to import torch.

    torch would cost four seconds for a transform to tensors that no copy can use.
    """
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    if "torch" in sys.modules:
        import albumentations
    else:
        sys.modules["torch"] = None  # type: ignore[assignment]
        try:
            import albumentations
        finally:
            del sys.modules["torch"]
    return albumentations  # type: ignore[no-any-return]


A = _load()


class Pipeline:
    """A policy of an albumentations composition. Each thread has its own: compositions hold their state."""

    def __init__(self, transforms: list[Any]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # advice on other transforms
            self.composition = A.Compose(transforms)
        self._own = threading.local()

    def __call__(self, source: Pixels, generators: Iterable[Generator]) -> Iterator[Pixels]:
        """One copy a generator; a pipeline that crops or resizes gives them its own size."""
        if not hasattr(self._own, "composition"):
            self._own.composition = copy.deepcopy(self.composition)
        pixels = cv2.cvtColor(source, cv2.COLOR_BGR2RGB)
        for generator in generators:
            self._own.composition.set_random_state(generator, random.Random(int(generator.integers(2**63))))
            image = self._own.composition(image=pixels)["image"]
            yield cv2.cvtColor(image, cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)

    def problem(self, sources: list[Pixels]) -> str | None:
        """Why a transform cannot work on one of the images (the smallest, the largest), or None.

        Each transform is tried alone and with probability 1, so that a rare one cannot hide.
        """
        for pixels in sources:
            for transform in leaves(self.composition):
                forced = copy.deepcopy(transform)
                forced.p = 1.0
                said = _trial(forced, pixels)
                if said is not None:
                    height, width = pixels.shape[:2]
                    return f"{type(transform).__name__} on an image of {width} x {height} pixels: {said}"
        return None


def leaves(composition: Any) -> Iterator[Any]:
    """The transforms of a composition and of the compositions in it."""
    for transform in composition.transforms:
        if isinstance(transform, A.BaseCompose):
            yield from leaves(transform)
        else:
            yield transform


def _trial(transform: Any, pixels: Pixels) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = A.Compose([transform])(image=cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))["image"]
    except KeyError as error:  # what it looks for beside the image
        return f"it needs {error.args[0]}, but copies are made of an image alone"
    except Exception as error:  # albumentations' checks raise many kinds
        return " ".join(str(error).split()) or type(error).__name__
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        return f"it gives {image.dtype} of shape {image.shape}, not an 8-bit colour image"
    return None


def mirrors(flips: Flips) -> list[Any]:
    """The allowed mirror images, each with probability 0.5."""
    made = [A.HorizontalFlip(p=0.5)] if flips.horizontal else []
    return made + ([A.VerticalFlip(p=0.5)] if flips.vertical else [])
