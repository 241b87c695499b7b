"""Artifacts of other revisions and experiments, read from Git and DVC's cache without a checkout."""

import shutil
from pathlib import Path

from podium.foundation import scratch
from podium.foundation.errors import UserError
from podium.foundation.files import digest
from podium.foundation.git import answer, is_full, repository

PREDICTIONS = ("data/predictions", "data/split/folds.parquet", "data/index/competition.json", "params.yaml")


def fetch(revision: str, paths: tuple[str, ...] = PREDICTIONS) -> Path:
    """A folder with those files or folders of a full revision, laid out as in the project.

    It lies in the scratch store: a revision never changes, so it is read once. Raises UserError where
    Git does not know the revision or neither DVC's cache nor its remote has the artifact.
    """
    assert is_full(revision), revision
    return scratch.obtain("revisions", digest([revision, *paths]), lambda place: _get(revision, paths, place))


def _get(revision: str, paths: tuple[str, ...], place: Path) -> None:
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc_data.index import DataIndexError

    try:
        # a project in a folder of a larger repository: DVC counts paths from that one's top
        inside = answer("-C", str(repository()), "rev-parse", "--show-prefix").strip()
        files = DVCFileSystem(url=str(repository()), rev=revision, subrepos=bool(inside))
        for path in paths:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            files.get(f"{inside}{path}", str(place / path), recursive=True)
    except (DvcException, DataIndexError, FileNotFoundError) as error:
        shutil.rmtree(place, ignore_errors=True)
        raise UserError(
            f"revision {revision} cannot be read ({' '.join(str(error).split())}): name a run that ended, or "
            "fetch it with `dvc exp pull <git remote> <experiment>`."
        ) from None
