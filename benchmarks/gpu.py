"""Does a GPU do what it should? One JSON line a check, exit code 1 if any failed.

    python -m benchmarks.gpu --out DIR                         on the card, under nine minutes on a large one
    python -m benchmarks.gpu --out DIR --device cpu --toy      the same checks at toy size, without a card
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
    parser.add_argument("--toy", action="store_true", help="small images and networks")
    parser.add_argument("--only", nargs="*", choices=ORDER, default=ORDER)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    os.environ["PODIUM_CACHE"] = str(given.out.resolve() / "scratch")
    raise SystemExit(0 if run(given.out.resolve(), given.device, given.toy, given.only) else 1)


def run(out: Path, device: str, toy: bool, only: tuple[str, ...] = ORDER) -> bool:
    """Whether all checks are well."""
    from benchmarks.gpu_checks import CHECKS
    from podium.networks.device import best_device
    from podium.networks.exactness import be_exact

    if device == "cuda" and best_device() != "cuda":
        print(json.dumps({"check": "facts", "ok": False, "why": "no GPU that torch can use"}))
        return False
    be_exact(device)
    setup = Setup(out, device, TOY if toy else BIG)
    well = True
    with (out / "gpu.jsonl").open("w") as file:
        for name in (name for name in ORDER if name in only):
            began = time.perf_counter()
            try:
                found = CHECKS[name](setup)
            except Exception as error:  # the other checks still say what they can
                found = {"ok": False, "why": repr(error), "where": traceback.format_exc().splitlines()[-3:]}
            line = {"check": name, **found, "seconds": round(time.perf_counter() - began, 1)}
            well &= bool(line["ok"])
            file.write(json.dumps(line) + "\n")
            print(json.dumps(line), flush=True)
    return well


if __name__ == "__main__":
    main()
