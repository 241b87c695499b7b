"""Files of a model hub's repositories, in the cache that all of the hub's tools share.

The cache is huggingface_hub's own (HF_HOME moves it): what other tools fetched is found, and what is fetched
here they find. Its client is not used for the transfer: it takes bytes of the right length for the right
bytes, keeps them for ever, and answers a hub in trouble with minutes of retries.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from podium.contracts.network import WeightsFile
from podium.foundation.errors import UserError
from podium.foundation.files import write_text
from podium.hub import transfer
from podium.hub.refusals import Answer, Refused, sentence
from podium.hub.transfer import WHOLE, Wanted

ANSWER_SECONDS = 5.0  # how long the hub may take to answer
PAUSE = 1.0  # before it is asked again, once, where it is out of order
OUT_OF_ORDER = (500, 502, 503, 504)
SENT_ON = 5  # times that a hub may send to another address before it says what the file is
MAIN = "main"  # the moving revision that whoever has no commit yet begins with


@dataclass(frozen=True)
class Remote:
    """A file as the hub describes it."""

    file: str
    commit: str
    digest: str  # its SHA-256; empty where the hub's ETag is something else
    size: int  # bytes


def fetch(
    name: str, repo: str, files: tuple[str, ...], pin: WeightsFile | None = None
) -> tuple[Path, WeightsFile]:
    """The first of `files` that `repo` has, in the cache and intact, and what it is.

    With a `pin`: that file of that commit with those bytes, without asking the hub where the cache has it.
    Raises UserError with the right way out where it cannot be had.
    """
    if pin is not None and (path := _cached(repo, pin.file, pin.commit, pin.sha256)):
        return path, pin
    try:
        remote = _first(repo, (pin.file,) if pin else files, pin.commit if pin else MAIN)
    except Refused as refused:
        found = None if pin else _without_the_hub(repo, files)
        if found is None:
            raise sentence(name, repo, endpoint(), refused.answer) from None
        print(f"{name}: {endpoint()} hands out nothing now, its weights are those of the cache")
        return found
    if pin is not None and remote.digest and remote.digest != pin.sha256:
        raise UserError(
            f"data/network.json: {repo}/{pin.file} changed at the hub: it has SHA-256 {remote.digest[:12]}… "
            f"and was {pin.sha256[:12]}…: remove data/network.json to take today's (scores will differ)."
        )
    return _bring(name, repo, remote, newest=pin is None)


def endpoint() -> str:
    """The hub's address; HF_ENDPOINT moves it."""
    from huggingface_hub import constants

    return str(constants.ENDPOINT)


def cached(repo: str, files: tuple[str, ...]) -> bool:
    """Does the cache have one of the files, whatever the hub has by now?"""
    return _without_the_hub(repo, files) is not None


def _bring(name: str, repo: str, remote: Remote, newest: bool) -> tuple[Path, WeightsFile]:
    storage = _storage(repo)
    blob = storage / "blobs" / (remote.digest or f"{remote.commit}-{Path(remote.file).name}")
    wanted = Wanted(name, _url(repo, remote.file, remote.commit), remote.digest, remote.size, _headers())
    try:
        digest = transfer.bring(wanted, blob)
    except Refused as refused:
        raise sentence(name, repo, endpoint(), refused.answer) from None
    place = storage / "snapshots" / remote.commit / remote.file
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink() or place.exists():
        place.unlink()
    up = "../" * len(place.relative_to(storage).parent.parts)
    place.symlink_to(f"{up}blobs/{blob.name}")
    if newest:
        write_text(storage / "refs" / MAIN, remote.commit)
    source = WeightsFile(
        kind="hub",
        place=repo,
        file=remote.file,
        commit=remote.commit,
        sha256=digest,
        size=blob.stat().st_size,
    )
    return place, source


