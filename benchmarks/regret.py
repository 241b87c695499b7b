"""What do `make choose`'s two lose on the private board, and the two best of the public board?

    python -m benchmarks.regret ZIP=SOLUTION.csv ... --work FOLDER [--ledgers 40 --splits 200 --public 0.3]

Experiments of linear probes (other seeds, sizes, crops and networks) are a competition's candidates. Ledgers
are drawn of them, as if those had been uploaded; of each, `choose` takes two by their out-of-fold predictions
alone. The solution's images are then drawn into a public and a private part, over and over; the regret of two
submissions is what the better of them scores less on the private part than the best of the ledger. Runs are
kept in `--work`, and a second call runs what is missing.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import probed, record
from benchmarks.probed import Probed
from podium.foundation.files import write_json, write_text
from podium.metrics import registry
from podium.project import choosing
from podium.project.choosing import FinalCandidate

Floats = NDArray[np.float64]
Pair = tuple[int, int]

LITE0, LITE1, LITE2 = (f"tf_efficientnet_lite{number}" for number in range(3))
CANDIDATES: dict[str, dict[str, Any]] = {
    "defaults, seed 0": {"seed": 0},
    "64 pixels": {"image.size": 64},
    "128 pixels": {"image.size": 128},
    "96 pixels, cropped": {"image.size": 96, "image.resize": "crop"},
    "lite1": {"image.size": 128, "probe.networks": [LITE1]},
    "lite2": {"image.size": 128, "probe.networks": [LITE2]},
    "lite0 and lite1": {"image.size": 128, "probe.networks": [LITE0, LITE1]},
    "defaults, seed 1": {"seed": 1},
    "defaults, seed 2": {"seed": 2},
    "128 pixels, seed 3": {"image.size": 128, "seed": 3},
    "lite0 and lite2, seed 3": {"image.size": 128, "probe.networks": [LITE0, LITE2], "seed": 3},
}
WAYS = ("choose", "two best by CV", "two best on the public board")
INTRODUCTION = """# The last two: what is lost on the private board

Candidates are experiments of linear probes (other seeds, sizes, crops, networks). Ledgers of {ledger} are
drawn of them; the solution's images are drawn into a public part of {public:.0%} and a private one. Regret:
what the better of two submissions scores less on the private part than the best of the ledger, in the
metric's own unit; the mean over {ledgers} ledgers and {splits} splits of each. `spread`: the standard
deviation of a ledger's private scores: what there is to lose. `choose` is `make choose`'s own code and sees
out-of-fold predictions alone."""


def main() -> None:
    given = arguments()
    told = {name: getattr(given, name) for name in ("ledger", "ledgers", "splits", "public")}
    found: dict[str, Any] = record.about("benchmarks.regret") | told | {"competitions": {}}
    for pair in given.pairs:
        archive, solution = (Path(part) for part in pair.split("=", 1))
        runs = {name: probed.run(archive, given.work, CANDIDATES[name]) for name in given.candidates}
        read = {name: probed.read(place, solution) for name, place in runs.items()}
        found["competitions"][archive.stem] = judge(read, given)
        write_json(given.out.with_suffix(".json"), found)
        write_text(given.out.with_suffix(".md"), markdown(found))
        print(archive.stem, found["competitions"][archive.stem], flush=True)


def arguments() -> argparse.Namespace:
    parser = record.parser(__doc__, "regret")
    parser.add_argument("--candidates", nargs="+", default=list(CANDIDATES), choices=list(CANDIDATES))
    parser.add_argument("--ledger", type=int, default=6, help="candidates of a ledger")
    parser.add_argument("--ledgers", type=int, default=40)
    parser.add_argument("--splits", type=int, default=200, help="of the solution, for each ledger")
    parser.add_argument("--public", type=float, default=0.3, help="share of the test images")
    return parser.parse_args()


def judge(runs: dict[str, Probed], given: argparse.Namespace) -> dict[str, Any]:
    """Mean regrets of all WAYS, and how often `choose` is better and worse than the public board's two."""
    names, draw = list(runs), np.random.default_rng(0)
    first = runs[names[0]]
    assert first.run.competition is not None
    metric = registry.of(first.run.competition)
    lost: list[dict[str, Floats]] = []
    spreads = []
    for _ in range(given.ledgers):
        ledger = [names[i] for i in draw.choice(len(names), given.ledger, replace=False)]
        public = _split(len(first.server.ids), given.splits, given.public, draw)
        boards = [
            metric.goodness(1.0)
            * np.stack([metric.scores(runs[n].server.labels, runs[n].test, part) for n in ledger])
            for part in (public, 1 - public)
        ]
        lost.append(regrets(picks([runs[name] for name in ledger], ledger), *boards))
        spreads.append(boards[1].std(axis=0).mean())
    together = {way: np.concatenate([one[way] for one in lost]) for way in WAYS}
    ahead = together[WAYS[2]] - together[WAYS[0]]
    return {
        "metric": metric.name,
        "test": len(first.server.ids),
        "spread": float(np.mean(spreads)),
        "regret": {way: float(values.mean()) for way, values in together.items()},
        "choose_better": float((ahead > 0).mean()),
        "choose_worse": float((ahead < 0).mean()),
        "scores": {n: metric.function(one.server.labels, one.test) for n, one in runs.items()},
        "cv": {n: float(one.run.metrics["cv"]) for n, one in runs.items()},
    }


