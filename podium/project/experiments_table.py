"""The table of experiments in the terminal's width, and as a page with overlaid curves."""

import sys
from pathlib import Path

import numpy as np
from jinja2 import Environment, StrictUndefined
from rich.console import Console
from rich.table import Table
from rich.text import Text

from podium.project.experiments import BASELINE, ExperimentRow, competition_name, score
from podium.project.names import shortened
from podium.report import figures
from podium.report.page import STYLE, allowed

TEMPLATE = Path(__file__).with_name("experiments.html")
COLORS = {"better": "green", "worse": "red", "not to be told apart": "yellow", "the same": "dim"}
UNTOLD = 100  # columns of an output that is no terminal
SCRIPT = Path(__file__).with_name("experiments.js")
CURVES = 12  # experiments whose curves are laid over each other, the newest
PANELS = {"val_loss": "validation loss", "val_accuracy": "validation accuracy"}


def changes(row: ExperimentRow) -> str:
    """What it changed, or what it is."""
    if row.named.name == BASELINE:
        return f"the last commit, {row.named.revision[:7]}"
    return shortened(", ".join(row.changed)) or "nothing"


def ahead(row: ExperimentRow) -> tuple[str, str]:
    """The difference to the baseline with its word, and its interval; a dash where there is none."""
    if row.ahead is None:
        return "-", ""
    if row.ahead.word == "the same":
        return row.ahead.word, ""
    return f"{row.ahead.score:+.4f} {row.ahead.word}", f"({row.ahead.low:+.4f} to {row.ahead.high:+.4f})"


def show(rows: list[ExperimentRow]) -> None:
    """Prints the table, cut to the terminal's width: intervals on lines of their own, one change a line."""
    console = Console(width=None if sys.stdout.isatty() else UNTOLD, highlight=False)
    metric = next((str(row.run.metrics["metric"]) for row in rows if row.run), "score")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("name", overflow="fold", max_width=20)
    table.add_column(f"{metric} (95 %)", overflow="fold", min_width=18, max_width=20)
    table.add_column("changed", overflow="fold", ratio=1)
    table.add_column("min", justify="right")
    table.add_column("to the baseline (95 %)", overflow="fold", min_width=22, max_width=24)
    for row in rows:
        style = COLORS.get(row.ahead.word, "") if row.ahead else ""
        told = Text("\n".join(part for part in ahead(row) if part), style)
        cells = ("\n".join(score(row)).strip(), changes(row).replace(", ", "\n"), row.minutes)
        table.add_row(Text(row.named.name), *(Text(cell) for cell in cells), told)
    console.print(table)


def page(rows: list[ExperimentRow]) -> str:
    """The same as HTML, with curves laid over each other, times and machines; a field to search in."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    lines = [
        {
            "name": row.named.name,
            "date": row.named.date,
            "score": score(row),
            "changed": changes(row),
            "minutes": row.minutes,
            "ahead": ahead(row),
            "word": row.ahead.word.replace(" ", "-") if row.ahead else "",
            "machine": str(row.run.details.get("machine", "")) if row.run else "",
        }
        for row in rows
    ]
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    style = STYLE.read_text(encoding="utf-8")
    script = SCRIPT.read_text(encoding="utf-8")
    parts = {"drawn": _curves(rows), "took": _times(rows), "script": script, "allowed": allowed(script)}
    return template.render(name=competition_name(), rows=lines, style=style, **parts)


def _curves(rows: list[ExperimentRow]) -> list[str]:
    trained = [row for row in rows if row.run and any(row.run.curves.get(name) for name in PANELS)]
    known = [(row.named.name, row.run.curves) for row in trained if row.run][:CURVES]
    panels = [name for name in PANELS if any(curve.get(name) for _, curve in known)]
    return [figures.overlaid(known, name, PANELS[name]) for name in panels]


def _times(rows: list[ExperimentRow]) -> str:
    known = [(row.named.name, float(row.minutes)) for row in rows if row.minutes]
    if not known:
        return ""
    names, minutes = zip(*known, strict=True)
    return figures.bars(names, np.array(minutes), None, "minutes", ("minutes", ""))
