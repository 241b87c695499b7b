"""What folds, TTA, further networks, `auto` and pseudo-labels bring: out-of-fold and on the server's labels.

python -m benchmarks.ensembling --work FOLDER --out benchmarks/ensembling.json NAME.zip=SOLUTION.csv ...

Every run is a DVC experiment in a clone of this repository, so a second call runs only what is missing. Each
zip takes, for each seed, one run a network and one of predict alone; with --pseudo one run more.
"""

import argparse
import csv
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from podium import ensemble, experiments, revisions
from podium.contracts import competition, folds, images, predictions
from podium.contracts.competition import Competition
from podium.experiments import Member, Pool
from podium.files import write_json
from podium.metrics import registry
from podium.metrics.intervals import replicates
from podium.metrics.registry import Metric
from podium.voters import EnsembleParams

NETWORKS = {
    "lite0": ["model=tf_efficientnet_lite0"],
    "lite1": ["model=tf_efficientnet_lite1"],
    "resnet": ["model=resnet10t", "pretrained=false", "freeze=none"],
}
NO_TTA = "tta.views=none"
KEPT = (*revisions.PREDICTIONS, "data/index/images.parquet")


@dataclass(frozen=True)
class Truth:
    """The server's labels of the test images: their rows among the test predictions, and classes."""

    rows: list[int]
    labels: np.ndarray


