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
from podium.export.seen import Seen, joined  # noqa: E402
from podium.foundation.errors import UserError  # noqa: E402
from podium.images.kinds import Unreadable  # noqa: E402
from podium.images.opening import open_image  # noqa: E402
from podium.images.pixels import Pixels, decode, square  # noqa: E402
from podium.images.storing import as_stored, pixel_digest  # noqa: E402
from podium.submission import submission  # noqa: E402
from podium.vote import judges, merging, stacked  # noqa: E402
from podium.vote.recipe import Metadata, Recipe  # noqa: E402

TOLD_EVERY = 60.0  # seconds between two lines on how far it is
Values = NDArray[np.float64]


@dataclass(frozen=True)
class BundlePredictions:
    """values (n, c) of rows in their order; readable (n,): the others have the classes' shares."""

    values: Values
    readable: NDArray[np.bool_]


@dataclass(frozen=True)
class ReadImage:
    """One image: its squares by (member, side), and its digest; no squares where it cannot be read."""

    squares: dict[tuple[int, int], Pixels] | None
    digest: str = ""


class Predictor:
    """A bundle, ready to predict: `Predictor("export").predict(paths)`."""

    def __init__(self, folder: str | Path = HERE) -> None:
        """Reads bundle.json; graphs are loaded at the first image. Raises UserError where it is no bundle."""
        self.folder = Path(folder)
        self.card = cards.read(self.folder)
        files = [self.folder / name for one in self.card.networks for name in one.files]
        self._networks = engines.OnDevice(files, self.card.engine)
        self._vote = engines.graph(self.folder / self.card.vote, "cpu")
        self._recipe = self._made()

    def _made(self) -> Recipe:
        """How the members' predictions become what votes."""
        card, columns, alike = self.card, None, None
        k, link = len(card.competition["classes"]), card.submission.kind.link
        if card.stacked:
            with np.load(self.folder / card.stacked, allow_pickle=False) as arrays:
                columns = stacked.of_arrays(card.columns, dict(arrays), link, k)
        if card.alike:
            with np.load(self.folder / card.alike, allow_pickle=False) as arrays:
                alike = judges.of_arrays(arrays, k)
        return Recipe(merging.of_card(card.rows), columns, alike)

    def predict(
        self,
        paths: Sequence[str | Path],
        rows: Sequence[str] | None = None,
        cells: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """A row an image in the paths' order: `path`, `readable`, then a column for each class by its name.

        A column holds the class's probability in [0, 1] (rows sum to 1), a label's own probability where an
        image has several, or a number in the unit of the training labels. An image that cannot be read has
        the shares of the training labels. Any number of images, of any size.

        rows: where several images are one thing, such as the views of a patient, what each image belongs to;
        they vote as they do in the submission, and the table has a line for each by its first path.

        cells: where columns beside the image vote, those columns as text, a line for each path. Raises
        UserError where they are missing.
        """
        lacking = [name for name in self.card.beside if cells is None or name not in cells.columns]
        if lacking:
            raise UserError(f"the vote looks at columns beside the image: give cells= with {lacking[0]}.")
        asked: dict[str, list[int]] = {}
        for number in range(len(paths)):
            asked.setdefault(str(number) if rows is None else rows[number], []).append(number)
        told = None if cells is None else cells.iloc[[place for some in asked.values() for place in some]]
        made = self.predicted([[Path(paths[place]) for place in some] for some in asked.values()], told)
        table = pd.DataFrame(made.values, columns=self.card.competition["classes"])
        table.insert(0, "readable", made.readable)
        table.insert(0, "path", [str(paths[some[0]]) for some in asked.values()])
        return table

    def predicted(
        self, asked: Sequence[Sequence[Path]], cells: pd.DataFrame | None = None
    ) -> BundlePredictions:
        """The vote of every member and fold on rows of one or several images, known answers put in.

        cells: columns beside the images, a line for each image of each row.
        """
        n = len(asked)
        paths = [path for several in asked for path in several]
        home = np.repeat(np.arange(n), [len(several) for several in asked])
        made = BundlePredictions(np.tile(np.array(self.card.shares, np.float64), (n, 1)), np.zeros(n, bool))
        labels: dict[str, int] = {}
        waiting: Seen | None = None
        began = told = time.monotonic()
        for start, batch in self._batches(paths):
            done = start + len(batch)
            if any(one.squares is not None for one in batch):
                waiting = joined(waiting, self._seen(batch, home, start))
            if waiting is not None:
                whole, waiting = waiting.before(int(home[done]) if done < len(paths) else n)
                self._vote_on(whole, cells, made)
            for row, one in zip(home[start:done], batch, strict=True):
                if one.digest in self.card.answers:
                    labels[str(row)] = self.card.answers[one.digest]
            if time.monotonic() - told > TOLD_EVERY:
                told = time.monotonic()
                print(f"{done:,} of {len(paths):,} images, {done / (told - began):.1f} a second", flush=True)
        values = made.values
        if labels:
            known = answers.Answers(labels, 0, self.card.groups, self.card.agreed)
            values = answers.answer([str(row) for row in range(n)], values, known).probs
        return BundlePredictions(values.astype(np.float32).astype(np.float64), made.readable)

    def _batches(self, paths: Sequence[Path]) -> Iterator[tuple[int, list[ReadImage]]]:
        """(first row, images), decoded in threads two batches ahead."""
        size = self.card.batch
        starts = deque(range(0, len(paths), size))
        waiting: deque[tuple[int, list[Future[ReadImage]]]] = deque()
        cv2.setNumThreads(0)  # one image a thread
        with ThreadPoolExecutor(engines.cores()) as pool:
            while starts or waiting:
                while starts and len(waiting) < 2:
                    start = starts.popleft()
                    some = paths[start : start + size]
                    waiting.append((start, [pool.submit(self._read, path) for path in some]))
                first, futures = waiting.popleft()
                yield first, [future.result() for future in futures]

    def _read(self, path: Path) -> ReadImage:
        card = self.card
        try:
            data = path.read_bytes()
            image = open_image(data, card.megapixels, card.short_side, card.reads)
        except (Unreadable, OSError):
            return ReadImage(None)
        digest = pixel_digest(image.pixels, image.width, image.height) if card.answers else ""
        pixels = decode(as_stored(image, data, card.short_side, card.suffix, card.quality))
        made: dict[tuple[int, int], Pixels] = {}
        for number, how in enumerate(card.networks):
            for side in how.sides:
                made[number, side] = square(pixels, side, how.resize, how.interpolation)  # type: ignore[arg-type]
        return ReadImage(made, digest)

    def _seen(self, batch: Sequence[ReadImage], home: NDArray[np.int64], start: int) -> Seen:
        """What every member says of the images of a batch that can be read; home: every image's row."""
        found, graph = [], 0
        there = [i for i, one in enumerate(batch) if one.squares is not None]
        for number, how in enumerate(self.card.networks):
            feed = []
            for side in how.sides:
                squares = np.zeros((self.card.batch, side, side, 3), np.uint8)
                for i in there:
                    squares[i] = batch[i].squares[number, side]  # type: ignore[index]
                feed.append(squares)
            parts = [self._networks(graph + i, feed) for i in range(len(how.files))]
            graph += len(how.files)
            found.append(np.concatenate(parts)[..., there, :].astype(np.float32))
        vectors = found.pop() if self.card.look else np.zeros((len(there), 0), np.float32)
        places = start + np.array(there, np.int64)
        return Seen(home[places], places, np.stack(found), vectors)

    def _vote_on(self, seen: Seen, cells: pd.DataFrame | None, made: BundlePredictions) -> None:
        """Writes the vote on whole rows into `made`."""
        rows = np.unique(seen.home)
        if len(rows):
            told = pd.DataFrame(index=seen.images) if cells is None else cells.iloc[seen.images]
            beside = Metadata(seen.home, seen.vectors, told)
            probs = self._recipe(seen.probs.astype(np.float64), beside, self._settle)
            looks = [beside.looks] if self.card.vote_looks else []
            made.values[rows] = self._vote([np.ascontiguousarray(probs), *looks])
            made.readable[rows] = True

    def _settle(self, scores: Values) -> Values:
        shape = self.card.submission
        return shape.kind.normalise(scores, shape.table)


def submit(predictor: Predictor, folder: Path, sample: Path, out: Path) -> BundlePredictions:
    """Writes the sample with its values replaced, by the modules that wrote the pipeline's submission."""
    card = predictor.card
    shape = card.submission
    read = submission.read_sample(sample, shape)  # type: ignore[arg-type]
    files = finding.files_of(read.ids, folder, card)
    lacking = [name for name in read.ids if name not in files]
    if lacking:
        print(f"warning: {len(lacking):,} ids have no image, {lacking[0]!r} for one: they get the prior")
    asked = [files.get(name, []) for name in read.ids]
    told = finding.cells([path for several in asked for path in several], folder, card)
    made = predictor.predicted(asked, told)
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
        paths = [folder / name for name in finding.images(folder)]
        table = predictor.predict(paths, cells=finding.cells(paths, folder, predictor.card))
        table.to_csv(out, index=False, lineterminator="\n")
        n = len(table)
    seconds = max(time.monotonic() - began, 1e-9)
    print(f"{out}: {n:,} images in {seconds:.1f} s ({n / seconds:.1f} a second)")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
