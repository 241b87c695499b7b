"""Are the folds trained, and at which size? By what params say, or a trial of one fold: data/select/."""

from podium.contracts import clean, competition, folds, images, manifest, probe, pseudo, selection
from podium.contracts import network as decided
from podium.features.params import FeatureParams
from podium.foundation.entry import loading, run
from podium.foundation.errors import UserError
from podium.foundation.params import load
from podium.foundation.run import Folds, Seed, Threads, folds_to_run
from podium.images.params import ImageParams
from podium.networks.params import NetworkParams
from podium.selection import deciding, material
from podium.selection.params import EffortParams
from podium.training.params import TrainParams


def main() -> None:
    """Reads the probes, asks the parameters, else trains one fold; writes what was chosen."""
    effort, network, train = load(EffortParams).effort, load(NetworkParams), load(TrainParams)
    probes, split = probe.read(), folds.FOLDS.read(folds.PATH)
    declared = load(Folds).folds
    chosen = folds_to_run(declared, folds.present(split))
    if not chosen:
        raise UserError(
            f"params.yaml: folds: none of {declared} is in {folds.PATH}: name folds that the split has."
        )
    verdict, why = deciding.asked(effort, network, train)
    if verdict == "spare":
        made = selection.Selection(
            train=False, size=probes.size, resize=probes.resize, freeze=network.freeze, why=why
        )
    else:
        with loading():  # torch and Lightning: seconds that a run of probes alone is spared
            from podium.selection.choosing import select
            from podium.training.feed.rows import Tables
            from podium.training.settings.choices import Request

        found, index = competition.read(), images.IMAGES.read(images.PATH)
        request = Request(
            fold=chosen[0],
            seed=load(Seed).seed,
            threads=load(Threads).threads,
            classes=found.classes,
            image=load(ImageParams),
            network=network,
            train=train,
            features=load(FeatureParams),
            task=found.task, answers=tuple(found.answers), choice=decided.read_for(network.model),
        )  # fmt: skip
        taught = pseudo.table(len(found.classes), found.task).read(pseudo.PATH)
        tables = Tables(manifest.MANIFEST.read(manifest.PATH), taught, index)
        given = material.gather(index, split, clean.read(), found, request.seed)
        made = select(request, chosen, tables, given, probes, effort)
    selection.write(made)
    print(f"select: {made.why}.")


if __name__ == "__main__":
    run(main)
