"""Nothing is fetched without a clear yes."""

from pathlib import Path

import pytest
import yaml

from podium.foundation.errors import UserError
from podium.networks.machine import Device
from podium.project.permission import wanted, with_hub

PARAMS = Path("params.yaml").read_text(encoding="utf-8")
T4 = Device("cuda", 15.8)


@pytest.mark.parametrize(
    ("said", "answer"), [("y", True), ("YES", True), ("", False), ("n", False), ("perhaps", False)]
)
def test_only_yes_is_yes(said: str, answer: bool) -> None:
    questions: list[str] = []
    assert wanted("", T4, lambda question: questions.append(question) or said) is answer  # type: ignore[func-returns-value]
    assert "convnext_tiny.in12k_ft_in1k" in questions[0] and "114 MB" in questions[0]


def test_who_has_no_gpu_or_no_terminal_is_not_asked() -> None:
    assert wanted("", Device("cpu"), lambda _: "y") is None
    assert wanted("", T4, None) is None
    assert wanted("yes", Device("cpu"), None) is True
    assert wanted("no", T4, lambda _: "y") is False
    with pytest.raises(UserError, match="HUB=maybe: give HUB=yes or HUB=no"):
        wanted("maybe", T4, None)


def test_the_answer_is_one_word_in_the_file() -> None:
    yes = with_hub(PARAMS, True)
    assert yaml.safe_load(yes)["hub"] is True and yaml.safe_load(PARAMS)["hub"] is False
    assert [a for a, b in zip(yes.splitlines(), PARAMS.splitlines(), strict=True) if a != b] == [
        next(line for line in PARAMS.splitlines() if line.startswith("hub:")).replace("false ", "true  ", 1)
    ]
    assert with_hub(yes, False) == PARAMS and with_hub(yes, None) == yes
