"""Which of the download's files are images: by their suffix, else by their first bytes."""

import re

from podium.competition.foreign import has_known_suffix, no_images
from podium.competition.suffixes import pictures
from podium.download.raw import Raw
from podium.images.opening import looks_like_image

SNIFFED = 100_000_000  # bytes of a file without a known suffix that may be an image
HEAD = 1 << 16  # bytes that tell what a file is
TRIED = 3  # files of each such suffix, before all of them are read


def images_of(raw: Raw) -> list[str]:
    """Files with an image's suffix, and those without a known one whose first bytes are an image's.

    Raises UserError where there are none.
    """
    found, _ = pictures(raw.names())
    arrays = [name for name in found if name.lower().endswith(".npy")]
    if arrays and not any(looks_like_image(raw.glance(name, HEAD)) for name in arrays[:TRIED]):
        found = [name for name in found if name not in set(arrays)]
    kinds: dict[str, list[str]] = {}  # files by their suffix, all numbers being one
    for name in raw.names():
        if not has_known_suffix(name) and raw.size(name) <= SNIFFED:
            _, dot, suffix = name.rpartition("/")[2].rpartition(".")
            kinds.setdefault(dot + re.sub(r"\d+", "#", suffix) if dot else "", []).append(name)
    for suffix, names in kinds.items():
        if not suffix or any(looks_like_image(raw.glance(name, HEAD)) for name in names[:TRIED]):
            found += [name for name in names if looks_like_image(raw.glance(name, HEAD))]
    if found:
        return sorted(found)
    raise no_images(raw)
