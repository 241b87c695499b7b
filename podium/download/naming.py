"""Names of files whose bytes are no UTF-8: read in one code page for the whole archive or folder."""

import codecs
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable

from podium.download import letters
from podium.download.sentences import counted
from podium.foundation.errors import UserError


def decoded(
    names: list[bytes], known: Callable[[], set[str]], page: str | None
) -> tuple[dict[bytes, str], str]:
    """(text of each name, a sentence where a code page was guessed, else "").

    known: words of the same download; asked only where a name is no UTF-8. Two names never become one.
    """
    texts = {}
    rest = []
    for name in names:
        try:
            texts[name] = composed(name.decode("utf-8"))
        except UnicodeDecodeError:
            rest.append(name)
    if not rest:
        return texts, ""
    beyond = [name for name in names if not name.isascii()]
    parts = list(dict.fromkeys(part for name in beyond for part in name.split(b"/") if not part.isascii()))
    plain = [part for part in parts if _is_utf8(part)]
    words = known()
    if (
        len(plain) * 2 > len(parts) or letters.words_of(part.decode() for part in plain) & words
    ):  # else some of another page are UTF-8 by chance
        parts, beyond = [part for part in parts if not _is_utf8(part)], rest
    chosen = page or letters.guess(parts, words)[0]
    rest = beyond
    told = {name: composed(name.decode(chosen, errors="backslashreplace")) for name in rest}
    texts |= told
    how = "as competition.encoding says" if page else "guessed: competition.encoding names another"
    return texts, f"{len(rest):,} file names are no UTF-8: read as {chosen} ({told[rest[0]]}; {how})"


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def composed(name: str) -> str:
    """The name in one Unicode form: macOS zips write letters with their accents apart."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def two_forms(files: Iterable[str]) -> list[str]:
    """Sentences on folders that are one because their names differ by Unicode form only; names as shipped."""
    shipped: dict[str, Counter[str]] = {}
    for name in files:
        folder = name.rpartition("/")[0]
        if not folder.isascii():
            shipped.setdefault(composed(folder), Counter())[folder] += 1
    return [
        f"the folders {counted({ascii(form): forms[form] for form in sorted(forms)}, 'file')} differ by "
        f"Unicode form only: they are taken as one, {folder}"
        for folder, forms in shipped.items()
        if len(forms) > 1
    ]


def check_page(page: str | None) -> None:
    """Raises UserError where `competition.encoding` is no encoding that Python knows."""
    if page is None:
        return
    try:
        codecs.lookup(page)
    except LookupError:
        raise UserError(
            f"competition.encoding: {page!r} is no encoding; give cp1252, cp1251, gb18030, … or null."
        ) from None
