"""Probes that vote beside the first. Imports torch."""

from collections.abc import Sequence

from podium.contracts import look, probe
from podium.selection import record
from podium.selection.material import Material
from podium.selection.params import Effort
from podium.selection.vectors import searching


def ask(material: Material, effort: Effort, networks: Sequence[str]) -> probe.Chosen:
    """Goes on from data/look/ with further networks, a second size, mirror images; writes data/probe/."""
    begun = look.read()
    known = probe.read(look.FOLDER)
    if begun.done:
        return known
    search = searching(material, effort)
    told = begun.searched
    search.table, search.spent = list(told.candidates), told.multiply_adds
    search.sentences, search.earlier = list(begun.unpaid), record.losses()
    looks = search.go_on([one.look for one in known.probes], begun.first, begun.second, networks)
    record.finished(search, search.members(looks), material, begun.first)
    return probe.read()
