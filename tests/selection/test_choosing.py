"""What is trained and how large: what the user set, what a processor affords, or a trial of a fold or two."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from podium.contracts.network import NetworkChoice
from podium.contracts.probe import Chosen
from podium.contracts.selection import Selection
from podium.contracts.trials import Trial, Trials
from podium.features.params import FeatureParams
from podium.images.params import ImageParams
from podium.networks.params import NetworkParams
from podium.selection import choosing, deciding
from podium.selection.trial import Tried
from podium.training.params import TrainParams
from podium.training.settings.choices import Request

PROBES = Chosen(size=224, resize="crop", probes=[])
GOOD: set[int] = set()  # sizes at which the network gains
FIRST, FURTHER = [1.0], [1.0]  # loss of the first probe, and of all that may vote
ASKED: list[str] = []  # for further probes
LEARNS = [4]  # epochs up to which twice as many halve the loss
PART = ["tail"]  # that trains
FASTER = [2.0]  # what a rate of one's own does to the loss
TABLES = SimpleNamespace(images=pd.DataFrame({"width": [300], "height": [400], "length": [1]}))


def request(image: dict, network: dict, train: dict | None = None) -> Request:
    return Request(
        fold=0,
        seed=0,
        threads=1,
        classes=["a", "b"],
        image=ImageParams(**image),
        network=NetworkParams(**network),
        train=TrainParams(**train or {}),
        features=FeatureParams(),
    )


MISTAKES = [np.ones(9)]  # the probes' losses on the first fold


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The folds of each trial; training costs the input's area, and the network gains nothing."""

    def prepare(asked: Request, _tables: object) -> SimpleNamespace:
        seen = SimpleNamespace(size=asked.image.size, resize=asked.image.resize)
        setup = SimpleNamespace(processes=int(asked.train.devices) * asked.train.nodes)
        resolved = SimpleNamespace(epochs=2 if asked.train.epochs == "auto" else asked.train.epochs, lr=1e-4)
        return SimpleNamespace(
            request=asked, setup=setup, network=SimpleNamespace(preprocessing=seen), resolved=resolved,
            device="cpu", part=PART[0],
        )  # fmt: skip

    def cost(prepared: SimpleNamespace, folds: int) -> float:
        shallow = prepared.request.network.freeze == "last_stage"
        return float(prepared.network.preprocessing.size**2 * folds) / (2 if shallow else 1)

    trials: list[list[int]] = []

    def run(prepared: list, _material: object, probes: Chosen, _count: int) -> Tried:
        assert prepared[0].setup.processes == 1
        trials.append([one.request.fold for one in prepared])
        size, freeze = prepared[0].network.preprocessing.size, prepared[0].request.network.freeze
        epochs = prepared[0].resolved.epochs
        loss = 1.6 / min(epochs, LEARNS[0]) if size in GOOD else 1.0
        loss *= 1 if prepared[0].request.train.lr == "auto" else FASTER[0]
        known = FIRST[0] if probes is PROBES else FURTHER[0]
        values = {"probe": known, "network": loss, "both": known, "gain": known - loss, "error": 0.1}
        told = Trial(
            folds=trials[-1], size=size, freeze=freeze, epochs=epochs, seen=loss if epochs < 8 else 0.0,
            images=9, **values, averaging=0.3 if len(prepared) > 1 else 0.0,
        )  # fmt: skip
        seen = SimpleNamespace(sight=SimpleNamespace(first=prepared[0]), all=prepared)
        return Tried(seen, told, np.full(9, loss), [str(row) for row in range(9)])

    def beside(_probes: Chosen, seen: SimpleNamespace, count: int) -> Tried:
        found = run(seen.all, None, _probes, count)
        trials.pop()  # nothing is trained
        return found

    monkeypatch.setattr(choosing, "prepare", prepare)
    monkeypatch.setattr(choosing, "best_device", lambda: "cpu")
    monkeypatch.setattr(choosing.trial, "multiply_adds", cost)
    monkeypatch.setattr(choosing.trial, "run", run)
    monkeypatch.setattr(choosing.trial, "beside", beside)
    monkeypatch.setattr(choosing.trial, "probed", lambda *_: (MISTAKES[0], [str(row) for row in range(9)]))
    ASKED.clear()
    return trials


