"""The search for how frozen networks should look at these images: size and crop, layers, views, networks.

Linear probes judge, out of fold. Crop, size and layers are chosen on a sample of the labelled images, one
after the other, the cheapest first, until a rung is worse beyond its error; then the best network is, of
the first and of those that cost next to nothing.
Further voters may be asked later, where a trial of training has shown what they are worth: `go_on`.
A further size or network votes where the mean of the probes gains more than its error (forward selection:
Caruana et al. 2004). Mirror images come last, as they gain least for their price, and only for a probe
that votes alone: beside another they gave back 6 % of the loss on weather photos and took 0.3 % on flowers.
Budgets are in multiply-adds, never in seconds; a pass must gain more than a hundredth of the loss.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from podium.contracts.probe import Look, Probe
from podium.contracts.search import Evaluated, Optimism
from podium.linear import probe as linear
from podium.linear.links import LINKS
from podium.selection.judging import Paired, paired, sample
from podium.selection.material import Case, Rows
from podium.selection.optimism import optimism
from podium.selection.params import Effort
from podium.selection.rungs import BUDGETS, SAMPLES

FEWEST = 5  # images of a class in the sample
WORTH = 0.01  # of the loss: what a further pass over all images must gain
GIGA = 1e9


class Source(Protocol):
    """Vectors of images under one network and size."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Numbers of each pooled layer, the one before the head last."""

    @property
    def multiply_adds(self) -> float:
        """Of one image."""

    def columns(self, layers: int) -> slice:
        """Those of the last `layers` layers."""

    def vectors(self, rows: Rows, resize: str, mirrored: bool = False) -> NDArray[np.float32]:
        """(n, d) of all layers."""


Watch = Callable[[str, int], Source]  # network, size -> its vectors


@dataclass(frozen=True)
class Member:
    """A probe that votes, with its classifiers and its losses."""

    probe: Probe
    fitted: linear.Fitted
    source: Source
    loss: float  # out of fold, mean over images


