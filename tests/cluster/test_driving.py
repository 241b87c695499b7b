"""Tasks over workers of this machine, each with its clone: the dead, the failing, the interrupted."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import yaml

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("cluster")]
ROOT = Path(__file__).parents[2]
STAGE = """\
import os, pathlib, sys, time
fold, word = sys.argv[1], pathlib.Path("data/word.txt").read_text()
if fold in pathlib.Path("fails.txt").read_text().split():
    sys.exit(f"error: fold {fold} cannot")
print("fold", fold, "begins", flush=True)
place = pathlib.Path(os.environ["PLACE"], fold)
if fold in pathlib.Path("waits.txt").read_text().split() and not place.exists():
    place.touch()
    time.sleep(120)
out = pathlib.Path("models", "fold" + fold)
out.mkdir(parents=True)
(out / "weights").write_text(word * 3 + fold)
"""
DRIVER = """\
import sys
from podium.cluster import folds
from podium.foundation.entry import run
run(lambda: folds.train([0, 1, 2], False, sys.argv[1], "", "2", 1), interrupted="interrupted: kept")
"""
REFITTING = DRIVER.replace("False", "True")
SWEEP = """\
from podium.cluster import plan, sweep
from podium.foundation.entry import run
from podium.foundation.run import Folds
words = {"two": "word: a\\nend: 2\\n", "three": "word: a\\nend: 3\\n"}
wishes = [plan.PlannedRun(name, [], text) for name, text in words.items()]
run(lambda: print(sweep.run(plan.Sweep(wishes, False), Folds(folds=[0]), sweep.Where("", "", "2"))))
"""
FINAL = """\
import json, pathlib, yaml
end = yaml.safe_load(open("params.yaml"))["end"]
pathlib.Path("data/final.txt").write_text(str(end))
pathlib.Path("reports").mkdir(exist_ok=True)
pathlib.Path("reports/metrics.json").write_text(json.dumps({"metric": "accuracy", "cv": end}))
"""
PIPELINE = {
    "check": {"cmd": "python -c 1", "deps": ["stage.py"]},
    "word": {
        "cmd": "python -c \"open('data/word.txt', 'w').write('a')\"",
        "deps": ["stage.py"], "outs": ["data/word.txt"],
    },
    "train": {
        "matrix": {"fold": [0, 1, 2]}, "cmd": "python stage.py ${item.fold}",
        "deps": ["data/word.txt", "stage.py"], "outs": ["models/fold${item.fold}"],
    },
    "final": {
        "cmd": "python final.py", "deps": ["models", "params.yaml"], "params": ["end"],
        "outs": ["data/final.txt"], "metrics": [{"reports/metrics.json": {"cache": False}}],
    },
}  # fmt: skip


class Tiny:
    """A project of three stages that take no time, and its driver as a process of its own."""

    def __init__(self, folder: Path, inside: str = "") -> None:
        """inside: where the project lies in its Git repository."""
        self.folder = folder / "project" / inside
        (self.folder / "data").mkdir(parents=True)
        (self.folder / "models").mkdir()
        self.environment = os.environ | {
            "PODIUM_CACHE": str(folder / "scratch"), "PLACE": str(folder), "PYTHONPATH": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(folder),
        }  # fmt: skip
        for name, text in (
            ("stage.py", STAGE), ("dvc.yaml", yaml.safe_dump({"stages": PIPELINE})), ("fails.txt", ""),
            ("waits.txt", ""), ("data/README.md", ""), (".gitignore", "models\n"), ("final.py", FINAL),
            ("params.yaml", "word: a\nend: 1\n"),
        ):  # fmt: skip
            (self.folder / name).write_text(text)
        self.run("git", "init", "-q", str(folder / "project"))
        self.run("git", "config", "user.name", "t")
        self.run("git", "config", "user.email", "t@e.x")
        self.run(sys.executable, "-m", "dvc", "init", "-q", *(["--subdir"] if inside else []))
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "-m", "tiny")

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def driver(self, cluster: str = "", script: str = DRIVER) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", script, cluster], cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def weights(self) -> dict[str, str]:
        return {path.parent.name: path.read_text() for path in self.folder.glob("models/*/weights")}


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return Tiny(tmp_path)


def until(process: "subprocess.Popen[str]", word: str) -> str:
    """Reads what the process says until it has said the word."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if word in line:
            return said
    raise AssertionError(f"{word!r} never came:\n{said}")


