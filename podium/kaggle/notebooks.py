"""The official client's data sets, notebooks and code submissions, each answer checked."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from podium.foundation.errors import UserError
from podium.kaggle import failures
from podium.kaggle.client import Client, Unsure
from podium.kaggle.failures import SITE, Unreachable

OUTPUT = "submission.csv"
NOT_THERE = (403, 404)  # the server's words for what is not, or is somebody else's
READY, BROKEN = "ready", ("failed", "deleted")
T = TypeVar("T")


@dataclass(frozen=True)
class Session:
    """How a notebook's run stands; `why` is the server's own word on a failure."""

    state: Literal["running", "complete", "error"]
    why: str = ""


STATES: dict[str, Literal["running", "complete", "error"]] = {
    "QUEUED": "running",
    "RUNNING": "running",
    "NEW_SCRIPT": "running",
    "COMPLETE": "complete",
    "ERROR": "error",
    "CANCEL_REQUESTED": "error",
    "CANCEL_ACKNOWLEDGED": "error",
}


class NotebookClient(Client):
    """A client that submits a version of a notebook in place of a file."""

    name, version = "", 0  # of the notebook that `submit` sends

    @property
    def owner(self) -> str:
        """The user's name at Kaggle. Raises UserError where the token does not tell it."""
        found = str(self._api.config_values.get("username") or "")
        if not found:
            raise UserError("your Kaggle token names no user: set KAGGLE_USERNAME to your user name.")
        return found

    def page_of(self, kind: Literal["code", "datasets"]) -> str:
        """The notebook's or the data set's page."""
        return f"{SITE}/{kind}/{self.owner}/{self.name}"

    def dataset_mark(self) -> str | None:
        """The description of the data set as it is at Kaggle; None where there is none of that name."""

        def ask() -> str:
            from kagglesdk.datasets.types import dataset_api_service as types

            request = types.ApiGetDatasetRequest()
            request.owner_slug, request.dataset_slug = self.owner, self.name
            with self._api.build_kaggle_client() as kaggle:
                return str(kaggle.datasets.dataset_api_client.get_dataset(request).description or "")

        return self._or_none(ask, self.page_of("datasets"))

    def send_dataset(self, folder: Path, new: bool, notes: str) -> None:
        """Creates the data set, or a version of it, from a folder with its metadata."""
        where, place = self.page_of("datasets"), str(folder.resolve())  # by which broken uploads are resumed
        made = self._guarded(
            lambda: (
                self._api.dataset_create_new(place, quiet=True, dir_mode="zip")
                if new
                else self._api.dataset_create_version(place, notes, quiet=True, dir_mode="zip")
            ),
            where=where,
        )
        if made.error or str(made.status or "").lower() == "error":
            words = failures.clean(str(made.error or ""), self.secrets)
            raise UserError(f"Kaggle did not take the data set ({words or 'no reason'}): see {where}.")

    def dataset_ready(self) -> bool:
        """Whether notebooks can use it. Raises UserError where Kaggle could not process it."""
        where = self.page_of("datasets")
        found = str(self._guarded(lambda: self._api.dataset_status(f"{self.owner}/{self.name}"), where=where))
        if found in BROKEN:
            raise UserError(f"Kaggle could not process the data set ({found}): see {where}.")
        return found == READY

    def notebook(self) -> tuple[str, int] | None:
        """(source, latest version) of the notebook as it is at Kaggle; None where there is none."""

        def ask() -> tuple[str, int]:
            from kagglesdk.kernels.types import kernels_api_service as types

            request = types.ApiGetKernelRequest()
            request.user_name, request.kernel_slug = self.owner, self.name
            with self._api.build_kaggle_client() as kaggle:
                found = kaggle.kernels.kernels_api_client.get_kernel(request)
            return str(found.blob.source or ""), int(found.metadata.current_version_number or 0)

        return self._or_none(ask, self.page_of("code"))

    def push(self, folder: Path) -> int:
        """Sends the notebook, which starts its run; the version. Raises UserError where it may not."""
        where = self.page_of("code")
        made = self._guarded(lambda: self._api.kernels_push(str(folder)), where=where)
        if made.error:
            raise UserError(
                f"Kaggle did not take the notebook ({failures.clean(made.error, self.secrets)}): see {where}."
            )
        if made.invalid_competition_sources:
            raise failures.rules(self.slug, "the notebook may not read its data")
        if made.invalid_dataset_sources:
            raise UserError(
                f"the notebook may not read the data set {self.name}: see {self.page_of('datasets')}, then "
                "run the same command again."
            )
        return int(made.version_number or 0)

    def session(self) -> Session:
        """How the notebook's latest run stands."""
        found = self._guarded(
            lambda: self._api.kernels_status(f"{self.owner}/{self.name}"), where=self.page_of("code")
        )
        return Session(STATES[found.status.name], failures.clean(found.failure_message or "", self.secrets))

    def output(self) -> tuple[list[str], list[str]]:
        """(names of the files that the latest run wrote, lines of its log)."""

        def ask() -> tuple[list[str], list[str]]:
            from kagglesdk.kernels.types import kernels_api_service as types

            request = types.ApiListKernelSessionOutputRequest()
            request.user_name, request.kernel_slug = self.owner, self.name
            with self._api.build_kaggle_client() as kaggle:
                found = kaggle.kernels.kernels_api_client.list_kernel_session_output(request)
            return [str(one.file_name) for one in found.files or []], _lines(found.log or "")

        return self._guarded(ask, where=self.page_of("code"))

    def submit(self, path: Path, message: str) -> str:
        """Submits the notebook's version; the server's reference. Raises Unsure where the answer was lost."""
        self.uploaded = False
        where = failures.page(self.slug, "submissions")

        def ask() -> Any:
            self.uploaded = True
            return self._api.competition_submit_code(
                path.name, message, self.slug, f"{self.owner}/{self.name}", self.version, quiet=True
            )

        try:
            answer = self._guarded(ask)
        except Unreachable as error:
            raise Unsure(str(error)) from None
        if not answer.ref:
            words = failures.clean(answer.message or "", self.secrets) or "it gives no reference"
            raise UserError(f"Kaggle did not take the submission ({words}): see {where}.")
        return str(answer.ref)

    def _or_none(self, ask: Callable[[], T], where: str) -> T | None:
        """The answer; None where the server says that there is nothing of the kind."""

        def asked() -> T | None:
            import requests

            try:
                return ask()
            except requests.HTTPError as error:
                if error.response is not None and error.response.status_code in NOT_THERE:
                    return None
                raise

        return self._guarded(asked, where=where)


def _lines(log: str) -> list[str]:
    """A run's log, which comes as JSON objects with `data`, as lines of text."""
    with suppress(ValueError, AttributeError):
        log = "".join(str(part.get("data", "")) for part in json.loads(log))
    return [line for line in log.splitlines() if line.strip()]
