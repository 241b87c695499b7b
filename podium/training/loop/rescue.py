"""What is changed where a device refuses: half the batch twice as often, or an inexact algorithm."""

from torch import Tensor, nn

from podium.foundation.errors import UserError
from podium.networks import exactness
from podium.networks.passes import free

LESS = "lower image.size, set train.checkpointing to true, or freeze more"


def halved(batch_size: int, accumulate: int, processes: int) -> tuple[int, int, str]:
    """(batch size, batches a step, the sentence) after memory ran out: a step sees as many images.

    Raises UserError where one image does not fit, or several devices train: they cannot agree on it midway.
    """
    if batch_size == 1:
        raise UserError(f"the device's memory does not hold one image in training: {LESS}.")
    smaller, more = -(-batch_size // 2), 2 * accumulate
    if processes > 1:
        raise UserError(
            f"a device ran out of memory at train.batch_size {batch_size}: set it to {smaller} and "
            f"train.accumulate to {more}."
        )
    said = f"memory ran out at batches of {batch_size}: {more} batches of {smaller} make a step instead"
    return smaller, more, said


def sentence_for(error: RuntimeError) -> str:
    """What an inexact algorithm is let pass with. Raises the error where it is about something else."""
    said = exactness.loosened(error)
    if said is None:
        raise error
    return said


def weights(tail: nn.Module) -> dict[str, Tensor]:
    """A copy of the tail's state, to begin again from."""
    return {name: value.detach().cpu().clone() for name, value in tail.state_dict().items()}


def begin_again(tail: nn.Module, start: dict[str, Tensor]) -> None:
    """The tail as it was, and the device's memory free."""
    tail.zero_grad(set_to_none=True)
    tail.to("cpu").load_state_dict(start)
    free()
