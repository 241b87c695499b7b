"""Are the folds trained, how, and beside which probes? By params, or a trial: data/select/, data/probe/."""

from functools import partial

from podium.contracts import clean, competition, folds, images, look, search, selection, trials
from podium.foundation.entry import loading, run
from podium.foundation.errors import UserError
from podium.foundation.params import load
from podium.foundation.run import Folds, folds_to_run
from podium.images import sizes
from podium.networks.params import NetworkParams
from podium.selection import deciding, material, record
from podium.selection.params import EffortParams, ProbeParams, candidates, later
from podium.training.params import TrainParams


def main() -> None:
    """Reads the probes, asks the parameters, else trains one fold; writes what was chosen."""
    effort, network, train = load(EffortParams).effort, load(NetworkParams), load(TrainParams)
    begun, split = look.read(), folds.FOLDS.read(folds.PATH)
    declared = load(Folds).folds
    chosen = folds_to_run(declared, folds.present(split))
    if not chosen:
        raise UserError(
            f"params.yaml: folds: none of {declared} is in {folds.PATH}: name folds that the split has."
        )
    probes = record.adopt(begun.searched)
    verdict, why = deciding.asked(effort, network, train)
    said: list[str] = []
    if verdict == "spare":
        made = selection.Selection(train=False, size=probes.size, resize=probes.resize, freeze=network.freeze)
        told = trials.Trials(why=why)
    else:
        with loading():  # torch and Lightning: seconds that a run of probes alone is spared
            import torch

            from podium.selection import further
            from podium.selection.choosing import select
            from podium.training import asking

        request, tables = asking.asked(chosen[0]), asking.tables()
        torch.set_num_threads(request.threads)
        given = material.gather(tables.images, split, clean.read(), competition.read(), request.seed)
        more = partial(further.ask, given, effort, later(candidates(load(ProbeParams), effort)))
        made, told = select(request, chosen, tables, given, probes, more, effort)
        said = [one for one in search.read().sentences if one not in begun.searched.sentences]
        shipped, kept = images.median_short_side(tables.images), request.image.storage.short_side
        said += sizes.enlarged(made.size, kept, shipped)
    selection.write(made)
    trials.write(told)
    print(f"select: {told.why}.", *said, sep="\n")


if __name__ == "__main__":
    run(main)
