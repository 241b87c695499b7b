"""What stands beside a result: the command without this machine's paths, versions, and the machine."""

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks/results"
PACKAGES = ("numpy", "scikit-learn", "torch", "timm", "cleanlab")


def command(module: str, arguments: list[str]) -> str:
    """The command line that was given, every path cut to its last part."""
    short = ["=".join(Path(part).name if "/" in part else part for part in a.split("=")) for a in arguments]
    return " ".join(["python -m", module, *short])


def machine(packages: tuple[str, ...] = PACKAGES) -> dict[str, Any]:
    """Commit, versions, processor and cores."""
    return {
        "commit": _commit(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages},
        "processor": _processor(),
        "cores": os.cpu_count() or 0,
    }


def append(told: dict[str, Any], path: Path) -> None:
    """Prints a run's line of JSON, this machine with it, and appends it to the file at once."""
    line = json.dumps(told | {"machine": machine()})
    print(line, flush=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def parser(doc: str | None, name: str, pairs: str = "zip=solution") -> argparse.ArgumentParser:
    """Arguments of a benchmark over several competitions, whose results have this name."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("pairs", nargs="+", help=pairs)
    made.add_argument("--work", type=Path, required=True, help="where copies, runs and scratch go")
    made.add_argument("--out", type=Path, default=RESULTS / name, help="without suffix")
    return made


def about(
    module: str, packages: tuple[str, ...] = PACKAGES, arguments: list[str] | None = None
) -> dict[str, Any]:
    """`command` (of `arguments`, by default this process's) and `machine`."""
    given = sys.argv[1:] if arguments is None else arguments
    return {"command": command(module, given), "machine": machine(packages)}


def sentence(told: dict[str, Any]) -> str:
    """Command and machine as Markdown."""
    versions = ", ".join(f"{name} {value}" for name, value in told["machine"].items())
    return f"`{told['command']}`\n\n{versions}."


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
