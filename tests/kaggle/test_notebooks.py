"""make submit-notebook with the real client against a server on loopback: nothing goes twice."""

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from podium.contracts import competition
from podium.export import card, notebook
from podium.foundation.errors import UserError
from podium.foundation.files import sha256, write_json
from podium.kaggle import code, ledger
from podium.submission import submission
from stages import submit_notebook
from tests.kaggle.server import Kaggle

MESSAGE = "the message"
Change = Callable[[Kaggle], None]


@pytest.fixture(autouse=True)
def in_a_hurry(no_pauses: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing sleeps, and nobody waits half a day."""
    monkeypatch.setattr(code, "PATIENCE", code.Waiting(total=5.0))


@pytest.fixture
def ready(kaggle: Kaggle, project: Path) -> Path:
    """A bundle of the finished run, and its notebook."""
    made = card.BundleCard(
        engine="torch", batch=32, members=[], vote="vote.pt", short_side=320, suffix=".jpg", quality=95,
        megapixels=200.0, meaning={}, shares=[0.5, 0.5], digits=8, sample="sample_submission.csv",
        competition=competition.read().model_dump(mode="json"), tests=["test"], trains=["train"], id_forms=[],
        published=sha256(submission.PATH),
    )  # fmt: skip
    (project / "export/podium/export").mkdir(parents=True)
    (project / "export/podium/export/card.py").write_text('"""A module."""\n')
    (project / "export/vote.pt").write_bytes(b"a graph")
    write_json(project / "export" / card.FILE, asdict(made))
    notebook.write(notebook.Asked("some-zip", notebook.NOBODY, True))
    return project


def run(monkeypatch: pytest.MonkeyPatch, message: str = MESSAGE) -> None:
    monkeypatch.setattr(sys, "argv", ["submit_notebook", message])
    submit_notebook.main()


def sendings(kaggle: Kaggle) -> list[str]:
    """What the server was sent that changes something, in order."""
    changing = ("CreateDataset", "CreateDatasetVersion", "SaveKernel", "CreateCodeSubmission")
    return [call for call in kaggle.calls if call in changing]


def test_data_set_notebook_run_submission_score_and_ledger(
    kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    assert sendings(kaggle) == ["CreateDataset", "SaveKernel", "CreateCodeSubmission"]
    assert kaggle.dataset is not None and kaggle.notebook is not None
    assert kaggle.dataset["files_sent"] == ["bundle.json", "podium.zip", "vote.pt"]
    sent = kaggle.notebook["sent"]
    assert (sent["enableInternet"], sent["enableGpu"], sent["isPrivate"]) == (False, True, True)
    assert sent["competitionDataSources"] == ["some-zip"]
    assert sent["datasetDataSources"] == ["someone/podium-some-zip"] == [sent["slug"]]
    (given,) = kaggle.code_submissions
    assert (given["kernelOwner"], given["kernelSlug"], given["kernelVersion"]) == (
        "someone", "podium-some-zip", 1
    )  # fmt: skip
    assert given["fileName"] == "submission.csv"
    (row,) = ledger.rows()
    assert (row.public, row.status, row.reference, row.cv) == (0.9125, "complete", "4711", 0.9)
    said = capsys.readouterr().out
    for sentence in (
        "CV accuracy 0.9 ± 0.01",
        "5 submissions left today",
        "sending the data set podium-some-zip",
        "version 1 of the notebook is sent and runs: https://www.kaggle.com/code/someone/podium-some",
        "the notebook ran and wrote submission.csv",
        "submission 4711 is sent",
        "public 0.9125",
    ):
        assert sentence in said
    with pytest.raises(
        UserError, match=r"this very notebook was uploaded on .* make submit-notebook FORCE=1"
    ):
        run(monkeypatch)


def test_another_bundle_becomes_a_version_of_both(
    kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch)
    (ready / "export/vote.pt").write_bytes(b"another graph")
    notebook.write(notebook.Asked("some-zip", "someone", True))
    run(monkeypatch, "another")
    assert sendings(kaggle)[3:] == ["CreateDatasetVersion", "SaveKernel", "CreateCodeSubmission"]
    assert kaggle.code_submissions[1]["kernelVersion"] == 2


SERVICES = {
    "datasets": "datasets.services.dataset_api_service.DatasetApiClient",
    "kernels": "kernels.services.kernels_api_service.KernelsApiClient",
    "competitions": "competitions.services.competition_api_service.CompetitionApiClient",
}


@pytest.mark.parametrize(
    ("service", "method"),
    [
        ("datasets", "create_dataset"),
        ("datasets", "get_dataset_status"),
        ("kernels", "save_kernel"),
        ("kernels", "get_kernel_session_status"),
        ("competitions", "get_submission"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_an_interrupted_call_goes_on_and_sends_nothing_twice(
    service: str, method: str, after: bool, kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interrupt comes before the request leaves, or after the server took it."""
    module, _, name = SERVICES[service].rpartition(".")
    client = getattr(importlib.import_module(f"kagglesdk.{module}"), name)
    real = getattr(client, method)

    def strike(self: Any, *words: Any, **named: Any) -> Any:
        if after:
            real(self, *words, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(client, method, strike)
        with pytest.raises(KeyboardInterrupt):
            run(patched)
    run(monkeypatch)
    assert sendings(kaggle) == ["CreateDataset", "SaveKernel", "CreateCodeSubmission"]
    assert [(row.status, row.public) for row in ledger.rows()] == [("complete", 0.9125)]


def test_a_submission_whose_answer_was_lost_is_found_and_not_sent_again(
    kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.dropped["CreateCodeSubmission"], kaggle.after = 1, True
    run(monkeypatch)
    assert len(kaggle.code_submissions) == 1 and ledger.rows()[0].public == 0.9125


def test_one_that_never_arrived_is_sent_by_the_next_call(
    kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.dropped["CreateCodeSubmission"] = 1
    with pytest.raises(UserError, match=r"no answer came: it stands in reports/leaderboard.csv as pending"):
        run(monkeypatch)
    run(monkeypatch)
    assert len(kaggle.code_submissions) == 1
    assert [row.status for row in ledger.rows()] == ["error", "complete"]


def has(**values: Any) -> Change:
    def change(kaggle: Kaggle) -> None:
        for name, value in values.items():
            setattr(kaggle, name, value)

    return change


FORBIDDEN = {"CreateCodeSubmission": (400, "Notebooks with internet access cannot be submitted")}


@pytest.mark.parametrize(
    ("change", "sentence", "sent"),
    [
        (has(left=0, today=5), "takes no more submissions of yours: 5 were sent", 0),
        (has(left=0, today=0), "join it and accept its rules at .*/some-zip/rules", 0),
        (has(processing=10**9), "still processing the data set: see .*/datasets/some", 1),
        (has(processing=0, dataset_state="FAILED"), r"could not process the data set \(failed\)", 1),
        (has(push_answer={"error": "Your kernel title is taken"}), "did not take the notebook .*title", 2),
        (has(push_answer={"invalidCompetitionSources": ["some-zip"]}), "may not read its data.*/rules", 2),
        (has(push_answer={"invalidDatasetSources": ["x"]}), "may not read the data set podium-some", 2),
        (has(running=10**9), "the notebook is still running after 5 s: see .*/code/someone", 2),
        (
            has(run_state="ERROR", log="a\nb\nTraceback\nValueError: nothing there\n"),
            r"it gives no reason \(its log ends: a \| b \| Traceback \| ValueError: nothing there\); see",
            2,
        ),
        (has(run_state="ERROR", log="CUDA out of memory. Tried\n"), "it ran out of memory: take fewer", 2),
        (has(run_state="ERROR", run_failure="Exceeded the maximum time"), "it ran out of time", 2),
        (has(run_state="CANCEL_ACKNOWLEDGED"), "the notebook failed at Kaggle: it gives no reason; see", 2),
        (has(outputs=["a.log"], log="done\n"), r"wrote no submission.csv \(its log ends: done\): see", 2),
        (has(failures=FORBIDDEN), r"refuses the request with 400 \(Notebooks with internet", 3),
        (has(failures={"CreateDataset": (403, "verify your phone")}), "not let you use .*verify your pho", 1),
    ],
)  # fmt: skip
def test_a_failure_is_a_sentence_with_the_page_to_open(
    change: Change, sentence: str, sent: int, kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(kaggle)
    with pytest.raises(UserError, match=sentence):
        run(monkeypatch)
    assert len(sendings(kaggle)) == sent and not [row for row in ledger.rows() if row.status != "error"]


def test_a_file_of_the_data_set_that_does_not_get_through_is_no_silent_gap(
    kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.failures = {"PUT": (400, "no")}
    with pytest.raises(UserError, match="did not get through to Kaggle: look at this machine's network"):
        run(monkeypatch)
    assert sendings(kaggle) == []


def test_what_was_edited_or_is_of_another_run_is_not_sent(
    kaggle: Kaggle, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = notebook.FOLDER / notebook.KERNEL_FILE
    text = file.read_text()
    file.write_text(json.dumps(json.loads(text) | {"enable_internet": "true"}))
    with pytest.raises(UserError, match="turns the internet on, which a code competition forbids"):
        run(monkeypatch)
    file.write_text(text)
    (notebook.FOLDER / notebook.DATASET / "vote.pt").write_bytes(b"edited")
    with pytest.raises(UserError, match="is not as make notebook wrote it: run `make notebook` again"):
        run(monkeypatch)
    values = json.loads((ready / "export" / card.FILE).read_text())
    write_json(ready / "export" / card.FILE, values | {"published": "0" * 64})
    notebook.write(notebook.Asked("some-zip", "someone", True))
    with pytest.raises(UserError, match=r"was made of another run than reports/submission.csv"):
        run(monkeypatch)
    assert sendings(kaggle) == []
