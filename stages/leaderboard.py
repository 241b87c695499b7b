"""make leaderboard: what was uploaded, CV against public score; asks for scores that are still pending."""

from podium.foundation.entry import run
from podium.foundation.errors import UserError
from podium.kaggle import ledger, upload
from podium.kaggle.client import Client


def main() -> None:
    for slug in sorted({row.competition for row in ledger.rows() if row.status == "pending"} - {""}):
        try:
            upload.complete(Client(slug), print)
        except UserError as error:
            print(f"pending submissions of {slug} could not be asked for: {error}")
    print(*ledger.lines(ledger.rows()), sep="\n")


if __name__ == "__main__":
    run(main, interrupted="interrupted: scores that were not asked for stay pending; make leaderboard again")
