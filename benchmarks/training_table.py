"""What benchmarks.training found, as a page."""

import json
from typing import Any

HEAD = """# Training the tail from cached features, beside training the frozen network the usual way

    python -m benchmarks.training signs.zip --work FOLDER --share 0.06 --cuts "block 5" "block 6"
    python -m benchmarks.training signs.zip --work FOLDER --cuts head

Same rows, weights, folds (5), epochs (10) and size (128 px), one process, one after the other; the time to
build the cache is included. Both ways compute in float32, and end with the same mean accuracy, to the last
digit.
"""
COLUMNS = (
    "cut", "processor", "share of the images", "from the cache, s", "of it the cache, s", "the usual way, s",
    "ratio", "tail, images/s", "of the machine's rate",
)  # fmt: skip
NOTES = """
The usual way decodes each image and runs the frozen part again each epoch. `of the machine's rate`: the
tail's arithmetic (three times its forward multiplications and additions) each second, against a float32
product of two 2,048 x 2,048 matrices. Depthwise convolutions move more memory than they compute: what is
left to win there is not in our loop. From the head on, the cache is most of the time: it is paid once,
however many folds, epochs and experiments follow, so all images show a larger ratio than a share of them.
"""


def markdown(found: dict[str, Any]) -> str:
    """The page."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    for name, one in found["cuts"].items():
        rate = one["tail_images_per_second"]
        cells = [
            name,
            one["processor"],
            f"{one['share']:.0%}",
            f"{one['cached_seconds']:.1f}",
            f"{one['cache_seconds']:.1f}",
            f"{one['usual_seconds']:.0f}",
            f"{one['ratio']:.1f}",
            f"{rate:,.0f}",
            f"{rate * one['tail_gflop'] / one['gflops']:.0%}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    loop, used = found["loop"], found["memory"]
    lines += [
        "",
        f"Our loop beside a bare one, an epoch from images ({loop['share']:.0%}): {loop['overhead']:+.1%}.",
    ]
    lines += [f"Anonymous memory with {used['array_gb']:.0f} GB of features: {used['anonymous_gb']:.2f} GB."]
    lines += ["", f"`{json.dumps(found['machine'])}`"]
    return "\n".join([HEAD, *lines, NOTES])
