"""Are the folds trained? By what the user asked for, else by a trial of one fold. Imports no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from podium.contracts.trials import Trial
from podium.linear.links import LINKS
from podium.networks.params import NetworkParams
from podium.selection.judging import Paired, paired
from podium.selection.params import Effort
from podium.training.params import TrainParams

Floats = NDArray[np.float64]
Verdict = Literal["ask", "train", "spare"]
# Multiply-adds of training all folds, forward and backward, that size follows: at 20e9 to 40e9 a second,
# which two cores with AVX2 reach on lite0's tail, three to seven minutes, and an hour. Three times that up to
# SHARP pixels: on 6,400 photos of 28 pixels the same minutes gave 0.889 at 128, 0.849 at 96 and 0.820 at 64.
TRAINING = {"probe": 0.0, "auto": 8e12, "high": 80e12}
SHARP = 128
# That epochs follow where a trial has shown that more of them pay: up to half an hour, and two hours.
# 8,000 cartoons of 28 pixels need 31e12 for two epochs: 0.9400 on the server for the 0.9235 of one.
LONGEST = {"probe": 0.0, "auto": 32e12, "high": 160e12}
WORTH = 0.05  # of the loss: what twice the epochs must take away
BACKWARD = 3  # passes that a training step costs, in forward passes
SMALLEST = 64  # pixels: no input is shrunk below it to save time
# Of a network's loss: the most that averaging five folds was seen to take away. Weather 0.25, 245 photos
# 0.18, images with people's label noise 0.09.
AVERAGED = 0.25
# Of the first probes' loss: a network that has no more, alone or with them, needs no further probes, to be
# judged by or to vote with. Signs, lite0's probe alone the first, fold 0, 0.39 of its loss: with two more
# networks' probes 0.0445 out of fold, 0.0147 on the server, without 0.0466 and 0.0143; their passes took an
# eighth of the run.
AHEAD = 0.5
# Of the probes' loss: more than training was seen to take away (signs, fold 0: 0.61). A fold on which not
# even that would be beyond its error, that is with two mistakes or fewer, tells nothing of a trial's worth.
REACH = 2 / 3
ALONE = "; with at most half of the first probes' loss it needs no further probes beside it"


def asked(effort: Effort, network: NetworkParams, train: TrainParams) -> tuple[Verdict, str]:
    """What the parameters alone decide, and the sentence that says so."""
    if effort == "probe":  # the quick look: whatever is named
        return "spare", "no fold is trained: effort is probe"
    named = [
        name
        for name, value in (
            ("model", network.model),
            ("freeze", network.freeze),
            ("train.epochs", train.epochs),
        )
        if value != "auto"
    ]
    if named:
        return "train", f"the folds are trained: params.yaml sets {' and '.join(named)}"
    return "ask", ""


def sizes(largest: int) -> list[int]:
    """The input sizes that training may take, from the probe's down."""
    return [largest, *(size for size in (224, 192, 160, 128, 96, SMALLEST) if size < largest)]


def affordable(effort: Effort, size: int) -> float:
    """Multiply-adds that training all folds at that size may take."""
    return TRAINING["high" if effort == "high" else "auto"] * (3 if size <= SHARP else 1)


def pays_twice(before: Floats, after: Floats, groups: Sequence[str]) -> bool:
    """Do twice the epochs take that share of the losses (n,) away, beyond the error?"""
    change = paired(before, after, groups)
    return change.pays and change.gain > WORTH * float(before.mean())


def better(before: Floats, after: Floats, groups: Sequence[str]) -> bool:
    """Are the losses (n,) lower beyond the error?"""
    return paired(before, after, groups).pays


def averaging(members: Floats, link: str, count: int) -> float:
    """What the vote of `count` networks is expected to gain in loss over one of them, without labels.

    members (m, n, c): logits of m networks on the same unlabelled images. For cross-entropy with a geometric
    vote the gain is the mean divergence from the vote to its members (ambiguity: Krogh and Vedelsby 1995);
    m networks show the share (m - 1) / m of it that `count` would, (count - 1) / count. 0 of one network.
    """
    m = len(members)
    if m < 2 or not members.shape[1]:
        return 0.0
    function = LINKS[link]
    vote = members.mean(0)
    wanted = function.predictions(vote)
    gaps = [function.losses(one, wanted) - function.losses(vote, wanted) for one in members]
    return float(np.mean(gaps)) * (m / (m - 1)) * ((count - 1) / count)


@dataclass(frozen=True)
class Plan:
    """What a trial trained."""

    folds: list[int]
    size: int  # pixels: the input
    freeze: str  # up to where the network stayed frozen
    epochs: int
    rate: float | None = None  # of learning, where it is not the rule's


