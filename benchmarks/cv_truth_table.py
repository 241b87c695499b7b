"""The Markdown of benchmarks.cv_truth."""

from typing import Any

from benchmarks.cv_inside_table import inside
from benchmarks.record import sentence

INTRODUCTION = """# CV against the server

`cv`: every image predicted by the one network that did not learn from it, under the labels as given (with
noise: the wrong ones). `server`: the mean over the folds' own submissions. `without twins`: on those test
images that show the same as no labelled one; CV has no others, for duplicates share a fold. `vote`: the
folds' mean probabilities. Brackets are 95 % intervals; `gap`: server minus CV, in standard errors of both
together."""

READING = """## What it says

* Of 24 pairs of settings that the server's labels tell apart, by each competition's metric, CV orders 23
  rightly, among them all 21 of which it is itself sure. The one: copies for flowers' head, where CV saw no
  difference.
* With wrong labels CV is far too low, as it must be: it is scored on the labels as given. On the true ones it
  agrees.
* On simpsons the server gives 3 to 5 points more than CV. A tenth of its test images show the same as a
  training image (frames of one scene); on them lite0 is 9 points better (auto) and 21 (head). Without them a
  third to three quarters of the gap is gone where labels are right. What is left is 0.8 to 2.2 standard
  errors, on the same test images for every setting: it may be chance. Training and test images cannot be
  told apart (AUC 0.49).
* CV scores one model an image; the vote of the folds, which is submitted, scores 1 to 7 points more."""


def markdown(found: dict[str, Any], probes: dict[str, Any] | None = None) -> str:
    """The whole page; `probes`: what benchmarks.cv_inside found."""
    parts = [INTRODUCTION, sentence(found)]
    parts.append(f"{found['folds']} folds, all trained; noise: {found['noise']:.0%} of the labels flipped.")
    for name, judged in found["competitions"].items():
        sizes = f"{judged['images']} images, {judged['classes']} classes, {judged['test']} test images "
        sizes += f"({judged['test'] - judged['alone']} with a twin)"
        parts.append(f"## {name}: {sizes}, {sum(judged['seconds'].values()):.0f} s")
        parts += [_metric(by_metric) for by_metric in judged["metrics"]]
    parts.append(READING)
    return "\n\n".join([*parts, inside(probes)] if probes else parts) + "\n"


def _metric(judged: dict[str, Any]) -> str:
    lines = [
        f"| {judged['metric']} | cv | on true labels | server | without twins | single folds | vote | gap |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in judged["settings"].items():
        lines.append(
            f"| {name} | {_with(row['cv'], row['cv_interval'])} | {_number(row['cv_on_true_labels'])} | "
            f"{_with(row['server'], row['server_interval'])} | {row['server_alone']:.4f} | "
            f"{_range(row['server_range'])} | {row['vote']:.4f} | {row['gap_in_errors']:+.1f} |"
        )
    lines += ["", _ranks(judged), "", _pairs("all pairs", judged["all"])]
    lines += ["", _pairs("pairs on the same labels", judged["same_labels"])]
    if judged["wrong"]:
        lines += ["", f"Ordered wrongly though the server is sure: {'; '.join(judged['wrong'])}."]
    return "\n".join(lines)


def _ranks(judged: dict[str, Any]) -> str:
    return (
        f"Spearman rank correlation of cv and server: {_number(judged['spearman'], 2)}; "
        f"without noise: {_number(judged['spearman_same_labels'], 2)}."
    )


def _pairs(name: str, count: dict[str, int]) -> str:
    right = _share(count["cv_right"], count["server_differs"])
    sure = _share(count["cv_sure_right"], count["cv_sure"])
    both = _share(count["both_sure_right"], count["both_sure"])
    return (
        f"{name}: {count['pairs']}, of which the server tells {count['server_differs']} apart beyond noise; "
        f"cv orders {right} of them rightly. cv is sure of {count['cv_sure']} pairs, right on {sure}; both "
        f"are sure of {count['both_sure']}, and agree on {both}."
    )


def _share(part: int, whole: int) -> str:
    return f"{part} ({part / whole:.0%})" if whole else "none"


def _with(score: float, interval: tuple[float, float]) -> str:
    return f"{score:.4f} [{interval[0]:.4f}, {interval[1]:.4f}]"


def _range(values: tuple[float, float]) -> str:
    return f"{values[0]:.4f} to {values[1]:.4f}"


def _number(value: float | None, digits: int = 4) -> str:
    return "" if value is None else f"{value:.{digits}f}"
