"""Exact algorithms are asked for once in a process, wherever a GPU computes; what is loosened stays so."""

from collections.abc import Iterator

import pytest
import torch

from podium.networks.exactness import be_exact, tolerant


@pytest.fixture(autouse=True)
def loose_again() -> Iterator[None]:
    yield
    torch.use_deterministic_algorithms(False)


def strict() -> bool:
    exact = torch.are_deterministic_algorithms_enabled()
    return exact and not torch.is_deterministic_algorithms_warn_only_enabled()


def test_a_processor_is_left_as_it_is() -> None:
    be_exact("cpu")
    assert not torch.are_deterministic_algorithms_enabled()


def test_what_was_loosened_is_not_asked_for_again() -> None:
    """Features are computed by many calls: each would fail anew at the same layer."""
    be_exact("cuda")
    assert strict()

    def inexact() -> int:
        be_exact("cuda")
        if strict():
            raise RuntimeError("cumsum_cuda_kernel does not have a deterministic implementation, but you set")
        return 3

    said: list[str] = []
    assert tolerant(inexact, said.append) == tolerant(inexact, said.append) == 3
    assert len(said) == 1 and said[0].startswith("cumsum_cuda_kernel has no exact algorithm")
