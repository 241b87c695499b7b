"""What is sent: this run's submission with its scores, or a file made elsewhere without any."""

from dataclasses import dataclass
from pathlib import Path

from podium.contracts import competition, metrics
from podium.export import card, notebook
from podium.foundation.errors import UserError
from podium.foundation.files import sha256
from podium.kaggle import changes, verify
from podium.kaggle.changes import Provenance
from podium.kaggle.ledger import Upload
from podium.submission import submission


@dataclass(frozen=True)
class Payload:
    """A file, what cross-validation says of it (nothing: it is not this run's), and where it comes from."""

    file: Path
    scores: dict[str, float | int | str]
    provenance: Provenance

    def told(self, last: Upload | None) -> list[str]:
        """Sentences on what is about to be sent; `last` is the last upload of a run."""
        if not self.scores:
            return [f"{self.file} was made elsewhere: it goes as it is, and the ledger claims no CV for it"]
        s = self.scores
        told = f"CV {s['metric']} {s['cv']} ± {s.get('cv_spread', '?')} over folds"
        return [told, *changes.since(last, s)]


def choose(elsewhere: str) -> Payload:
    """The file that FILE= names, or this run's submission. Raises UserError where neither can be sent."""
    return _made_elsewhere(elsewhere) if elsewhere else _of_this_run()


def of_notebook() -> Payload:
    """This run's scores, for a notebook whose bundle was compared with this very submission."""
    sent = _of_this_run()
    made = card.read(notebook.FOLDER / notebook.DATASET)
    if made.published != sha256(sent.file):
        raise UserError(
            f"{notebook.FOLDER} was made of another run than {sent.file}, so its CV score is not that run's: "
            "run `make export notebook`."
        )
    return sent


def _of_this_run() -> Payload:
    if not submission.PATH.is_file():
        raise UserError(f"{submission.PATH} is missing: run `make submission`.")
    verify.refuse_strangers()
    return Payload(submission.PATH, metrics.read(), changes.provenance())


def _made_elsewhere(name: str) -> Payload:
    """Its columns and ids must be the sample's: Kaggle counts a file that it cannot score."""
    file = Path(name).expanduser()
    if not file.is_file():
        raise UserError(f"FILE={name} is not there: give the path of a submission file.")
    found = competition.read()
    sample, given = (submission.read_sample(path, found) for path in (competition.SAMPLE, file))
    strange = sorted(set(sample.ids) ^ set(given.ids))
    if strange:
        raise UserError(
            f"{file} has {len(given.ids):,} ids and the sample {len(sample.ids):,}, and not both have "
            f"{strange[0]!r}: give each of the sample's ids one row."
        )
    return Payload(file, {}, Provenance("", ""))
