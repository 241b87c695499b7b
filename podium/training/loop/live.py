"""Curves while training goes on: DVCLive writes them below dvclive/, which Git and DVC's outs ignore."""

from podium.contracts.fold_numbers import named
from podium.training.loop.learner import Row

FOLDER = "dvclive"


class Curves:
    """One fold's curves; `dvc plots show` and DVC's extension of VS Code draw them as they grow."""

    def __init__(self, fold: int, history: list[Row]) -> None:
        from dvclive.live import Live  # a third of a second: only who watches pays for it

        place = f"{FOLDER}/{named(fold).replace(' ', '')}"
        self.live = Live(dir=place, save_dvc_exp=False, dvcyaml=None, report=None, monitor_system=False)
        for row in history:
            self.add(row)

    def add(self, row: Row) -> None:
        """One epoch's numbers."""
        self.live.step = int(row["epoch"])
        for name, value in row.items():
            if name != "epoch":
                self.live.log_metric(name, value)
        self.live.make_summary()  # type: ignore[no-untyped-call]
