"""The Markdown of benchmarks.label_noise."""

from typing import Any

import numpy as np

from benchmarks.record import sentence

INTRODUCTION = """# Flipped labels: how well they are found, and what is done about them

`plain`: scikit-learn's LogisticRegression and cleanlab's find_label_issues, both with their defaults, on
standardised embeddings; `tuned`: cleanlab's default on our strongly regularised classifier; `ours`: what
clean_labels does; the same folds. Means over seeds, F1 with its range.
`flagged`: share of labels called suspect. `best F1`: what the best threshold on the same quality would reach,
known only to who flipped the labels. `class`: flips go to the class most confused with the true one.
Labels that were wrong before count as right for both. Cells may come from several calls; the commit is that
of the last."""
POLICY_NOTE = """Accuracy on the hidden test labels of a linear classifier on embeddings, trained under each
policy: mean (range over seeds). `auto`: what it became, seed by seed, where it was tried."""
NOTES = """## Reading it

The plain call suspects far more labels than are wrong (flowers: a third of all at 5 % flips), because a
classifier that is hardly regularised is, out of fold, often sure of the wrong class. At 5 % flips precision
is held down by labels that were wrong before: they count as right here. At 40 % class-dependent flips every
method falls and ours differs most between seeds: 60 % of such a class bear its name and 40 % its neighbour's,
so that a classifier which takes a part of the class for the neighbour has most of its labels on its side.

simpsons, class-dependent 40 %, is the one cell in which plain has the higher F1. It calls 68 % of all labels
suspect; calling all of them suspect would give 0.57, since 40 % are wrong, and the best threshold on either
quality gives no more than 0.59. Ours ranks them better (AUROC) and calls fewer.

What is done about suspects: at 0 % flips drop, relabel and weight mostly lose a little (drop 0.1 to 1.2
points, the others up to 0.7; once relabel gains 0.1), so report is the default, and `auto` chose report there
for every seed of all three competitions. At 20 % uniform flips nothing gains, and it chose report in eight
of nine (once drop, +0.1). At 40 % class-dependent flips every policy gains: on signs `auto` took what gains 4
to 13 points; on flowers it took relabel twice (2.0 and 4.1 points) and report once; on simpsons it chose
report and left 0.8 to 2.3 points, for it asks for more evidence than a point or two give. Policies' cells are
from two processors, with and without bfloat16, which moves the last bits of embeddings."""
METHODS = ("plain", "tuned", "ours")
KINDS = ("uniform", "class")


def markdown(found: list[dict[str, Any]]) -> str:
    """The whole page, from what each competition's file holds."""
    parts = [INTRODUCTION]
    for one in found:
        parts.append(f"## {one['name']}: {one['images']} images, {one['classes']} classes")
        parts += [sentence(one), _flips(one), _policies(one)]
    return "\n\n".join(part for part in [*parts, NOTES] if part) + "\n"


def _cells(one: dict[str, Any], part: str, kind: str) -> dict[float, list[Any]]:
    """rate -> its seeds' results, ascending."""
    rows: dict[float, list[Any]] = {}
    for key, value in one["cells"].items():
        name, way, rate, _ = key.split()
        if (name, way) == (part, kind):
            rows.setdefault(float(rate), []).append(value)
    return dict(sorted(rows.items()))


def _flips(one: dict[str, Any]) -> str:
    lines = [
        "| flips | method | precision | recall | F1 | AUROC | flagged | best F1 | seeds |",
        "|---|" + "---|" * 8,
    ]
    met = dict.fromkeys(("plain", "tuned"), 0)
    lost: dict[str, list[str]] = {"plain": [], "tuned": []}
    for kind in KINDS:
        by_method = {name: _cells(one, name, kind) for name in METHODS}
        for rate in by_method["ours"]:
            there = {name: rows[rate] for name, rows in by_method.items() if rate in rows}
            f1 = {name: np.mean([result["f1"] for result in results]) for name, results in there.items()}
            lines += [_line(kind, rate, name, results) for name, results in there.items()]
            for name in lost.keys() & there.keys():
                met[name] += 1
                if f1["ours"] <= f1[name]:
                    lost[name].append(f"{kind} {rate:.0%}")
    if len(lines) == 2:
        return ""
    told = [
        f"ours has a higher mean F1 than {name} in {met[name] - len(places)} of {met[name]} cells"
        + (f" (not in {', '.join(places)})." if places else ".")
        for name, places in lost.items()
        if met[name]
    ]
    return "\n".join(lines) + "\n\n" + "\n".join(told)


def _line(kind: str, rate: float, name: str, results: list[dict[str, float]]) -> str:
    mean = {key: float(np.mean([result[key] for result in results])) for key in results[0]}
    spread = [result["f1"] for result in results]
    return (
        f"| {kind} {rate:.0%} | {name} | {mean['precision']:.3f} | {mean['recall']:.3f} | {mean['f1']:.3f} "
        f"({min(spread):.3f} to {max(spread):.3f}) | {mean['auroc']:.3f} | {mean['flagged']:.1%} | "
        f"{mean['best_f1']:.3f} | {len(results)} |"
    )


def _policies(one: dict[str, Any]) -> str:
    names = next((list(v) for key, v in one["cells"].items() if key.startswith("policies")), [])
    if not names:
        return ""
    lines = [f"| flips | {' | '.join(names)} | auto | seeds |", "|---|" + "---|" * (len(names) + 2)]
    for kind in KINDS:
        chosen = _cells(one, "auto", kind)
        for rate, results in _cells(one, "policies", kind).items():
            cells = [_range([result[name] for result in results]) for name in names]
            row = [f"{kind} {rate:.0%}", *cells, ", ".join(chosen.get(rate, [])), str(len(results))]
            lines.append(f"| {' | '.join(row)} |")
    return f"{POLICY_NOTE}\n{one['test']} test images.\n\n" + "\n".join(lines)


def _range(values: list[float]) -> str:
    return f"{np.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})"
