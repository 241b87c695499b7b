"""The sections that bound the search for what `auto` becomes. Imports no torch."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import field_validator

from podium.foundation.params import Section
from podium.networks.packages import FIXED

Effort = Literal["probe", "auto", "high"]
# No hub is asked. The first is probed first, and beside it what knows no photographs and costs little (loss
# of its probe: hand signs 0.081 for 0.294, digits 0.020 for 0.181, 242 letters 1.30 for 2.35, solar cells
# 0.757 for 0.685); then the one that differs most from the first, which gains most beside it.
AT_ONCE = ("tf_efficientnet_lite0", *FIXED)
FURTHER = ("tf_efficientnet_lite2", "tf_efficientnet_lite1")


class EffortParams(Section):
    """How much arithmetic a run may spend: `probe` trains nothing but linear probes on frozen networks."""

    effort: Effort = "auto"


class ProbeParams(Section):
    """params.yaml's `probe`."""

    section: ClassVar[str] = "probe"
    networks: list[str] | Literal["auto"] = "auto"  # whose frozen layers are probed

    @field_validator("networks")
    @classmethod
    def _some(cls, networks: list[str] | str) -> list[str] | str:
        if isinstance(networks, list) and (not networks or len(set(networks)) != len(networks)):
            raise ValueError("give auto, or one or more different networks")
        return networks


def candidates(params: ProbeParams, effort: Effort) -> list[str]:
    """The networks to probe, the first one first of all."""
    if params.networks != "auto":
        return list(params.networks)
    return list(AT_ONCE if effort == "probe" else AT_ONCE + FURTHER)


def later(networks: Sequence[str]) -> list[str]:
    """Those of `networks` that cost a pass like the first's: a trial says first what they are worth."""
    return [name for name in networks[1:] if name not in FIXED]


def at_once(networks: Sequence[str]) -> list[str]:
    """Those that are probed right beside the first."""
    return [name for name in networks[1:] if name in FIXED]
