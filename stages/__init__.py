"""One thin script a stage: read artifacts, call podium, write artifacts."""

import sys
from types import TracebackType


def _interrupted(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Ctrl-C while a script still imports, before podium.foundation.entry hears of it: no traceback."""
    if issubclass(kind, KeyboardInterrupt):
        print("interrupted: nothing was done yet", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _interrupted
