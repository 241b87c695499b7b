"""Which network this project trains, decided once; the file of its published weights fetched and pinned."""

from podium.contracts import images, network
from podium.foundation.entry import run
from podium.foundation.params import load
from podium.hub.params import HubParams
from podium.networks import choice
from podium.networks.machine import device
from podium.networks.params import NetworkParams
from podium.selection.params import EffortParams


def main() -> None:
    """Writes data/network.json."""
    params, hub, effort = load(NetworkParams), load(HubParams).hub, load(EffortParams).effort
    earlier = network.read() if network.PATH.exists() else None
    side = images.median_short_side(images.IMAGES.read(images.PATH))
    on = device()
    decided, said = choice.decide(params, hub, side, on, earlier)
    network.write(decided)
    strong = choice.stronger(on) if effort == "high" else []
    print("\n".join([*said, f"network: {decided.model}", *strong]))


if __name__ == "__main__":
    run(main)