def _first(repo: str, files: tuple[str, ...], revision: str) -> Remote:
    """What the hub says of the first of `files` that it has."""
    for file in files:
        try:
            return _ask(repo, file, revision)
        except Refused as refused:
            absent = refused.answer.headers.get("x-error-code") == "EntryNotFound"
            if not absent or file == files[-1]:
                raise
    raise AssertionError("files is empty")


def _ask(repo: str, file: str, revision: str) -> Remote:
    """One question, and a second one where the hub is out of order."""
    try:
        return _head(repo, file, revision)
    except Refused as refused:
        if refused.answer.status not in OUT_OF_ORDER:
            raise
    time.sleep(PAUSE)
    return _head(repo, file, revision)


def _head(repo: str, file: str, revision: str) -> Remote:
    """What the hub says of the file before it sends to the store where the bytes lie.

    The first answer that names the commit counts: a store knows none, whether it is another host's (the hub's
    own) or the same one's (a mirror's).
    """
    from huggingface_hub import constants

    token = "authorization" in {name.lower() for name in _headers()}
    if constants.HF_HUB_OFFLINE:
        raise Refused(Answer(0, {}, False, "HF_HUB_OFFLINE is set"))
    url, headers = _url(repo, file, revision), _headers() | {"Accept-Encoding": "identity"}
    for _ in range(SENT_ON):
        answer = _asked(url, headers, token)
        found = answer.headers
        etag = found.get("x-linked-etag") or found.get("etag", "")
        size = found.get("x-linked-size") or ("" if answer.status >= 300 else found.get("content-length", ""))
        if "x-repo-commit" in found and etag and size.isdigit() and int(size):
            digest = etag.removeprefix("W/").strip('"')
            return Remote(file, found["x-repo-commit"], digest if WHOLE.fullmatch(digest) else "", int(size))
        if answer.status < 300 or "location" not in found:
            break
        onward = urljoin(url, found["location"])
        if urlsplit(onward).netloc != urlsplit(url).netloc:  # a token is for the hub alone
            headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        url = onward
    raise Refused(Answer(200, {}, token))


def _asked(url: str, headers: dict[str, str], token: bool) -> Answer:
    """The answer to one HEAD. Raises Refused where it is an error, or none comes."""
    from huggingface_hub import get_session

    try:
        response: Any = get_session().request(
            "HEAD", url, headers=headers, timeout=ANSWER_SECONDS, follow_redirects=False
        )
    except Exception as error:  # the client's own, whichever library it is made of
        text = str(error).strip().splitlines()[0][:100] if str(error).strip() else ""
        raise Refused(Answer(0, {}, token, f"{type(error).__name__}: {text}".rstrip(": "))) from None
    found = {name.lower(): value for name, value in response.headers.items()}
    answer = Answer(int(response.status_code), found, token)
    if answer.status >= 400:
        raise Refused(answer)
    return answer


def _without_the_hub(repo: str, files: tuple[str, ...]) -> tuple[Path, WeightsFile] | None:
    """The file of the commit that was `main` when the hub was last heard."""
    reference = _storage(repo) / "refs" / MAIN
    if not reference.is_file():
        return None
    commit = reference.read_text().strip()
    for file in files:
        place = _storage(repo) / "snapshots" / commit / file
        blob = place.resolve().name
        if WHOLE.fullmatch(blob) and (path := _cached(repo, file, commit, blob)):
            size = path.stat().st_size
            return path, WeightsFile(kind="hub", place=repo, file=file, commit=commit, sha256=blob, size=size)
    return None


def _cached(repo: str, file: str, commit: str, digest: str) -> Path | None:
    place = _storage(repo) / "snapshots" / commit / file
    return place if transfer.intact(place, digest) else None


def _storage(repo: str) -> Path:
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repo, repo_type="model")


def _url(repo: str, file: str, revision: str) -> str:
    return f"{endpoint()}/{repo}/resolve/{quote(revision, safe='')}/{quote(file)}"


def _headers() -> dict[str, str]:
    from huggingface_hub import get_token
    from huggingface_hub.utils._headers import build_hf_headers

    return dict(build_hf_headers(token=get_token() or False))
