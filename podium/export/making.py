"""make export from end to end: what was published is written as a bundle, run in the open, and compared."""

import json
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from podium.contracts import clean, columns, competition, duplicates, images, labels, predictions, reading
from podium.contracts.competition import Competition
from podium.download import tables
from podium.download.raw import Raw
from podium.duplicates import answers
from podium.embedding.params import EmbedParams
from podium.export import agreement, beside, bundle, card, graphs, ids, members, sealed
from podium.export.agreement import Agreement
from podium.export.card import BundleCard
from podium.foundation.errors import UserError
from podium.foundation.files import replacing_folder, sha256
from podium.images.params import ImageParams
from podium.metrics import registry
from podium.submission import submission
from podium.vote import voter as voters
from podium.vote.params import EnsembleParams
from podium.vote.preparing import PreparedVote

NEEDED = {"torch": (), "onnx": ("onnxruntime",)}  # what an engine needs beside what Kaggle's image has
OF_ROWS = re.compile(r"\.(?:csv|tsv|json)/[^/]+$")  # a picture made of a row
TABLE = predictions.ENSEMBLE / "table.json"


@dataclass(frozen=True)
class Settings:
    """What params.yaml and the command line say."""

    vote: EnsembleParams
    image: ImageParams
    seed: int
    leak: bool  # whether duplicates' answers were put in
    megapixels: float
    digits: int
    embed: EmbedParams
    engine: str = "torch"


def read_table() -> dict[str, Any]:
    """table.json: how ensemble decided. Raises UserError where it is missing."""
    if not TABLE.exists():
        raise UserError(f"{TABLE} is missing: run `dvc repro`.")
    values: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return values


def refuse(settings: Settings) -> dict[str, Any]:
    """table.json. Raises UserError for what cannot be exported, before any work."""
    if not submission.PATH.exists():
        raise UserError(f"{submission.PATH} is missing: run `dvc repro`, then export.")
    said = read_table()
    _refuse_rows_of_pixels()
    members.refuse_external(settings.vote)
    graphs.refuse_without_graph(said["chosen"])
    return said


def _refuse_rows_of_pixels() -> None:
    """Raises UserError where test pictures are rows of a table: a bundle looks for files."""
    shipped = images.IMAGES.read(images.PATH)
    tests = shipped.loc[shipped["subset"] == "test", "path"]
    inside = next((path for path in tests if OF_ROWS.search(path)), None)
    if inside is not None:
        raise UserError(
            f"make export reads picture files, and test pictures are rows of {inside.rpartition('/')[0]}: "
            "upload reports/submission.csv."
        )


def make(
    settings: Settings, said: dict[str, Any], ready: PreparedVote, raw: Raw, modules: Iterable[str], most: int
) -> Agreement:
    """Writes export/ where it agrees with reports/submission.csv on `most` of its rows, evenly spread."""
    found = competition.read()
    beside.refuse_large(ready.recipe)
    with replacing_folder(card.FOLDER) as folder:
        made = _write(settings, said, ready, raw, folder)
        bundle.write(made, folder, modules)
        told = _checked(made, found, raw, folder, most)
        per_1000 = round(told.seconds / max(1, told.rows) * 1000, 2)
        bundle.write(replace(made, seconds_per_1000=per_1000), folder, modules)
    return told


def _write(
    settings: Settings, said: dict[str, Any], ready: PreparedVote, raw: Raw, folder: Path
) -> BundleCard:
    found, pool = competition.read(), ready.pool
    shipped, given = images.IMAGES.read(images.PATH), labels.LABELS.read(labels.PATH)
    engine = settings.engine
    vote = bundle.write_vote(pool, said, registry.of(found), settings.seed, folder, engine)
    folds = sorted(set(pool.home.tolist()))
    sources = members.sources(settings.vote, pool.names)
    voting = [members.write(source, i, folds, folder, engine) for i, source in enumerate(sources)]
    trained = shipped.loc[shipped["subset"].isin(["train", "validation"]), "image_id"]
    shares = submission.prior(found, given.loc[given["image_id"].isin(trained), "label"].tolist())
    recipe = ready.recipe
    more: dict[str, Any] = {"rows": recipe.rows.said} if recipe.rows else {}
    if recipe.columns is not None:
        more |= beside.write_columns(recipe.columns, folder)
        more["told"] = ids.tellers(columns.read()[recipe.columns.encoding.wanted], shipped, raw)
    if recipe.neighbours is not None:
        more |= beside.write_alike(recipe.neighbours, folder)
    looks = voters.needs_features(voters.load(said["chosen"]))
    if recipe.neighbours is not None or looks:
        look = beside.write_look(settings.embed, images.median_short_side(shipped), folder, engine)
        more |= {"look": look, "vote_looks": looks}
    if settings.leak:
        cleaned = clean.read()
        known = answers.find(cleaned, duplicates.DUPLICATES.read(duplicates.PATH), found.answers)
        table = bundle.known_answers(known, shipped, cleaned, found.answers)
        more |= {"answers": table, "agreed": known.agreed, "groups": known.groups}
    named = ids.named(ids.images_of(shipped), found.id_column, raw)
    return bundle.card(
        voting, vote, engine, shipped, found, settings.image, reading.read(), named,
        shares=shares.tolist(), published=sha256(submission.PATH),
        megapixels=settings.megapixels, digits=settings.digits, **more,
    )  # fmt: skip


def _checked(made: BundleCard, found: Competition, raw: Raw, folder: Path, most: int) -> Agreement:
    """The bundle on the download's own test images, laid out as they were shipped."""
    shipped = images.IMAGES.read(images.PATH)
    of = ids.images_of(shipped)
    text = competition.SAMPLE.read_text(encoding="utf-8")
    sheet = tables.parse(text.encode(), str(competition.SAMPLE))
    some, rows = agreement.some_rows(sheet, text, most)
    whole = submission.read_sample(competition.SAMPLE, found)
    some_ids = replace(whole, rows=[whole.rows[row] for row in rows]).ids
    paths = [path for name in some_ids for path in of[name]]
    with tempfile.TemporaryDirectory() as place:
        root, sample, out = Path(place) / "download", Path(place) / "sample.csv", Path(place) / "found.csv"
        agreement.unpack({path: path for path in [*paths, *made.tables]}, raw.read, root)
        sample.write_text(some, encoding="utf-8")
        ran = sealed.run(folder / "predict.py", [root, sample, out], given=NEEDED[made.engine])
        return replace(agreement.compare(submission.PATH, out, found.id_column), seconds=ran.seconds)
