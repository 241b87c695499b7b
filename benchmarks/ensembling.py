"""What folds, TTA, further networks, `auto` and pseudo-labels bring: out-of-fold and on the server's labels.

    python -m benchmarks.ensembling ZIP=SOLUTION.csv[@0,1,2] ... --work FOLDER [--reduced] [--pseudo NAME ...]

`@` names the seeds, by default three. Each seed trains three networks on its own folds; one more pass
predicts without TTA, and --pseudo trains the first network again, on what it said of that zip's test images.
`--reduced` is an honest small run: REDUCED's settings, which the result lists, and whatever seeds are named.
A second call runs only what is missing in `--work`, which also holds the scratch store.
"""

import argparse
import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks import checkout, record, truth
from benchmarks.ensembling_table import markdown
from benchmarks.truth import Truth
from podium.contracts import competition, embeddings, folds, images, predictions, pseudo
from podium.experiments import runs as experiments
from podium.experiments.runs import Member, Pool
from podium.foundation.files import write_json, write_text
from podium.metrics import registry
from podium.metrics.intervals import replicates
from podium.metrics.metric import Metric
from podium.pseudo import labels as pseudo_labels
from podium.pseudo.params import PseudoParams
from podium.vote import ensemble
from podium.vote.params import EnsembleParams

NETWORKS: dict[str, dict[str, Any]] = {
    "lite0": {"model": "tf_efficientnet_lite0", "pretrained": True, "freeze": "auto"},
    "lite1": {"model": "tf_efficientnet_lite1", "pretrained": True, "freeze": "auto"},
    "resnet": {"model": "resnet10t", "pretrained": False, "freeze": "none"},
}
SEEDS = [0, 1, 2]
REDUCED = [  # three of five folds, no copies, small squares: a feature is computed once for all seeds
    "folds=[0, 1, 2]",
    "augment.per_class=0",
    "image.size=64",
    "resnet:image.size=32",
    "resnet:train.epochs=10",
]
TEACHER = "0" * 40  # stands in the table where a revision would: the teacher is the run beside it


@dataclass(frozen=True)
class Job:
    """One competition under one seed, and where its runs are kept."""

    archive: Path
    solution: Path
    seed: int
    work: Path
    settings: list[str]

    @property
    def kept(self) -> Path:
        """Holds a folder of predictions a run."""
        return self.work / "kept" / self.archive.stem / f"seed{self.seed}"

    @property
    def place(self) -> Path:
        """The copy of the project in which everything runs."""
        return self.work / "place" / self.archive.stem


def main() -> None:
    given = arguments()
    settings = [*(REDUCED if given.reduced else []), *given.set]
    found = record.about("benchmarks.ensembling") | {"settings": settings, "competitions": {}}
    for pair in given.pairs:
        archive, _, rest = pair.partition("=")
        solution, _, seeds = rest.partition("@")
        runs = []
        for seed in [int(one) for one in seeds.split(",")] if seeds else SEEDS:
            job = Job(Path(archive), Path(solution), seed, given.work, settings)
            times = run_all(job, job.archive.stem in given.pseudo)
            runs.append({"seed": seed, "seconds": times, **figures(job)})
            found["competitions"][job.archive.stem] = runs
            write_json(given.out.with_suffix(".json"), found)
            write_text(given.out.with_suffix(".md"), markdown(found))
        print(markdown(found), flush=True)


def arguments() -> argparse.Namespace:
    parser = record.parser(__doc__, "ensembling", "zip=solution, or zip=solution@seed,seed")
    parser.add_argument("--reduced", action="store_true", help=f"for every run: {'; '.join(REDUCED)}")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        help="a further key=value for every run, or NAME:key=value for those of a network or of NAME.zip",
    )
    parser.add_argument(
        "--pseudo", nargs="*", default=[], help="zips, without .zip, on whose test images too"
    )
    return parser.parse_args()


def run_all(job: Job, with_pseudo: bool) -> dict[str, float]:
    """Predictions of every run below job.kept, and the seconds that each took."""
    wanted = ["lite0", "plain", "lite1", "resnet", *(["pseudo"] if with_pseudo else [])]
    missing = [name for name in wanted if not (job.kept / name).exists()]
    if missing:
        before_training(job)
    if "plain" in missing:  # it predicts with lite0's models, which another run has overwritten
        shutil.rmtree(job.kept / "lite0", ignore_errors=True)
        missing = ["lite0", *[name for name in missing if name != "lite0"]]
    for name in missing:
        run(job, name)
    return {name: float((job.kept / name / "seconds").read_text()) for name in wanted}


def before_training(job: Job) -> None:
    """Brings the copy to where training starts, under this seed."""
    if not (job.place / embeddings.FOLDER).exists():
        shutil.rmtree(job.place, ignore_errors=True)
        checkout.prepare(job.archive, job.work / "place", ())
        chain(job, "lite0", ["ingest", "embed"])
    chain(job, "lite0", ["clean_labels", "split", "augment"])


