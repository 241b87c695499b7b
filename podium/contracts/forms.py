"""The forms of a submission's values."""

from typing import Literal

Form = Literal[
    "label", "integer", "probabilities", "binary", "top_k",  # one class an image
    "sets", "flags", "chances",  # several: labels in a cell; a 0/1 column, or a probability column a label
    "numbers",  # a column a number
]  # fmt: skip
