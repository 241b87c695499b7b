"""Which network this project trains, decided once; the file of its published weights fetched and pinned."""

from podium.contracts import images, network
from podium.foundation.entry import run
from podium.foundation.params import load
from podium.hub.params import HubParams
from podium.networks import choice
from podium.networks.machine import device
from podium.networks.params import NetworkParams


def main() -> None:
    """Writes data/network.json."""
    params, hub = load(NetworkParams), load(HubParams).hub
    earlier = network.read() if network.PATH.exists() else None
    side = images.median_short_side(images.IMAGES.read(images.PATH))
    decided, said = choice.decide(params, hub, side, device(), earlier)
    network.write(decided)
    print("\n".join([*said, f"network: {decided.model}"]))


if __name__ == "__main__":
    run(main)
