"""A network's classifier: where it is, and what may stand in its place."""

from typing import Any

from torch import nn

from podium.foundation.errors import UserError

HIDDEN = 512  # units of the two-layer head, at most as many as it gets


def classifier_name(module: nn.Module) -> str:
    """The dotted name of the last layer: timm's own word for it, else the last linear (or 1x1) layer."""
    named: Any = getattr(module, "pretrained_cfg", None) or {}
    word = str(named.get("classifier"))
    if _is_classifier(dict(module.named_modules()).get(word)):
        return word
    found: list[str] = [name for name, part in module.named_modules() if isinstance(part, nn.Linear)]
    found = found or [name for name, part in module.named_modules() if isinstance(part, nn.Conv2d)]
    assert found, "the network has no linear layer"
    return found[-1]


def _is_classifier(part: nn.Module | None) -> bool:
    return isinstance(part, nn.Linear | nn.Conv2d)


def replace(module: nn.Module, classes: int) -> None:
    """Puts a new last layer of `classes` outputs where the present one gives another number."""
    name = classifier_name(module)
    old = module.get_submodule(name)
    if isinstance(old, nn.Conv2d):  # SqueezeNet ends in a 1x1 convolution
        new: nn.Module = nn.Conv2d(old.in_channels, classes, kernel_size=1, bias=old.bias is not None)
    else:
        assert isinstance(old, nn.Linear)
        new = nn.Linear(old.in_features, classes, bias=old.bias is not None)
    set_module(module, name, new)


def dress(module: nn.Module, head: str, dropout: float) -> str:
    """Gives the network its head and returns the head's name.

    linear: dropout, then the classifier. two_layer: linear, batch norm, ReLU, dropout, linear. svm: a linear
    layer whose logits are log sigmoids, so that a softmax gives each class's probability over their sum.
    Raises UserError where the network ends in a convolution, which only a linear head can replace.
    """
    name = classifier_name(module)
    last = module.get_submodule(name)
    if head != "linear" and not isinstance(last, nn.Linear):
        raise UserError(
            f"params.yaml: train.head: {head} takes the place of a linear layer, but this network ends in a "
            "convolution: set train.head to linear, or choose another model."
        )
    if head == "two_layer":
        assert isinstance(last, nn.Linear)
        hidden = min(HIDDEN, last.in_features)
        layers: list[nn.Module] = [nn.Linear(last.in_features, hidden), nn.BatchNorm1d(hidden), nn.ReLU()]
        layers += [nn.Dropout(dropout), nn.Linear(hidden, last.out_features)]
        set_module(module, name, nn.Sequential(*layers))
    elif head == "svm":
        set_module(module, name, nn.Sequential(last, nn.LogSigmoid()))
    elif dropout > 0:
        set_module(module, name, nn.Sequential(nn.Dropout(dropout), last))
    return name


def set_module(module: nn.Module, name: str, part: nn.Module) -> None:
    """Puts `part` at the dotted `name`."""
    parent, _, leaf = name.rpartition(".")
    setattr(module.get_submodule(parent), leaf, part)
