"""A small server on loopback that speaks the part of Kaggle's wire format that uploads and downloads need."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SERVICES = "/api/v1/"


@dataclass
class Kaggle:
    """What the server knows and how it misbehaves. A failure maps a method to (status, message)."""

    left: int = 5
    today: int = 0
    notebooks_only: bool = False
    metric: str = "Categorization Accuracy"
    score: str = "0.9125"
    questions: int = 1  # asked before the score is there
    scoring_error: str = ""
    reference: int = 4711
    failures: dict[str, tuple[int, str]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)  # method -> how many connections are cut
    after: bool = False  # CreateSubmission is cut after the submission was taken
    uploads: list[bytes] = field(default_factory=list)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)
    archive: bytes = b""
    dataset: dict[str, Any] | None = None  # as GetDataset tells it, with how often it was sent
    processing: int = 1  # questions before the data set is ready
    dataset_state: str = "READY"  # afterwards
    notebook: dict[str, Any] | None = None  # its source, version and pushes
    running: int = 1  # questions before the run has ended
    run_state: str = "COMPLETE"  # afterwards
    run_failure: str = ""
    log: str = ""
    outputs: list[str] = field(default_factory=lambda: ["submission.csv"])
    push_answer: dict[str, Any] = field(default_factory=dict)  # what differs from success
    code_submissions: list[dict[str, Any]] = field(default_factory=list)
    cut: int = 0  # downloads that end after half of the bytes
    url: str = ""

    def answer(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON of a method's success."""
        return {
            "IntrospectToken": lambda: {"active": True, "username": "someone"},
            "GetCompetition": self._competition,
            "GetSubmissionLimits": self._limits,
            "StartSubmissionUpload": lambda: {"token": "blob", "createUrl": f"{self.url}/upload?secret=1"},
            "CreateSubmission": lambda: self._create(body),
            "GetSubmission": lambda: self._get(body),
            "ListSubmissions": lambda: {"submissions": self.submissions[::-1]},
            "StartBlobUpload": lambda: {"token": body["name"], "createUrl": f"{self.url}/upload?secret=1"},
            "CreateDataset": lambda: self._dataset(body),
            "CreateDatasetVersion": lambda: self._dataset(body["body"]),
            "GetDatasetStatus": self._dataset_status,
            "GetDataset": lambda: self.dataset or {},
            "SaveKernel": lambda: self._push(body),
            "GetKernel": self._kernel,
            "GetKernelSessionStatus": self._session,
            "ListKernelSessionOutput": self._output,
            "CreateCodeSubmission": lambda: self._code(body),
        }[method]()

    def missing(self, method: str) -> bool:
        """Whether the method asks for something that was never sent."""
        of_data = method in ("GetDataset", "GetDatasetStatus") and self.dataset is None
        return of_data or (method.startswith("GetKernel") and self.notebook is None)

    def _dataset(self, body: dict[str, Any]) -> dict[str, Any]:
        names = sorted(one["token"] for one in body["files"])
        sent = (self.dataset or {}).get("sent", 0) + 1
        self.dataset = {"description": body["description"], "files_sent": names, "sent": sent}
        return {"status": "ok", "ref": "someone/it"}

    def _dataset_status(self) -> dict[str, Any]:
        self.processing -= 1
        return {"status": self.dataset_state if self.processing < 0 else "BLOBS_RECEIVED"}

    def _push(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.push_answer.get("error"):
            return self.push_answer
        version = (self.notebook or {}).get("version", 0) + 1
        self.notebook = {"source": body["text"], "version": version, "sent": body}
        return {"versionNumber": version, "url": f"{self.url}/code"} | self.push_answer

    def _kernel(self) -> dict[str, Any]:
        assert self.notebook is not None
        told = {"currentVersionNumber": self.notebook["version"]}
        return {"metadata": told, "blob": {"source": self.notebook["source"]}}

    def _session(self) -> dict[str, Any]:
        self.running -= 1
        ended = {"status": self.run_state, "failureMessage": self.run_failure}
        return ended if self.running < 0 else {"status": "RUNNING"}

    def _output(self) -> dict[str, Any]:
        files = [{"url": f"{self.url}/{name}", "fileName": name} for name in self.outputs]
        return {"files": files, "log": json.dumps([{"stream_name": "stdout", "data": self.log}])}

    def _code(self, body: dict[str, Any]) -> dict[str, Any]:
        self.code_submissions.append(body)
        self.uploads.append(b"a notebook's file")
        return self._create(body | {"blobFileTokens": "blob"})

    def _competition(self) -> dict[str, Any]:
        return {
            "maxDailySubmissions": 5,
            "evaluationMetric": self.metric,
            "isKernelsSubmissionsOnly": self.notebooks_only,
        }

    def _limits(self) -> dict[str, Any]:
        return {"numToday": self.today, "numTotal": self.today, "numAllowedNow": self.left}

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["blobFileTokens"] == "blob" and self.uploads
        self.submissions.append(
            {
                "ref": self.reference,
                "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.1234567Z"),
                "description": body["submissionDescription"],
                "fileName": "submission.csv",
                "status": "PENDING",
            }
        )
        self.reference += 1
        return {"message": "Successfully submitted", "ref": self.reference - 1}

    def _get(self, body: dict[str, Any]) -> dict[str, Any]:
        found = next(one for one in self.submissions if one["ref"] == body["ref"])
        self.questions -= 1
        if self.questions < 0 and self.scoring_error:
            found |= {"status": "ERROR", "errorDescription": self.scoring_error}
        elif self.questions < 0:
            found |= {"status": "COMPLETE", "publicScore": self.score, "privateScore": ""}
        return found


