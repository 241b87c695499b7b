"""Numbers are learnt with mean 0 and spread 1, and predicted in their own unit."""

import numpy as np
import pandas as pd
import torch
from torch import nn

from podium.training.feed import scaling
from podium.training.feed.rows import TrainingRows


def test_the_last_layer_gives_the_number_in_its_own_unit() -> None:
    targets = np.array([[100.0, 1.0], [300.0, 1.0]], np.float32)
    rows = TrainingRows(pd.DataFrame(index=range(2)), targets, np.ones(2, np.float32))
    scale = scaling.of(rows, "identity")
    assert scale is not None
    assert scale(rows).targets[:, 0].tolist() == [-1.0, 1.0]
    network = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    images = torch.rand(5, 3)
    before = network(images).detach().numpy()
    scale.undo(network)
    after = network(images).detach().numpy()
    assert np.allclose(after, before * scale.spread + scale.mean, atol=1e-3)


def test_classes_have_no_scale() -> None:
    rows = TrainingRows(pd.DataFrame(index=range(2)), np.eye(2, dtype=np.float32), np.ones(2, np.float32))
    assert scaling.of(rows, "softmax") is None
