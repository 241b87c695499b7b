"""Figures as SVG text: the same bytes for the same numbers, no clock, names never read as markup.

Colours become the page's own variables, so that a dark page has light lines.
"""

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

INK, ACCENT, SOFT = "#1f2933", "#1f6f8b", "#b8cdd6"
LINE, EDGE, WARM, ALARM = "#e8e8e7", "#999998", "#c2703d", "#c0392a"
VARIABLES = {
    INK: "ink",
    ACCENT: "accent",
    SOFT: "pale",
    LINE: "line",
    EDGE: "soft",
    WARM: "warm",
    ALARM: "alarm",
}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, sharp, found by the browser's search
    "svg.hashsalt": "podium",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": LINE,
    "axes.axisbelow": True,
    "axes.edgecolor": EDGE,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.parse_math": False,  # a class may be called $x$
}
ROW = 0.24  # inches that a labelled row needs
WIDE = 4.8  # inches: a phone shrinks that to three quarters, and its letters stay readable
LETTERS = 54  # of a map's legend on a line
MOST_TICKS = 5  # on an axis of scores: more would run into each other
SHAPES = "osD^vP*X"  # of a map's classes: colours alone do not tell forty apart, nor all readers ten


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
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
    for color, name in VARIABLES.items():
        text = text.replace(color, f"var(--{name})")
    return text.replace("<svg ", '<svg role="img" ', 1)


def curves(
    histories: dict[int, dict[str, list[float]]],
    pairs: Sequence[tuple[str, str, str]],
    before: dict[str, list[float]] | None = None,
) -> str:
    """Lines over epochs, a panel a (title, training column, validation column): folds thin, the mean bold.

    `before`: another run's means, drawn dashed.
    """
    with _canvas(3.4 * len(pairs), 2.6, len(pairs)) as (figure, panels):
        for panel, (title, *names) in zip(panels, pairs, strict=True):
            for name, color in zip(names, (WARM, ACCENT), strict=True):
                lines = [values[name] for values in histories.values() if name in values]
                _bundle(panel, lines, color, name.split("_")[0])
                if before and name in before:
                    dashed = before[name]
                    panel.plot(range(1, len(dashed) + 1), dashed, color=color, linewidth=1.2, linestyle="--")
            panel.set_title(title)
            panel.set_xlabel("epoch")
            panel.legend(frameon=False)
        return svg(figure)


