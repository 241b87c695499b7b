"""A vote: names become full revisions, what has not run yet runs, and the vote itself is an experiment.

Exactly the named experiments vote. The workspace must stand on a run that is complete, for the stages before
the vote; where it does not (a fresh clone), it takes the first experiment's dvc.lock and artifacts. After the
vote params.yaml is as it was: else these members would score the next experiment, not its own network.
"""

import difflib
import io
import subprocess
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from podium.contracts import competition, folds, metrics
from podium.foundation.errors import UserError
from podium.foundation.files import write_text
from podium.foundation.git import ask, demand, repository
from podium.foundation.params import PATH, load, text_of
from podium.foundation.run import Folds, folds_to_run
from podium.project import names, recorded, untouched
from podium.project.foreground import dvc
from podium.vote import external
from podium.vote.params import EnsembleParams, External

CODE = ("podium", "stages", "dvc.yaml")
LOCK = "dvc.lock"
VOTE_ALONE = ("leak", "ensemble", "submit", "report")  # sections that do not change what a network learns


def vote(revisions: list[str], name: str, told: Callable[[], None]) -> str:
    """Runs the vote as an experiment and returns its revision.

    `told` is called while params.yaml is still the vote's. Raises UserError where the members do not go
    together; everything is then as it was.
    """
    held = untouched.hold(PATH, Path(LOCK), metrics.PATH)
    before = set(names.experiments().values())
    try:
        who = names.shortened(", ".join(revisions))
        print(f"vote: {who}; {stand_on(revisions[0])}.")
        judge(revisions)
        write(revisions)
        command = ["exp", "run", *(["--name", name] if name else [])]
        recorded.believe(partial(dvc, *command, hints=True))
        told()
    except BaseException:
        _give_back(held)
        raise
    finally:
        untouched.give_back({PATH: held[PATH]})
    return next(sha for sha in names.experiments().values() if sha not in before)


def _give_back(held: untouched.Held) -> None:
    """The files, and the artifacts that dvc.lock speaks of, where the vote has changed any."""
    if untouched.hold(*held) != held:
        untouched.give_back(held)  # first: dvc.lock says which artifacts
        subprocess.run(["dvc", "checkout", "--quiet", "--force", "--allow-missing"], check=False)
        untouched.give_back(held)  # metrics.json is in no cache


def judge(revisions: list[str]) -> None:
    """Raises UserError where the members do not go together: other folds, classes or test images."""
    from podium.vote.members import gather

    found, split = competition.read(), folds.FOLDS.read(folds.PATH)
    wanted = load(EnsembleParams).model_copy(update={"experiments": revisions, "own": False})
    with redirect_stdout(io.StringIO()):  # the stage says it again
        gather(wanted, found, split, folds_to_run(load(Folds).folds, folds.present(split)))


def resolve(wanted: list[str]) -> list[str]:
    """Full revisions of experiments, branches, tags or commits. Raises UserError with the nearest name."""
    from dvc.repo import Repo
    from dvc.repo.experiments.exceptions import AmbiguousExpRefInfo
    from dvc.repo.experiments.utils import resolve_name
    from dvc.scm import RevError, resolve_rev

    with Repo(str(repository())) as repo:
        found = []
        for name in wanted:
            try:
                experiment = resolve_name(repo.scm, [name])[name]
                found.append(resolve_rev(repo.scm, str(experiment) if experiment else name))
            except AmbiguousExpRefInfo:
                raise UserError(
                    f"experiment {name} exists on several commits: give its full revision."
                ) from None
            except RevError:
                raise UserError(f"experiment {name!r} is not here{_near(name)}.") from None
    return list(dict.fromkeys(found))


def experiments() -> dict[str, str]:
    """The names of all experiments here, each with its revision."""
    return {ref.rpartition("/")[2]: revision for ref, revision in names.experiments().items()}


def named(revision: str) -> str:
    """The experiment's name; its short revision where it has none."""
    return next((name for name, sha in experiments().items() if sha == revision), revision[:7])


def with_model(model: str) -> str | None:
    """An experiment of this very code and params, but for its model and its voter; None where none ran.

    A vote of other experiments is none: its name would hide whose predictions count.
    """
    wanted = _what_learns(text_of()) | {"model": model}
    for revision in experiments().values():
        kept = demand("show", f"{revision}:./{PATH}")
        alone = yaml.safe_load(kept).get("ensemble", {}).get("own", True)
        if alone and _what_learns(kept) == wanted and same_code(revision):
            return revision
    return None


def same_code(revision: str) -> bool:
    """Whether the working tree's code is that revision's."""
    return not ask("diff", "--quiet", revision, "--", *CODE).returncode


def stand_on(revision: str) -> str:
    """Takes that run's params.yaml, dvc.lock and artifacts, unless the workspace has a complete run.

    Returns what was done. Raises UserError where that would lose the user's changes, or where other code
    made the run, so that the stages before the vote would run again.
    """
    if complete():
        return "the workspace's run is complete"
    if ask("diff", "--quiet", "HEAD", "--", str(PATH)).returncode:
        raise UserError(
            f"{PATH} has changes that have not run: run `dvc exp run`, or take them back with `make reset`; "
            "then vote."
        )
    if not same_code(revision):
        raise UserError(
            f"neither has the workspace's run ended, nor was {revision[:7]} made by this code: run "
            "`dvc repro` first; then vote."
        )
    demand("checkout", revision, "--", str(PATH), LOCK)
    demand("reset", "--quiet", "--", str(PATH), LOCK)
    dvc("checkout", "--quiet", "--force", "--allow-missing")
    return f"the workspace took {revision[:7]}'s params.yaml, dvc.lock and artifacts"


def complete() -> bool:
    """Whether every stage up to predict is as params and code say."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    if not Path(LOCK).exists():
        return False
    try:
        with Repo() as repo:
            return not repo.status(targets=["predict"], with_deps=True)
    except DvcException:
        return False


def write(voting: list[str], path: Path = PATH) -> None:
    """Writes who votes into params.yaml, every comment kept, and the digests of outside predictions."""
    from ruamel.yaml import YAML

    ruamel = YAML()
    ruamel.preserve_quotes = True
    ruamel.width = 4096
    values = ruamel.load(path.read_text(encoding="utf-8"))
    section = values["ensemble"]
    section["experiments"] = voting
    section["own"] = False
    for one in section.get("external") or []:
        one["digest"] = external.file_digest(External.model_validate(dict(one) | {"digest": ""}))
    text = io.StringIO()
    ruamel.dump(values, text)
    write_text(path, text.getvalue())


def run_model(model: str) -> None:
    """Runs the pipeline with another network in a temporary workspace, as an experiment."""
    recorded.believe(
        partial(dvc, "exp", "run", "--temp", "--set-param", f"model={model}", last_lines=True, hints=True)
    )


def _near(name: str) -> str:
    known = sorted(experiments())
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]}"
    return f"; there are {', '.join(known)}" if known else "; there are none yet: `dvc exp run` makes one"


def _what_learns(text: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(text)
    return {key: value for key, value in values.items() if key not in VOTE_ALONE}
