"""What a hub may answer instead of the file, and the way out of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from podium.foundation.errors import UserError

LOCAL = "or set pretrained to the path of a local .safetensors file, or to false for random weights"
SECONDS = 60  # of waiting, where a hub that is busy does not say how long


@dataclass(frozen=True)
class Answer:
    """A hub's refusal. Status 0: nothing answered."""

    status: int
    headers: Mapping[str, str]  # by lower-case name
    with_token: bool  # was a token sent?
    text: str = ""  # what went wrong, where nothing answered


class Refused(Exception):
    """The hub did not hand out the file."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.text}")
        self.answer = answer


def kind(answer: Answer) -> str:
    """One word of `WAYS_OUT`."""
    code = answer.headers.get("x-error-code", "")
    if code == "GatedRepo":
        return "gated"
    if code == "RevisionNotFound":
        return "revision"
    if answer.status == 401 and answer.with_token:
        return "token"
    if answer.status in (401, 404):
        return "missing"
    known = {0: "silent", 200: "portal", 403: "forbidden", 429: "busy"}
    return known.get(answer.status, "broken")


def sentence(name: str, place: str, endpoint: str, answer: Answer) -> UserError:
    """What happened and the way out of it. `name`: the network; `place`: its repository or address."""
    what = WAYS_OUT[kind(answer)](place, endpoint, answer)
    return UserError(f"params.yaml: pretrained: the weights of {name} could not be fetched: {what}, {LOCAL}.")


def _silent(place: str, endpoint: str, answer: Answer) -> str:
    return f"{endpoint} does not answer ({answer.text}): connect to the network once"


def _portal(place: str, endpoint: str, answer: Answer) -> str:
    return (
        f"what answers at {endpoint} is no model hub, perhaps the login page of this network: "
        "open that page in a browser first"
    )


def _gated(place: str, endpoint: str, answer: Answer) -> str:
    login = "" if answer.with_token else ", then log in with `hf auth login` or HF_TOKEN"
    return f"its makers ask for consent first: accept their terms at {endpoint}/{place}{login}"


def _token(place: str, endpoint: str, answer: Answer) -> str:
    return (
        f"{endpoint} does not accept your token (401): make a new one at {endpoint}/settings/tokens and "
        "give it to `hf auth login` or HF_TOKEN, or remove the old one"
    )


def _missing(place: str, endpoint: str, answer: Answer) -> str:
    login = "" if answer.with_token else ", or log in with `hf auth login` if it is private"
    return f"{place} is not to be found at {endpoint} ({answer.status}): check the name{login}"


def _revision(place: str, endpoint: str, answer: Answer) -> str:
    return (
        f"{place} no longer has the commit that data/network.json records, so the same weights cannot be "
        "had: remove data/network.json to take today's (scores will differ)"
    )


def _forbidden(place: str, endpoint: str, answer: Answer) -> str:
    return f"{endpoint} forbids it (403): look at {endpoint}/{place} whether your account may read it"


def _busy(place: str, endpoint: str, answer: Answer) -> str:
    wait = answer.headers.get("retry-after", "")
    seconds = wait if wait.isdigit() else str(SECONDS)
    login = "" if answer.with_token else ", or log in with HF_TOKEN, which raises the limit"
    return f"{endpoint} got too many requests from here (429): wait {seconds} s and run again{login}"


def _broken(place: str, endpoint: str, answer: Answer) -> str:
    return f"{endpoint} is out of order ({answer.status}): nothing is wrong here, try again in a few minutes"


WAYS_OUT: dict[str, Callable[[str, str, Answer], str]] = {
    "silent": _silent,
    "portal": _portal,
    "gated": _gated,
    "token": _token,
    "missing": _missing,
    "revision": _revision,
    "forbidden": _forbidden,
    "busy": _busy,
    "broken": _broken,
}
