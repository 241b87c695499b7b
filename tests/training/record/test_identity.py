"""A fold's key is the same in a trial and in the fold's own stage, and knows the code that trains it."""

import subprocess
import sys

TELL = (
    "; from podium.training.record.identity import code_digest, _reached; print(code_digest(), *_reached())"
)
STAGE = "import podium.training.record.finished, podium.training.prepared"
TRIAL = "import podium.selection.choosing"


def told(imports: str) -> tuple[str, set[str]]:
    script = imports + TELL
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    digest, *names = out.split()
    return digest, set(names)


def test_a_trial_and_the_folds_own_stage_have_one_digest_of_code() -> None:
    trial, stage = told(TRIAL), told(STAGE)
    assert trial == stage
    assert {"podium.training.loop.engine", "podium.training.optim.schedules", "podium.networks.cut"} <= stage[
        1
    ]
    assert not {name for name in trial[1] if name.startswith(("podium.selection", "podium.tta"))}


def test_a_chosen_plug_in_counts() -> None:
    digest, names = told(f"{STAGE}; import podium.training.losses.focal")
    assert "podium.training.losses.focal" in names and digest != told(STAGE)[0]
