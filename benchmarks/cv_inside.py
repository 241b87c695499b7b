"""Is the server's score inside the interval that CV gives? Linear probes under today's defaults, three seeds.

    python -m benchmarks.cv_inside ZIP=SOLUTION.csv ... --work FOLDER [--seeds 0 1 2]

CV scores one classifier an image, so each fold's own predictions of the test images stand beside it. CV's
interval is of the labelled images alone; a board of m images has chance of its own, so that the interval
of its score is wider: the error times the root of 1 + n / m. What the folds' vote gains over one of them
is foretold without labels: they are drawn from the vote's own probabilities. Runs are kept in `--work`,
shared with benchmarks.regret, and a second call runs what is missing. Writes the table into
results/cv_truth.md.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import probed, record
from benchmarks.cv_truth_table import markdown
from benchmarks.probed import Probed
from podium.contracts import duplicates, predictions, probe
from podium.experiments import runs
from podium.foundation.files import write_json, write_text
from podium.metrics import registry
from podium.metrics.intervals import replicates
from podium.metrics.metric import Metric

Floats = NDArray[np.float64]
DRAWN = 20  # times that labels are drawn from the vote's probabilities


def main() -> None:
    given = arguments()
    found: dict[str, Any] = record.about("benchmarks.cv_inside") | {"rows": []}
    for pair in given.pairs:
        archive, solution = (Path(part) for part in pair.split("=", 1))
        for seed in given.seeds:
            place = probed.run(archive, given.work, {"seed": seed})
            told = {"competition": archive.stem, "seed": seed} | judge(probed.read(place, solution))
            print(json.dumps(told), flush=True)
            found["rows"].append(told)
            write_json(given.out.with_name("cv_inside.json"), found)
    settings = json.loads(given.out.with_suffix(".json").read_text())
    write_text(given.out.with_suffix(".md"), markdown(settings, found))


def arguments() -> argparse.Namespace:
    parser = record.parser(__doc__, "cv_truth")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    return parser.parse_args()


def judge(one: Probed) -> dict[str, Any]:
    """CV with its error, the single folds and the vote on the server."""
    run, server = one.run, one.server
    assert run.competition is not None
    metric = registry.of(run.competition)
    table = run.split.set_index("image_id").loc[run.ids]
    labels, groups = table["label"].to_numpy(np.int64), table["group"].to_numpy(str)
    name = probe.read(one.place / probe.FOLDER).probes[0].name
    folder = one.place / probe.FOLDER / name
    k, task = len(run.classes), run.competition.task
    member = runs.read(name, predictions.folds(folder), run.split, k, folder, task)
    tests = member.test[:, server.rows(member.test_ids)].astype(np.float64)
    oof = member.oof[np.searchsorted(np.array(member.ids), run.ids)]
    samples = replicates(metric, labels, oof, groups)
    low, high = np.quantile(samples, (0.025, 0.975))
    singles = [metric.function(server.labels, probs) for probs in tests]
    alone = np.array([not twin for twin in _twins(one)])
    return {
        "metric": metric.name,
        "images": len(labels),
        "test": len(server.ids),
        "cv": metric.function(labels, oof),
        "cv_interval": (float(low), float(high)),
        "error": float(samples.std()),
        "board_error": float(samples.std() * np.sqrt(1 + len(labels) / len(server.ids))),
        "singles": singles,
        "without_twins": float(
            np.mean([metric.function(server.labels[alone], probs[alone]) for probs in tests])
        ),
        "vote_cv": float(run.metrics["cv"]),
        "gain": foretold(metric, tests, np.random.default_rng(0), sets=task == "multi"),
        "vote": metric.function(server.labels, one.test),
    }


def _twins(one: Probed) -> list[bool]:
    """Whether each test image shows the same as a labelled one: folds keep such together."""
    table = duplicates.DUPLICATES.read(one.place / duplicates.PATH)
    groups = set(table.loc[table["image_id"].isin(set(one.run.ids)), "group"])
    twins = set(table.loc[table["group"].isin(groups), "image_id"])
    return [image_id in twins for image_id in one.server.ids]


def foretold(metric: Metric, tests: Floats, draw: np.random.Generator, sets: bool) -> float:
    """What the mean of folds (f, m, k) scores more than one of them, if its probabilities are right."""
    vote = tests.mean(axis=0)
    gains = []
    for _ in range(DRAWN):
        drawn = draw.random(vote.shape if sets else (len(vote), 1))
        labels = (drawn < vote).astype(np.float64) if sets else (drawn > vote.cumsum(axis=1)).sum(axis=1)
        labels = labels if sets else np.minimum(labels, vote.shape[1] - 1)
        singles = [metric.function(labels, probs) for probs in tests]
        gains.append(metric.function(labels, vote) - float(np.mean(singles)))
    return float(np.mean(gains))


if __name__ == "__main__":
    main()
