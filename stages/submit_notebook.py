"""make submit-notebook MESSAGE="…": sends export/notebook, runs it at Kaggle, submits what it wrote."""

import os
import sys
from functools import partial

from podium.export import notebook
from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.kaggle import code, ledger, payload, upload
from podium.kaggle.notebooks import NotebookClient

LEFT = "interrupted: nothing was submitted; the same command goes on from where it stood"


def main() -> None:
    """Data set, notebook, run, submission, score, ledger; each step only where it is not done yet."""
    message = " ".join(" ".join(sys.argv[1:]).split())
    if not message:
        raise UserError('say what is new: make submit-notebook MESSAGE="three networks".')
    folder, force = notebook.FOLDER, os.environ.get("FORCE") == "1"
    given = os.environ.get("WAIT")
    waiting, patience = upload.waiting(given), upload.waiting(given) if given else code.PATIENCE
    slug = notebook.asked_of(folder).competition
    sent = payload.of_notebook()
    say = partial(print, flush=True)

    client = NotebookClient(slug)
    asked, mark = notebook.owned(folder, client.owner)
    client.name = asked.name
    waited = code.unfinished(ledger.rows(), mark, slug)
    upload.complete(client, say)
    held = ledger.rows()
    if waited is not None and code.scored(held, waited):
        return  # what an earlier call waited for: told by now
    if code.unfinished(held, mark, slug) is None:
        if not force:
            upload.refuse_partial(sent.scores)
            upload.refuse_repeated(mark, held, slug, "notebook", "submit-notebook")
        print(*sent.told(ledger.last(held, slug)), sep="\n")
        say(upload.left_today(client))
        code.prepare(client, folder, mark, force, patience, say)
    row = code.deliver(client, upload.row(message, slug, mark, sent), waiting, say)
    if row.status == "complete":
        print(f"public {row.public}" + ("" if row.private is None else f", private {row.private}"))


if __name__ == "__main__":
    run(main, interrupted=LEFT)