def run(job: Job, name: str) -> None:
    """Trains and predicts as the run's name says, and keeps the predictions and the seconds."""
    start = time.perf_counter()
    network = name if name in NETWORKS else "lite0"
    training = [f"train:{fold}" for fold in chosen_folds(job)]
    if name == "pseudo":
        teach(job)
    steps = ["predict"] if name == "plain" else [*training, "predict"]
    steps = steps if name in ("plain", "pseudo") else ["pseudo_label", *steps]
    chain(job, network, steps, **({"tta.views": "none"} if name == "plain" else {}))
    draft = job.kept / f"{name}.draft"
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(job.place / predictions.FOLDER, draft)
    shutil.copy(job.place / folds.PATH, job.kept / "folds.parquet")
    (draft / "seconds").write_text(f"{time.perf_counter() - start:.1f}")
    draft.rename(job.kept / name)


def chain(job: Job, network: str, stages: list[str], **more: Any) -> None:
    """Runs stages of the copy under the seed's and the network's parameters."""
    base = {"seed": job.seed, "tta.views": "auto", "image.size": "auto", "train.epochs": "auto"}
    settings = base | NETWORKS[network] | checkout.further(job.settings, job.archive.stem, network) | more
    checkout.set_params(job.place, settings)
    checkout.run_chain(job.place, stages, job.work / "scratch")


def chosen_folds(job: Job) -> list[int]:
    """The folds that the copy's params.yaml names."""
    found: list[int] = yaml.safe_load((job.place / "params.yaml").read_text(encoding="utf-8"))["folds"]
    return found


def member(job: Job, name: str) -> Member:
    """A run's predictions."""
    split = folds.FOLDS.read(job.kept / "folds.parquet")
    classes = len(competition.read(job.place / competition.PATH).classes)
    return experiments.read(name, predictions.folds(job.kept / name), split, classes, job.kept / name)


def teach(job: Job) -> None:
    """Writes the pseudo-labels that lite0's run gives the same network."""
    params = PseudoParams(teacher=TEACHER, images=["test"])
    split = folds.FOLDS.read(job.place / folds.PATH)
    teacher = member(job, "lite0")
    taught_folds = [pseudo_labels.teach(teacher, split, fold, params) for fold in teacher.folds]
    rows = pseudo_labels.table(taught_folds, teacher, params)
    pseudo.table(teacher.oof.shape[1]).write(rows, job.place / pseudo.PATH)


def figures(job: Job) -> dict[str, Any]:
    """The scores of every step, out-of-fold and on the server's labels."""
    found = competition.read(job.place / competition.PATH)
    metric = registry.get(found.metric)
    split = folds.FOLDS.read(job.kept / "folds.parquet")
    known = {name: member(job, name) for name in ("plain", *NETWORKS)}
    server = truth.read(job.solution, found, images.IMAGES.read(job.place / images.PATH))
    steps = {
        "fold vote": (["plain"], "soft"),
        "+ TTA": (["lite0"], "soft"),
        "+ lite1": (["lite0", "lite1"], "soft"),
        "+ resnet": (list(NETWORKS), "soft"),
        "auto": (list(NETWORKS), "auto"),
    }
    scores: dict[str, dict[str, Any]] = {"best single fold": best_fold(known["plain"], split, metric, server)}
    look = partial(embeddings.of, folder=job.place / embeddings.FOLDER)
    for name, (names, voter) in steps.items():
        pool = experiments.pool([known[one] for one in names], split, look)
        vote = ensemble.vote(pool, EnsembleParams(voter=voter), metric, job.seed)
        on_server = metric.function(server.labels, vote.test[server.rows(pool.test_ids)])
        scores[name] = {"oof": metric.function(pool.labels, vote.oof), "server": on_server}
        scores[name]["voter"] = vote.chosen.name
    counts = {"images": len(known["lite0"].ids), "test": len(server.ids), "metric": metric.name}
    if not (job.kept / "pseudo").exists():
        return {**counts, "scores": scores}
    both = {"lite0": known["lite0"], "pseudo": member(job, "pseudo")}
    return {**counts, "scores": scores, "pseudo": taught(both, split, metric, server, job.seed)}


def best_fold(member: Member, split: Any, metric: Metric, server: Truth) -> dict[str, float]:
    """The fold whose own out-of-fold score is best, alone on test."""
    pool = experiments.pool([member], split)
    ours = [metric.function(pool.labels[pool.home == k], pool.oof[0][pool.home == k]) for k in member.folds]
    best = int(np.argmax([metric.goodness(score) for score in ours]))
    return {
        "oof": ours[best],
        "server": metric.function(server.labels, member.test[best][server.rows(member.test_ids)]),
    }


def taught(member: dict[str, Member], split: Any, metric: Metric, server: Truth, seed: int) -> dict[str, Any]:
    """What pseudo-labels gain over the same network without, with a paired 95 % interval."""
    pools = {name: experiments.pool([member[name]], split) for name in ("lite0", "pseudo")}

    def samples(pool: Pool) -> np.ndarray:
        return replicates(metric, pool.labels, pool.oof[0], pool.groups, seed)

    def on_server(pool: Pool) -> float:
        return metric.function(server.labels, pool.test[0].mean(0)[server.rows(pool.test_ids)])

    sign = metric.goodness(1.0)
    scores = {name: metric.function(pool.labels, pool.oof[0]) for name, pool in pools.items()}
    low, high = np.quantile(sign * (samples(pools["pseudo"]) - samples(pools["lite0"])), [0.025, 0.975])
    return {
        "gain": sign * (scores["pseudo"] - scores["lite0"]),
        "low": float(low),
        "high": float(high),
        "server_gain": sign * (on_server(pools["pseudo"]) - on_server(pools["lite0"])),
    }


if __name__ == "__main__":
    main()
