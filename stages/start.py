"""`make start ZIP=…`: one's own competition becomes the project, and its first run the baseline."""

import os
import sys
from pathlib import Path

from podium.contracts import competition, findings, network, selection
from podium.contracts.competition import Competition
from podium.download.meta import read_meta
from podium.foundation.entry import run
from podium.foundation.files import write_text
from podium.foundation.params import PATH, load, text_of
from podium.networks.machine import device
from podium.project import permission, repository, start, untouched
from podium.project.checking import check
from podium.project.foreground import dvc
from podium.project.summary import lines
from podium.selection.params import EffortParams


def main() -> None:
    repository.check()
    repository.check_commits()
    start.with_path(text_of(), PATH)  # can it be set? asked before a zip is copied
    path = start.take(sys.argv[1] if len(sys.argv) > 1 else "")
    with untouched.unless_done(PATH, network.PATH, Path("dvc.lock")):
        found, added = _made_the_projects(path)
    dvc("repro")
    start.commit_baseline(found.name, added)
    print("\n".join(lines()))
    print(start.next_steps(found.notebooks_only, load(EffortParams).effort, selection.read().train))


def _made_the_projects(path: Path) -> tuple[Competition, list[str]]:
    """Names the path in params.yaml and reads it; what was found, and the files to commit."""
    before = text_of()
    text = start.with_path(before, path)
    ask = input if sys.stdin.isatty() else None
    write_text(PATH, permission.with_hub(text, permission.wanted(os.environ.get("HUB", ""), device(), ask)))
    check()
    if start.is_another(before, text):
        network.PATH.unlink(missing_ok=True)  # what was decided for other images
    added = start.register(path)
    if read_meta(path).notebooks_only:
        print(start.NOTEBOOKS)

    dvc("repro", "--quiet", "demo")  # a second's work that is not this competition's: in silence
    dvc("repro", "ingest")
    write_text(PATH, start.with_findings(text_of(), findings.read()))
    return competition.read(), added


if __name__ == "__main__":
    run(main, interrupted="interrupted: every stage that ended is kept; the same command goes on from there")