def worker_of(driver: "subprocess.Popen[str]", command: str) -> psutil.Process:
    """The worker process whose child runs that command."""
    workers = psutil.Process(driver.pid).children()
    return next(w for w in workers if any(command in line_of(c) for c in w.children(recursive=True)))


def line_of(process: psutil.Process) -> str:
    """Its command; nothing of one that has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_dead_workers_fold_goes_to_another(tiny: Tiny) -> None:
    (tiny.folder / "waits.txt").write_text("1")  # its first trainer is still at it when its worker dies
    with tiny.driver() as driver:
        until(driver, "fold 1 begins")
        victim = worker_of(driver, "stage.py 1")
        victim.send_signal(signal.SIGKILL)
        said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    assert tiny.weights() == {"fold0": "aaa0", "fold1": "aaa1", "fold2": "aaa2"}
    assert "waits.txt" in tiny.run("git", "status", "--porcelain")  # not committed, and carried along


def test_a_failing_fold_says_its_sentence_and_what_ended_is_kept(tiny: Tiny) -> None:
    (tiny.folder / "fails.txt").write_text("2")
    with tiny.driver() as driver:
        said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 2
    assert "fold 2 on " in said and "the last lines of its log:" in said
    assert "\nfold 2 cannot\n" in said
    assert {"fold0", "fold1"} >= set(tiny.weights()) > set()


def test_a_clone_that_a_killed_job_left_broken_serves_again(tiny: Tiny) -> None:
    for word in ("a", "b"):
        (tiny.folder / "params.yaml").write_text(f"word: {word}\nend: 1\n")
        (tiny.folder / "stage.py").write_text(f"{STAGE}# {word}\n")
        with tiny.driver() as driver:
            said, _ = driver.communicate(timeout=300)
        assert driver.returncode == 0, said
        locks = list((tiny.folder.parent / "scratch/clones").glob("*/*/.dvc/tmp/rwlock"))
        assert locks
        for lock in locks:
            lock.write_text("")


def test_refits_are_a_task_beside_the_folds(tiny: Tiny) -> None:
    deps, outs = ["data/word.txt", "stage.py"], ["models/foldrefit"]
    stages = PIPELINE | {"refit": {"cmd": "python stage.py refit", "deps": deps, "outs": outs}}
    (tiny.folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    with tiny.driver(script=REFITTING) as driver:
        said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    assert "3 folds and the refits to train" in said and "refit: done" in said
    assert tiny.weights() == {f"fold{one}": f"aaa{one}" for one in (0, 1, 2, "refit")}


@pytest.mark.parametrize("whom", [os.kill, os.killpg], ids=["the driver", "all of the terminal"])
def test_an_interrupt_ends_all_and_keeps_what_ended(tiny: Tiny, whom: Callable[[int, int], None]) -> None:
    (tiny.folder / "waits.txt").write_text("1 2")
    with tiny.driver() as driver:
        until(driver, "fold 0: done")
        until(driver, "fold 2 begins")
        ran = psutil.Process(driver.pid).children(recursive=True)
        whom(driver.pid, signal.SIGINT)
        said, _ = driver.communicate(timeout=120)
    assert driver.returncode == 130, said
    assert said.rstrip().endswith("interrupted: kept") and "\nTraceback" not in said  # the driver's own
    assert tiny.weights() == {"fold0": "aaa0"}
    assert psutil.wait_procs(ran, timeout=10)[1] == []


def test_workers_of_a_scheduler_that_see_no_common_disk_join_by_the_remote(
    tiny: Tiny, tmp_path: Path
) -> None:
    tiny.run(sys.executable, "-m", "dvc", "remote", "add", "-q", "-d", "team", str(tmp_path / "remote"))
    with dask(tiny, tmp_path, "scheduler"), dask(tiny, tmp_path, "worker"):
        with tiny.driver(address(tmp_path)) as driver:
            said, _ = driver.communicate(timeout=300)
        assert driver.returncode == 0, said
        assert tiny.weights() == {"fold0": "aaa0", "fold1": "aaa1", "fold2": "aaa2"}
        assert list((tmp_path / "remote").rglob("*")) and not list((tmp_path / "scratch").glob("clones/*"))


def test_a_worker_that_comes_later_takes_the_waiting_folds(tiny: Tiny, tmp_path: Path) -> None:
    """A batch system's jobs start when they may."""
    tiny.run(sys.executable, "-m", "dvc", "remote", "add", "-q", "-d", "team", str(tmp_path / "remote"))
    with dask(tiny, tmp_path, "scheduler"), tiny.driver(address(tmp_path)) as driver:
        until(driver, "3 folds to train")
        time.sleep(2)
        with dask(tiny, tmp_path, "worker"):
            said, _ = driver.communicate(timeout=120)
    assert driver.returncode == 0, said
    assert tiny.weights() == {"fold0": "aaa0", "fold1": "aaa1", "fold2": "aaa2"}


