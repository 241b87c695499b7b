"""The tiny competition, run once by make start's own script."""

from collections.abc import Iterator

import pytest
from tiny_project import SMALL, Project, competition, copy_project, set_params


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The competition as the project, its first run done and committed."""
    folder = tmp_path_factory.mktemp("e2e")
    project = copy_project(folder / "project", folder / "scratch")
    set_params(project.folder, SMALL)
    project.run("stages.start", str(competition(folder / "shapes.zip")))
    return project


@pytest.fixture
def untouched(finished: Project) -> Iterator[Project]:
    """The finished project; what a test changes of its tracked files is put back."""
    yield finished
    finished.run("git", "checkout", "-q", "--", ".")
    finished.run("git", "clean", "-fdq", "podium", "stages")
