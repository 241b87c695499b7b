"""How a stage ends: what it prints and the code it exits with."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest


def start(body: str, **environment: str) -> subprocess.Popen[str]:
    script = (
        "from podium.foundation.entry import run\nfrom podium.foundation.errors import UserError\n"
        + textwrap.dedent(body)
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env={k: v for k, v in os.environ.items() if k != "DVC_ROOT"} | environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_done_is_0() -> None:
    assert start("run(lambda: None)").wait() == 0


def test_a_users_mistake_is_one_sentence_and_2() -> None:
    body = "def main(): raise UserError('the zip is empty: download it again.')\nrun(main)"
    process = start(body)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (2, "error: the zip is empty: download it again.\n")
    _, errors = start(body, PODIUM_DEBUG="1").communicate()
    assert "Traceback" in errors and errors.endswith("error: the zip is empty: download it again.\n")


def test_our_own_defect_shows_where() -> None:
    process = start("def main(): assert False, 'ours'\nrun(main)")
    _, errors = process.communicate()
    assert process.returncode == 1 and "Traceback" in errors


@pytest.mark.parametrize(
    "words", ["13, 'Permission denied', 'a.zip'", "30, 'Read-only file system', 'a.zip'"]
)
def test_what_may_not_be_opened_is_one_sentence(words: str) -> None:
    process = start(f"def main(): raise OSError({words})\nrun(main)")
    _, errors = process.communicate()
    assert process.returncode == 2
    assert errors.startswith("error: a.zip cannot be opened (") and "mend its rights or its mount" in errors


def test_a_full_disk_is_the_one_that_the_file_lies_on(tmp_path: Path) -> None:
    name = tmp_path / "gone/a.npy"
    process = start(f"def main(): raise OSError(28, 'No space left on device', {str(name)!r})\nrun(main)")
    _, errors = process.communicate()
    assert process.returncode == 2
    assert f"a.npy could not be written (No space left on device); the disk of {tmp_path} has " in errors
    assert "free: free it (`dvc gc -w`" in errors


def test_a_terminal_without_a_letter_gets_it_spelled_out() -> None:
    body = "def main():\n    print('K\u00e4se \u96ea')\n    raise UserError('\u96ea.')\nrun(main)"
    told, errors = start(body, PYTHONIOENCODING="ascii").communicate()
    assert (told, errors) == ("K\\xe4se \\u96ea\n", "error: \\u96ea.\n")


def test_letters_are_utf8_whatever_the_locale_says(tmp_path: Path) -> None:
    """pyarrow failed on the path with a traceback, and so did what Git prints of it."""
    (tmp_path / "K\u00e4se").mkdir()
    body = f"""
        import os, subprocess, pandas, sys
        def main():
            place = os.path.join(os.fsdecode({os.fsencode(tmp_path)!r}), os.fsdecode(b"K\\xc3\\xa4se"))
            pandas.DataFrame({{"a": [1]}}).to_parquet(place + "/a.parquet")
            print(subprocess.run(["ls", place + "/.."], capture_output=True, text=True).stdout, end="")
            print(sys.argv[1:])
        run(main)
    """
    process = start(body, LC_ALL="C", PYTHONUTF8="0")
    told, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert told == "K\u00e4se\n[]\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_130_so_that_dvc_records_nothing(number: signal.Signals) -> None:
    body = """
        import time
        def main():
            print("ready", flush=True)
            time.sleep(60)
        run(main)
    """
    process = start(body)
    assert process.stdout and process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130 and errors.startswith("interrupted: nothing was recorded")


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("KeyboardInterrupt", "interrupted: ours"),
        ("KeyboardInterrupt('interrupted: half')", "interrupted: half"),
    ],
)
def test_an_interrupt_is_told_in_the_callers_words(raised: str, told: str) -> None:
    process = start(f"def main(): raise {raised}\nrun(main, interrupted='interrupted: ours')")
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, told + "\n")


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "interrupted: nothing was recorded, the next `dvc repro` goes on"),
        ({"DVC_EXP_BASELINE_REV": "a" * 40}, "or `dvc exp run` where params.yaml"),
        ({"DVC_EXP_BASELINE_REV": "a" * 40, "DVC_EXP_NAME": "mine"}, "or `dvc exp run --name mine` where"),
    ],
)
def test_an_interrupted_experiment_is_told_what_keeps_it(environment: dict[str, str], told: str) -> None:
    _, errors = start("def main(): raise KeyboardInterrupt\nrun(main)", **environment).communicate()
    assert told in errors and ("keeps it" in errors) == bool(environment)


def test_an_interrupt_while_a_script_imports_is_no_traceback() -> None:
    process = start("import stages; raise KeyboardInterrupt")
    assert process.communicate()[1] == "interrupted: nothing was done yet\n"
    assert process.returncode in (-signal.SIGINT, 130)
    assert "ZeroDivisionError" in start("import stages; 1 / 0").communicate()[1]


def test_a_stage_leaves_the_words_on_an_interrupt_to_its_script() -> None:
    """`make experiment` and its stage each told what goes on from there, in other words."""
    told = {"PODIUM_INTERRUPT": "told", "DVC_EXP_BASELINE_REV": "a" * 40}
    _, errors = start("def main(): raise KeyboardInterrupt\nrun(main)", **told).communicate()
    assert errors == "interrupted\n"


def test_an_orphan_of_dvc_stops() -> None:
    waiting = "run(lambda: (print('up', flush=True), time.sleep(60)))"
    stage = f"import time; from podium.foundation.entry import run; {waiting}"
    shell = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {stage!r}])"
    process = start(
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {shell!r}])", DVC_ROOT="/"
    )
    assert process.stdout and process.stdout.readline() == "up\n"
    process.kill()  # the grandparent goes; the stage's output closes when it has stopped
    process.wait()
    began = time.monotonic()
    process.stdout.read()
    assert time.monotonic() - began < 20
