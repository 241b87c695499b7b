"""Ctrl-C during an upload: what is said afterwards is true, whenever it came."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from podium.kaggle import ledger, upload
from stages import upload as stage
from tests.kaggle.server import Kaggle

ROOT = Path(__file__).parents[2]
MAYBE = (
    "interrupted: the file may be at Kaggle already and stands in reports/leaderboard.csv; "
    "`make leaderboard` asks for its score"
)
SENT = (
    "interrupted: submission 4711 was sent and stands in reports/leaderboard.csv; "
    "`make leaderboard` asks for its score"
)


def interrupted(monkeypatch: pytest.MonkeyPatch, target: str) -> str:
    """What an interrupt says that comes when `target` is called."""

    def strike(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(sys, "argv", ["upload", "the message"])
        patched.setattr(target, strike)
        with pytest.raises(KeyboardInterrupt) as told:
            stage.main()
    return str(told.value)


SERVICE = "kagglesdk.competitions.services.competition_api_service.CompetitionApiClient"


@pytest.mark.parametrize(
    ("target", "sentence", "standing"),
    [
        (f"{SERVICE}.get_submission_limits", "", []),  # the stage's own sentence: nothing was sent
        (f"{SERVICE}.start_submission_upload", upload.NOTHING_SENT, []),
        ("requests.Session.put", upload.NOTHING_SENT, []),
        (f"{SERVICE}.create_submission", MAYBE, [("", "pending")]),
        (f"{SERVICE}.get_submission", SENT, [("4711", "pending")]),
        ("time.sleep", SENT, [("4711", "pending")]),
    ],
)
def test_the_sentence_is_true_whenever_it_comes(
    target: str,
    sentence: str,
    standing: list[tuple[str, str]],
    kaggle: Kaggle,
    project: Path,
    no_pauses: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert interrupted(monkeypatch, target) == sentence
    assert [(row.reference, row.status) for row in ledger.rows()] == standing


def test_a_process_that_is_killed_while_it_sends_leaves_its_row(
    kaggle: Kaggle, project: Path, no_pauses: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing runs after SIGKILL: the row must stand before the file goes."""
    from kagglesdk.competitions.services.competition_api_service import CompetitionApiClient

    seen: list[str] = []
    create = CompetitionApiClient.create_submission

    def watched(*given: object) -> object:
        seen.extend(row.status for row in ledger.rows())
        return create(*given)

    monkeypatch.setattr(CompetitionApiClient, "create_submission", watched)
    monkeypatch.setattr(sys, "argv", ["upload", "the message"])
    stage.main()
    assert seen == ["pending"] and [row.status for row in ledger.rows()] == ["complete"]


def test_ctrl_c_while_the_score_is_waited_for(kaggle: Kaggle, project: Path) -> None:
    """The real script, a real signal: exit 130, one sentence, a pending row."""
    kaggle.questions = 10**6
    port = kaggle.url.rpartition(":")[2]
    script = (
        "import sys, runpy; from kagglesdk import kaggle_env as e; "
        f"e._env_to_endpoint[e.KaggleEnv.LOCAL] = 'http://127.0.0.1:{port}'; "
        "sys.argv = ['upload', 'the message']; runpy.run_module('stages.upload', run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while "GetSubmission" not in kaggle.calls and time.monotonic() < until and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, SENT + "\n"), said
    assert [(row.reference, row.status) for row in ledger.rows()] == [("4711", "pending")]
