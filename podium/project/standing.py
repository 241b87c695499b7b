"""How params.yaml stands to the commit that an experiment would be compared with. Imports no torch."""

import os
from collections.abc import Sequence
from pathlib import Path

from podium.foundation import git, lock
from podium.foundation.errors import UserError
from podium.foundation.params import PATH, changed, parse_text, read
from podium.project.names import shortened

MOST = 6  # settings named in the line
LAST, LATER = "PODIUM_LAST_LINES", "later"  # of a run whose command prints them after DVC
PUBLISHED = Path("reports/submission.csv")
BASELINE = (  # what a commit holds of a run, so that experiments start from it and are compared with it
    "params.yaml",
    "dvc.yaml",
    "dvc.lock",
    "data/network.json",
    "reports/metrics.json",
)


def told_later() -> bool:
    """Whether the command that runs DVC says itself how the run stands."""
    return os.environ.get(LAST) == LATER


def keeping() -> str:
    """The command that commits this folder's run."""
    paths = " ".join(path for path in BASELINE if Path(path).exists())
    return f"git add {paths} && git commit -m baseline"


def without_baseline() -> str:
    """What to do where the last commit holds no run to compare with or to choose from."""
    if not PUBLISHED.exists():
        return "no run has ended here yet: `make submission` makes the first one"
    return f"the last commit holds no run; `{keeping()}` makes this folder's run it"


def differences() -> list[str]:
    """`key=value` for what differs from the last commit's params.yaml; an experiment's: its baseline's."""
    named = os.environ.get("DVC_EXP_BASELINE_REV", "")
    commit = named if git.is_full(named) else "HEAD"
    text = git.answer("show", f"{commit}:./{PATH}")
    return changed(parse_text(text), read()) if text else []


def line(given: Sequence[str] = ()) -> str:
    """One line on that, but for what `key=value` of `given` sets anew; empty where nothing differs."""
    anew = {setting.partition("=")[0] for setting in given}
    found = [one for one in differences() if one.partition("=")[0] not in anew]
    if not found:
        return ""
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    named = shortened(", ".join(found[:MOST]))
    return f"{PATH} differs from the commit: {named}{more} (`make reset` takes them back)"


def by_the_run(command: str) -> None:
    """Before a command on what this folder's run has published: says where params.yaml is not that run's.

    Raises UserError where the submission is not what the run in dvc.lock wrote.
    """
    lock.refuse_mixed(PUBLISHED, command)
    if found := lock.otherwise():
        more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
        named = shortened(", ".join(found[:MOST]))
        print(
            f"{command}: of this folder's run, which had {named}{more}; {PATH} says otherwise by now",
            flush=True,
        )


def reset() -> list[str]:
    """Takes params.yaml back to the last commit's; what was set, as `key=value`.

    Raises UserError where no commit holds it.
    """
    text = git.answer("show", f"HEAD:./{PATH}")
    if not text:
        raise UserError(f"no commit holds {PATH}: run `git add {PATH}` and `git commit -m mine` first.")
    try:
        taken = changed(parse_text(text), read())
    except UserError:  # no YAML any more: all the more reason to take it back
        taken = []
    git.demand("checkout", "HEAD", "--", str(PATH))
    return taken