def _split(images: int, splits: int, share: float, draw: np.random.Generator) -> Floats:
    """(splits, images) 1 where an image is public."""
    ranks = draw.random((splits, images)).argsort(axis=1).argsort(axis=1)
    return np.asarray(ranks < round(share * images), np.float64)


def picks(runs: list[Probed], names: list[str]) -> dict[str, Pair]:
    """The places of the two that `choose` takes, and of the two best by CV; ties: the earlier one."""
    found = choosing.choose([FinalCandidate(name, one.run) for name, one in zip(names, runs, strict=True)])
    assert not found.left_out
    ranked = [found.first, *(second.candidate for second in found.seconds)]
    chosen = [names.index(one.name) for one in ranked[:2]]
    metric = registry.get(found.metric)
    worst_first = np.argsort([-metric.goodness(float(one.run.metrics["cv"])) for one in runs], kind="stable")
    return {WAYS[0]: (chosen[0], chosen[1]), WAYS[1]: (int(worst_first[0]), int(worst_first[1]))}


def regrets(taken: dict[str, Pair], public: Floats, private: Floats) -> dict[str, Floats]:
    """(splits,) of each way, from the goodness of candidates on both boards (candidates, splits)."""
    best, columns = private.max(axis=0), np.arange(private.shape[1])
    ranked = np.argsort(-public, axis=0, kind="stable")[:2]
    found = {way: best - private[list(pair)].max(axis=0) for way, pair in taken.items()}
    return found | {WAYS[2]: best - private[ranked, columns].max(axis=0)}


def markdown(found: dict[str, Any]) -> str:
    """The whole page."""
    lines = [
        f"| competition | metric | test images | spread | {' | '.join(WAYS)} | choose better, worse |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in found["competitions"].items():
        cells = " | ".join(f"{one['regret'][way]:.4f}" for way in WAYS)
        lines.append(
            f"| {name} | {one['metric']} | {one['test']} | {one['spread']:.4f} | {cells} | "
            f"{one['choose_better']:.0%}, {one['choose_worse']:.0%} |"
        )
    parts = [INTRODUCTION.format(**found), "\n".join(lines), *map(_candidates, found["competitions"].items())]
    return "\n\n".join([*parts, record.sentence(found)]) + "\n"


def _candidates(competition: tuple[str, dict[str, Any]]) -> str:
    name, one = competition
    lines = [f"## {name}", "", f"| candidate | CV, {one['metric']} | server |", "|---|---|---|"]
    rows = [f"| {n} | {one['cv'][n]:.4f} | {one['scores'][n]:.4f} |" for n in one["cv"]]
    return "\n".join([*lines, *rows])


if __name__ == "__main__":
    main()
