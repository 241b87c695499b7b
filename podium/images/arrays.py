"""Pictures as NumPy arrays (.npy): values (h, w), (h, w, bands) or (bands, h, w), never a pickle."""

import io
from dataclasses import dataclass

import numpy as np

from podium.images.kinds import Unreadable
from podium.images.measured import Measured, Values

MOST_BANDS = 16  # of one picture; an array with more along each axis is a volume, or many pictures
COLOURS = 4  # more bands than red, green, blue and a fourth have no colour: they are laid side by side
HEADER = 10_000  # characters of a header, as NumPy itself allows
READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@dataclass(frozen=True)
class Shape:
    """What an array's header says of a picture."""

    height: int
    width: int
    bands: int
    first: bool  # whether the bands are the first axis

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture that is made of it."""
        return picture_size(self.width, self.height, self.bands)


def size(data: bytes) -> tuple[int, int]:
    """(width, height) by the header alone. Raises Unreadable for what is no picture."""
    return _shape(data).size


def read(data: bytes) -> Measured:
    """The array as a picture. Raises Unreadable."""
    shape = _shape(data)
    try:
        values: Values = np.load(io.BytesIO(data), allow_pickle=False)
    except Exception as error:
        raise Unreadable(f"a NumPy array that is not whole ({error})") from None
    bands = values if shape.first else np.moveaxis(np.atleast_3d(values), 2, 0)
    how = "bands first" if shape.first else "bands last"
    what = f"NumPy arrays of {shape.bands} bands, {how}" if shape.bands > 1 else "NumPy arrays of one band"
    return Measured(as_picture(bands), f"{what}{said(shape.bands)}")


def _shape(data: bytes) -> Shape:
    """Checked before a value is read."""
    try:
        file = io.BytesIO(data)
        sides, _, kind = READERS[np.lib.format.read_magic(file)](file, max_header_size=HEADER)
    except Exception:
        raise Unreadable("a NumPy array whose header is broken") from None
    if kind.hasobject:
        raise Unreadable("a NumPy array of Python objects, a pickle, is not opened: save it as numbers")
    if kind.kind not in "buif" or kind.itemsize > 8:
        raise Unreadable(f"a NumPy array of {kind} and no picture: save it as numbers")
    found = f"a NumPy array of the shape {tuple(sides)}"
    if len(sides) not in (2, 3) or min(sides, default=0) < 1:
        raise Unreadable(f"{found} and no picture: a picture has two axes, or three with its bands")
    if len(sides) == 2:
        return _checked(Shape(sides[0], sides[1], 1, False), found)
    first = sides[0] < sides[2]  # bands are fewer than pixels; last where both ends are as few
    height, width, bands = (*sides[1:], sides[0]) if first else sides
    return _checked(Shape(height, width, bands, first), found)


def _checked(shape: Shape, found: str) -> Shape:
    if shape.bands > MOST_BANDS:
        raise Unreadable(f"{found}, so a volume, or many pictures in one file: write each picture by itself")
    if min(shape.height, shape.width) < 2:
        raise Unreadable(f"{found}, so a row of numbers and no picture")
    return shape


def picture_size(width: int, height: int, bands: int) -> tuple[int, int]:
    """(width, height) of what `as_picture` makes."""
    down, across = _grid(bands)
    return width * across, height * down


def as_picture(bands: Values) -> Values:
    """(h, w) or (h, w, 3 or 4) of (bands, h, w)."""
    if bands.dtype == np.bool_:
        bands = bands.astype(np.uint8) * 255
    count = len(bands)
    if count == 1:
        one: Values = bands[0]
        return one
    if count == 2:
        mean = bands.astype(np.float64).mean(0).astype(bands.dtype)
        return np.dstack([*bands, mean])
    if count <= COLOURS:
        return np.moveaxis(bands if bands.dtype == np.uint8 else bands[:3], 0, 2)
    down, across = _grid(count)
    lacking = np.repeat(bands[-1:], down * across - count, axis=0)
    tiles = np.concatenate([bands, lacking]).reshape(down, across, *bands.shape[1:])
    return tiles.swapaxes(1, 2).reshape(down * bands.shape[1], across * bands.shape[2])


def _grid(bands: int) -> tuple[int, int]:
    """(down, across) of the bands that are laid side by side."""
    if bands <= COLOURS:
        return 1, 1
    across = int(np.ceil(np.sqrt(bands)))
    return -(-bands // across), across


def said(bands: int) -> str:
    """What became of so many bands."""
    if bands > COLOURS:
        return ": laid side by side as one grey picture"
    return {2: ": red, green, and their mean for blue", 4: ": the first three are red, green and blue"}.get(
        bands, ""
    )
