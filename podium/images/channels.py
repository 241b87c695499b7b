"""What values mean beyond eight bits and beside red, green and blue: decided once for the whole data set.

A picture of its own says little: twelve bits in a 16-bit file look black, a fourth band of near infrared
like transparency, white ink on nothing like paper. So some pictures of the data set are looked at together.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from podium.images.params import Channels  # what a bundle lacks

LOOKED_AT = 96  # pictures of the data set, evenly spread
PIXELS = 4096  # of each of them
EDGE = 0.001  # share of deep values beyond black and beyond white: dead pixels do not set the range
ENDLESS = 1e30  # from which on a number is none: infinity, or the lowest that a float can hold
FILLS = {-9999, -99999, -999, -32768, -32767, 32767, 65535, -(2**31), 2**31 - 1}  # written for "not measured"
FAR = 10  # times the others' spread from which on any value is a fill
FEW = 1 / 8  # of the range of all, below which a picture keeps 32 levels or fewer
NEAR = 40  # levels within which ink cannot be told from the ground
HIDDEN = 0.9  # share of a picture's ink that is near the ground, for it to be lost
SOFT = 0.5  # share of a fourth channel between its ends from which it is a band and no transparency
GROUNDS = {"white": 255, "black": 0, "grey": 128}  # tried in this order
GROUND_NAMES = {level: name for name, level in GROUNDS.items()}


@dataclass(frozen=True)
class Meaning:
    """How every picture of the data set is read. The default is what one picture alone allows."""

    low: float | None = None  # of deep values: what becomes black; None: by each picture's own type
    high: float | None = None
    fourth: str = "alpha"  # or band
    ground: int = 255  # what lies under transparent parts, grey [0, 255]
    window: bool = True  # whether a DICOM picture is shown by its own window, where it has one

    def deep(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Values of more than 8 bits as 8 bits, by the data set's range."""
        low, high = (self.low, self.high) if self.high is not None else own_range(values)
        assert low is not None and high is not None
        known = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low)
        scaled = (known - low) / max(high - low, 1e-12) * 255
        return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)


def own_range(values: NDArray[Any]) -> tuple[float, float]:
    """By 65535 where they fit 16 bits, by their own range otherwise."""
    known = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if low >= 0 and high <= 65535 and values.dtype.kind in "ui":
        return 0.0, 65535.0 if high > 255 else 255.0
    return low, high


@dataclass(frozen=True)
class Stored:
    """One picture's values as they are stored."""

    values: NDArray[Any]  # (h, w, bands)
    band: bool  # whether the file says that a fourth band is no transparency
    said: str = ""  # what such pictures are, where they are of no usual format
    windowed: bool | None = None  # whether a DICOM picture has a window; None for others
    clear: bool = False  # whether the file says that some of its colours are transparent, as palettes do


@dataclass
class _Seen:
    deep: list[tuple[NDArray[np.float64], bool]] = field(default_factory=list)  # and whether it is windowed
    said: Counter[str] = field(default_factory=Counter)
    windows: list[bool] = field(default_factory=list)  # of each DICOM picture: whether it has one
    unseen: int = 0  # pictures that are transparent all over, though they have colours
    soft: list[bool] = field(default_factory=list)  # of each fourth channel: whether it is a band
    ink: list[NDArray[np.uint8]] = field(default_factory=list)  # grey levels of what is not transparent


