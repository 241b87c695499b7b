"""The folder of a fold that this run does not train: skipped.json alone."""

from pathlib import Path

from podium.foundation.files import replacing_folder, write_json


def write(fold: int, present: list[int], folder: Path) -> str:
    """Writes the folder and says why the fold is skipped; `present` are the split's folds."""
    if fold in present:
        reason = "profile: quick trains the first fold alone"
    else:
        reason = f"the split has folds {', '.join(map(str, present))} alone"
    with replacing_folder(folder) as draft:
        write_json(draft / "skipped.json", {"fold": fold, "reason": reason})
    return f"fold {fold}: skipped, {reason}"
