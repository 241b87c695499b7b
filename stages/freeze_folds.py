"""`make freeze-folds`: writes the folds of the last run to split.file, where later runs read them.

No stage: it writes the user's own file. A frozen image stays in its fold whatever is corrected or added.
"""

from pathlib import Path

from podium.contracts.folds import FOLDS, PATH
from podium.folds.params import SplitParams
from podium.foundation.entry import run
from podium.foundation.files import replacing
from podium.foundation.params import load


def main() -> None:
    path = Path(load(SplitParams).file)
    table = FOLDS.read(PATH)
    with replacing(path) as draft:
        table[["image_id", "fold"]].to_csv(draft, index=False, lineterminator="\n")
    print(f"froze the folds of {len(table)} images in {path}; to thaw, leave only its header line.")


if __name__ == "__main__":
    run(main, interrupted="interrupted: no fold was frozen; make freeze-folds again")