@dataclass
class Search:
    """What was tried, what it cost, what was chosen."""

    case: Case
    watch: Watch
    effort: Effort
    table: list[Evaluated] = field(default_factory=list)
    spent: float = 0.0  # multiply-adds
    sentences: list[str] = field(default_factory=list)
    earlier: list[NDArray[np.float64]] = field(default_factory=list)  # losses of what was tried before
    _paid: set[tuple[str, int, bool]] = field(default_factory=set)  # passes of all images
    _known: dict[tuple[int, Look], linear.Fitted] = field(default_factory=dict)  # images, look -> its probe
    _tried: dict[tuple[Look, ...], NDArray[np.float64]] = field(default_factory=dict)  # looks -> losses

    def begin(self, network: str, sizes: list[int], crops: list[str]) -> tuple[Look, Look | None]:
        """The best look of a network, and that of its second best size; pays a pass of the first."""
        first, *others = self._looks(self._few, network, sizes, crops)
        look = self._layers(self._few, first)
        self._pay(look)
        return look, others[0] if others else None

    def beside(self, first: Look, networks: Sequence[str]) -> list[Look]:
        """The best alone of `first` and its like by `networks`, and of the others what pays beside it."""
        looks, least = [first], self._tried[(first,)]
        for network in networks:
            look = self._alike(first, network)
            if not self._affordable(look):
                continue
            losses = self._losses(self._few, look, "networks", (first, least))
            looks.append(look)
            if losses.mean() < least.mean():
                least = losses
        best = min(looks, key=lambda look: float(self._tried[(look,)].mean()))
        self._pay(best)
        chosen = [best]
        for look in looks:
            if look is not best:
                chosen = self._joined(self._few, look, chosen)
        return chosen

    def go_on(
        self, looks: list[Look], first: Look, second: Look | None, networks: Sequence[str]
    ) -> list[Look]:
        """The looks whose probes vote: beside `looks` those that pay of `first`'s like by further networks,
        and of a second size."""
        self._paid |= {_pass(look) for look in [first, *looks]}
        likes = [self._alike(first, network) for network in networks]
        if second:
            likes.append(first.model_copy(update={"size": second.size}))
        for look in likes:
            looks = self._joined(self._few, look, looks)
        return self._mirrored(self._few, looks)

    def members(self, looks: Sequence[Look]) -> list[Member]:
        """Their probes of all labelled images."""
        names: list[str] = []
        return [self._fit(look, names) for look in looks]

    @property
    def tried(self) -> NDArray[np.float64]:
        """(m, n) losses of each candidate on each image that judged it."""
        return np.array([*self.earlier, *self._tried.values()])

    @property
    def optimism(self) -> Optimism:
        """Of choosing among all that was tried."""
        return optimism(self.tried, self._few.folds[self._few.folds >= 0])

    @cached_property
    def _few(self) -> Case:
        return self.case.of(sample(self.case.strata, self.case.order, SAMPLES[self.effort], FEWEST))

    def _looks(self, case: Case, network: str, sizes: list[int], crops: list[str]) -> list[Look]:
        """The best crop at the first size, then rung by rung the sizes, until one is worse beyond its error.

        The best first. Ties: the first, so squash and the smaller size.
        """
        layers = len(self.watch(network, sizes[0]).widths)
        looks = [Look(network=network, size=sizes[0], resize=crop, layers=layers) for crop in crops]
        tried = [(look, self._losses(case, look, "crop")) for look in looks]
        best, least = min(tried, key=lambda one: float(one[1].mean()))
        rungs = [(float(least.mean()), best)]
        for size in sizes[1:]:
            look = best.model_copy(update={"size": size})
            if not self._affordable(look):
                break
            losses = self._losses(case, look, "size", (best, least))
            rungs.append((float(losses.mean()), look))
            change = self._compare(case, least, losses)
            if change.gain < -change.error:
                break
            if change.gain > 0:
                best, least = look, losses
        return [look for _, look in sorted(rungs, key=lambda rung: rung[0])]

    def _layers(self, case: Case, look: Look) -> Look:
        """The last layer, the later half, or all of them."""
        best, least = look, self._losses(case, look, "layers")
        for layers in dict.fromkeys((1, -(-look.layers // 2))):
            other = look.model_copy(update={"layers": layers})
            losses = self._losses(case, other, "layers", (best, least))
            if losses.mean() < least.mean():
                best, least = other, losses
        return best

    def _joined(self, few: Case, look: Look, looks: list[Look]) -> list[Look]:
        """The looks, and this one where the mean of their probes gains by it on the sample."""
        if not self._affordable(look):
            return looks
        if not self._gains(few, looks, [*looks, look], "further voters", look):
            return looks
        self._pay(look)
        return [*looks, look]

    def _mirrored(self, few: Case, looks: list[Look]) -> list[Look]:
        """A look that votes alone, with mirror images too where they pay and can be paid: another pass."""
        both = looks[0].model_copy(update={"mirrored": True})
        if self.effort == "probe" or len(looks) > 1 or not self._affordable(both):
            return looks
        if not self._gains(few, looks, [both], "mirror images", both):
            return looks
        self._pay(both)
        return [both]

    def _gains(self, few: Case, looks: list[Look], others: list[Look], step: str, new: Look) -> bool:
        """Is the mean of `others`' probes better by more than its error, and worth a pass? A row of `new`."""
        before, after = (
            self._mean_losses(few, [self._fitted(few, one) for one in some]) for some in (looks, others)
        )
        self._tried[tuple(others)] = after
        change = self._compare(few, before, after)
        self._note(step, new, after, change)
        return change.pays and change.gain > WORTH * float(before.mean())

    def _fit(self, look: Look, taken: list[str]) -> Member:
        """The probe of all labelled images, under a name that is not `taken`, which it joins."""
        fitted = self._fitted(self.case, look)
        scored = self.case.folds >= 0
        loss = float(fitted.losses(self.case.given)[scored].mean())
        name = f"probe_{look.network.removeprefix('tf_').replace(':', '_')}"
        name = f"{name}_{look.size}" if name in taken else name
        taken.append(name)
        return Member(Probe(name=name, look=look, link=self.case.link), fitted, self._source(look), loss)

    def _alike(self, look: Look, network: str) -> Look:
        """The same by another network, of as many layers as it has."""
        layers = min(look.layers, len(self.watch(network, look.size).widths))
        return look.model_copy(update={"network": network, "layers": layers})

    def _pay(self, look: Look) -> None:
        """One more pass of all images, where there was none."""
        self.spent += self._price(look)
        self._paid.add(_pass(look))

    def _price(self, look: Look) -> float:
        """Multiply-adds of the pass that the look still needs."""
        return 0.0 if _pass(look) in self._paid else self._source(look).multiply_adds * self.case.images

    def _affordable(self, look: Look) -> bool:
        """May its pass be paid? Where not, a sentence says so."""
        if self.spent + self._price(look) <= BUDGETS[self.effort]:
            return True
        what = f"{look.network} at {look.size} pixels{' with mirror images' * look.mirrored}"
        self.sentences.append(f"probe: {what} is beyond what effort: {self.effort} may spend")
        return False

    def _source(self, look: Look) -> Source:
        return self.watch(look.network, look.size)

    def _fitted(self, case: Case, look: Look) -> linear.Fitted:
        """Fitted once; the sample and all labelled images differ by their number, or are the same."""
        key = len(case.rows), look
        if key not in self._known:
            source = self._source(look)
            vectors = source.vectors(case.rows, look.resize, look.mirrored)[:, source.columns(look.layers)]
            self._known[key] = linear.fit(
                np.ascontiguousarray(vectors), case.targets, case.folds, case.weights, case.link
            )
        return self._known[key]

    def _losses(
        self, case: Case, look: Look, step: str, best: tuple[Look, NDArray[np.float64]] | None = None
    ) -> NDArray[np.float64]:
        """(scored images,) out of fold; a row of the table."""
        losses = self._fitted(case, look).losses(case.given)[case.folds >= 0]
        self._tried[(look,)] = losses
        change = self._compare(case, best[1], losses) if best is not None else None
        self._note(step, look, losses, change)
        return losses

    def _mean_losses(self, case: Case, fitted: list[linear.Fitted]) -> NDArray[np.float64]:
        link = LINKS[case.link]
        logits = np.mean([one.logits for one in fitted], axis=0)
        return link.losses(logits, case.given.astype(np.float64))[case.folds >= 0]

    def _compare(self, case: Case, first: NDArray[np.float64], second: NDArray[np.float64]) -> Paired:
        scored = np.flatnonzero(case.folds >= 0)
        return paired(first, second, [case.groups[row] for row in scored])

    def _note(self, step: str, look: Look, losses: NDArray[np.float64], change: Paired | None) -> None:
        one = self._source(look).multiply_adds
        row = Evaluated(
            step=step,
            look=look,
            images=len(losses),
            loss=float(losses.mean()),
            gain=change.gain if change else None,
            error=change.error if change else None,
            giga_multiply_adds=one * (2 if look.mirrored else 1) / GIGA,
        )
        self.table.append(row)


def _pass(look: Look) -> tuple[str, int, bool]:
    """What a pass of all images gives at once: every layer; mirror images take another."""
    return look.network, look.size, look.mirrored
