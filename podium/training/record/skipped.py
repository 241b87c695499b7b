"""The folder of a fold that this run does not train: skipped.json alone."""

from pathlib import Path

from podium.foundation.files import replacing_folder, write_json


def write(fold: int, reason: str, folder: Path) -> str:
    """Writes the folder and says why the fold is skipped."""
    with replacing_folder(folder) as draft:
        write_json(draft / "skipped.json", {"fold": fold, "reason": reason})
    return f"fold {fold}: skipped, {reason}"