def explained(
    asked: Request, effort: str = "auto", folds: tuple[int, ...] = (0, 1, 2)
) -> tuple[Selection, Trials]:
    def further() -> Chosen:
        ASKED.append("further")
        return PROBES.model_copy()

    return choosing.select(asked, folds, TABLES, None, PROBES, further, effort)


def chosen(image: dict, network: dict, effort: str = "auto", folds: tuple[int, ...] = (0, 1, 2)) -> Selection:
    return explained(request(image, network), effort, folds)[0]


def test_where_no_trial_could_tell_none_is_run(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mistake among nine images: a network without it would still be within the error."""
    monkeypatch.setattr(sys.modules[__name__], "MISTAKES", [np.array([3.0, *[0.01] * 8])])
    found, told = explained(request({}, {}))
    assert not tried and not found.train and not told.trial
    assert "67% of the probes' loss" in told.why and ASKED == ["further"]
    assert explained(request({}, {"model": "resnet18"}))[0].train
    assert not tried and explained(request({}, {}), effort="high")[1].trial and tried


def test_size_and_crop_are_the_probes_as_far_as_a_processor_affords(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(deciding.TRAINING, "auto", 3 * 170.0**2)
    monkeypatch.setitem(deciding.LONGEST, "auto", 0.0)
    found = chosen({}, {})
    assert (found.size, found.resize) == (160, "crop")
    assert chosen({}, {}, effort="high").size == 224


def test_a_trial_is_of_one_process_and_folds_of_as_many_as_asked(tried: list[list[int]]) -> None:
    several = {"devices": 2, "nodes": 2}
    assert explained(request({}, {}, several))[1].trial
    assert tried
    asked = request({}, {"model": "resnet18"}, several)
    assert explained(asked)[0].train


@pytest.mark.parametrize(("good", "size", "freeze"), [(224, 224, "last_stage"), (160, 160, "auto")])
def test_a_shallower_tail_at_a_larger_size_is_tried_and_the_better_of_both_taken(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch, good: int, size: int, freeze: str
) -> None:
    monkeypatch.setitem(deciding.TRAINING, "auto", 3 * 170.0**2)
    monkeypatch.setitem(deciding.LONGEST, "auto", 0.0)
    monkeypatch.setattr(sys.modules[__name__], "GOOD", {good})
    monkeypatch.setattr(sys.modules[__name__], "LEARNS", [2])
    found, told = explained(request({}, {}))
    assert (found.size, found.freeze, found.train) == (size, freeze, True)
    assert [other.size for other in told.others] == [384 - size] and tried == [[0], [0]]


def test_beside_a_deeper_tail_that_is_far_ahead_no_shallower_one_is_tried(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(deciding.TRAINING, "auto", 3 * 170.0**2)
    monkeypatch.setitem(deciding.LONGEST, "auto", 0.0)
    monkeypatch.setattr(sys.modules[__name__], "GOOD", {160})
    monkeypatch.setattr(sys.modules[__name__], "LEARNS", [2])  # 0.8
    monkeypatch.setattr(sys.modules[__name__], "FIRST", [2.0])
    assert (chosen({}, {}).size, tried) == (160, [[0]])


def test_a_little_larger_is_no_trial(tried: list[list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(deciding.TRAINING, "auto", 3 * 200.0**2)
    monkeypatch.setitem(deciding.LONGEST, "auto", 0.0)
    found, told = explained(request({}, {}))
    assert found.size == 192 and told.others == [] and [0] in tried


def test_after_a_trial_that_no_averaging_can_turn_nothing_more_is_tried(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(deciding.TRAINING, "auto", 3 * 170.0**2)
    monkeypatch.setattr(sys.modules[__name__], "GOOD", {160})
    monkeypatch.setattr(sys.modules[__name__], "LEARNS", [0.5])
    found, told = explained(request({}, {}))
    assert not found.train and told.others == [] and tried == [[0]]


def test_epochs_double_while_that_pays_and_can_be_paid(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "GOOD", {224})
    found, told = explained(request({}, {}))
    assert told.trial and (found.epochs, told.trial.epochs, told.trial.network) == (4, 4, 0.4)
    assert [other.epochs for other in told.others] == [2, 8] and tried == [[0]] * 3
    monkeypatch.setitem(deciding.LONGEST, "auto", 3 * 230.0**2)
    assert chosen({}, {}).epochs is None and tried[3:] == [[0]]


def test_a_vote_far_ahead_of_the_probes_asks_no_further_ones() -> None:
    """Signs: 0.05 alone, 0.08 the probes: they err elsewhere, and both have 0.03."""
    told = Trial(
        folds=[0], size=128, freeze="auto", epochs=2, images=9, seen=0.0, probe=0.08, network=0.05, both=0.03,
        gain=0.05, error=0.01, averaging=0.0,
    )  # fmt: skip
    assert deciding.ahead(told, "auto") and not deciding.ahead(told, "high")
    assert not deciding.ahead(told.model_copy(update={"both": 0.045}), "auto")


@pytest.mark.parametrize(
    ("first", "effort", "asked"),
    [(2.0, "auto", []), (1.0, "auto", ["further"]), (2.0, "high", ["further"])],
)
def test_further_probes_are_asked_unless_the_network_is_far_ahead_of_the_first(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch, first: float, effort: str, asked: list[str]
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "GOOD", {224})
    monkeypatch.setattr(sys.modules[__name__], "LEARNS", [2])  # 0.8
    monkeypatch.setattr(sys.modules[__name__], "FIRST", [first])
    found, told = explained(request({}, {}), effort)
    assert asked == ASKED and found.train
    assert ("no further probes" in told.why) == (not asked)


def test_further_probes_may_show_that_training_does_not_pay(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "GOOD", {224})
    monkeypatch.setattr(sys.modules[__name__], "LEARNS", [2])  # 0.8
    monkeypatch.setattr(sys.modules[__name__], "FURTHER", [0.5])
    found, told = explained(request({}, {}), folds=(0,))
    assert not found.train and told.trial and told.trial.probe == 0.5 and tried == [[0]]


def test_a_named_network_is_trained_beside_all_probes(tried: list[list[int]]) -> None:
    assert chosen({}, {"model": "resnet18"}).train and ASKED == ["further"]


@pytest.mark.parametrize(("change", "rate"), [(0.5, 3e-4), (2.0, None)])
def test_of_two_rates_without_batch_norm_the_better_is_taken(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch, change: float, rate: float | None
) -> None:
    """The rule's is a recipe's, unmeasured here."""
    monkeypatch.setattr(sys.modules[__name__], "GOOD", {224})
    monkeypatch.setattr(sys.modules[__name__], "LEARNS", [2])
    monkeypatch.setitem(deciding.LONGEST, "auto", 0.0)
    monkeypatch.setattr(sys.modules[__name__], "FASTER", [change])
    assert chosen({}, {}).rate is None and tried == [[0]]  # with batch norm the rates were measured
    monkeypatch.setattr(sys.modules[__name__], "PART", ["normless"])
    found, told = explained(request({}, {}))
    assert found.train and found.rate == rate and tried == [[0]] * 3 and len(told.others) == 1
    assert explained(request({}, {}, {"lr": 1e-4}))[0].rate == 1e-4 and tried[3:] == [[0]]


def test_a_depth_that_the_user_set_is_trained_untried(tried: list[list[int]]) -> None:
    assert chosen({}, {"freeze": "head"}).freeze == "head" and tried == []


def test_what_the_user_set_is_kept_and_what_he_named_is_trained_untried(tried: list[list[int]]) -> None:
    found = chosen({"size": 96, "resize": "pad"}, {"model": "resnet18"})
    assert found.train and (found.size, found.resize) == (96, "pad") and tried == []
    assert chosen({}, {"model": "resnet18"}).size == 224  # its own


def test_a_doubtful_trial_asks_a_second_fold_what_averaging_adds(tried: list[list[int]]) -> None:
    assert chosen({}, {}).train and tried == [[0], [0, 1]]
    assert not chosen({}, {}, folds=(2,)).train and tried[2:] == [[0]]


def test_the_networks_own_size_is_that_of_the_recorded_choice(
    tried: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = choosing.registry.find
    monkeypatch.setattr(choosing.registry, "find", lambda name: asked.append(name) or real(name))
    made = request({}, {})
    object.__setattr__(
        made, "choice", NetworkChoice(asked="auto", model="resnet18", pretrained=True, why="the test says so")
    )
    explained(made, folds=(0,))
    assert set(asked) == {"resnet18"}
