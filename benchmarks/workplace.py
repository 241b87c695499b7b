"""A throw-away copy of the project with one competition, taken through its first stages."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def prepare(archive: Path, folder: Path, stages: tuple[str, ...] = ("ingest", "embed")) -> Path:
    """Copies the tracked files to `folder`/<name>, points them to `archive` and runs `stages` there."""
    place = folder / archive.stem
    tracked = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    params = yaml.safe_load((place / "params.yaml").read_text())
    params["competition"]["path"] = str(archive.resolve())
    (place / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))
    for stage in stages:
        subprocess.run([sys.executable, "-m", f"stages.{stage}"], cwd=place, check=True, env=os.environ)
    return place
