"""How should a frozen network look at these images? Size, crop and layers, by linear probes: data/look/."""

from podium.contracts import clean, competition, folds, images
from podium.foundation.entry import loading, run
from podium.foundation.params import load
from podium.foundation.run import Seed, Threads
from podium.images.params import ImageParams
from podium.selection import material, record, rungs
from podium.selection.params import EffortParams, ProbeParams, at_once, candidates, later


def main() -> None:
    """Reads the split, searches, writes the first probe, and where nothing is trained all that vote."""
    params, effort, image = load(ProbeParams), load(EffortParams).effort, load(ImageParams)
    seed, threads = load(Seed).seed, load(Threads).threads
    found = competition.read()
    given = material.gather(
        images.IMAGES.read(images.PATH), folds.FOLDS.read(folds.PATH), clean.read(), found, seed
    )
    with loading():  # brings torch, which takes seconds
        import torch

        from podium.selection.vectors import searching

    torch.set_num_threads(threads)
    search = searching(given, effort)
    sides = given.images["width"].to_numpy(), given.images["height"].to_numpy()
    networks = candidates(params, effort)
    look, second = search.begin(
        networks[0], rungs.sizes(image.size, *sides), rungs.crops(image.resize, *sides)
    )
    looks = search.beside(look, at_once(networks))
    done = effort == "probe"  # else a trial says first what further probes are worth
    if done:
        looks = search.go_on(looks, look, second, later(networks))
    print(*record.begun(search, search.members(looks), given, look, second, done), sep="\n")


if __name__ == "__main__":
    run(main)
