"""Does a GPU do what it should? One JSON line a check, exit code 1 if any failed.

    python -m benchmarks.gpu --out DIR                         on the card, under nine minutes on a large one
    python -m benchmarks.gpu --out DIR --device cpu            the same checks at toy size, without a card
    python -m benchmarks.gpu --out DIR --only bits speed       some of them

No network and no download: random weights, drawn images. Each line has the check's name, ok, seconds and what
it measured; DIR/gpu.jsonl keeps them. What a check could not ask of this device it names under `skipped`.
"""

import argparse
import json
import os
import time
import traceback
from pathlib import Path

from benchmarks.gpu_material import BIG, TOY, Setup

ORDER = (
    "facts",
    "precisions",
    "bits",
    "resume",
    "ddp",
    "ranks",
    "frozen",
    "views",
    "memory",
    "speed",
    "whole",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--toy", action="store_true", help="small images and networks; a CPU has no others")
    parser.add_argument("--only", nargs="*", choices=ORDER, default=ORDER)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    os.environ["PODIUM_CACHE"] = str(given.out.resolve() / "scratch")
    toy = given.toy or given.device == "cpu"
    raise SystemExit(0 if run(given.out.resolve(), given.device, toy, given.only) else 1)


def run(out: Path, device: str, toy: bool, only: tuple[str, ...] = ORDER) -> bool:
    """Whether all checks are well."""
    from benchmarks.gpu_checks import CHECKS
    from podium.networks.device import best_device

    if device == "cuda" and best_device() != "cuda":
        print(json.dumps({"check": "facts", "ok": False, "why": "no GPU that torch can use"}))
        return False
    setup = Setup(out, device, TOY if toy else BIG)
    well = True
    with (out / "gpu.jsonl").open("w") as file:
        for name in (name for name in ORDER if name in only):
            began = time.perf_counter()
            afresh(device)
            try:
                found = CHECKS[name](setup)
            except Exception as error:  # the other checks still say what they can
                found = {"ok": False, "why": repr(error), "where": traceback.format_exc().splitlines()[-3:]}
            line = {"check": name, **found, "seconds": round(time.perf_counter() - began, 1)}
            well &= bool(line["ok"])
            file.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
    return well


def afresh(device: str) -> None:
    """Exact algorithms and an empty memory, whatever the check before loosened or left."""
    import torch

    from podium.networks import exactness, passes

    torch.use_deterministic_algorithms(False)
    exactness.be_exact(device)
    passes.free()


if __name__ == "__main__":
    main()
