"""What params.yaml says of copies, made ready to render and named by one digest."""

import cv2

from podium.augmentations import registry
from podium.augmentations.params import AugmentParams
from podium.augmentations.policy import Flips
from podium.copies.render import Encoder, Renderer
from podium.files import digest

VERSION = 1  # raise it when the same params must give other pixels: finished copies are keyed by it


def flips(params: AugmentParams) -> Flips:
    """The flips that params.yaml names."""
    return Flips(params.flip in ("horizontal", "both"), params.flip in ("vertical", "both"))


def renderer(params: AugmentParams, flips: Flips, seed: int) -> Renderer:
    """The renderer. Raises UserError for a policy or a setting that cannot work."""
    policy = registry.build(params.policy, params.settings, flips)
    parts = {
        "version": VERSION,
        "opencv": cv2.__version__,
        "policy": params.policy,
        "settings": registry.settings(params.policy, params.settings).model_dump(mode="json"),
        "flips": [flips.horizontal, flips.vertical],
        "encoder": [params.format, params.quality, params.short_side],
    }
    encoder = Encoder(params.format, params.quality, params.short_side)
    return Renderer(policy, digest([parts, seed])[:32], encoder, seed)
