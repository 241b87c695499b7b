"""Mixup and CutMix of a batch: images, cached activations or pooled vectors."""

from collections.abc import Callable

import torch
from torch import Tensor

from podium.features.items import channels_first

Mixing = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]


def build(mixup: float, cutmix: float) -> Mixing | None:
    """A function of (inputs, targets (n, k), weights (n,)), or None; of two, each takes half of the batches.

    mixup and cutmix are the alphas of their Beta distributions, 0 = off. Zhang et al. 2018, Yun et al. 2019.
    """
    if not mixup and not cutmix:
        return None
    from torchvision.transforms import v2  # half a second: only who mixes pays for it

    ways = [
        way
        for way in (v2.MixUp(alpha=mixup) if mixup else None, v2.CutMix(alpha=cutmix) if cutmix else None)
        if way
    ]

    def mix(inputs: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        way = ways[int(torch.randint(len(ways), (1,)))]
        labels = torch.cat([targets, weights[:, None]], dim=1)  # the weights are mixed as the targets are
        mixed, labels = way(_maps(inputs), labels)
        if inputs.ndim == 4 and not channels_first(tuple(inputs.shape[1:])):
            mixed = mixed.movedim(1, -1)
        return mixed.reshape(inputs.shape), labels[:, :-1], labels[:, -1]

    return mix


def _maps(inputs: Tensor) -> Tensor:
    """(n, c, h, w): Swin's (n, h, w, c) turned, vectors and tokens as maps of one position."""
    if inputs.ndim != 4:
        return inputs.flatten(1)[..., None, None]
    return inputs if channels_first(tuple(inputs.shape[1:])) else inputs.movedim(-1, 1)
