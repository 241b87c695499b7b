"""May anything be fetched that nobody named? The one key of params.yaml on it."""

from typing import ClassVar

from podium.foundation.params import Section


class HubParams(Section):
    """`model: auto` may fetch published weights only where this is true; who names a network asks for it."""

    section: ClassVar[str] = ""
    hub: bool = False
