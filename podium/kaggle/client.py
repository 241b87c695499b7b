"""The official client, with its silences mended: bounded waits, checked answers, one sentence a failure.

Read in kaggle 2.2.5: a failed upload of a submission comes back as a message and no error, one of a data set
as a ValueError, requests have no timeout, and importing the package authenticates and prints. Hence the late
import.
"""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from podium.foundation.errors import UserError
from podium.kaggle import failures
from podium.kaggle.failures import Unreachable

TIMEOUT = 60.0  # seconds without a byte before the network counts as gone
SECRET_KEYS = ("key", "token")  # of the client's configuration
SECRET_NAMES = ("KAGGLE_KEY", "KAGGLE_API_TOKEN")
ENVIRONMENT = "KAGGLE_API_ENVIRONMENT"
LOST = "Upload unsuccessful"  # what the client says of a data set's file that did not get through
SHORTEST_SECRET = 4  # a shorter text would be cut out of plain words
STATES: dict[str, Literal["pending", "complete", "error"]] = {
    "PENDING": "pending",
    "COMPLETE": "complete",
    "ERROR": "error",
}

T = TypeVar("T")


class Unsure(Unreachable):
    """The answer to a sent submission was lost: the server may have it."""


@dataclass(frozen=True)
class Sent:
    """A submission as the server has it. Scores are None while it has none."""

    reference: str
    status: Literal["pending", "complete", "error"]
    public: float | None
    private: float | None
    error: str
    message: str
    file: str
    date: datetime | None


@dataclass(frozen=True)
class DailyLimit:
    """How many submissions were sent today (UTC) and are left."""

    today: int
    total: int
    left: int
    by_total: bool


@dataclass(frozen=True)
class CompetitionPage:
    """What the competition's page says."""

    metric: str
    daily_limit: int | None
    notebooks_only: bool


