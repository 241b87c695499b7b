"""make upload and make leaderboard with the real client against a server on loopback."""

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from podium.foundation.errors import UserError
from podium.kaggle import client, ledger
from stages import leaderboard, upload
from tests.kaggle.conftest import KEY, commit, git, record
from tests.kaggle.server import Kaggle

MESSAGE = "the message"


def run(monkeypatch: pytest.MonkeyPatch, message: str = MESSAGE) -> None:
    monkeypatch.setattr(sys, "argv", ["upload", message])
    upload.main()


@pytest.fixture(autouse=True)
def in_a_hurry(no_pauses: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing sleeps."""


def test_the_guard_lets_nothing_out() -> None:
    for attempt in (
        lambda: socket.getaddrinfo("api.kaggle.com", 443),
        lambda: socket.create_connection(("192.0.2.1", 443), timeout=1),
    ):
        with pytest.raises(OSError, match="a test"):
            attempt()


def test_even_a_client_of_the_real_kaggle_gets_no_further(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAGGLE_API_ENVIRONMENT")
    asked: list[str] = []
    guarded = socket.getaddrinfo

    def noted(host: str, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return guarded(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", noted)
    with pytest.raises(UserError, match=r"^Kaggle cannot be reached \(ConnectionError\): look at this"):
        run(monkeypatch)
    assert set(asked) == {"api.kaggle.com"} and kaggle.calls == []  # it is what a user's client asks for


def test_a_submission_is_sent_scored_and_remembered(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head = git("rev-parse", "HEAD")
    run(monkeypatch)
    (row,) = ledger.rows()
    assert kaggle.uploads == [b"id,label\na,1\n"]
    assert (row.public, row.private, row.status, row.reference) == (0.9125, None, "complete", "4711")
    assert (row.cv, row.cv_spread, row.message, row.competition) == (0.9, 0.01, MESSAGE, "some-zip")
    assert row.revision == head and len(row.sha256) == 64
    said = capsys.readouterr().out
    assert "CV accuracy 0.9 ± 0.01 over folds\nthe first upload\n5 submissions left today, 0 sent\n" in said
    sent = "submission 4711 is sent and remembered; waiting for its score (Ctrl-C loses nothing)\n"
    assert said.endswith(sent + "public 0.9125\n")


def test_a_first_look_is_sent_only_by_force(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores = project / "reports/metrics.json"
    scores.write_text(scores.read_text().replace("{", '{"Run": "partial: 1 of 5 folds, 9 images", ', 1))
    record()
    with pytest.raises(UserError, match=r"^this run is not whole \(partial: 1 of 5 folds, 9 images\)"):
        run(monkeypatch)
    assert kaggle.uploads == [] and ledger.rows() == []
    monkeypatch.setenv("FORCE", "1")
    run(monkeypatch)
    assert len(kaggle.uploads) == 1


def test_what_changed_since_the_last_upload(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    (project / "params.yaml").write_text("seed: 2\ncompetition:\n  path: data/raw/some.zip\n")
    scores = project / "reports/metrics.json"
    scores.write_text(scores.read_text().replace("0.9", "0.95"))
    (project / "reports/submission.csv").write_text("id,label\na,0\n")
    record()
    run(monkeypatch, "another")
    said = capsys.readouterr().out
    assert "seed: 1 -> 2" in said and "cv 0.90000 -> 0.95000 (+0.05000)" in said
    assert ledger.rows()[1].revision.endswith("-dirty")


def test_an_experiment_is_known_by_what_it_holds(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = git("rev-parse", "HEAD")
    with (project / "dvc.lock").open("a") as lock:
        lock.write("# other\n")
    made = commit()
    git("update-ref", f"refs/exps/{base[:2]}/{base[2:]}/deep-sea", made)
    git("reset", "-q", "--soft", base)
    run(monkeypatch)
    assert (ledger.rows()[0].revision, ledger.rows()[0].experiment) == (made, "deep-sea")


def test_a_slow_score_stays_pending_and_the_next_call_completes_it(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.questions = 10**6
    monkeypatch.setenv("WAIT", "0")
    run(monkeypatch)
    assert ledger.rows()[0].status == "pending" and ledger.rows()[0].reference == "4711"
    assert "no score within 0 s: submission 4711 stands in reports/leaderboard.csv" in capsys.readouterr().out
    kaggle.questions = 0
    leaderboard.main()
    assert ledger.rows()[0].public == 0.9125
    assert f"{MESSAGE}: complete, public 0.9125" in capsys.readouterr().out


def test_a_lost_network_while_waiting_leaves_it_pending(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.dropped["GetSubmission"] = 1
    run(monkeypatch)  # the second question is answered
    assert ledger.rows()[0].status == "complete"
    assert kaggle.calls.count("GetSubmission") == 3


def test_an_answer_that_was_lost_is_found_again(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.dropped["CreateSubmission"], kaggle.after = 1, True
    run(monkeypatch)
    (row,) = ledger.rows()
    assert (row.reference, row.status, len(kaggle.submissions)) == ("4711", "complete", 1)


def test_an_answer_that_was_lost_with_the_network_is_completed_later(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.dropped |= {"CreateSubmission": 1, "ListSubmissions": 1}
    kaggle.after = True
    with pytest.raises(UserError, match=r"The file was sent and no answer came: it stands in .* as pending"):
        run(monkeypatch)
    assert (ledger.rows()[0].reference, ledger.rows()[0].status) == ("", "pending")
    with pytest.raises(UserError, match="this very file was uploaded"):
        run(monkeypatch)
    kaggle.questions = 0
    leaderboard.main()  # finds it
    leaderboard.main()  # asks for its score
    assert (ledger.rows()[0].reference, ledger.rows()[0].public) == ("4711", 0.9125)


def test_a_submission_that_never_arrived_can_be_sent_again(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.dropped |= {"CreateSubmission": 1, "ListSubmissions": 1}
    with pytest.raises(UserError, match="no answer came"):
        run(monkeypatch)
    leaderboard.main()
    assert "it never arrived at Kaggle: upload it again." in capsys.readouterr().out
    run(monkeypatch)
    assert [row.status for row in ledger.rows()] == ["error", "complete"]


def test_a_lost_answer_is_not_taken_for_an_earlier_upload_with_the_same_message(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch)
    monkeypatch.setenv("FORCE", "1")
    kaggle.dropped["CreateSubmission"] = 1
    with pytest.raises(UserError, match="no answer came"):
        run(monkeypatch)
    assert [row.reference for row in ledger.rows()] == ["4711", ""]
    leaderboard.main()
    assert [row.status for row in ledger.rows()] == ["complete", "error"]


def test_the_same_file_twice(kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch)
    calls = len(kaggle.calls)
    with pytest.raises(
        UserError, match=r"this very file was uploaded on .*\(the message; it scored 0\.9125\): "
    ):
        run(monkeypatch)
    assert len(kaggle.calls) == calls
    monkeypatch.setenv("FORCE", "1")
    run(monkeypatch)
    assert len(ledger.rows()) == 2


def test_a_scoring_error_is_told_and_remembered(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.scoring_error = "Submission must have 10357 rows."
    told = (
        r"^Kaggle could not score the submission \(Submission must have 10357 rows\): see "
        r"https://www\.kaggle\.com/competitions/some-zip/submissions\.$"
    )
    with pytest.raises(UserError, match=told):
        run(monkeypatch)
    assert ledger.rows()[0].status == "error"


FORBIDDEN = "You must accept this competition's rules before you'll be able to submit."


@pytest.mark.parametrize(
    ("failures", "sentence"),
    [
        ({"StartSubmissionUpload": (403, FORBIDDEN)}, r"into some-zip \(You must .*\): join it and accept "
         r"its rules at https://www\.kaggle\.com/competitions/some-zip/rules\.$"),
        ({"GetSubmissionLimits": (403, FORBIDDEN)}, r"accept its rules at https://"),
        ({"GetCompetition": (404, "Not found")}, r"Kaggle knows no competition some-zip \(Not found\)"),
        ({"GetCompetition": (401, "Unauthorized")}, r"does not accept your token: make a new one at https://"),
        ({"GetSubmissionLimits": (500, "oops")}, r"server failed with 500 \(oops\): look at https://status"),
        ({"StartSubmissionUpload": (502, "")}, r"server failed with 502: look at https://status\.kaggle\.com"),
        ({"StartSubmissionUpload": (429, "slow down")}, r"Kaggle asks to wait \(slow down\): try again"),
        ({"StartSubmissionUpload": (400, "closed")}, r"refuses the request with 400 \(closed\): see https://"),
        ({"PUT": (403, "expired")}, r"the file did not get through .* nothing was submitted"),
        ({"CreateSubmission": (400, "too big")}, r"refuses the request with 400 \(too big\)"),
    ],
)  # fmt: skip
def test_what_a_server_can_answer(
    kaggle: Kaggle,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    failures: dict[str, tuple[int, str]],
    sentence: str,
) -> None:
    kaggle.failures = failures
    with pytest.raises(UserError, match=sentence) as told:
        run(monkeypatch)
    assert "\n" not in str(told.value) and KEY not in str(told.value)
    assert ledger.rows() == [] and kaggle.submissions == []


@pytest.mark.parametrize("method", ["GetCompetition", "GetSubmissionLimits", "StartSubmissionUpload"])
def test_a_dropped_connection_before_anything_was_sent(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    kaggle.dropped[method] = 1
    with pytest.raises(
        UserError, match=r"^Kaggle cannot be reached \(ConnectionError\): look at this machine's"
    ):
        run(monkeypatch)
    assert ledger.rows() == []


def test_an_upload_that_is_cut_once_goes_on(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.dropped["PUT"] = 2
    run(monkeypatch)
    assert kaggle.uploads == [b"id,label\na,1\n"] and ledger.rows()[0].status == "complete"


def test_an_upload_that_is_always_cut(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kaggle.dropped["PUT"] = 10**6
    with pytest.raises(UserError, match=r"the file did not get through .* nothing was submitted"):
        run(monkeypatch)
    assert ledger.rows() == [] and kaggle.submissions == []
    said = capsys.readouterr()
    assert "secret=" not in said.out + said.err  # the client prints the signed address


def test_an_answer_without_a_reference(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAIT", "0")
    kaggle.reference = 0  # the wire's word for none
    with pytest.raises(
        UserError, match=r"did not take the submission \(Successfully submitted\): see https://"
    ):
        run(monkeypatch)
    assert ledger.rows() == []


def test_no_submissions_left(kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kaggle.left, kaggle.today = 0, 5
    with pytest.raises(
        UserError, match=r"takes no more submissions of yours: 5 were sent today .*/submissions\.$"
    ):
        run(monkeypatch)
    kaggle.today = 0  # all zero: on no team
    with pytest.raises(UserError, match=r"join it and accept its rules at"):
        run(monkeypatch)
    assert "StartSubmissionUpload" not in kaggle.calls


def test_notebooks_only_is_refused_before_anything_is_sent(
    kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kaggle.notebooks_only = True
    with pytest.raises(
        UserError, match=r"takes submissions from notebooks only \(https.*/code\), so no file was sent"
    ):
        run(monkeypatch)
    assert kaggle.calls == ["GetCompetition"]
    found = project / "data/index/competition.json"
    found.write_text(found.read_text().replace("{", '{"notebooks_only": true, ', 1))
    with pytest.raises(UserError, match="notebooks only"):
        run(monkeypatch)
    assert kaggle.calls == ["GetCompetition"]


def test_no_token(nobody: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        UserError, match=r"^no Kaggle token is here: make one at https://www\.kaggle\.com/settings"
    ):
        run(monkeypatch)
    assert nobody.calls == []


@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_refused_access_token(
    nobody: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place == "environment":
        monkeypatch.setenv("KAGGLE_API_TOKEN", KEY)
    else:
        write_token("access_token", KEY)
    nobody.failures["IntrospectToken"] = (403, f"bad token {KEY}")
    with pytest.raises(UserError, match=r"^Kaggle does not accept your token: make a new one at"):
        run(monkeypatch)
    nobody.failures["IntrospectToken"] = (500, f"echo {KEY}")
    with pytest.raises(UserError, match=r"server failed with 500 \(echo \*\*\*\)"):
        run(monkeypatch)


def write_token(name: str, text: str) -> Path:
    path = Path.home() / ".kaggle" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_half_a_token(nobody: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    way_out = (
        r" does not hold both a user name and a key: download kaggle\.json anew, or make a token, at https"
    )
    monkeypatch.setenv("KAGGLE_KEY", KEY)
    with pytest.raises(UserError, match=r"^the environment \(KAGGLE_USERNAME, KAGGLE_KEY\)" + way_out):
        run(monkeypatch)
    monkeypatch.delenv("KAGGLE_KEY")
    broken = write_token("kaggle.json", f'{{"username": "someone", "key": "{KEY}')
    from kaggle.api.kaggle_api_extended import KaggleApi

    monkeypatch.setattr(KaggleApi, "config", str(broken))
    with pytest.raises(UserError, match=rf"^{broken}" + way_out) as told:
        run(monkeypatch)
    assert KEY not in str(told.value) and nobody.calls == []


def test_the_network_is_gone(kaggle: Kaggle, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kagglesdk import kaggle_env

    monkeypatch.setitem(kaggle_env._env_to_endpoint, kaggle_env.KaggleEnv.LOCAL, "http://127.0.0.1:1")
    with pytest.raises(UserError, match=r"^Kaggle cannot be reached"):
        run(monkeypatch)


@pytest.mark.parametrize("name", ["KAGGLE_KEY", "KAGGLE_API_TOKEN"])
def test_the_token_appears_nowhere(
    kaggle: Kaggle,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("VERBOSE", "1")
    caplog.set_level(0)
    kaggle.scoring_error = f"odd: {KEY}"
    with pytest.raises(UserError) as told:
        run(monkeypatch)
    monkeypatch.setenv("FORCE", "1")
    kaggle.failures["GetSubmissionLimits"] = (500, f"echo {KEY}")
    with pytest.raises(UserError, match=r"echo \*\*\*") as second:
        run(monkeypatch, f"my message with {KEY}")
    assert any(KEY in a or a.startswith("Basic ") for a in kaggle.authorizations)  # it was used
    leaderboard.main()
    out, err = capfd.readouterr()
    seen = [out, err, caplog.text, str(told.value), str(second.value)]
    seen += [path.read_text() for path in project.rglob("*") if path.is_file() and ".git" not in path.parts]
    assert not any(KEY in text for text in seen)


def test_what_must_be_given(project: Path, nobody: Kaggle, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r'say what is new: make upload MESSAGE="more copies"\.'):
        run(monkeypatch, " ")
    (project / "reports/submission.csv").unlink()
    with pytest.raises(UserError, match=r"reports/submission\.csv is missing: run `make submission`\."):
        run(monkeypatch)
    (project / "data/raw/some.kaggle.json").unlink()
    with pytest.raises(UserError, match=r"which competition data/raw/some\.zip comes from: give make upload"):
        run(monkeypatch)


def test_a_home_that_cannot_be_written_names_the_key(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(30, "Read-only file system", "/home/me/.config/kaggle")

    monkeypatch.setattr(client.Client, "_build", refuse)
    with pytest.raises(
        UserError, match=r"^/home/me/\.config/kaggle cannot be written .*set KAGGLE_CONFIG_DIR to"
    ):
        run(monkeypatch)
