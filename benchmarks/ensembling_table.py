"""The ensembling benchmark's results as Markdown: mean and range over seeds, and what was reduced."""

from typing import Any

import numpy as np

from benchmarks import record

READING = """
## What it says

* On the server no step loses, and all gain but TTA on signs. The folds' vote gains most on signs and
  flowers; on simpsons the small network from scratch does.
* `auto` is nowhere below the plain mean of the three networks, out-of-fold or on the server, for any seed.
* TTA tries mirror images where augmentation found that they keep the class: none for signs.
* Pseudo-labels on flowers' test images gain nothing that these images could show: the out-of-fold intervals
  hold 0, and two of three servers' scores fall. A teacher that is right on three images of four tells the
  student little that it does not know."""


def markdown(found: dict[str, Any]) -> str:
    """The whole page."""
    said = ", ".join(f"`{one}`" for one in found["settings"]) or "nothing"
    lines = [
        "# What folds, TTA, networks, `auto` and pseudo-labels bring",
        "",
        record.sentence(found),
        "",
        f"Set beside params.yaml: {said}. The networks are tf_efficientnet_lite0 and lite1 on ImageNet "
        "weights and resnet10t from scratch.",
    ]
    for name, runs in found["competitions"].items():
        lines += _competition(name, runs)
    return "\n".join([*lines, READING]) + "\n"


def _competition(name: str, runs: list[dict[str, Any]]) -> list[str]:
    seeds = ", ".join(str(run["seed"]) for run in runs)
    minutes = sum(sum(run["seconds"].values()) for run in runs) / 60
    lines = [
        "",
        f"## {name}: {runs[0]['metric']}",
        "",
        f"{runs[0]['images']:,} images out-of-fold, {runs[0]['test']:,} on the server; seeds {seeds}; "
        f"{minutes:.1f} minutes. Mean over seeds (lowest to highest).",
        "",
        "| step | out-of-fold | server |",
        "|---|---|---|",
    ]
    for step in runs[0]["scores"]:
        cells = [_cell([run["scores"][step][key] for run in runs]) for key in ("oof", "server")]
        chosen = {run["scores"][step].get("voter") for run in runs}
        note = f" ({', '.join(sorted(map(str, chosen)))})" if step == "auto" else ""
        lines.append(f"| {step}{note} | {cells[0]} | {cells[1]} |")
    return lines + [line for run in runs if "pseudo" in run for line in ("", _pseudo(run))]


def _cell(values: list[float]) -> str:
    mean = f"{np.mean(values):.4f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.4f} to {max(values):.4f})"


def _pseudo(run: dict[str, Any]) -> str:
    gained = run["pseudo"]
    return (
        f"Pseudo-labels on the test images, seed {run['seed']}: {gained['gain']:+.4f} out-of-fold (95 % "
        f"{gained['low']:+.4f} to {gained['high']:+.4f}), {gained['server_gain']:+.4f} on the server; above "
        "0 is better."
    )
