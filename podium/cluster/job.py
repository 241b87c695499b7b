"""One order on one worker: the clone brought to its commit, DVC's plain commands in it, what goes home."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import yaml
from distributed import Event, Worker

TAIL = 20  # last lines of the log that go home with a failure
POLL_SECONDS = 0.2
PATIENCE = 60.0  # seconds that an interrupted stage gets to save its state
LOCK = "dvc.lock"
SENTENCE = re.compile(r"^(error|ERROR): ")


class Failed(Exception):
    """A command ended otherwise than it should."""


def interrupt(process: "subprocess.Popen[bytes]") -> None:
    """Ctrl-C for the command and all below it: a stage saves its state and ends with 130."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


class Job:
    """One order on one worker."""

    def __init__(self, order: dict[str, Any], shop: Any, worker: Worker) -> None:
        self.order, self.shop, self.worker = order, shop, worker
        self.key = worker.get_current_task()
        self.tail: deque[str] = deque(maxlen=TAIL)
        self.environment: dict[str, str] = {}

    def run(
        self, folder: Path, handle: int, place: dict[str, str], parents: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Clones, fetches, runs, pushes."""
        order, project = self.order, self.shop.project
        shared = self.shop.shares_disk
        if not shared and not project["remote"]:
            raise Failed(
                f"error: {socket.gethostname()} does not see the driver's disk ({project['cache']}): add a "
                "DVC remote that all machines reach, `dvc remote add --default team ssh://server/podium`."
            )
        self.folder, self.handle = folder, handle
        self.environment = os.environ | project["environment"] | place
        self.environment |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "PODIUM_WATCHED": str(os.getpid()),  # the stage ends where this worker is dead
            "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1",
        }  # fmt: skip
        self.tell("", "gets its clone ready")
        self.check_out(shared)
        inherited = self.write_lock(parents)
        if order["pulls"]:
            self.dvc(*(("checkout",) if shared else ("pull",)), "--force", "--quiet", *order["pulls"])
        pull = () if shared else ("--pull",)
        self.dvc("repro", "--single-item", *pull, *dict.fromkeys(("check", *order["targets"])))
        if project["remote"] and not shared:
            self.tell("", "pushes")
            self.dvc("push", "--quiet", "--run-cache", *order["targets"])
        return self.answer(inherited)

    def answer(self, inherited: dict[str, Any]) -> dict[str, Any]:
        """What goes home beside the artifacts."""
        found: dict[str, Any] = {"lock": inherited | self.lock_entries()}
        if self.order.get("reads"):
            found["read"] = (self.folder / self.order["reads"]).read_text(encoding="utf-8")
        if self.order.get("save"):
            found["experiment"] = self.save(*self.order["save"])
        return found

    def check_out(self, shared: bool) -> None:
        """The clone at the order's commit; what an earlier order left in it goes."""
        project = self.shop.project
        if not (self.folder / ".git").exists():
            self.folder.mkdir(exist_ok=True)
            self.call("git", "init", "-q", str(self.folder))
        for key, value in (("user.name", "podium"), ("user.email", "podium@localhost")):
            self.call("git", "config", key, value)
        if subprocess.run(
            ["git", "cat-file", "-e", f"{self.order['commit']}^{{commit}}"],
            cwd=self.folder, env=self.environment, capture_output=True, check=False,
        ).returncode:  # fmt: skip
            self.fetch(shared)
        self.call("git", "checkout", "-q", "--force", "--detach", self.order["commit"])
        self.call("git", "clean", "-fdq")
        self.folder /= project["inside"]
        # Nobody else is at work here: what a killed job left half written would stop every command of DVC's.
        (self.folder / ".dvc" / "tmp" / "rwlock").unlink(missing_ok=True)
        text = project["config"] + (f"[cache]\n    dir = {project['cache']}\n" if shared else "")
        (self.folder / ".dvc" / "config.local").write_text(text, encoding="utf-8")

    def fetch(self, shared: bool) -> None:
        """The run's commits: from the driver's repository where its disk is seen, or as it sent them."""
        refs = "+refs/podium/*:refs/podium/*"
        if shared:
            there = self.shop.project["repository"]
            self.call("git", "fetch", "-q", "--no-tags", "--update-shallow", there, refs)
            return
        bundle = self.folder.with_suffix(".bundle")
        bundle.write_bytes(self.shop.project["bundle"])
        self.call("git", "fetch", "-q", "--no-tags", str(bundle), refs)
        bundle.unlink()

    def write_lock(self, parents: list[dict[str, Any]]) -> dict[str, Any]:
        """dvc.lock as the stages before this one left it on their workers."""
        entries: dict[str, Any] = {}
        for parent in parents:
            entries |= parent["lock"]
        if entries:
            path = self.folder / LOCK
            lock: dict[str, Any] = {"schema": "2.0", "stages": {}}
            if path.exists():
                lock = yaml.safe_load(path.read_text())
            lock["stages"] = dict(lock["stages"]) | entries
            path.write_text(yaml.safe_dump(lock, sort_keys=False))
        return entries

    def lock_entries(self) -> dict[str, Any]:
        """What dvc.lock says now of the order's own stages; of others it may say what is old."""
        path = self.folder / LOCK
        entries = yaml.safe_load(path.read_text())["stages"] if path.exists() else {}
        return {name: entries[name] for name in ("check", *self.order["targets"]) if name in entries}

    def save(self, ref: str, base: str) -> bytes:
        """The clone's tree as a DVC experiment on `base`, in a bundle."""
        self.call("git", "add", "--all")
        tree = self.ask("git", "write-tree")
        message = f"dvc: commit experiment {tree}"
        commit = self.ask("git", "commit-tree", tree, "-p", base, "-m", message)
        self.call("git", "update-ref", ref, commit)
        bundle = self.folder.with_suffix(".experiment")
        self.call("git", "bundle", "create", "-q", str(bundle), f"{base}..{ref}", ref)
        try:
            return bundle.read_bytes()
        finally:
            bundle.unlink()

    def dvc(self, *words: str) -> None:
        """A command of DVC's, which waits for the locks of a dead worker's last command."""
        self.call(sys.executable, "-m", "dvc", "--wait-for-lock", *words)

    def ask(self, *command: str) -> str:
        """What a short command prints."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise Failed(f"error: `{' '.join(command[:3])}` failed: {' '.join(done.stderr.split())}")
        return done.stdout.strip()

    def call(self, *command: str) -> None:
        """Runs a command in the clone, each line of its words sent home. Raises Failed with its sentence."""
        if self.shop.ending:
            raise Failed("interrupted")
        process = subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, pass_fds=(self.handle,),
        )  # fmt: skip
        self.shop.running.add(process)
        listener = threading.Thread(target=self.listen, args=(process,), daemon=True)
        listener.start()
        asked = False
        try:
            while process.poll() is None:
                if (self.shop.ending or self.cancelled()) and not asked:
                    asked = True
                    interrupt(process)
                time.sleep(POLL_SECONDS)
        finally:
            self.shop.running.discard(process)
        listener.join(PATIENCE)
        if process.returncode:
            said = [line for line in self.tail if SENTENCE.match(line)]
            ours = [line for line in said if line.startswith("error: ")]
            raise Failed(
                (ours or said or [f"error: `{' '.join(command[:4])}` ended by {process.returncode}"])[-1]
            )

    def listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Sends each line home; of a bar that redraws itself, its last state."""
        assert process.stdout is not None
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip().rpartition("\r")[2]
            if line.strip():
                self.tail.append(line)
                self.tell(line)

    def tell(self, line: str, state: str = "") -> None:
        """One line to the driver, or what the worker is about."""
        where = f"{socket.gethostname()} {self.worker.name}"
        self.worker.log_event(
            self.shop.name, {"name": self.order["name"], "worker": where, "line": line, "state": state}
        )

    def cancelled(self) -> bool:
        """Whether nobody waits for this any more: the driver has gone."""
        task = self.worker.state.tasks.get(self.key)
        return task is None or task.state in ("cancelled", "released", "forgotten")

    def stopped(self) -> bool:
        """Whether the driver wants nothing new begun."""
        stop = bool(Event(f"{self.shop.name}-stop").is_set())
        return self.shop.ending or (stop and not self.order.get("alone"))
