"""A competition's slug: the part of its address that names it."""

import re
from pathlib import Path

from podium.download.meta import read_meta
from podium.foundation.errors import UserError

ADDRESS = re.compile(r"https?://(?:www\.)?kaggle\.com/(?:competitions|c)/([^/?#]+)")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")


def parse(text: str) -> str:
    """The slug in a slug or an address. Raises UserError for anything else."""
    address = ADDRESS.match(text.strip())
    slug = (address[1] if address else text.strip()).lower()
    if not SLUG.fullmatch(slug):
        found = f"found {text!r}" if text else "found nothing"
        raise UserError(
            "COMPETITION: give the competition's slug, such as dog-breed-identification, or its address; "
            f"{found}."
        )
    return slug


def of(download: Path, given: str) -> str:
    """The slug that was given, or that `make download` saved beside the zip. Raises UserError for neither."""
    known = given or read_meta(download).slug
    if not known:
        raise UserError(
            f"nothing says which competition {download} comes from: give make upload COMPETITION=slug."
        )
    return parse(known)
