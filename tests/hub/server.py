"""A model hub on loopback: the part of its wire format that weights need, and its ways to fail."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" + "0" * 34


@dataclass
class Hub:
    """What the hub holds and how it misbehaves. Files go by repository, commit and name."""

    files: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    main: dict[str, str] = field(default_factory=dict)  # repository -> commit
    refusal: tuple[int, dict[str, str]] | None = None  # status and headers, to every request
    refuse_bodies: bool = False  # only GETs are refused
    refusals: int = 10**9  # how many before it recovers
    corrupt: int = 0  # so many bodies come with one byte changed
    stall_after: int | None = None  # bytes, then silence
    cut_after: int | None = None  # bytes, then the connection ends; once
    store: str = ""  # where large files lie, as the real hub's do: it sends there; an address, or one's own
    moved: dict[str, str] = field(default_factory=dict)  # repository -> its new name
    page: bytes = b""  # what a captive portal answers to everything
    calls: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    url: str = ""

    def put(self, repo: str, name: str, content: bytes, commit: str = COMMIT) -> str:
        """Publishes a file as the newest commit; its SHA-256."""
        self.files[repo, commit, name] = content
        self.main[repo] = commit
        return hashlib.sha256(content).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """`/<repo>/resolve/<revision>/<file>`, and `/plain/<file>` as torchvision's server."""

    hub: Hub

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_HEAD(self) -> None:
        """The file's facts."""
        self._serve(body=False)

    def do_GET(self) -> None:
        """The file."""
        self._serve(body=True)

    def _serve(self, body: bool) -> None:
        hub = self.hub
        hub.calls.append(f"{self.command} {self.path}")
        hub.ranges.append(self.headers.get("Range", ""))
        hub.tokens.append(self.headers.get("Authorization", ""))
        if hub.page:
            self._send(200, {}, hub.page, body)
            return
        if hub.refusal and hub.refusals > 0 and (body or not hub.refuse_bodies):
            hub.refusals -= 1
            self._send(*hub.refusal, b"", body)
            return
        repo, resolve, rest = self.path.lstrip("/").partition("/resolve/")
        if repo in hub.moved:
            self._send(307, {"Location": f"/{hub.moved[repo]}{resolve}{rest}"}, b"", False)
            return
        found = self._find()
        if isinstance(found, str):
            self._send(404, {"X-Error-Code": found}, b"", body)
            return
        content, headers = found
        if hub.store and "/resolve/" in self.path:
            told = {"X-Linked-ETag": headers.pop("ETag"), "X-Linked-Size": str(len(content))}
            digest = told["X-Linked-ETag"].strip('"')
            hub.files["plain", COMMIT, digest] = content
            self._send(302, headers | told | {"Location": f"{hub.store}/plain/{digest}"}, b"", False)
            return
        begin = int(hub.ranges[-1].removeprefix("bytes=").rstrip("-") or 0) if body else 0
        if begin >= len(content) > 0:
            self._send(416, {}, b"", body)
            return
        self._send(206 if begin else 200, headers, content[begin:], body)

    def _find(self) -> str | tuple[bytes, dict[str, str]]:
        repo, _, rest = self.path.lstrip("/").partition("/resolve/")
        revision, _, name = rest.partition("/")
        if not rest:
            content = self.hub.files.get(("plain", COMMIT, self.path.rpartition("/")[2]))
            return (content, {}) if content is not None else "EntryNotFound"
        if repo not in self.hub.main:
            return "RepoNotFound"
        commit = self.hub.main[repo] if revision == "main" else revision
        if not any(key[:2] == (repo, commit) for key in self.hub.files):
            return "RevisionNotFound"
        content = self.hub.files.get((repo, commit, name))
        if content is None:
            return "EntryNotFound"
        return content, {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": commit}

    def _send(self, status: int, headers: dict[str, str], content: bytes, body: bool) -> None:
        hub = self.hub
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        if not body:
            return
        if hub.corrupt and content:
            hub.corrupt -= 1
            content = content[:-1] + bytes([content[-1] ^ 1])
        with suppress(OSError):
            if hub.stall_after is not None:
                self.wfile.write(content[: hub.stall_after])
                self.wfile.flush()
                time.sleep(1.5)
            elif hub.cut_after is not None:
                self.wfile.write(content[: hub.cut_after])
                hub.cut_after = None
            else:
                self.wfile.write(content)


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub, answering at `hub.url` until the block ends."""
    handler = type("Bound", (Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
