"""data/look/ and data/probe/: what the search chose, for those who vote and train; data/search.json: why."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from podium.contracts import look as seen
from podium.contracts import predictions, probe
from podium.contracts import search as contract
from podium.contracts.probe import Look
from podium.contracts.search import Searched
from podium.foundation.files import replacing, replacing_folder
from podium.selection.material import Material
from podium.selection.probing import Member, Search


def begun(
    search: Search,
    members: Sequence[Member],
    material: Material,
    first: Look,
    second: Look | None,
    done: bool,
) -> list[str]:
    """Writes data/look/, from which another search may go on; its sentences."""
    told = _searched(search, members)
    with replacing_folder(seen.FOLDER) as draft:
        _write(members, material, first, draft)
        unpaid = list(search.sentences)
        told_of = seen.Begun(done=done, first=first, second=second, unpaid=unpaid, searched=told)
        seen.write(told_of, draft)
        save_file({"losses": search.tried}, draft / seen.LOSSES)
    return told.sentences


def losses() -> list[NDArray[np.float64]]:
    """(n,) of each candidate of data/look/."""
    return list(load_file(seen.FOLDER / seen.LOSSES)["losses"])


def adopt(told: Searched) -> probe.Chosen:
    """The probes of data/look/ vote: data/probe/ and data/search.json."""
    with replacing_folder(probe.FOLDER) as draft:
        for one in probe.read(seen.FOLDER).probes:
            shutil.copytree(seen.FOLDER / one.name, draft / one.name)
        shutil.copy(seen.FOLDER / probe.CHOSEN, draft / probe.CHOSEN)
    contract.write(told)
    return probe.read()


def finished(search: Search, members: Sequence[Member], material: Material, first: Look) -> list[str]:
    """Writes data/probe/ and data/search.json; the sentences."""
    told = _searched(search, members)
    with replacing_folder(probe.FOLDER) as draft:
        _write(members, material, first, draft)
    contract.write(told)
    return told.sentences


def _write(members: Sequence[Member], material: Material, first: Look, draft: Path) -> None:
    """The best of `members` comes first; size and crop are those of the look `first`."""
    for member in members:
        _member(member, material, draft / member.probe.name)
    probes = [member.probe for member in members]
    probe.write(probe.Chosen(size=first.size, resize=first.resize, probes=probes), draft)


def _searched(search: Search, members: Sequence[Member]) -> Searched:
    """What only tells: the sentences, and a row a candidate."""
    return Searched(
        sentences=_sentences(search, members),
        candidates=search.table,
        multiply_adds=search.spent,
        optimism=search.optimism,
    )


def _member(member: Member, material: Material, folder: Path) -> None:
    """One probe's predictions and classifiers."""
    case, look = material.case, member.probe.look
    test = member.source.vectors(material.test, look.resize, look.mirrored)[
        :, member.source.columns(look.layers)
    ]
    oof = member.fitted.oof
    layers: dict[str, np.ndarray] = {}
    for fold, classifier in zip(member.fitted.folds, member.fitted.classifiers, strict=True):
        rows = np.flatnonzero(case.folds == fold)
        ids = material.ids(case.rows[rows])
        predictions.write(ids, oof[rows], predictions.path(fold, "oof", folder), material.task)
        votes = classifier.predict(np.ascontiguousarray(test))
        names = material.ids(material.test)
        predictions.write(names, votes, predictions.path(fold, "test", folder), material.task)
        layers |= {f"fold{fold}.weights": classifier.weights, f"fold{fold}.bias": classifier.bias}
    with replacing(folder / probe.CLASSIFIERS) as draft:
        save_file({name: np.ascontiguousarray(values) for name, values in layers.items()}, draft)


def _sentences(search: Search, members: Sequence[Member]) -> list[str]:
    """What was chosen and what it rests on, for the log and the report."""
    look = members[0].probe.look
    mirrored = ", mirror images too" if look.mirrored else ""
    lines = [
        f"probe: {look.size} pixels, {look.resize}, the last {look.layers} pooled layers{mirrored} of "
        f"{look.network}: loss {members[0].loss:.4f} out of fold."
    ]
    if len(members) > 1:
        others = ", ".join(
            f"{member.probe.look.network} at {member.probe.look.size} pixels" for member in members[1:]
        )
        lines.append(f"probe: probes on {others} vote beside it, for the mean of all is better.")
    if (known := search.optimism).candidates > 1:
        lines.append(
            f"probe: the best of {known.candidates} candidates has a loss of {known.loss:.4f} on the images "
            f"that chose it, and {known.honest:.4f} where images of other folds choose."
        )
    return lines + [f"{sentence}." for sentence in search.sentences]
