"""The forms of a submission's values."""

from typing import Literal

Form = Literal["label", "integer", "probabilities", "binary", "top_k"]
