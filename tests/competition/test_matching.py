"""Ids and images: worked examples of every form, and that nothing outside the pool is ever returned."""

from hypothesis import given, settings
from hypothesis import strategies as st

from podium.competition.matching import ImageIndex, match


def found(ids: list[str], paths: list[str]) -> dict[str, str]:
    return match(ids, ImageIndex(paths)).found


def test_forms_by_hand() -> None:
    paths = ["train/007.jpg", "train/b.JPG", "train/c.d.png"]
    assert found(["007.jpg"], paths) == {"007.jpg": "train/007.jpg"}
    assert found(["007"], paths) == {"007": "train/007.jpg"}
    assert found(["7", "b.JPG"], paths) == {"7": "train/007.jpg", "b.JPG": "train/b.JPG"}
    assert found(["007.png"], paths) == {"007.png": "train/007.jpg"}
    assert found(["B.jpg"], paths) == {"B.jpg": "train/b.JPG"}
    assert found(["c.d"], paths) == {"c.d": "train/c.d.png"}
    assert found(["./train/b.JPG"], paths) == {"./train/b.JPG": "train/b.JPG"}
    assert found(["/kaggle/input/x/train/b.JPG"], paths) == {"/kaggle/input/x/train/b.JPG": "train/b.JPG"}
    assert found(["other/b.JPG", "train/b.JPG"], paths) == {"train/b.JPG": "train/b.JPG"}


def test_an_exact_name_wins_over_a_looser_form() -> None:
    assert found(["1"], ["t/1.png", "t/01.png"]) == {"1": "t/1.png"}


def test_two_fits_are_ambiguous() -> None:
    result = match(["1"], ImageIndex(["a/1.png", "b/1.png"]))
    assert result.ambiguous == {"1": ["a/1.png", "b/1.png"]} and not result.found


def test_numbers_in_names_only_where_nothing_else_fits() -> None:
    paths = ["img_1.png", "img_2.png", "x.png"]
    assert found(["1", "2"], paths) == {"1": "img_1.png", "2": "img_2.png"}
    assert found(["x", "1"], paths) == {"x": "x.png"}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text("a1/.\\~é", max_size=8), max_size=6),
    st.lists(st.text("a1é/", min_size=1, max_size=6), max_size=6),
)
def test_only_paths_of_the_pool_are_returned(ids: list[str], paths: list[str]) -> None:
    result = match(ids, ImageIndex(paths))
    assert set(result.found.values()) <= set(paths)
    assert set(result.found) | set(result.missing) | set(result.ambiguous) == set(ids)