class Client:
    """One authenticated client and the competition that it talks about. Its methods raise UserError only."""

    def __init__(self, slug: str) -> None:
        """Authenticates; with an access token that is one request."""
        self.slug = slug
        self.secrets = _secrets({})
        self.uploaded = False  # whether the last submission's file got through
        with _quiet(), _bounded():
            try:
                self._api = self._build()
            except SystemExit:
                raise UserError(_why_nobody()) from None
            except Exception as error:
                if isinstance(error, OSError) and error.filename:
                    raise failures.no_home(error) from None
                raise failures.explain(error, slug, self.secrets) from None
        self.secrets = _secrets(self._api.config_values)

    def facts(self) -> CompetitionPage:
        """The competition's metric, daily limit and kind."""
        found = self._call(lambda sdk, types: sdk.get_competition(self._request(types, "GetCompetition")))
        daily = int(found.max_daily_submissions)
        return CompetitionPage(
            str(found.evaluation_metric or ""), daily or None, bool(found.is_kernels_submissions_only)
        )

    def limits(self) -> DailyLimit:
        """Today's count and what is left."""
        found = self._guarded(lambda: self._api.competition_get_submission_limits(self.slug))
        return DailyLimit(found.num_today, found.num_total, found.num_allowed_now, found.limited_by_total)

    def submit(self, path: Path, message: str) -> str:
        """Sends the file; the server's reference. Raises Unsure where it was sent and the answer was lost."""
        self.uploaded = False
        try:
            answer = self._guarded(
                lambda: self._api.competition_submit(str(path), message, self.slug, quiet=True)
            )
        except Unreachable as error:
            if self.uploaded:
                raise Unsure(str(error)) from None
            raise
        words = failures.clean(answer.message, self.secrets)
        if not self.uploaded:
            raise Unreachable(
                f"the file did not get through to Kaggle ({words}), so nothing was submitted: look at this "
                "machine's network and run the same command again."
            )
        if not answer.ref:
            raise UserError(
                f"Kaggle did not take the submission ({words or 'it gives no reference'}): see "
                f"{failures.page(self.slug, 'submissions')}."
            )
        return str(answer.ref)

    def submission(self, reference: str) -> Sent:
        """The submission of that reference."""

        def ask(sdk: Any, types: Any) -> Any:
            request = types.ApiGetSubmissionRequest()
            request.ref = int(reference)
            return sdk.get_submission(request)

        return self._sent(self._call(ask))

    def recent(self) -> list[Sent]:
        """The latest submissions, newest first."""
        found = self._guarded(lambda: self._api.competition_submissions(self.slug))
        return [self._sent(one) for one in found or []]

    def download(self, folder: Path, show: bool) -> Path:
        """Fetches the competition's files into `folder`; goes on where an earlier try stopped."""
        folder.mkdir(parents=True, exist_ok=True)

        def fetch() -> None:
            self._api.competition_download_files(self.slug, str(folder), quiet=not show)

        self._guarded(fetch, silent=not show)
        files = [path for path in folder.iterdir() if not path.name.endswith(".kaggle-partial")]
        if len(files) != 1:
            raise UserError(
                f"Kaggle sent no file for {self.slug}: fetch it at {failures.page(self.slug, 'data')}."
            )
        return files[0]

    def _build(self) -> Any:
        from kaggle.api.kaggle_api_extended import KaggleApi, ResumableUploadResult

        owner = self

        class Watched(KaggleApi):  # type: ignore[misc]
            """Remembers whether the file got through, which the client's answer does not tell."""

            # without --verbose, which VERBOSE=1 sets and which prints the token
            args: ClassVar[list[str]] = ["--local"] if os.environ.get(ENVIRONMENT) == "LOCALHOST" else []

            def upload_complete(self, *args: Any, **kwargs: Any) -> Any:
                status = super().upload_complete(*args, **kwargs)
                owner.uploaded = status == ResumableUploadResult.COMPLETE
                return status

            def _upload_file(self, file_name: str, *args: Any, **kwargs: Any) -> Any:
                try:
                    sent = super()._upload_file(file_name, *args, **kwargs)
                except ValueError as error:
                    if LOST not in str(error):
                        raise
                    sent = None
                if sent is None:  # before 2.2.5 the client went on without the file and told nobody
                    raise Unreachable(
                        f"{file_name} did not get through to Kaggle: look at this machine's network and run "
                        "the same command again."
                    )
                return sent

        api = Watched()
        api.authenticate()
        return api

    def _call(self, ask: Callable[[Any, Any], T]) -> T:
        """A request that the client's own class has no method for."""

        def run() -> T:
            from kagglesdk.competitions.types import competition_api_service as types

            with self._api.build_kaggle_client() as kaggle:
                return ask(kaggle.competitions.competition_api_client, types)

        return self._guarded(run)

    def _request(self, types: Any, name: str) -> Any:
        request = getattr(types, f"Api{name}Request")()
        request.competition_name = self.slug
        return request

    def _guarded(self, ask: Callable[[], T], silent: bool = True, where: str = "") -> T:
        with _quiet() if silent else _aloud(), _bounded():
            try:
                return ask()
            except (Exception, SystemExit) as error:
                raise failures.explain(error, self.slug, self.secrets, where) from None

    def _sent(self, one: Any) -> Sent:
        return Sent(
            reference=str(one.ref),
            status=STATES[one.status.name],
            public=_number(one.public_score),
            private=_number(one.private_score),
            error=failures.clean(one.error_description or "", self.secrets),
            message=one.description or "",
            file=one.file_name or "",
            date=one.date,
        )


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _why_nobody() -> str:
    """The sentence for a client that found nobody to be: the token was refused, is half there, or is not."""
    from kaggle.api.kaggle_api_extended import KaggleApi

    if _access_token():
        return failures.BAD_TOKEN
    if Path(KaggleApi.config).exists():
        return failures.half_a_token(KaggleApi.config)
    if any(os.environ.get(name) for name in ("KAGGLE_USERNAME", "KAGGLE_KEY")):
        return failures.half_a_token("the environment (KAGGLE_USERNAME, KAGGLE_KEY)")
    return failures.NO_TOKEN


def _access_token() -> str | None:
    """The newer kind of token, from the environment or a file."""
    from kagglesdk.kaggle_env import get_access_token_from_env

    token: str | None = get_access_token_from_env()[0]
    return token


def _secrets(config: dict[str, str]) -> list[str]:
    found = [config.get(key) for key in SECRET_KEYS] + [os.environ.get(name) for name in SECRET_NAMES]
    found.append(_access_token())
    return sorted({s for s in found if s and len(s) >= SHORTEST_SECRET}, key=len, reverse=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """The client prints errors and addresses that carry upload tokens: none of it reaches a log."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        yield


@contextmanager
def _aloud() -> Iterator[None]:
    yield


@contextmanager
def _bounded() -> Iterator[None]:
    """Gives every request of the client a timeout: it has none, and would wait for ever."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def bounded(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
        return send(self, *args, **kwargs)

    HTTPAdapter.send = bounded  # type: ignore[method-assign]
    try:
        yield
    finally:
        HTTPAdapter.send = send  # type: ignore[method-assign]