def survey(
    names: Sequence[str],
    read: Callable[[str], bytes],
    raw_pixels: Callable[[bytes], Stored | None],
    asked: "Channels",
) -> tuple[Meaning, list[str]]:
    """(meaning, sentences) from some pictures of the data set; what params name is taken as it is.

    raw_pixels gives one picture's values as stored, None for usual 8-bit pictures.
    """
    seen = _Seen()
    count = 0
    step = max(1, len(names) // LOOKED_AT)
    for name in names[::step]:
        try:
            found = raw_pixels(read(name))
        except (OSError, ValueError):
            continue
        count += 1
        if found is not None:
            _look(seen, found)
    window, said = _window(seen, asked, count)
    low, high, more = _range(seen, asked, count, window)
    said += more
    fourth, more = _fourth(seen, asked, count)
    said += more
    ground, more = _ground(seen, asked, count) if fourth == "alpha" else (255, [])
    return Meaning(low, high, fourth, ground, window), said + more


def _look(seen: _Seen, found: Stored) -> None:
    values = found.values
    seen.said[found.said] += 1
    seen.windows += [] if found.windowed is None else [found.windowed]
    flat = values.reshape(-1, values.shape[2])
    flat = flat[:: max(1, len(flat) // PIXELS)]
    bands = flat.shape[1]
    colours = flat[:, : bands - 1] if bands in (2, 4) else flat
    deep = values.dtype != np.uint8
    if deep:
        measured = colours.astype(np.float64).ravel()
        seen.deep.append((measured[np.abs(measured) < ENDLESS], bool(found.windowed)))
    if bands in (2, 4) and is_hidden(flat):
        seen.unseen += 1
    elif bands in (2, 4):
        top = 255.0 if not deep else 65535.0
        alpha = flat[:, -1].astype(np.float64) / top
        between = float(np.mean((alpha > 0.02) & (alpha < 0.98)))
        seen.soft.append(not found.clear and (found.band or between > SOFT))
        if alpha.min() < 0.5:
            ink = colours[alpha >= 0.5].mean(1) * (255.0 / top)
            seen.ink.append(np.clip(ink, 0, 255).astype(np.uint8))


def is_hidden(values: NDArray[Any]) -> bool:
    """Whether pixels (..., bands), transparency last, have colours of which not one can be seen.

    Such a file was written by a program that knows of no transparency; as a blank page it would say nothing.
    """
    return not values[..., -1].any() and bool(np.ptp(values[..., :-1].reshape(-1)))


def _window(seen: _Seen, asked: "Channels", count: int) -> tuple[bool, list[str]]:
    """(whether DICOM pictures are shown by their windows, what the pictures are)."""
    said = [f"{n} of {count} pictures looked at are {what}" for what, n in seen.said.items() if what]
    if not any(seen.windows):
        return True, said
    window = sum(seen.windows) * 2 > len(seen.windows) if asked.window == "auto" else asked.window == "file"
    how = "each is shown by its own window (image.channels.window: none shows all by one range)"
    if not window:
        how = "their windows are not applied (image.channels.window: file applies them)"
    return window, [*said, how]


def _range(
    seen: _Seen, asked: "Channels", count: int, window: bool
) -> tuple[float | None, float | None, list[str]]:
    deep = [values for values, windowed in seen.deep if not (windowed and window)]
    if not deep:
        return None, None, []
    if asked.range != "auto":
        low, high = asked.range
        why = "as image.channels.range says"
    else:
        pooled, filled = _measured(np.concatenate(deep))
        low, high = (float(value) for value in np.quantile(pooled, [EDGE, 1 - EDGE]))
        if high <= low:
            low, high = float(pooled.min()), float(pooled.max())
        why = f"what all but 1 in 1,000 values use{filled}: image.channels.range names another"
    text = (
        f"{len(deep)} of {count} pictures looked at have more than 8 bits: {low:g} becomes black and "
        f"{high:g} white in all of them, {why}"
    )
    dark = sum(_highest(values) - low < FEW * (high - low) for values in deep)
    if 0 < dark < len(deep):
        text += (
            f"; {dark} of them use less than an eighth of that and keep few levels: where they are of fewer "
            "bits than the others, bring all to one depth"
        )
    return low, high, [text]


def _highest(values: NDArray[np.float64]) -> float:
    return float(np.quantile(values, 1 - EDGE)) if len(values) else 0.0


def _measured(pooled: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    """(the values, what to say) without one that only fills places where nothing was measured."""
    said = ""
    for sign in (1, -1):
        values = pooled * sign
        if not values.size:
            return np.zeros(1), said
        fill = values.min()
        rest = values[values > fill]
        if len(values) - len(rest) <= EDGE * len(values) or not len(rest):
            continue
        gap, spread = rest.min() - fill, float(np.quantile(rest, 1 - EDGE)) - rest.min()
        if gap > spread * (1 if fill * sign in FILLS else FAR) > 0:
            said += (
                f" ({fill * sign:g}, far from all others, fills {1 - len(rest) / len(values):.0%} of them)"
            )
            pooled = rest * sign
    return pooled, said


def _fourth(seen: _Seen, asked: "Channels", count: int) -> tuple[str, list[str]]:
    n = seen.unseen
    said = (
        [f"{n} of {count} pictures looked at are transparent all over: their colours are shown"] if n else []
    )
    if not seen.soft:
        return "alpha", said
    band = sum(seen.soft) * 2 > len(seen.soft) if asked.fourth == "auto" else asked.fourth == "band"
    if not band:
        return "alpha", said
    text = (
        f"{len(seen.soft)} of {count} pictures looked at have a fourth band that is no transparency: the "
        "first three are taken for red, green and blue (image.channels.fourth: alpha says otherwise)"
    )
    return "band", [*said, text]


def _ground(seen: _Seen, asked: "Channels", count: int) -> tuple[int, list[str]]:
    if not seen.ink:
        return 255, []
    lost = {name: sum(_near(ink, level) > HIDDEN for ink in seen.ink) for name, level in GROUNDS.items()}
    name = min(lost, key=lambda name: lost[name]) if asked.ground == "auto" else asked.ground
    text = (
        f"{len(seen.ink)} of {count} pictures looked at have transparent parts: laid on {name}"
        + (f", since on white {lost['white']} of them would be a blank page" if name != "white" else "")
        + (f", and {lost[name]} are blank on it, too" if lost[name] else "")
        + " (image.channels.ground names another)"
    )
    return GROUNDS[name], [text]


def _near(ink: NDArray[np.uint8], level: int) -> float:
    return float(np.mean(np.abs(ink.astype(np.int64) - level) < NEAR)) if len(ink) else 0.0
