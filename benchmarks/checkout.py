"""A throw-away copy of the project with one competition, taken through its first stages."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

ROOT = Path(__file__).parents[1]


def prepare(archive: Path, folder: Path, stages: tuple[str, ...] = ("ingest", "embed")) -> Path:
    """Copies what Git does not ignore to `folder`/<name>, points it to `archive` and runs `stages` there."""
    place = folder / archive.stem
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    params = yaml.safe_load((place / "params.yaml").read_text())
    params["competition"]["path"] = str(archive.resolve())
    (place / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    for stage in stages:
        subprocess.run([sys.executable, "-m", f"stages.{stage}"], cwd=place, check=True, env=os.environ)
    return place


def training_arguments(parser: argparse.ArgumentParser) -> None:
    """What every comparison of ways to train takes."""
    parser.add_argument("zip", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--share", type=float, default=1.0, help="of the images")


def set_params(place: Path, settings: dict[str, Any]) -> None:
    """Changes keys (`section.key`) of the copy's params.yaml. Raises KeyError for one that it lacks."""
    path = place / "params.yaml"
    params = yaml.safe_load(path.read_text())
    for dotted, value in settings.items():
        *outer, last = dotted.split(".")
        inner = params
        for name in outer:
            inner = inner[name]
        if last not in inner:
            raise KeyError(f"params.yaml has no {dotted}")
        inner[last] = value
    path.write_text(yaml.safe_dump(params, sort_keys=False))


def further(settings: list[str], *names: str) -> dict[str, Any]:
    """Of `key=value` and `NAME:key=value` those for all and for `names`, the more special ones last."""
    found: dict[str, Any] = {}
    for special in ("", *names):
        for setting in settings:
            key, _, value = setting.partition("=")
            whose, _, own = key.rpartition(":")
            if whose == special:
                found[own] = yaml.safe_load(value)
    return found


def run_chain(place: Path, names: list[str], scratch: Path) -> None:
    """Runs stages of the copy in one process, with a scratch store of their own."""
    command = [sys.executable, "-m", "benchmarks.chain", *names]
    subprocess.run(command, cwd=place, check=True, env=os.environ | {"PODIUM_CACHE": str(scratch)})


def share_of(table: pd.DataFrame, share: float) -> pd.DataFrame:
    """The manifest's rows of a share of the originals, their copies with them; the same at each call."""
    names = np.sort(table["source_id"].unique())
    kept = np.random.default_rng(0).permutation(len(names))[: max(1, round(len(names) * share))]
    return table[table["source_id"].isin(names[kept])]
