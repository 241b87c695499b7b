"""What libjpeg says on the standard error while it decodes: the only sign that a JPEG is damaged inside.

It decodes such a file to its end, grey or garbled from the damage on, and OpenCV tells nobody. Damage that
leaves the code in step (a changed bit, mostly) it cannot see. What Pillow decodes (CMYK) is not heard.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

GRAVE = re.compile(  # a few bytes too many before a marker are what some cameras leave
    r"premature end of data segment|bad Huffman code|bad arithmetic code|instead of RST"
    r"|(?:\d{2,}|[89]) extraneous bytes before marker"
)
ITS_WORDS = re.compile(r"Corrupt JPEG data|Premature end of JPEG file|Invalid SOS parameters|JFIF|Adobe")
PASSED_ON = 1 << 16  # bytes of other libraries' words that are still printed


class Ear:
    """Bytes that came to the standard error so far, whatever thread they are of; deaf without a file."""

    def __init__(self, file: int | None = None) -> None:
        self._file = file

    def now(self) -> int:
        """How many there are."""
        return 0 if self._file is None else os.fstat(self._file).st_size

    def grave(self, since: int) -> str:
        """What libjpeg said of damage after the first `since` bytes; empty where it said none."""
        if self._file is None or (now := self.now()) == since:
            return ""
        text = os.pread(self._file, now - since, since).decode(errors="replace")
        return next((line for line in text.splitlines() if GRAVE.search(line)), "")


@contextmanager
def listening() -> Iterator[Ear]:
    """Keeps from the screen what libraries write there; Python's own `sys.stderr` goes on to it.

    At the end other libraries' words are printed.
    """
    try:
        screen = os.dup(2)
    except OSError:  # a service without a standard error
        yield Ear()
        return
    with tempfile.TemporaryFile() as file:
        before = sys.stderr
        before.flush()
        sys.stderr = os.fdopen(os.dup(screen), "w", buffering=1, errors="backslashreplace")
        os.dup2(file.fileno(), 2)
        try:
            yield Ear(file.fileno())
        finally:
            os.dup2(screen, 2)
            os.close(screen)
            sys.stderr.close()
            sys.stderr = before
            words = os.pread(file.fileno(), PASSED_ON, 0).decode(errors="replace").splitlines()
            for line in dict.fromkeys(line for line in words if not ITS_WORDS.search(line)):
                print(line, file=sys.stderr)
