"""data/probe/: what the search chose, written for those who vote, train and read."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import save_file

from podium.contracts import predictions, probe
from podium.foundation.files import replacing, replacing_folder
from podium.selection.material import Material
from podium.selection.probing import Member, Search


def write(search: Search, members: Sequence[Member], material: Material, task: str, folder: Path) -> None:
    """The whole folder at once."""
    best = members[0].probe.look
    with replacing_folder(folder) as draft:
        for member in members:
            _member(member, material, task, draft / member.probe.name)
        table = pd.DataFrame(search.table)
        table.to_csv(draft / probe.CANDIDATES, index=False, lineterminator="\n", float_format="%.6g")
        chosen = probe.Chosen(
            size=best.size,
            resize=best.resize,
            probes=[member.probe for member in members],
            multiply_adds=search.spent,
            sentences=sentences(search, members),
        )
        probe.write(chosen, draft)


def _member(member: Member, material: Material, task: str, folder: Path) -> None:
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
        predictions.write(ids, oof[rows], predictions.path(fold, "oof", folder), task)
        votes = classifier.predict(np.ascontiguousarray(test))
        predictions.write(material.ids(material.test), votes, predictions.path(fold, "test", folder), task)
        layers |= {f"fold{fold}.weights": classifier.weights, f"fold{fold}.bias": classifier.bias}
    with replacing(folder / probe.CLASSIFIERS) as draft:
        save_file({name: np.ascontiguousarray(values) for name, values in layers.items()}, draft)


def sentences(search: Search, members: Sequence[Member]) -> list[str]:
    """What was chosen and what it rests on, for the log and the report."""
    look = members[0].probe.look
    mirrored = ", mirror images too" if look.mirrored else ""
    lines = [
        f"probe: {look.size} pixels, {look.resize}, the last {look.layers} pooled layers{mirrored} of "
        f"{look.network}: loss {members[0].probe.loss:.4f} out of fold."
    ]
    if len(members) > 1:
        others = ", ".join(
            f"{member.probe.look.network} at {member.probe.look.size} pixels" for member in members[1:]
        )
        lines.append(f"probe: probes on {others} vote beside it, for the mean of all is better.")
    return lines + [f"{sentence}." for sentence in search.sentences]