def main() -> None:
    given = arguments()
    found: dict[str, Any] = {"machine": machine(given.work), "competitions": {}}
    for pair in given.pairs:
        zip_path, _, solution = pair.partition("=")
        runs = []
        for seed in given.seeds:
            folder = given.work / Path(zip_path).stem / f"seed{seed}"
            common = [f"competition.path={Path(zip_path).resolve()}", f"seed={seed}", *given.set]
            times = run_all(given.work / "clone", folder, common, given.pseudo)
            runs.append({"seed": seed, "seconds": times, **figures(folder, Path(solution), seed)})
        found["competitions"][Path(zip_path).stem] = runs
        write_json(given.out, found)
        print(table(Path(zip_path).stem, runs), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", nargs="+", help="zip=solution")
    parser.add_argument("--work", type=Path, required=True, help="where the clone and the predictions go")
    parser.add_argument("--out", type=Path, required=True, help="the results, JSON")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--set", action="append", default=[], help="a further key=value for every run")
    parser.add_argument("--pseudo", action="store_true", help="pseudo-labels on the test images too")
    return parser.parse_args()


def machine(work: Path) -> dict[str, str]:
    """Clones this repository into `work` where it is not yet; says what runs where."""
    clone = work / "clone"
    if not clone.exists():
        work.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "-q", ".", str(clone)], check=True)
        for key, value in (("user.name", "benchmark"), ("user.email", "benchmark@example.org")):
            subprocess.run(["git", "-C", str(clone), "config", key, value], check=True)
    commit = subprocess.run(
        ["git", "-C", str(clone), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    )
    return {
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "machine": platform.platform(),
    }


def run_all(clone: Path, folder: Path, common: list[str], pseudo: bool) -> dict[str, float]:
    """Every run's artifacts below `folder`, and the seconds that each took (0: it was there)."""
    times = {"lite0 plain": run(clone, folder / "plain", [*common, *NETWORKS["lite0"], NO_TTA])}
    for name, settings in NETWORKS.items():
        times[name] = run(clone, folder / name, [*common, *settings])
    if pseudo:
        teacher = (folder / "lite0/revision").read_text()
        taught = [*common, *NETWORKS["lite0"], f"pseudo_label.teacher={teacher}"]
        times["pseudo"] = run(clone, folder / "pseudo", taught)
    return times


def run(clone: Path, folder: Path, settings: list[str]) -> float:
    """Runs an experiment up to its metrics and keeps what is scored."""
    if folder.exists():
        return 0.0
    name = "-".join(folder.parts[-3:])
    start = time.perf_counter()
    sets = [part for setting in settings for part in ("-S", setting)]
    dvc = [sys.executable, "-m", "dvc", "exp", "run", "--name", name]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # stages run `python`
    subprocess.run([*dvc, *sets, "ensemble"], cwd=clone, check=True, env=os.environ | {"PATH": path})
    seconds = time.perf_counter() - start
    refs = subprocess.run(
        ["git", "for-each-ref", "refs/exps", "--format=%(refname) %(objectname)"],
        cwd=clone, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    revision = next(line.split()[1] for line in refs.splitlines() if line.split()[0].endswith(f"/{name}"))
    for path in KEPT:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (clone / path).is_dir() else shutil.copy
        copy(clone / path, place)
    (folder / "revision").write_text(revision)
    subprocess.run(["git", "checkout", "-q", "--", "params.yaml"], cwd=clone, check=True)
    return round(seconds, 1)


def figures(folder: Path, solution: Path, seed: int) -> dict[str, Any]:
    """The scores of every step, out-of-fold and on the server's labels."""
    found = competition.read(folder / "lite0" / competition.PATH)
    metric = registry.get(found.metric)
    split = folds.FOLDS.read(folder / "lite0" / folds.PATH)
    member = {
        name: experiments.read(name, predictions.folds(place), split, len(found.classes), place)
        for name in ("plain", *NETWORKS, "pseudo")
        if (place := folder / name / predictions.FOLDER).exists()
    }
    truth = server(solution, found, member["lite0"].test_ids, folder / "lite0" / images.PATH)
    steps = {
        "fold vote": (["plain"], "soft"),
        "+ TTA": (["lite0"], "soft"),
        "+ lite1": (["lite0", "lite1"], "soft"),
        "+ resnet": (list(NETWORKS), "soft"),
        "auto": (list(NETWORKS), "auto"),
    }
    scores: dict[str, dict[str, Any]] = {"best single fold": best_fold(member["plain"], split, metric, truth)}
    for name, (names, voter) in steps.items():
        pool = experiments.pool([member[one] for one in names], split)
        vote = ensemble.vote(pool, EnsembleParams(voter=voter), metric, seed)
        server_score = metric.function(truth.labels, vote.test[truth.rows])
        scores[name] = {"oof": metric.function(pool.labels, vote.oof), "server": server_score}
        scores[name]["voter"] = vote.chosen.name
    made = {"metric": metric.name, "scores": scores}
    return made | ({"pseudo": taught(member, split, metric, truth, seed)} if "pseudo" in member else {})


def best_fold(member: Member, split: Any, metric: Metric, truth: Truth) -> dict[str, float]:
    """The fold whose own out-of-fold score is best, alone on test."""
    pool = experiments.pool([member], split)
    ours = [metric.function(pool.labels[pool.home == k], pool.oof[0][pool.home == k]) for k in member.folds]
    best = int(np.argmax([metric.goodness(score) for score in ours]))
    return {"oof": ours[best], "server": metric.function(truth.labels, member.test[best][truth.rows])}


def taught(member: dict[str, Member], split: Any, metric: Metric, truth: Truth, seed: int) -> dict[str, Any]:
    """What pseudo-labels gain over the same network without, with a paired 95 % interval."""
    pools = {name: experiments.pool([member[name]], split) for name in ("lite0", "pseudo")}

    def samples(pool: Pool) -> np.ndarray:
        return replicates(metric, pool.labels, pool.oof[0], pool.groups, seed)

    def on_server(pool: Pool) -> float:
        return metric.function(truth.labels, pool.test[0].mean(0)[truth.rows])

    sign = metric.goodness(1.0)
    scores = {name: metric.function(pool.labels, pool.oof[0]) for name, pool in pools.items()}
    low, high = np.quantile(sign * (samples(pools["pseudo"]) - samples(pools["lite0"])), [0.025, 0.975])
    return {
        "gain": sign * (scores["pseudo"] - scores["lite0"]),
        "low": float(low),
        "high": float(high),
        "server_gain": sign * (on_server(pools["pseudo"]) - on_server(pools["lite0"])),
    }


def server(solution: Path, found: Competition, test_ids: list[str], table_path: Path) -> Truth:
    """The solution's rows as classes; its second column holds names or the submission's own values."""
    with solution.open(newline="", encoding="utf-8-sig") as file:
        _, *rows = csv.reader(file)
    shipped = images.IMAGES.read(table_path).dropna(subset="submission_id")
    ids = dict(zip(shipped["submission_id"], shipped["image_id"], strict=True))
    known = {name: i for i, name in enumerate(found.classes)} | {v: i for i, v in enumerate(found.values)}
    place = {image_id: row for row, image_id in enumerate(test_ids)}
    return Truth([place[ids[name]] for name, _ in rows], np.array([known[label] for _, label in rows]))


def table(name: str, runs: list[dict[str, Any]]) -> str:
    """Mean and range over seeds, as Markdown."""
    lines = [
        f"\n### {name} ({runs[0]['metric']}, {len(runs)} seeds)",
        "| step | out-of-fold | server |",
        "|---|---|---|",
    ]
    for step in runs[0]["scores"]:
        cells = []
        for key in ("oof", "server"):
            values = [run["scores"][step][key] for run in runs]
            cells.append(f"{np.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})")
        lines.append(f"| {step} | {cells[0]} | {cells[1]} |")
    for run in runs:
        if gained := run.get("pseudo"):
            lines.append(
                f"\nseed {run['seed']}: pseudo-labels {gained['gain']:+.4f} (95 % {gained['low']:+.4f} to "
                f"{gained['high']:+.4f}), server {gained['server_gain']:+.4f}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
