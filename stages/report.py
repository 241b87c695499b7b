"""One self-contained page about the run, and the tables that `dvc plots` draws."""

from pathlib import Path

from podium.foundation.entry import run
from podium.foundation.files import write_text
from podium.foundation.params import load
from podium.foundation.run import Folds
from podium.project import summary
from podium.report import page, plots
from podium.report.evidence import gather
from podium.report.params import ReportParams

PAGE = Path("reports/index.html")


def main() -> None:
    params = load(ReportParams)
    found = gather(load(Folds).folds)
    plots.write(found)
    write_text(PAGE, page.render(found, params))
    summary.last()


if __name__ == "__main__":
    run(main)
