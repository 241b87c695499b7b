"""Which ids are an image's with an ending: every image has every ending; the longest names are taken."""

from podium.competition.long_rows import endings_of


def of(*names: str):
    return lambda images: set(images) <= set(names)


def test_the_longest_names_that_mean_images_are_taken() -> None:
    ids = [f"{image}_{part}_g" for image in ("a_1", "a_10") for part in ("dry", "wet")]
    assert endings_of(ids, of("a_1", "a_10")) == ["_dry_g", "_wet_g"]
    assert endings_of(ids, of("a_1_dry", "a_10_dry")) == []


def test_an_image_without_an_ending_makes_no_grid() -> None:
    ids = ["1_C1", "1_C2", "2_C1", "2_C3"]
    assert endings_of(ids, of("1", "2")) == []


def test_one_image_may_have_all_rows() -> None:
    assert endings_of(["x__Dry_Clover", "x__Dry_Dead", "x__GDM"], of("x")) == [
        "__Dry_Clover",
        "__Dry_Dead",
        "__GDM",
    ]


def test_an_ending_that_ends_another_is_told_by_the_longer() -> None:
    ids = [f"{image}{end}" for image in ("p", "q") for end in ("_total_g", "_g")]
    assert endings_of(ids, of("p", "q")) == ["_total_g", "_g"]