@contextmanager
def dask(tiny: Tiny, folder: Path, what: str) -> Iterator[None]:
    """A scheduler, or a worker of it that sees no common disk."""
    words = {
        "scheduler": ("--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        "worker": ("--nthreads", "4"),
    }
    hidden = tiny.environment | {"PODIUM_CACHE": str(folder / "elsewhere"), "PODIUM_APART": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", what, "--scheduler-file", "scheduler.json", *words[what]], cwd=folder,
        env=hidden, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def address(folder: Path) -> str:
    """Where the scheduler listens, once it does."""
    while not (folder / "scheduler.json").exists():
        time.sleep(0.1)
    return str(json.loads((folder / "scheduler.json").read_text())["address"])


def test_a_sweep_records_each_experiment_and_goes_on_where_it_was(tiny: Tiny) -> None:
    with tiny.driver(script=SWEEP) as driver:
        said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    for shared in ("word", "train@0", "train@1", "train@2"):
        assert said.count(f"Running stage '{shared}'") == 1, shared  # both experiments train alike
    refs = tiny.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").split()
    assert sorted(ref.rpartition("/")[2] for ref in refs) == ["three", "two"]
    for ref, end in zip(sorted(refs), ("3", "2"), strict=True):
        assert json.loads(tiny.run("git", "show", f"{ref}:reports/metrics.json"))["cv"] == int(end)
        assert f"end: {end}" in tiny.run("git", "show", f"{ref}:params.yaml")
    shown = tiny.run(sys.executable, "-m", "dvc", "exp", "show", "--csv")
    assert "two" in shown and "three" in shown
    assert tiny.run("git", "status", "--porcelain") == ""
    with tiny.driver(script=SWEEP) as driver:
        said, _ = driver.communicate(timeout=300)
    assert "2 of 2 experiments were recorded before; nothing is left to run" in said


def test_a_project_in_a_larger_repository_trains_and_sweeps(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path, "kaggle/podium")
    with tiny.driver() as driver:
        said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    assert tiny.weights() == {"fold0": "aaa0", "fold1": "aaa1", "fold2": "aaa2"}
    with tiny.driver(script=SWEEP) as driver:
        said, _ = driver.communicate(timeout=300)
    assert driver.returncode == 0, said
    refs = tiny.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").split()
    assert [tiny.run("git", "show", f"{ref}:./params.yaml") for ref in refs] == [
        "word: a\nend: 3\n", "word: a\nend: 2\n",
    ]  # fmt: skip
    shown = tiny.run(sys.executable, "-m", "dvc", "exp", "show", "--csv")
    assert "two" in shown and "three" in shown
