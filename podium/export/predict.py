"""Predicts images with what `make export` wrote beside this file; it needs no Podium.

    python predict.py TEST_FOLDER SAMPLE_SUBMISSION.csv OUT.csv    the submission, in the sample's form
    python predict.py FOLDER OUT.csv                               a row an image, a column a class

In Python: `Predictor(folder).predict(paths)`. It needs numpy, opencv, Pillow, pandas, and torch, or
onnxruntime where the export asked for it. The modules below podium/ are the pipeline's own, copied.
"""

import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
if (HERE / "bundle.json").exists() and str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from podium.duplicates import answers  # noqa: E402
from podium.export import card as cards  # noqa: E402
from podium.export import engines, finding  # noqa: E402
from podium.foundation.errors import UserError  # noqa: E402
from podium.images.kinds import Unreadable  # noqa: E402
from podium.images.opening import open_image  # noqa: E402
from podium.images.pixels import Pixels, decode, square  # noqa: E402
from podium.images.storing import as_stored, pixel_digest  # noqa: E402
from podium.submission import submission  # noqa: E402

TOLD_EVERY = 60.0  # seconds between two lines on how far it is
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Predicted:
    """values (n, c) in the paths' order; readable (n,): the others have the classes' shares."""

    values: Values
    readable: NDArray[np.bool_]


@dataclass(frozen=True)
class Read:
    """One image: its squares by (member, side), and its digest; no squares where it cannot be read."""

    squares: dict[tuple[int, int], Pixels] | None
    digest: str = ""


class Predictor:
    """A bundle, ready to predict: `Predictor("export").predict(paths)`."""

    def __init__(self, folder: str | Path = HERE) -> None:
        """Reads bundle.json; graphs are loaded at the first image. Raises UserError where it is no bundle."""
        self.folder = Path(folder)
        self.card = cards.read(self.folder)
        files = [self.folder / name for member in self.card.members for name in member.files]
        self._networks = engines.OnDevice(files, self.card.engine)
        self._vote = engines.graph(self.folder / self.card.vote, "cpu")

    def predict(self, paths: Sequence[str | Path]) -> pd.DataFrame:
        """A row an image in the paths' order: `path`, `readable`, then a column for each class by its name.

        A column holds the class's probability in [0, 1] (rows sum to 1), a label's own probability where an
        image has several, or a number in the unit of the training labels. An image that cannot be read has
        the shares of the training labels. Any number of images, of any size.
        """
        made = self.predicted([Path(path) for path in paths])
        table = pd.DataFrame(made.values, columns=self.card.competition["classes"])
        table.insert(0, "readable", made.readable)
        table.insert(0, "path", [str(path) for path in paths])
        return table

    def predicted(self, paths: Sequence[Path]) -> Predicted:
        """The vote of every member and fold, answers of known duplicates put in."""
        n, shares = len(paths), np.array(self.card.shares, np.float64)
        values, readable = np.tile(shares, (n, 1)), np.zeros(n, bool)
        labels: dict[str, int] = {}
        began = told = time.monotonic()
        for start, batch in self._batches(paths):
            rows = [start + i for i, one in enumerate(batch) if one.squares is not None]
            if rows:
                values[rows] = self._voted(batch)[[row - start for row in rows]]
                readable[rows] = True
            for i, one in enumerate(batch):
                if one.digest in self.card.answers:
                    labels[str(start + i)] = self.card.answers[one.digest]
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                done = start + len(batch)
                print(f"{done:,} of {n:,} images, {done / (told - began):.1f} a second", flush=True)
        if labels:
            known = answers.Answers(labels, 0, self.card.groups, self.card.agreed)
            values = answers.answer([str(row) for row in range(n)], values, known).probs
        return Predicted(values.astype(np.float32).astype(np.float64), readable)

    def _batches(self, paths: Sequence[Path]) -> Iterator[tuple[int, list[Read]]]:
        """(first row, images), decoded in threads two batches ahead."""
        size = self.card.batch
        starts = deque(range(0, len(paths), size))
        waiting: deque[tuple[int, list[Future[Read]]]] = deque()
        cv2.setNumThreads(0)  # one image a thread
        with ThreadPoolExecutor(engines.cores()) as pool:
            while starts or waiting:
                while starts and len(waiting) < 2:
                    start = starts.popleft()
                    some = paths[start : start + size]
                    waiting.append((start, [pool.submit(self._read, path) for path in some]))
                first, futures = waiting.popleft()
                yield first, [future.result() for future in futures]

    def _read(self, path: Path) -> Read:
        card = self.card
        try:
            data = path.read_bytes()
            image = open_image(data, card.megapixels, card.short_side, card.reads)
        except (Unreadable, OSError):
            return Read(None)
        digest = pixel_digest(image.pixels, image.width, image.height) if card.answers else ""
        pixels = decode(as_stored(image, data, card.short_side, card.suffix, card.quality))
        made: dict[tuple[int, int], Pixels] = {}
        for number, how in enumerate(card.members):
            for side in how.sides:
                made[number, side] = square(pixels, side, how.resize, how.interpolation)  # type: ignore[arg-type]
        return Read(made, digest)

    def _voted(self, batch: Sequence[Read]) -> Values:
        """(batch, c); rows of images that cannot be read mean nothing."""
        found, graph = [], 0
        for number, how in enumerate(self.card.members):
            feed = []
            for side in how.sides:
                squares = np.zeros((self.card.batch, side, side, 3), np.uint8)
                for i, one in enumerate(batch):
                    if one.squares is not None:
                        squares[i] = one.squares[number, side]
                feed.append(squares)
            parts = [self._networks(graph + i, feed) for i in range(len(how.files))]
            graph += len(how.files)
            found.append(np.concatenate(parts).astype(np.float32))
        probs = np.stack(found).astype(np.float64)[:, :, : len(batch)]
        voted: Values = self._vote([np.ascontiguousarray(probs)])
        return voted


