"""submit: the vote's probabilities, in exactly sample_submission's form."""

import numpy as np

from podium.contracts import competition, images, labels, predictions
from podium.foundation.entry import run
from podium.foundation.params import load
from podium.submission import submission
from podium.submission.params import SubmitParams


def main() -> None:
    """Reads the vote and the sample, writes reports/submission.csv."""
    params = load(SubmitParams)
    found = competition.read()
    shipped = images.IMAGES.read(images.PATH)
    given = labels.LABELS.read(labels.PATH)
    ids, probs = predictions.read(predictions.ENSEMBLE / "test.parquet", len(found.classes), found.task)

    sample = submission.read_sample(competition.SAMPLE, found)
    trained = shipped.loc[shipped["subset"].isin(["train", "validation"]), "image_id"]
    shares = submission.prior(found, given.loc[given["image_id"].isin(trained), "label"].tolist())
    aligned = submission.align(sample.ids, shipped, ids, probs.astype(np.float64), shares, found.kind.truth)

    rows = submission.fill(sample, found, aligned.probs, params.digits)
    submission.write(sample, found, rows)
    print(*submission.sentences(sample, found, aligned, submission.PATH, shares), sep="\n")


if __name__ == "__main__":
    run(main)