@contextmanager
def serving(state: Kaggle) -> Iterator[Kaggle]:
    """The server, listening on a port of its own until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def archive() -> bytes:
    """A competition's zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("train.csv", "id,label\n" + "a.png,1\n" * 1000)
    return buffer.getvalue()


def _handler(state: Kaggle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            state.authorizations.add(self.headers.get("Authorization", ""))
            method = self.path.rpartition("/")[2]
            assert self.path.startswith(SERVICES), self.path
            self._reply(method, lambda: self._method(method, body), body)

        def do_PUT(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)

            def take() -> None:
                state.uploads.append(content)
                self._send(201, {})

            self._reply("PUT", take)

        def do_GET(self) -> None:
            self._reply("GET", self._file)

        def _reply(self, method: str, answer: Callable[[], None], body: dict[str, Any] | None = None) -> None:
            state.calls.append(method)
            if state.dropped.get(method, 0):
                state.dropped[method] -= 1
                if method.startswith("Create") and state.after:
                    state.answer(method, body or {})
                self.close_connection = True
                self.connection.close()
            elif state.missing(method):
                self._send(404, {"code": 404, "message": "there is none"})
            elif method in state.failures:
                status, message = state.failures[method]
                self._send(status, {"code": status, "message": message})
            else:
                answer()

        def _method(self, method: str, body: dict[str, Any]) -> None:
            if method == "DownloadDataFiles":
                self.send_response(302)
                self.send_header("Location", f"{state.url}/files/some-zip.zip?signed=1")
                self.end_headers()
            else:
                self._send(200, state.answer(method, body))

        def _file(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/zip")
            self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
            self.send_header("Content-Length", str(len(state.archive)))
            self.end_headers()
            half = len(state.archive) // 2 if state.cut else len(state.archive)
            state.cut = max(0, state.cut - 1)
            self.wfile.write(state.archive[:half])
            self.close_connection = True

        def _send(self, status: int, values: dict[str, Any]) -> None:
            content = json.dumps(values).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            return

        def handle(self) -> None:
            with suppress(OSError, ValueError):  # a connection that was cut on purpose
                super().handle()

    return Handler
