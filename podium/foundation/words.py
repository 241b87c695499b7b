"""Numbers in sentences."""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 image`, `1,258 images`; `many`: the plural, where it is more than an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
