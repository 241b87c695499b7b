"""DVC's own command line, less what it says of a first run: `python -m podium.project.plain_dvc exp run`.

Before an experiment DVC takes every out from its cache, and warns of each that no lock file knows: two dozen
lines in a fresh clone, of which nothing follows.
"""

import logging
import runpy
import sys

SPEAKER = "dvc_data.index.checkout"  # the logger, of DVC 3
UNMADE = "No file hash info found for"
INTERRUPTED = 130


def follows(record: logging.LogRecord) -> bool:
    """Does anything follow from that line?"""
    return not str(record.msg).startswith(UNMADE)


def main() -> None:
    """Runs DVC with this process's arguments; Ctrl-C while it still imports is no traceback."""
    logging.getLogger(SPEAKER).addFilter(follows)
    try:
        runpy.run_module("dvc", run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
