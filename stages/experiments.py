"""make experiments: every experiment beside the baseline, newest first; HTML=1 writes a page."""

import argparse
from pathlib import Path

from podium.foundation.entry import run
from podium.foundation.files import write_text
from podium.project import experiments, experiments_table, standing

PAGE = Path("reports/experiments.html")


def main() -> None:
    """Prints the table, or writes it as a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--html", default="", help="1: writes reports/experiments.html")
    given = parser.parse_args()
    rows = experiments.rows()
    if rows:
        experiments_table.show(rows)
    if all(row.named.name != experiments.BASELINE for row in rows):
        print(standing.without_baseline())
    if not rows:
        return
    if given.html not in ("", "0"):
        write_text(PAGE, experiments_table.page(rows))
        print(f"page: {PAGE}")


if __name__ == "__main__":
    run(main, interrupted="interrupted: nothing was changed; run it again")
