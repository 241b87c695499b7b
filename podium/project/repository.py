"""Can this folder's repository hold what a run will make? Asked once, before anything runs."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from podium.foundation import git
from podium.foundation.errors import UserError
from podium.project import standing

WRITTEN = (".dvc", "data", "models", "reports")  # what every run writes to
PENDING = (
    ("MERGE_HEAD", "a merge is not finished", "run `git commit`, or `git merge --abort`"),
    ("CHERRY_PICK_HEAD", "a cherry-pick is not finished", "run `git cherry-pick --continue`, or --abort"),
    ("HEAD.lock", "another Git is at work, or was killed", "wait for it, or remove that file"),
    ("index.lock", "another Git is at work, or was killed", "wait for it, or remove that file"),
)
HOOKS: dict[str, list[str] | None] = {  # and what they are given behind the message's file
    "pre-commit": None, "prepare-commit-msg": ["message"], "commit-msg": [],
}  # fmt: skip
MESSAGE = "Baseline of a competition"
IDENTITY = (("user.name", "GIT_COMMITTER_NAME"), ("user.email", "GIT_COMMITTER_EMAIL"))
SECONDS = 60.0  # that signing may take: a passphrase may be asked for
UNTRUSTED = "dubious ownership"  # Git's words for a folder that belongs to another user


def check(root: Path | None = None) -> None:
    """What every run needs. Raises UserError with the way out: no repository, no commit, no room to write."""
    root = root or git.repository()
    _is_one(root)
    _is_whole(root)
    for name in WRITTEN:
        _writable(root / name)


def check_commits(root: Path | None = None) -> None:
    """What a commit or an experiment needs besides. Raises UserError with the way out.

    DVC ends with success and records no experiment in a shallow clone.
    """
    root = root or git.repository()
    _nothing_pends(root)
    _nothing_is_ignored(root)
    for key, variable in IDENTITY:
        if not os.environ.get(variable) and _git(root, "config", key).returncode:
            raise UserError(
                f"Git does not know your {key}, which the baseline commit and experiments need: "
                f'run `git config --global {key} "…"`.'
            )
    if _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true":
        raise UserError(
            "this clone is shallow (git clone --depth), and DVC records no experiment in one: run "
            "`git fetch --unshallow` first."
        )
    if _git(root, "config", "--bool", "commit.gpgsign").stdout.strip() == "true":
        _signs(root)
    _hooks_pass(root)


def making_an_experiment() -> bool:
    """Whether this stage runs below `dvc exp run`."""
    return bool(os.environ.get("DVC_EXP_BASELINE_REV"))


def _is_one(root: Path) -> None:
    found = _git(root, "rev-parse", "--is-inside-work-tree")
    if UNTRUSTED in found.stderr:
        raise UserError(
            f"Git does not trust {root}, because it belongs to another user (dubious ownership): run "
            f"`git config --global --add safe.directory {_top(root)}`."
        )
    words = " ".join(found.stderr.split())
    if found.returncode and (os.environ.get("GIT_DIR") or (_top(root) / ".git").exists()):
        raise UserError(
            f"Git cannot work in {root} ({words[:300]}): mend what it says; where GIT_DIR is set, unset "
            "it; or clone the project anew and copy your params.yaml."
        )
    if found.returncode:
        raise UserError(
            "this folder is no Git repository, which DVC and experiments need: run `git init`, `git add -A` "
            "and `git commit -m mine`."
        )
    if _git(root, "rev-parse", "--show-object-format").stdout.strip() == "sha256":
        raise UserError(
            "this repository names its objects by SHA-256, which DVC does not read: make one by "
            "`git init --object-format=sha1`, and copy the files there."
        )
    if _git(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise UserError(
            "this Git repository has no commit yet, which experiments start from: run `git add -A` and "
            "`git commit -m mine`."
        )


def _is_whole(root: Path) -> None:
    """DVC's own files: what a merge or a power cut leaves in them, DVC tells without a way out."""
    for name in ("dvc.yaml", "dvc.lock"):
        lines = (root / name).read_bytes().split(b"\n") if (root / name).is_file() else []
        torn = next((number for number, line in enumerate(lines, 1) if line.startswith(b"<<<<<<< ")), 0)
        if torn:
            raise UserError(
                f"{name}, line {torn}: a merge conflict is not settled: take one side whole "
                f"(`git checkout --ours {name}` or --theirs), then run again."
            )
    place = root / ".dvc/tmp/rwlock"
    if not place.is_file() or os.environ.get("DVC_ROOT"):  # a stage of DVC's: it has just read it
        return
    try:
        json.loads(place.read_bytes())
    except ValueError:
        raise UserError(
            f"{place} is broken, as after a power cut, and DVC stops at it: remove it while no dvc runs."
        ) from None


