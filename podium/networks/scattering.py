"""Wavelet scattering: a fixed bank of wavelets, moduli and averages, with nothing to learn below its head.

It knows strokes, edges and textures and where in the image they are; networks that were trained on
photographs know objects. Bruna and Mallat 2013. Morlet wavelets with round envelopes fall into products of
one-dimensional filters, so that all of it is products of small matrices.
"""

import math

import torch
from torch import Tensor, nn

MINIMUM_SIZE = 8  # pixels
SIDE = 64  # pixels that the wavelets see, whatever comes
# Octaves, and wavelets a half turn: 4 x 4 positions with 243 numbers each. 1,300 hand signs, loss of the
# linear probe: 0.081; eight angles 0.091; five octaves 0.086; 32 pixels, three octaves, eight angles 0.111.
SCALES = 4
ANGLES = 6
GREY = (0.299, 0.587, 0.114)
FREQUENCY = 0.75 * math.pi  # radians a pixel, of the finest wavelet
WIDTH = 0.8  # pixels, of its envelope
FILTERS = ("down", "down_imag", "across", "across_imag", "flat")
TINY = 1e-12  # keeps the root's slope finite


class Scattering(nn.Module):
    """Images (n, 3, s, s) to logits (n, k): a linear layer on colours, wavelets, and wavelets of wavelets."""

    def __init__(self, classes: int, size: int) -> None:
        super().__init__()
        self.seen = Seen(size)
        self.colours = Average(0)
        self.first = nn.ModuleList(Wavelets(None, scale) for scale in range(SCALES))
        self.second = nn.ModuleDict(
            {
                f"{before}_{scale}": Wavelets(before, scale)
                for before in range(SCALES)
                for scale in range(before + 1, SCALES)
            }
        )
        self.averages = nn.ModuleList(Average(scale) for scale in range(SCALES))
        self.classifier = nn.Linear(_width(), classes)

    def forward(self, images: Tensor) -> Tensor:
        """The logits."""
        colours = self.seen(images)
        grey = (colours * self.seen.grey).sum(1, keepdim=True)
        found = [self.colours(colours)]
        for scale, wavelets in enumerate(self.first):
            moduli = wavelets(grey)
            found.append(self.averages[scale](moduli))
            for wider in range(scale + 1, SCALES):
                found.append(self.averages[wider](self.second[f"{scale}_{wider}"](moduli)))
        logits: Tensor = self.classifier(torch.cat(found, 1))
        return logits


class Seen(nn.Module):
    """Images (n, c, s, s) averaged over areas to (n, c, SIDE, SIDE)."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("rows", _areas(size))
        self.register_buffer("grey", torch.tensor(GREY).view(1, 3, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """The smaller, or larger, images."""
        rows = self.get_buffer("rows")
        return rows @ images @ rows.transpose(0, 1)


class Wavelets(nn.Module):
    """The moduli (n, c * ANGLES, t, t), t = SIDE / 2^scale, of maps (n, c, s, s) under a scale's wavelets.

    Kept at twice that resolution they gave the same probe (0.081) for 2.5 times the arithmetic.
    """

    def __init__(self, before: int | None, scale: int) -> None:
        super().__init__()
        width, frequency = WIDTH * 2**scale, FREQUENCY / 2**scale
        gaps = _gaps(1 if before is None else 2**before, 2**scale)
        angles = torch.arange(ANGLES, dtype=torch.float64) * math.pi / ANGLES
        waves = [
            torch.stack([_filter(gaps, width, float(part) * frequency) for part in turned])
            for turned in (angles.sin(), angles.cos())
        ]
        mean = math.exp(-0.5 * (width * frequency) ** 2)  # that a wave under this envelope leaves
        flat = _filter(gaps, width, 0.0).real * mean**0.5
        made = (waves[0].real, waves[0].imag, waves[1].real, waves[1].imag, flat)
        for name, values in zip(FILTERS, made, strict=True):
            self.register_buffer(name, values.float().contiguous())

    def forward(self, maps: Tensor) -> Tensor:
        """The moduli."""
        maps = maps.unsqueeze(2)  # (n, c, 1, s, s)
        down, down_imag, across, across_imag, flat = (self.get_buffer(name) for name in FILTERS)
        right, right_imag = across.transpose(1, 2), across_imag.transpose(1, 2)
        rows, rows_imag = down @ maps, down_imag @ maps
        flat = flat @ maps @ flat.transpose(0, 1)
        real = rows @ right - rows_imag @ right_imag - flat
        imag = rows @ right_imag + rows_imag @ right
        return (real * real + imag * imag + TINY).sqrt().flatten(1, 2)


class Average(nn.Module):
    """Maps (n, c, s, s) averaged to SIDE / 2^SCALES positions a side, flat (n, d)."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        gaps = _gaps(2**scale, 2**SCALES)
        self.register_buffer("rows", _filter(gaps, WIDTH * 2**SCALES, 0.0).real.float())

    def forward(self, maps: Tensor) -> Tensor:
        """The averages."""
        rows = self.get_buffer("rows")
        return (rows @ maps @ rows.transpose(0, 1)).flatten(1)


def _width() -> int:
    positions: int = (SIDE // 2**SCALES) ** 2
    pairs = SCALES * (SCALES - 1) // 2
    return positions * (3 + ANGLES * SCALES + ANGLES**2 * pairs)


def _gaps(before: int, after: int) -> Tensor:
    """(3, SIDE / after, SIDE / before) pixels between places at two steps; mirrored at edges."""
    source = (torch.arange(SIDE // before, dtype=torch.float64) + 0.5) * before
    target = (torch.arange(SIDE // after, dtype=torch.float64) + 0.5) * after
    mirrored = torch.stack([source, -source, 2 * SIDE - source])
    return mirrored[:, None, :] - target[None, :, None]


def _filter(gaps: Tensor, width: float, frequency: float) -> Tensor:
    """(places after, places before) complex: a wave under a Gaussian of that width, which sums to one."""
    envelope = torch.exp(-0.5 * (gaps / width) ** 2)
    envelope = envelope / envelope.sum((0, 2), keepdim=True)
    return (envelope * torch.exp(1j * frequency * gaps)).sum(0)


def _areas(size: int) -> Tensor:
    """(SIDE, size): the share of each pixel in each of SIDE equal areas."""
    edges = torch.arange(SIDE + 1, dtype=torch.float64) * size / SIDE
    pixels = torch.arange(size, dtype=torch.float64)
    over = torch.minimum(edges[1:, None], pixels + 1) - torch.maximum(edges[:-1, None], pixels)
    shares = over.clamp_min(0)
    return (shares / shares.sum(1, keepdim=True)).float()
