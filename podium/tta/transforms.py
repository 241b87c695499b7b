"""Small rotations and shifts as ttach transforms, which has right-angle rotations and flips alone."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor
from ttach.base import ImageOnlyTransform


class Rotate(ImageOnlyTransform):  # type: ignore[misc]
    """Turns images by each of `angles` degrees, counter-clockwise; corners are filled by reflection."""

    identity_param = 0.0

    def __init__(self, angles: list[float]) -> None:
        super().__init__("angle", [self.identity_param, *angles])

    def apply_aug_image(self, image: Tensor, angle: float = 0.0, **_: object) -> Tensor:
        """(n, c, h, w) turned by `angle`."""
        if angle == self.identity_param:
            return image
        height, width = image.shape[2:]
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        return _warp(image, [[cos, -sin * height / width, 0.0], [sin * width / height, cos, 0.0]])


class Shift(ImageOnlyTransform):  # type: ignore[misc]
    """Moves images by each of `offsets` (right, down), shares of the side; gaps are filled by reflection."""

    identity_param = (0.0, 0.0)

    def __init__(self, offsets: list[tuple[float, float]]) -> None:
        super().__init__("offset", [self.identity_param, *offsets])

    def apply_aug_image(self, image: Tensor, offset: tuple[float, float] = (0.0, 0.0), **_: object) -> Tensor:
        """(n, c, h, w) moved by `offset`."""
        if offset == self.identity_param:
            return image
        right, down = offset
        return _warp(image, [[1.0, 0.0, -2 * right], [0.0, 1.0, -2 * down]])


def _warp(image: Tensor, matrix: list[list[float]]) -> Tensor:
    """Samples each place of the result from matrix @ (x, y, 1) in [-1, 1] coordinates."""
    theta = torch.tensor(matrix, dtype=image.dtype, device=image.device).expand(len(image), 2, 3)
    grid = F.affine_grid(theta, list(image.shape), align_corners=False)
    return F.grid_sample(image, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
