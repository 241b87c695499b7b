"""Figures as SVG text: the same bytes for the same numbers, no clock, names never read as markup."""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, sharp, found by the browser's search
    "svg.hashsalt": "podium",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e8e8e8",
    "axes.axisbelow": True,
    "axes.edgecolor": "#999999",
    "text.parse_math": False,  # a class may be called $x$
}
INK, ACCENT, SOFT = "#1f2933", "#1f6f8b", "#b8cdd6"
ROW = 0.24  # inches that a labelled row needs
ANNOTATED = 25  # up to so many classes a heat map's cells carry their numbers


@contextmanager
def _canvas(width: float, height: float, columns: int = 1) -> Iterator[tuple["Figure", list["Axes"]]]:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # the browser brings the glyphs
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure, list(np.atleast_1d(figure.subplots(1, columns)))


def svg(figure: "Figure") -> str:
    """The figure as an <svg> element; its identifiers do not clash with those of other figures."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    return re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)


def curves(histories: dict[int, dict[str, list[float]]], pairs: Sequence[tuple[str, str, str]]) -> str:
    """Lines over epochs, a panel a (title, training column, validation column): folds thin, the mean bold."""
    from matplotlib.ticker import MaxNLocator

    with _canvas(4.6 * len(pairs), 3.0, len(pairs)) as (figure, panels):
        for panel, (title, *names) in zip(panels, pairs, strict=True):
            for name, color in zip(names, ("#c2703d", ACCENT), strict=True):
                lines = [values[name] for values in histories.values() if name in values]
                for line in lines:
                    panel.plot(range(1, len(line) + 1), line, color=color, alpha=0.25, linewidth=0.8)
                if lines:
                    mean = _mean(lines)
                    panel.plot(
                        range(1, len(mean) + 1), mean, color=color, linewidth=2, label=name.split("_")[0]
                    )
            panel.set_title(title)
            panel.set_xlabel("epoch")
            panel.xaxis.set_major_locator(MaxNLocator(integer=True))
            panel.legend(frameon=False)
        return svg(figure)


def _mean(lines: list[list[float]]) -> list[float]:
    """The mean over folds at each epoch, of those that got there."""
    longest = max(len(line) for line in lines)
    return [float(np.mean([line[i] for line in lines if len(line) > i])) for i in range(longest)]


def heat_map(counts: NDArray[np.int64], names: Sequence[str]) -> str:
    """A confusion matrix (k, k): rows the given class, columns the predicted, shaded by the row's share."""
    k = len(names)
    side = min(9.0, max(3.2, 0.9 + 0.34 * k))
    with _canvas(side + 0.9, side) as (figure, (panel,)):
        panel.grid(False)
        share = counts / np.maximum(counts.sum(1, keepdims=True), 1)
        panel.imshow(share, cmap="Blues", vmin=0, vmax=1)
        panel.set_xticks(range(k), names, rotation=90)
        panel.set_yticks(range(k), names)
        panel.tick_params(labelsize=8 if k <= ANNOTATED else 6)
        panel.set_xlabel("predicted")
        panel.set_ylabel("given")
        if k <= ANNOTATED:
            for row, column in zip(*np.nonzero(counts), strict=True):
                color = "white" if share[row, column] > 0.5 else INK
                text = str(counts[row, column])
                panel.text(column, row, text, ha="center", va="center", color=color, fontsize=7)
        return svg(figure)


def bars(
    names: Sequence[str], before: Floats, after: Floats | None, label: str, legend: tuple[str, str]
) -> str:
    """A horizontal bar a name; `after` is drawn behind `before` where it is given."""
    with _canvas(7.0, max(1.6, 0.7 + ROW * len(names))) as (figure, (panel,)):
        places = np.arange(len(names))
        if after is not None:
            panel.barh(places, after, color=SOFT, height=0.75, label=legend[1])
        panel.barh(places, before, color=ACCENT, height=0.75, label=legend[0])
        panel.set_yticks(places, names)
        panel.set_ylim(len(names) - 0.4, -0.6)
        panel.set_xlabel(label)
        panel.grid(axis="y", visible=False)
        if after is not None:
            figure.legend(frameon=False, loc="outside upper right", ncols=2)
        return svg(figure)


def intervals(names: Sequence[str], scores: Floats, label: str) -> str:
    """A point with its 95 % interval a name; scores (n, 3): score, low, high."""
    score, low, high = scores.T
    with _canvas(7.0, max(1.4, 0.7 + ROW * len(names))) as (figure, (panel,)):
        places = np.arange(len(names))
        spread = np.stack([score - low, high - score]).clip(0)
        panel.errorbar(score, places, xerr=spread, fmt="o", color=ACCENT, ecolor=SOFT, elinewidth=3)
        panel.set_yticks(places, names)
        panel.set_ylim(len(names) - 0.4, -0.6)
        panel.set_xlabel(label)
        return svg(figure)


def scatter(x: Floats, y: Floats, x_label: str, y_label: str, names: Sequence[str]) -> str:
    """Points with their names, and the line where both are equal."""
    with _canvas(4.6, 3.6) as (figure, (panel,)):
        ends = [float(min(x.min(), y.min())), float(max(x.max(), y.max()))]
        panel.plot(ends, ends, color=SOFT, linewidth=1)
        panel.scatter(x, y, color=ACCENT, s=22)
        for name, across, up in zip(names, x, y, strict=True):
            panel.annotate(name, (across, up), xytext=(4, 4), textcoords="offset points", fontsize=7)
        panel.set_xlabel(x_label)
        panel.set_ylabel(y_label)
        return svg(figure)


def reliability(confidence: Floats, hit: NDArray[np.bool_], bins: int = 10) -> str:
    """How often the vote is right at each confidence; on the line it means what it says. (n,) both."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    with _canvas(4.6, 3.6) as (figure, (panel,)):
        panel.plot([0, 1], [0, 1], color=SOFT, linewidth=1)
        filled = [b for b in range(bins) if (which == b).any()]
        across = [float(confidence[which == b].mean()) for b in filled]
        up = [float(hit[which == b].mean()) for b in filled]
        sizes = [12 + 90 * float((which == b).mean()) for b in filled]
        panel.plot(across, up, color=ACCENT, linewidth=1)
        panel.scatter(across, up, s=sizes, color=ACCENT)
        panel.set_xlabel("probability of the predicted class")
        panel.set_ylabel("share that was right")
        return svg(figure)