def submit(predictor: Predictor, folder: Path, sample: Path, out: Path) -> Predicted:
    """Writes the sample with its values replaced, by the modules that wrote the pipeline's submission."""
    card = predictor.card
    shape = card.submission
    read = submission.read_sample(sample, shape)  # type: ignore[arg-type]
    files = finding.files_of(read.ids, folder, card)
    lacking = [name for name in read.ids if name not in files]
    if lacking:
        print(f"warning: {len(lacking):,} ids have no image, {lacking[0]!r} for one: they get the prior")
    made = predictor.predicted([files.get(name, folder / "missing") for name in read.ids])
    unreadable = int((~made.readable).sum()) - len(lacking)
    if unreadable:
        print(f"warning: {unreadable:,} images cannot be read: their rows get the prior")
    status = np.where(made.readable, "ok", "unreadable")
    images = pd.DataFrame({"image_id": read.ids, "submission_id": read.ids, "status": status})
    shares = np.array(card.shares, np.float64)
    aligned = submission.align(read.ids, images, read.ids, made.values, shares, shape.kind.truth)
    rows = submission.fill(read, shape, aligned.probs, card.digits)  # type: ignore[arg-type]
    submission.write(read, shape, rows, out)  # type: ignore[arg-type]
    return made


def main(words: Sequence[str]) -> None:
    """The command line."""
    if len(words) not in (2, 3):
        sys.exit((__doc__ or "").partition("\n\n")[2].partition("\n\n")[0])
    began = time.monotonic()
    predictor = Predictor(HERE)
    folder, out = Path(words[0]), Path(words[-1])
    if len(words) == 3:
        n = len(submit(predictor, folder, Path(words[1]), out).readable)
    else:
        table = predictor.predict([folder / name for name in finding.images(folder)])
        table.to_csv(out, index=False, lineterminator="\n")
        n = len(table)
    seconds = max(time.monotonic() - began, 1e-9)
    print(f"{out}: {n:,} images in {seconds:.1f} s ({n / seconds:.1f} a second)")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
