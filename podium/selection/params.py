"""The sections that bound the search for what `auto` becomes. Imports no torch."""

from typing import ClassVar, Literal

from pydantic import field_validator

from podium.foundation.params import Section

Effort = Literal["probe", "auto", "high"]
# No hub is asked. The first is probed first; then the one that differs most, which gains most beside it.
PACKAGED = ("tf_efficientnet_lite0", "tf_efficientnet_lite2", "tf_efficientnet_lite1")


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
    return list(PACKAGED[:1] if effort == "probe" else PACKAGED)
