"""Text of any make: the one door through which bytes of a table, a list or a file's name become letters.

UTF-8 and UTF-16 are told by the bytes themselves. Any other code page is a guess, which `Text` says: first
by words that the same download has in UTF-8, then by chardet (its statistics of letters), else Windows-1252.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

BOMS = {  # UTF-32's before UTF-16's, which one of them begins with
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip
ESCAPED = (  # letters written as ASCII behind a mark of two signs
    (re.compile(rb"\x1b\$"), ("iso2022_jp_2", "iso2022_kr")),
    (re.compile(rb"~\{(?:[!-~]{2})+~\}"), ("hz",)),
)
WIDTHS = ((4, "utf-32-le", "utf-32-be"), (2, "utf-16-le", "utf-16-be"))  # bytes a letter without their mark
BOTH = 2  # cells that are UTF-8 in a text that is none as a whole, for it to be of two pages
USUAL = "cp1252"  # where nothing tells more
PAGES = (  # tried against words that are known; the usual Windows pages first
    "cp1252", "cp1251", "cp1250", "gb18030", "cp932", "cp949", "big5", "cp1253", "cp1254", "cp1255", "cp1256",
    "cp1257", "cp1258", "koi8_r", "cp866", "cp850", "cp852", "cp437", "mac_roman", "euc_jp", "cp874",
)  # fmt: skip
HIGH = re.compile(rb"[^\x00-\x1f,;\"]*[\x80-\xff][^\x00-\x1f,;\"]*")  # a cell with a byte beyond ASCII
WORD = re.compile(r"[^\W\d_]+")  # a run of letters
ZERO_SHARE = 0.3  # of a text's bytes are zeros where it is UTF-16 without its mark
KANA_SHARE = 0.5  # of letters beyond ASCII that make a text Japanese
MAINFRAMES = 32  # chardet's EBCDIC pages, in which no table is handed out
LOOKED_AT = 1 << 20  # bytes of different cells that the guess looks at
BLANKS = re.compile(  # no-break, zero-width and others; what tells the writing's direction
    r"[\s\x7f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202c\u2060\u2066-\u2069\ufe00-\ufe0f\ufeff]+"
)


@dataclass(frozen=True)
class Text:
    """What bytes say."""

    text: str
    page: str  # the encoding's name
    guessed: bool = False
    share: float = 1.0  # how sure a guess is, [0, 1]


def read(data: bytes, known: Iterable[str] = (), page: str | None = None) -> Text:
    """The text in `data`. known: words of the same download; page: an encoding that the user names."""
    for mark, encoding in BOMS.items():
        if data.startswith(mark):
            return Text(data.decode(encoding, errors="replace"), encoding)
    try:
        return (_escaped(data) or Text(data.decode("utf-8"), "utf-8")) if b"\0" not in data else _wide(data)
    except UnicodeDecodeError:
        pass
    if page:
        return Text(data.decode(page, errors="replace"), page)
    if b"\0" in data[:LOOKED_AT]:
        return _wide(data)
    cells = _cells(data)
    whole = [cell for cell in cells if _decodes([cell], "utf-8")]
    if len(whole) >= BOTH and 2 * len(whole) >= len(cells):
        others = [cell for cell in cells if cell not in whole]
        return _of_two(data, others, {*known} | {cell.decode() for cell in whole})
    name, share = guess(cells, known)
    return Text(data.decode(name, errors="replace"), name, guessed=True, share=share)


def guess(words: list[bytes], known: Iterable[str] = ()) -> tuple[str, float]:
    """(encoding, how sure) of words that are no UTF-8."""
    fit = _by_words(words, known)
    if fit:
        return fit
    if _is_japanese(words):
        return "cp932", KANA_SHARE
    try:
        import chardet
    except ImportError:  # an offline notebook may lack it
        return USUAL, 0.0
    found = chardet.detect(b"\n".join(words), encoding_era=chardet.EncodingEra.ALL & ~MAINFRAMES)
    name = _page(str(found.get("encoding") or USUAL))
    if _decodes(words, name) is None:
        return USUAL, 0.0
    return name, float(found.get("confidence") or 0.0)


def words_of(texts: Iterable[str]) -> set[str]:
    """The words with a letter beyond ASCII: what a guess may be held against."""
    return {
        word
        for text in texts
        if not text.isascii()
        for word in WORD.findall(plain(text))
        if not word.isascii()
    }


def plain(text: str) -> str:
    """The text in one Unicode form, every run of blanks one space, invisible letters gone, none around it."""
    if text.isascii() and "  " not in text and text.isprintable():
        return text.strip()
    joined = BLANKS.sub(_blank, unicodedata.normalize("NFC", text))
    return joined.strip()


def _blank(hit: re.Match[str]) -> str:
    """A space where any of the run takes room, nothing where all are without width."""
    return " " if any(letter.isspace() for letter in hit[0]) else ""


def _escaped(data: bytes) -> Text | None:
    """Japanese, Korean or Chinese letters in seven bits, as mails have them; None for any other text."""
    for mark, pages in ESCAPED:
        for page in pages if mark.search(data) else ():
            with suppress(UnicodeDecodeError):
                return Text(data.decode(page), page, guessed=True)
    return None


def _of_two(data: bytes, others: list[bytes], known: Iterable[str]) -> Text:
    """UTF-8 with some cells of another page, as tables have that were put together."""
    page, share = guess(others, words_of(known))

    def told(hit: re.Match[bytes]) -> bytes:
        return hit[0] if _decodes([hit[0]], "utf-8") else hit[0].decode(page, errors="replace").encode()

    text = HIGH.sub(told, data).decode("utf-8", errors="replace")
    return Text(text, f"utf-8, and {len(others):,} cells of it as {page}", guessed=True, share=share)


def _wide(data: bytes) -> Text:
    """UTF-16 or UTF-32 without its mark: every other byte of common letters is zero, or three of four."""
    for width, little, big in WIDTHS:
        for page, start in ((little, width - 1), (big, 0)):
            zeros = data[start:LOOKED_AT:width].count(0) * width
            if len(data) % width == 0 and zeros > len(data[:LOOKED_AT]) * ZERO_SHARE:
                with suppress(UnicodeDecodeError):
                    return Text(data.decode(page), page)
    return Text(data.decode("utf-8", errors="replace"), "utf-8")


def _cells(data: bytes) -> list[bytes]:
    """The different cells that hold bytes beyond ASCII: the rest says nothing of the language."""
    cells: dict[bytes, None] = {}
    size = 0
    for hit in HIGH.finditer(data):
        if hit[0] not in cells:
            cells[hit[0]] = None
            size += len(hit[0])
            if size > LOOKED_AT:
                break
    return list(cells)


def _by_words(words: list[bytes], known: Iterable[str]) -> tuple[str, float] | None:
    """The page in which most of the words are words that the download has elsewhere."""
    wanted = set(known)
    if not wanted:
        return None
    best: tuple[str, float] | None = None
    for page in PAGES:
        texts = _decodes(words, page)
        hits = sum(bool(words_of([text]) & wanted) for text in texts or [])
        if texts and hits and (best is None or hits / len(texts) > best[1]):
            best = page, hits / len(texts)
    return best


def _is_japanese(words: list[bytes]) -> bool:
    """Whether the words are kana in Shift-JIS, which few letters tell: chardet asks for more of them."""
    text = "".join(_decodes(words, "cp932") or [])
    beyond = [letter for letter in text if not letter.isascii()]
    kana = sum("\u3041" <= letter <= "\u30fc" for letter in beyond)
    others = sum("\uff61" <= letter <= "\uff9f" or not letter.isalpha() for letter in beyond)
    return bool(beyond) and kana >= KANA_SHARE * len(beyond) and others == 0


def _decodes(words: list[bytes], page: str) -> list[str] | None:
    try:
        return [word.decode(page) for word in words]
    except (UnicodeDecodeError, LookupError):
        return None


def _page(name: str) -> str:
    """The encoding as Python names it; the larger of two that share their letters."""
    try:
        plain_name = codecs.lookup(name).name
    except LookupError:
        return USUAL
    larger = {"iso8859-1": "cp1252", "iso8859-8": "cp1255", "gb2312": "gb18030", "gbk": "gb18030",
              "shift_jis": "cp932", "euc_kr": "cp949", "mac-iceland": "mac-roman"}  # fmt: skip
    return larger.get(plain_name, plain_name)
