"""Numbers in sentences."""

import pytest

from podium.foundation.words import counted


@pytest.mark.parametrize(
    ("number", "many", "told"),
    [(1, "", "1 class"), (0, "classes", "0 classes"), (1258, "classes", "1,258 classes")],
)
def test_a_number_and_its_noun_agree(number: int, many: str, told: str) -> None:
    assert counted(number, "class", many) == told
