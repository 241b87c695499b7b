"""Four convolutions, multi-head self-attention over their positions, two linear layers. Input 128.

The example of a network of one's own: a file here whose name is the `model`, with SIZE, MINIMUM_SIZE and
`build`. The last linear layer is found and replaced like any other network's.
"""

from torch import Tensor, nn

SIZE = 128  # pixels
MINIMUM_SIZE = 16  # three halvings leave 2 x 2 positions
CHANNELS = (3, 32, 64, 128, 256)
HEADS = 8
HIDDEN = 128  # units of the first linear layer
DROPOUT = 0.5


class ConvAttention(nn.Module):
    """Images (n, 3, h, w) to logits (n, k)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        blocks = [_block(CHANNELS[i], CHANNELS[i + 1], pool=i < 3) for i in range(4)]
        self.features = nn.Sequential(*blocks)
        self.attention = SelfAttention(CHANNELS[-1])
        self.hidden = nn.Sequential(
            nn.Linear(CHANNELS[-1], HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU(), nn.Dropout(DROPOUT)
        )
        self.classifier = nn.Linear(HIDDEN, classes)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.features(images).flatten(2).transpose(1, 2)  # (n, positions, channels)
        logits: Tensor = self.classifier(self.hidden(self.attention(tokens).mean(1)))
        return logits


class SelfAttention(nn.Module):
    """Every position looks at every other: (n, positions, channels) to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(channels, HEADS, batch_first=True)

    def forward(self, tokens: Tensor) -> Tensor:
        found: Tensor = self.attention(tokens, tokens, tokens, need_weights=False)[0]
        return found


def build(classes: int, size: int) -> nn.Module:
    """The network; it takes any size from MINIMUM_SIZE on."""
    return ConvAttention(classes)


def _block(before: int, after: int, pool: bool) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(before, after, 3, padding=1, bias=False)]
    layers += [nn.BatchNorm2d(after), nn.ReLU()]
    return nn.Sequential(*layers, *([nn.MaxPool2d(2)] if pool else []))
