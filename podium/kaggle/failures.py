"""What can go wrong between here and Kaggle, each as one sentence with the page to open."""

import re

from podium.foundation.errors import UserError

SITE = "https://www.kaggle.com"
NO_TOKEN = (
    f"no Kaggle token is here: make one at {SITE}/settings/api and put it into ~/.kaggle/access_token, "
    "or set KAGGLE_API_TOKEN; or run `kaggle auth login`."
)
BAD_TOKEN = f"Kaggle does not accept your token: make a new one at {SITE}/settings/api."
LONGEST = 300  # characters of a server's own words


class Unreachable(UserError):
    """The network or the server failed: the same request can succeed later."""


def page(slug: str, part: str = "") -> str:
    """The competition's page, or a part of it such as `rules`."""
    return f"{SITE}/competitions/{slug}" + (f"/{part}" if part else "")


def half_a_token(where: str) -> str:
    """A user name without its key, the other way round, or a file that cannot be read."""
    return (
        f"{where} does not hold both a user name and a key: download kaggle.json anew, or make a token, at "
        f"{SITE}/settings/api."
    )


def no_home(error: OSError) -> UserError:
    """The client keeps its settings in a folder of its own, which it cannot make."""
    return UserError(
        f"{error.filename} cannot be written ({error.strerror}), where the Kaggle client keeps its settings: "
        "set KAGGLE_CONFIG_DIR to a folder that can be, with your kaggle.json in it; then run it again."
    )


def no_submissions_left(slug: str, today: int, total: bool) -> UserError:
    """The daily or the whole allowance is used up."""
    when = (
        "the competition's whole allowance is used"
        if total
        else f"{today} were sent today and the count starts anew at 00:00 UTC"
    )
    return UserError(f"{slug} takes no more submissions of yours: {when}; see {page(slug, 'submissions')}.")


def rules(slug: str, words: str = "") -> UserError:
    """The server's 403: joining means accepting the rules, which only a browser can do."""
    said = f" ({words})" if words else ""
    return UserError(
        f"Kaggle does not let you into {slug}{said}: join it and accept its rules at {page(slug, 'rules')}."
    )


def notebooks_only(slug: str) -> UserError:
    """A code competition takes no file."""
    return UserError(
        f"{slug} takes submissions from notebooks only ({page(slug, 'code')}), so no file was sent: run "
        '`make export notebook rehearse`, then make submit-notebook MESSAGE="…".'
    )


def explain(error: BaseException, slug: str, secrets: list[str], where: str = "") -> UserError:
    """The sentence for whatever the client raised; no secret stands in it.

    where: the page of what was asked about, where that is not the competition.
    """
    if isinstance(error, UserError):
        return error
    import requests

    response = getattr(error, "response", None)
    if response is not None:
        return _answered(int(response.status_code), slug, clean(_words(response), secrets), where)
    if isinstance(error, requests.RequestException | ConnectionError | TimeoutError):
        return Unreachable(
            f"Kaggle cannot be reached ({type(error).__name__}): look at this machine's network and at "
            f"https://status.kaggle.com, then run the same command again."
        )
    words = clean(f"{type(error).__name__}: {error}", secrets)
    return UserError(f"the Kaggle client failed ({words}): run it again, or use {where or page(slug)}.")


def clean(text: str, secrets: list[str]) -> str:
    """One short line without the secrets."""
    for secret in secrets:
        text = text.replace(secret, "***")
    text = " ".join(re.sub(r"<[^>]*>", " ", text).split()).rstrip(".")
    return text[:LONGEST]


def _answered(status: int, slug: str, words: str, where: str) -> UserError:
    said = f" ({words})" if words else ""
    if status == 401:
        return UserError(BAD_TOKEN)
    if status in (403, 404) and where:
        return UserError(
            f"Kaggle does not let you use {where}{said}: open that page, signed in as you are here."
        )
    if status == 403:
        return rules(slug, words)
    if status == 404:
        return UserError(f"Kaggle knows no competition {slug}{said}: look at its address, {page(slug)}.")
    if status == 429:
        return UserError(f"Kaggle asks to wait{said}: try again later; see {page(slug, 'submissions')}.")
    if status >= 500:
        return Unreachable(
            f"Kaggle's server failed with {status}{said}: look at https://status.kaggle.com and run the same "
            "command again."
        )
    return UserError(f"Kaggle refuses the request with {status}{said}: see {where or page(slug)}.")


def _words(response: object) -> str:
    """What the server says itself; its HTML pages say nothing."""
    try:
        values = response.json()  # type: ignore[attr-defined]
    except ValueError:
        return ""
    return str(values.get("message") or "") if isinstance(values, dict) else ""
