"""Stages one after another in one process: `python -m benchmarks.chain split augment train:0 predict`.

What DVC starts one by one pays for its imports each time; a benchmark of dozens of short runs need not.
"""

import importlib
import sys


def main(names: list[str]) -> None:
    """Runs each stage; `train:K` trains fold K."""
    for name in names:
        stage, _, fold = name.partition(":")
        sys.argv = [f"stages.{stage}", *([fold] if fold else [])]
        importlib.import_module(f"stages.{stage}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