@dataclass(frozen=True)
class Judged:
    """Images that a trial's networks were held back from, or learnt from: their logits and what is given."""

    network: Floats  # (n, c) logits
    given: Floats  # (n, c)

    def losses(self, link: str) -> Floats:
        """(n,)"""
        return LINKS[link].losses(self.network, self.given)


def votes(probe: Floats, network: Floats) -> dict[str, Floats]:
    """What a trial compares, from logits of the same shape; the mean stands for the vote of both."""
    return {"probe": probe, "network": network, "both": (probe + network) / 2}


def judge(
    plan: Plan,
    probe: Floats,
    held: Judged,
    learnt: Judged,
    groups: list[str],
    averaged: Mapping[str, float],
    link: str,
) -> tuple[Trial, Floats]:
    """The trial of a plan, and the losses (n,) of its better vote on the images held back.

    `probe` (n, c): the probes' logits. `averaged` is what averaging all folds will add to each of `votes`.
    """
    losses = {
        name: LINKS[link].losses(logits, held.given) for name, logits in votes(probe, held.network).items()
    }
    added = {name: averaged[name] - averaged["probe"] for name in losses}
    best = min(("network", "both"), key=lambda name: float(losses[name].mean()) - added[name])
    change = paired(losses["probe"], losses[best], groups)
    trial = Trial(
        folds=plan.folds,
        size=plan.size,
        freeze=plan.freeze,
        epochs=plan.epochs,
        rate=plan.rate,
        images=len(held.given),
        seen=float(learnt.losses(link).mean()),
        **{name: float(values.mean()) for name, values in losses.items()},
        gain=change.gain,
        error=change.error,
        averaging=added[best],
    )
    return trial, losses[best]


def doubtful(trial: Trial) -> bool:
    """Could what averaging adds, which one network cannot tell, turn the verdict?

    To its mean with the probes a network's averaging adds a quarter: the square of its weight.
    """
    most = AVERAGED * trial.network * (1 if trial.network <= trial.both else 0.25)
    return len(trial.folds) == 1 and not trial.pays and trial.gain + most > trial.error


def reach(losses: Floats, groups: Sequence[str]) -> Paired:
    """What the best network to be hoped for would gain on images with these losses (n,) of the probes.

    Its own mistakes are others: the error is no smaller than that of the probes' loss.
    """
    whole = paired(losses, np.zeros_like(losses), groups)
    return Paired(REACH * whole.gain, whole.error)


def hopeless(fold: int, best: Paired) -> str:
    """Why no trial of a network is run on that fold."""
    return (
        f"the folds are not trained: on fold {fold} even a network that took {REACH:.0%} of the probes' loss "
        f"away would gain {best.gain:+.4f} ± {best.error:.4f}, which a trial could not tell from chance"
    )


def ahead(trial: Trial, effort: Effort) -> bool:
    """Is the network so far ahead of the first probes that further ones are not worth their passes?"""
    least = min(trial.network, trial.both)
    return effort != "high" and trial.pays and least <= AHEAD * trial.probe


def sentence(trial: Trial, others: Sequence[Trial] = ()) -> str:
    """Why the folds are trained, or not; `others` are of depths, sizes and epochs not taken."""
    verdict = "the folds are trained" if trial.pays else "the other folds are not trained"
    tried = " and ".join(map(str, trial.folds))
    worse = "".join(
        f"; frozen up to {other.freeze} at {other.size} pixels after {_epochs(other)} it has "
        f"{other.network:.4f}, both {other.both:.4f}"
        for other in others
    )
    return (
        f"{verdict}: on fold {tried} the network, frozen up to {trial.freeze}, has a loss of "
        f"{trial.network:.4f} at {trial.size} pixels after {_epochs(trial)}, "
        f"the probes {trial.probe:.4f}, both {trial.both:.4f}; a gain of {trial.gain:+.4f} ± "
        f"{trial.error:.4f}{_averaging(trial)}{worse}"
    )


def _averaging(trial: Trial) -> str:
    """What the folds' average adds, as far as one or two of them can tell."""
    if len(trial.folds) > 1:
        return f", and averaging the folds is expected to add {trial.averaging:+.4f} more than to the probes"
    return "" if trial.pays else ", which no averaging of the folds is expected to turn"


def _epochs(trial: Trial) -> str:
    at = f" at a rate of {trial.rate:g}" if trial.rate else ""
    return f"{trial.epochs} epoch{'s' * (trial.epochs != 1)}{at}"
