"""A linear probe leaves as a network: the same numbers as the classifier on pooled layers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from podium.contracts import probe
from podium.export import members, probes
from podium.foundation.errors import UserError
from podium.networks.build import build
from podium.networks.pooled import pooled
from podium.vote.params import EnsembleParams

NETWORK, SIZE, WIDTH = "tf_efficientnet_lite0", 64, 1280


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    """A project with one probe of three classes; its weights and bias."""
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    weights, bias = (draw.normal(size=shape).astype(np.float32) for shape in ((WIDTH, 3), (3,)))
    look = probe.Look(network=NETWORK, size=SIZE, resize="crop", layers=1, mirrored=True)
    one = probe.Probe(name="probe_a", look=look, link="softmax")
    probe.write(probe.Chosen(size=SIZE, resize="crop", probes=[one]))
    folder = probe.FOLDER / "probe_a"
    folder.mkdir()
    save_file({"fold2.weights": weights, "fold2.bias": bias}, folder / probe.CLASSIFIERS)
    return weights, bias


def test_a_probe_is_its_classifier_on_the_mean_over_mirror_images(
    written: tuple[np.ndarray, np.ndarray],
) -> None:
    made = probes.load("probe_a", [2])
    preprocessing = made.preprocessing
    assert (preprocessing.size, preprocessing.resize) == (SIZE, "crop")
    images = torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    seen = pooled(build(NETWORK, True, classes=2, size=SIZE))
    assert seen is not None
    with torch.no_grad():
        vectors = (seen.module(images) + seen.module(images.flip(-1))) / 2
        found = made.tails[0](made.trunk(images)).numpy()
    assert np.allclose(found, vectors.numpy()[:, seen.part(1)] @ written[0] + written[1], atol=1e-3)


def test_a_probe_that_votes_is_found_here_and_an_unknown_one_is_refused(
    written: tuple[np.ndarray, np.ndarray],
) -> None:
    sources = members.sources(EnsembleParams(), ["this run", "probe_a"])
    assert [source.probed for source in sources] == [False, True]
    with pytest.raises(UserError, match="knows no probe probe_b"):
        probes.load("probe_b", [2])
