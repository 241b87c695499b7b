"""params.yaml is read strictly, and every mistake is a sentence with its key."""

from pathlib import Path
from typing import ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from podium.foundation.errors import UserError
from podium.foundation.params import Section, load, parse, read, refuse_unknown


class Inner(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    depth: int = Field(1, ge=1, le=9)


class Part(Section):
    section: ClassVar[str] = "part"
    size: int | Literal["auto"] = "auto"
    rate: float = 0.1
    inner: Inner = Inner()
    steps: list[Inner] = []
    per_class: dict[str, int | Literal["max"]] = {}


class Top(Section):
    seed: int = 0


def test_defaults_stand_in_for_what_is_left_out() -> None:
    assert parse(Part, {}) == Part()
    assert parse(Part, {"part": None}) == Part()
    assert parse(Part, {"part": {"inner": {"depth": 3}}}).inner.depth == 3
    assert parse(Top, {"seed": 4, "part": {}, "other": 1}).seed == 4


def test_yaml_is_read_as_dvc_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("part:\n  rate: 1e-4\non: yes\nnumber: 010\n")
    assert read(path) == {"part": {"rate": 1e-4}, "on": "yes", "number": 10}
    assert load(Part, path).rate == 1e-4


def test_what_a_caller_does_to_the_values_stays_with_it(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("part: {rate: 1}\n")
    read(path)["part"]["rate"] = 2
    assert load(Part, path).rate == 1


def test_sections_are_frozen() -> None:
    with pytest.raises(ValidationError):
        parse(Top, {}).seed = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"sise": 1}, "part.sise is not a parameter; did you mean size."),
        ({"zzz": 1}, "part.zzz is not a parameter; known are inner, per_class, rate, size, steps."),
        ({"inner": {"dept": 1}}, "part.inner.dept is not a parameter; did you mean depth."),
        ({"steps": [{}, {"dept": 1}]}, "part.steps.1.dept is not a parameter; did you mean depth."),
        ({"size": "big"}, "part.size: input should be a valid integer or 'auto', found 'big'."),
        ({"inner": {"depth": 0}}, "part.inner.depth: input should be greater than or equal to 1, found 0."),
        ({"inner": 3}, "part.inner: input should be `key: value` lines, found 3."),
        (
            {"per_class": {"cat": "x"}},
            "part.per_class.cat: input should be a valid integer or 'max', found 'x'.",
        ),
        (7, "part: input should be `key: value` lines, found 7."),
    ],
)
def test_mistakes_name_the_key_as_the_user_wrote_it(values: object, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(Part, {"part": values})
    assert str(caught.value) == f"params.yaml: {sentence}"


def test_unknown_top_level_keys_are_refused() -> None:
    refuse_unknown(["seed"], {"seed": 1})
    with pytest.raises(UserError, match=r"^params\.yaml: sed is not a parameter; did you mean seed\.$"):
        refuse_unknown(["seed"], {"seed": 1, "sed": 1})


def test_marks_and_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(b"\xef\xbb\xbfseed: 1\r\nsplit:\r\n  k: 3\r\n")
    assert read(path) == {"seed": 1, "split": {"k": 3}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, r"is not here: run from the project's root folder\."),
        ("a: [1", r"is not valid YAML: "),
        ("- 1\n", r"must hold `key: value` lines, found list\."),
        ("", r"must hold `key: value` lines, found NoneType\."),
        ("a: 1\na: 2", r"is not valid YAML: .*found duplicate key .a."),
        (
            "seed: 0\n<<<<<<< HEAD\nk: 1\n=======\nk: 2\n>>>>>>> b\n",
            r"yaml, line 2: a merge conflict is not settled",
        ),
        ("a:\n\tb: 1\n", r"yaml, line 2: a tab, which YAML does not take"),
        ("a:\u00a01\nb: 2\n", r"yaml, line 1: a blank of another kind"),
        ("a: 1\n# caf\udce9", r"yaml, line 2: a letter that is no UTF-8"),
        ("\udcff\udcfea\0", r"yaml, line 1: a letter that is no UTF-8"),
        ("a: !!python/object/apply:os.system [true]", r"is not valid YAML: "),
    ],
)
def test_a_broken_file_is_told(text: str | None, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError, match=sentence) as caught:
        read(path)
    assert "\n" not in str(caught.value)
