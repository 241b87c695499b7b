"""The last words of a run: where its results lie, and the score."""

from pathlib import Path

from podium.contracts import metrics

RESULTS = (
    ("submission", Path("reports/submission.csv")),
    ("metrics", metrics.PATH),
    ("report", Path("reports/index.html")),
)


def lines() -> list[str]:
    """Where the results are, and the cross-validation score with its 95 % interval."""
    found = metrics.read()
    places = [f"{name:<12}{path}" for name, path in RESULTS if path.exists()]
    score = f"{'CV score':<12}{_four(found['cv'])} {found['metric']}"
    if "cv_low" in found and "cv_high" in found:
        score += f" (95 %: {_four(found['cv_low'])} to {_four(found['cv_high'])})"
    return [*places, f"{score}, {found['n']} images, folds {found['folds']}"]


def _four(value: float | int | str) -> str:
    return f"{float(value):.4f}"
