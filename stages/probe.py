"""Linear probes on frozen networks choose size, crop and layers, and stand for the vote: data/probe/."""

from functools import lru_cache

from podium.contracts import clean, competition, folds, images, probe
from podium.contracts import search as contract
from podium.foundation.entry import loading, run
from podium.foundation.params import load
from podium.foundation.run import Seed, Threads
from podium.images.params import ImageParams
from podium.selection import material, record, rungs
from podium.selection.params import EffortParams, ProbeParams, candidates
from podium.selection.probing import Search


def main() -> None:
    """Reads the split, searches, writes the probes that vote, and why these."""
    params, effort, image = load(ProbeParams), load(EffortParams).effort, load(ImageParams)
    seed, threads = load(Seed).seed, load(Threads).threads
    found = competition.read()
    given = material.gather(
        images.IMAGES.read(images.PATH), folds.FOLDS.read(folds.PATH), clean.read(), found, seed
    )
    with loading():  # brings torch, which takes seconds
        import torch

        from podium.features.items import items_of
        from podium.selection.vectors import Watched

    torch.set_num_threads(threads)
    items = items_of(images.below_data(given.images))
    search = Search(given.case, lru_cache(lambda name, size: Watched(items, name, size)), effort)
    sides = given.images["width"].to_numpy(), given.images["height"].to_numpy()
    sizes, crops = rungs.sizes(image.size, *sides), rungs.crops(image.resize, *sides)
    members = search.run(candidates(params, effort), sizes, crops)
    record.write(members, given, found.task, probe.FOLDER)
    searched = record.searched(search, members)
    contract.write(searched)
    print("\n".join(searched.sentences))


if __name__ == "__main__":
    run(main)
