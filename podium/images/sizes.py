"""How large a network's input should be for images of a given size. Imports no torch."""

STEP = 32  # pixels; most networks halve five times
# Pretrained filters look for structures of some pixels, so small images are enlarged. On 8,000 photos of
# 28 px one fold of lite0 scored 0.81 at 64 px, 0.87 at 96 and 0.89 at 128, and a linear classifier on the
# fixed network's vectors 0.475, 0.531 and 0.546. An 8 px digit has nothing more to show.
ENLARGED = 4  # times its side, at most
ENLARGED_TO = 128  # pixels


def natural_side(short_side: float) -> int:
    """Pixels, a multiple of 32: the short side rounded up; below 128 enlarged to it, at most fourfold."""
    side = int(max(short_side, min(ENLARGED * short_side, ENLARGED_TO)))
    return -(-side // STEP) * STEP


def enlarged(size: int, kept: int, shipped: float) -> list[str]:
    """A warning where images of `shipped` pixels are kept at fewer than a network's `size`; else none.

    kept: image.storage.short_side.
    """
    if size <= kept or shipped <= kept:
        return []
    return [
        f"warning: the network sees {size} pixels, but of images with {shipped:.0f} on the short side only "
        f"{kept} are stored, and enlarged again: set image.storage.short_side to {size}."
    ]