def _nothing_pends(root: Path) -> None:
    """A merge that is not settled, a lock that a killed Git left, or a broken index fails each commit."""
    index = _git(root, "diff", "--cached", "--quiet")
    if index.returncode > 1:
        words = " ".join(index.stderr.split())
        raise UserError(
            f"Git cannot read its index ({words[:300]}), so nothing could be committed: remove "
            ".git/index and run `git reset`."
        )
    for name, what, way in PENDING:
        place = root / _git(root, "rev-parse", "--git-path", name).stdout.strip()
        if place.exists():
            raise UserError(f"{what} ({place}), so nothing could be committed: {way}.")


def _nothing_is_ignored(root: Path) -> None:
    """What experiments keep in Git must not be ignored, as by a larger repository around this folder."""
    found = _git(root, "check-ignore", "--verbose", *standing.BASELINE).stdout.splitlines()
    for rule, _, name in (line.partition("\t") for line in found):
        if not rule.rpartition(":")[2].startswith("!"):
            raise UserError(
                f"Git ignores {name} (by {rule}), so the baseline and experiments would lose it: take that "
                "line out, or begin it with / where it means the outer folder alone."
            )


def _top(root: Path) -> Path:
    """The folder that Git looks at: the first one upwards that holds .git."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(
            f"{folder} cannot be written to ({error.strerror}): free it (its owner, its rights, a read-only "
            "mount, a full disk), or move the project to a folder that can."
        ) from None


def _signs(root: Path) -> None:
    """commit.gpgsign: signs a commit object that nothing refers to."""
    try:
        done = _git(root, "commit-tree", "-S", "-m", "podium: can this be signed?", "HEAD^{tree}")
        words = "" if done.returncode == 0 else done.stderr
    except subprocess.TimeoutExpired:
        words = f"no answer in {SECONDS:.0f} s"
    if words:
        raise UserError(
            f"commit.gpgsign is on, but signing fails ({' '.join(words.split())}): mend it, or run "
            "`git config commit.gpgsign false` in this project."
        )


def _hooks_pass(root: Path) -> None:
    """The hooks that the baseline's commit will meet. An older Git (before 2.36) cannot be asked."""
    with tempfile.TemporaryDirectory() as folder:
        message = Path(folder) / "message"
        for name, words in HOOKS.items():
            message.write_text(f"{MESSAGE}\n")
            more = ["--", str(message), *words] if words is not None else []
            done = _git(root, "hook", "run", "--ignore-missing", name, *more)
            if done.returncode and "is not a git command" not in done.stderr:
                said = " ".join((done.stdout + done.stderr).split()) or f"it ends with {done.returncode}"
                raise UserError(
                    f"the repository's {name} hook fails, so nothing could be committed ({said[:300]}): mend "
                    "what it says, or take the hook away."
                )


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", *words], cwd=root, check=False, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=SECONDS, env=os.environ | {"LC_ALL": "C"},
        )  # fmt: skip
    except FileNotFoundError:
        raise UserError("git is not installed, and DVC and experiments need it: install it.") from None
