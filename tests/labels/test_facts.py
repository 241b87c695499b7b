"""What clean_labels says of what it found."""

import pytest

from podium.labels import facts

NONE = dict.fromkeys(
    (
        "duplicates",
        "duplicates_exact",
        "duplicate_groups",
        "duplicate_groups_with_test",
        "duplicates_two_labels",
    ),
    0,
)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, "no image has a duplicate."),
        (
            {"duplicates": 2, "duplicate_groups": 1},
            "2 images (0 of them exact) in 1 group of duplicates.",
        ),
        (
            {"duplicates": 9, "duplicates_exact": 4, "duplicate_groups": 4}
            | {"duplicate_groups_with_test": 1, "duplicates_two_labels": 2},
            "9 images (4 of them exact) in 4 groups of duplicates; 1 group joins labelled images with test; "
            "2 images have a duplicate under another label.",
        ),
    ],
)
def test_of_duplicates_only_what_there_is_is_said(found: dict[str, int], told: str) -> None:
    assert facts._told(NONE | found) == told