def overlaid(lines: Sequence[tuple[str, dict[str, list[float]]]], wanted: str, title: str) -> str:
    """A line a run (name, values by name) over epochs: the values called `wanted`."""
    from matplotlib.ticker import MaxNLocator

    columns = max(1, min(3, LETTERS // (6 + max(len(name) for name, _ in lines))))
    with _canvas(WIDE, 3.2 + 0.18 * -(-len(lines) // columns)) as (figure, (panel,)):
        for name, values in lines:
            line = values.get(wanted, [])
            panel.plot(range(1, len(line) + 1), line, linewidth=1.5, label=name)
        panel.set_title(title)
        panel.set_xlabel("epoch")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(frameon=False, loc="outside lower center", fontsize=8, ncols=columns)
        return svg(figure)


def _bundle(panel: "Axes", lines: list[list[float]], color: str, label: str) -> None:
    from matplotlib.ticker import MaxNLocator

    panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    for line in lines:
        panel.plot(range(1, len(line) + 1), line, color=color, alpha=0.25, linewidth=0.8)
    if lines:
        mean = _mean(lines)
        panel.plot(range(1, len(mean) + 1), mean, color=color, linewidth=2, label=label)


def _mean(lines: list[list[float]]) -> list[float]:
    """The mean over folds at each epoch, of those that got there."""
    longest = max(len(line) for line in lines)
    return [float(np.mean([line[i] for line in lines if len(line) > i])) for i in range(longest)]


def bars(
    names: Sequence[str], before: Floats, after: Floats | None, label: str, legend: tuple[str, str]
) -> str:
    """A horizontal bar a name; `after` is drawn behind `before` where it is given."""
    with _canvas(WIDE, max(1.6, 0.7 + ROW * len(names))) as (figure, (panel,)):
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
    from matplotlib.ticker import MaxNLocator

    score, low, high = scores.T
    with _canvas(4.0, max(1.4, 0.7 + ROW * len(names))) as (figure, (panel,)):
        places = np.arange(len(names))
        spread = np.stack([score - low, high - score]).clip(0)
        panel.errorbar(score, places, xerr=spread, fmt="o", color=ACCENT, ecolor=SOFT, elinewidth=3)
        panel.set_yticks(places, names)
        panel.set_ylim(len(names) - 0.4, -0.6)
        panel.set_xlabel(label)
        panel.xaxis.set_major_locator(MaxNLocator(MOST_TICKS))
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


def strip(rows: Sequence[tuple[str, Sequence[float], tuple[float, float, float]]], label: str) -> str:
    """A line a (name, folds' scores, (score, low, high)): small dots are folds, the bar the 95 % interval."""
    with _canvas(4.4, 0.75 + 0.34 * len(rows)) as (figure, (panel,)):
        for place, (_, dots, (score, low, high)) in enumerate(rows):
            color = ACCENT if place == 0 else EDGE
            panel.plot([low, high], [place, place], color=SOFT, linewidth=6, zorder=2, solid_capstyle="round")
            panel.scatter(dots, [place] * len(dots), color=color, s=12, alpha=0.7, linewidths=0, zorder=3)
            panel.scatter([score], [place], color=color, s=46, marker="D", linewidths=0, zorder=4)
        panel.set_yticks(range(len(rows)), [name for name, _, _ in rows])
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.set_xlabel(label)
        panel.grid(axis="y", visible=False)
        return svg(figure)


def reliability(confidence: Floats, hit: NDArray[np.bool_], bins: int = 10) -> str:
    """How often the vote is right at each confidence, and on how many images; on the line it means what it
    says. (n,) both."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    with _canvas(3.8, 3.2) as (figure, (panel,)):
        panel.plot([0, 1], [0, 1], color=SOFT, linewidth=1)
        filled = [b for b in range(bins) if (which == b).any()]
        across = [float(confidence[which == b].mean()) for b in filled]
        up = [float(hit[which == b].mean()) for b in filled]
        counts = [int((which == b).sum()) for b in filled]
        sizes = [12 + 90 * count / len(which) for count in counts]
        panel.plot(across, up, color=ACCENT, linewidth=1)
        panel.scatter(across, up, s=sizes, color=ACCENT)
        for x, y, count in zip(across, up, counts, strict=True):
            panel.annotate(
                f"{count}", (x, y), xytext=(-5, 6), textcoords="offset points", fontsize=7, ha="right"
            )
        panel.set_xlabel("probability of the predicted class")
        panel.set_ylabel("share that was right")
        panel.set_ylim(-0.05, 1.12)
        return svg(figure)


def scatter_classes(
    points: Floats, labels: NDArray[np.int64], names: Sequence[str], marked: NDArray[np.bool_]
) -> str:
    """Points (n, 2) with a colour and a shape a class; marked ones (n,) are ringed."""
    import matplotlib as mpl

    columns = max(1, min(5, LETTERS // (4 + max(len("suspect label"), *map(len, names)))))
    lines = -(-(len(names) + 1) // columns)
    with _canvas(WIDE, 4.2 + 0.18 * lines) as (figure, (panel,)):
        colors = mpl.colormaps["tab10"].colors  # type: ignore[attr-defined]
        for label, name in enumerate(names):
            mine = labels == label
            shape = SHAPES[(label + label // len(colors)) % len(SHAPES)]
            color = colors[label % len(colors)]
            x, y = points[mine].T
            panel.scatter(x, y, s=13, alpha=0.75, linewidths=0, label=name, color=color, marker=shape)
        x, y = points[marked].T
        name = "suspect label"
        panel.scatter(x, y, s=70, label=name, facecolors="none", edgecolors=ALARM, linewidths=1.4)
        panel.set_axis_off()
        figure.legend(frameon=False, loc="outside lower center", fontsize=8, ncols=columns)
        return svg(figure)
