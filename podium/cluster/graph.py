"""Experiments as one graph of orders: a stage that several would run alike stands in it once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from podium.cluster.driving import Order
from podium.foundation.files import digest
from podium.foundation.params import PATH

TRAIN, REFIT = "train@", "refit"
BEFORE, TRAINING, AFTER = 0, 1, 2  # the phases of a run: orders never reach over them


@dataclass(frozen=True)
class Stage:
    """A stage of one experiment: what decides its result, and where its artifacts lie."""

    name: str
    phase: int
    above: tuple[str, ...]  # the stages that it needs, directly
    pulls: tuple[str, ...]  # artifacts in DVC's cache that it reads
    makes: tuple[str, ...]  # artifacts in DVC's cache that it makes
    everywhere: bool  # nothing of it lies in the cache: each clone runs it
    key: str  # the same for stages of experiments that would do the same


@dataclass(frozen=True)
class Experiment:
    """A commit, and the stages that run for it in an order that DVC would take."""

    name: str
    commit: str
    stages: dict[str, Stage]


def experiment(name: str, commit: str, params: str, root: Path = Path(), words: str = "") -> Experiment:
    """The stages of dvc.yaml as the commit's params.yaml fills it in.

    `words` stands for what else of the params decides which code runs.
    """
    from dvc.repo import Repo

    values, found = yaml.safe_load(params), dict[str, Stage]()
    with Repo(str(root)) as repo, repo.switch(commit):
        graph = repo.index.graph
        kept = {out.fs_path: _here(out, repo) for s in repo.index.stages for out in s.outs if out.use_cache}
        for stage in _ordered(graph):
            above = tuple(sorted(_name(parent) for parent in graph.successors(stage) if parent.cmd))
            read = [dep.fs_path for dep in stage.deps if not getattr(dep, "params", None)]
            asked = [one for dep in stage.deps for one in getattr(dep, "params", None) or ()]
            refits = bool(_value(values, "refit.networks"))
            phase = _phase(_name(stage), above, found, refits)
            told: list[Any] = [stage.cmd, {key: _value(values, key) for key in asked}, words]
            everywhere = not any(out.use_cache for out in stage.outs)
            if not everywhere and any(os.path.basename(path) == PATH.name for path in read):
                told.append(params)  # not for check, which reads it and always writes the same
            if phase == AFTER and not all(out.use_cache for out in stage.outs):
                told.append(name)  # what Git keeps of it stays in one clone, with the stages that read it
            found[_name(stage)] = Stage(
                name=_name(stage), phase=phase, above=above,
                pulls=tuple(sorted(kept[path] for path in kept if any(_inside(path, p) for p in read))),
                makes=tuple(sorted(_here(out, repo) for out in stage.outs if out.use_cache)),
                everywhere=everywhere,
                key=digest([*told, *(found[parent].key for parent in above)]),
            )  # fmt: skip
    return Experiment(name, commit, found)


def _here(out: Any, repo: Any) -> str:
    return str(os.path.relpath(out.fs_path, repo.root_dir))


def _name(stage: Any) -> str:
    return str(stage.addressing.rpartition(":")[2])


def _ordered(graph: Any) -> list[Any]:
    """The stages that run something, each after those that it needs."""
    done: dict[Any, None] = {}

    def add(stage: Any) -> None:
        if stage not in done:
            for parent in graph.successors(stage):
                add(parent)
            done[stage] = None

    for stage in graph:
        add(stage)
    return [stage for stage in done if stage.cmd]


def _phase(name: str, above: tuple[str, ...], found: Mapping[str, Stage], refits: bool) -> int:
    """Refits, where there are any, train beside the folds."""
    if name.startswith(TRAIN) or (refits and name == REFIT):
        return TRAINING
    return AFTER if any(found[parent].phase > BEFORE for parent in above) else BEFORE


def _value(values: Any, key: str) -> Any:
    for part in key.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values


def _inside(path: str, place: str) -> bool:
    return path == place or path.startswith(place + os.sep)


def orders(experiments: list[Experiment]) -> dict[str, list[Order]]:
    """Each experiment's orders by its name; one that several share stands with the first that needs it.

    Stages before training, and after it, go together where the same experiments share them: an order's stages
    run one after another in one clone. Each fold is an order of its own, and so are refits.
    """
    owner: dict[tuple[str, ...], Order] = {}
    mine: dict[str, list[Order]] = {one.name: [] for one in experiments}
    shared = _sharing(experiments)
    for one in experiments:
        holds: dict[str, Order] = {}
        groups: dict[tuple[object, ...], list[Stage]] = {}
        for stage in one.stages.values():
            if not stage.everywhere:
                alone = stage.name if stage.phase == TRAINING else ""
                groups.setdefault((stage.phase, shared[one.name, stage.name], alone), []).append(stage)
        for members in _sorted(groups, one):
            key = tuple(stage.key for stage in members)
            if key not in owner:
                owner[key] = _order(one, members, holds)
                mine[one.name].append(owner[key])
            holds |= {stage.name: owner[key] for stage in members}
    return mine


def _sharing(experiments: list[Experiment]) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each experiment's stage, who shares it."""
    by_key: dict[str, list[str]] = {}
    for one in experiments:
        for stage in one.stages.values():
            by_key.setdefault(stage.key, []).append(one.name)
    return {(one.name, s.name): tuple(by_key[s.key]) for one in experiments for s in one.stages.values()}


def _sorted(groups: Mapping[tuple[object, ...], list[Stage]], one: Experiment) -> list[list[Stage]]:
    """Groups, each after those that it needs."""
    home = {stage.name: key for key, members in groups.items() for stage in members}
    done: dict[tuple[object, ...], list[Stage]] = {}

    def add(key: tuple[object, ...]) -> None:
        if key in done:
            return
        for stage in groups[key]:
            for parent in _cached_above(stage, one):
                if home[parent] != key:
                    add(home[parent])
        done[key] = groups[key]

    for key in groups:
        add(key)
    return list(done.values())


def _cached_above(stage: Stage, one: Experiment) -> set[str]:
    """The stages above whose artifacts lie in the cache, through those that every clone runs itself."""
    found: set[str] = set()
    for parent in stage.above:
        here = one.stages[parent]
        found |= _cached_above(here, one) if here.everywhere else {parent}
    return found


def _order(one: Experiment, members: list[Stage], holds: Mapping[str, Order]) -> Order:
    names = [stage.name for stage in members]
    before: list[str] = []  # what each clone runs itself
    for stage in members:
        for parent in stage.above:
            before += [p for p in _everywhere(parent, one) if p not in before]
    reading = [*members, *(one.stages[name] for name in before)]
    above = {parent for stage in reading for parent in _cached_above(stage, one)} - set(names)
    made = {path for stage in members for path in stage.makes}
    pulls = sorted({path for stage in reading for path in stage.pulls} - made)
    title = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    return Order(
        f"{one.name}: {title}", one.commit, [name for name in one.stages if name in {*before, *names}], pulls,
        sorted({holds[parent].name for parent in above}), alone=True,
    )  # fmt: skip


def _everywhere(name: str, one: Experiment) -> list[str]:
    stage = one.stages[name]
    if not stage.everywhere:
        return []
    return [*(p for parent in stage.above for p in _everywhere(parent, one)), name]


def finishing(mine: list[Order], ref: str, base: str) -> list[Order]:
    """The experiment's orders, the last of which also records it and sends its score home."""
    *rest, last = mine
    return [*rest, replace(last, save=(ref, base), reads="reports/metrics.json")]
