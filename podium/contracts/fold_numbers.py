"""What stands for a fold: 0 to k-1 is validated by one network; below them is what none, or a refit, has."""

HOLD_OUT = -1  # nothing is learnt from it, nothing chosen on it
ALWAYS_TRAIN = -2  # in no fold's validation
FIRST_REFIT = -3  # and below: networks that learn from every fold; the second is -4


def refit(number: int) -> int:
    """What stands for a fold where the `number`-th refit (0 is the first) learns: no image is in it."""
    return FIRST_REFIT - number


def is_refit(fold: int) -> bool:
    """Does the network learn from every fold?"""
    return fold <= FIRST_REFIT


def named(fold: int) -> str:
    """`fold 2`, or `refit 0` of a network that learns from every fold."""
    return f"refit {FIRST_REFIT - fold}" if is_refit(fold) else f"fold {fold}"
