"""Losses worked out by hand, and what every file of the folder must keep."""

import math

import pytest
import torch

from podium.foundation.errors import UserError
from podium.training import losses
from podium.training.params import LOSSES

LOGITS = torch.tensor([[1.0, 0.0, -1.0], [0.0, 0.0, 2.0]])
TARGETS = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
LOGS = [[x - math.log(sum(math.exp(y) for y in row)) for x in row] for row in LOGITS.tolist()]


def by_hand(targets: list[list[float]]) -> list[float]:
    """-sum_j t_j log p_j of each row."""
    return [-sum(t * log for t, log in zip(*rows, strict=True)) for rows in zip(targets, LOGS, strict=True)]


def found(name: str, **options) -> list[float]:
    return losses.load(name, options)(LOGITS, TARGETS).tolist()


def test_cross_entropy() -> None:
    assert found("cross_entropy") == pytest.approx(by_hand(TARGETS.tolist()))


def test_smoothing_spreads_a_share_over_all_classes() -> None:
    on, off = 0.7 + 0.3 / 3, 0.3 / 3
    expected = by_hand([[on, off, off], [off, on, off]])
    assert found("smoothed", smoothing=0.3) == pytest.approx(expected)


def test_two_number_smoothing_has_its_two_numbers_and_no_others() -> None:
    expected = by_hand([[0.9, 0.005, 0.005], [0.005, 0.9, 0.005]])  # rows sum to 0.91, as the recipe has it
    assert found("two_number_smoothed") == pytest.approx(expected)
    assert found("two_number_smoothed") != pytest.approx(found("smoothed", smoothing=0.1))
    expected = by_hand([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])
    assert found("two_number_smoothed", on=0.8, off=0.1) == pytest.approx(expected)


def test_the_joint_loss_is_half_of_each() -> None:
    halves = zip(found("cross_entropy"), found("two_number_smoothed"), strict=True)
    assert found("joint") == pytest.approx([(a + b) / 2 for a, b in halves])
    assert found("joint", share=1.0) == pytest.approx(found("cross_entropy"))


def test_focal_weighs_by_what_is_still_wrong() -> None:
    probs = [math.exp(LOGS[0][0]), math.exp(LOGS[1][1])]
    assert found("focal") == pytest.approx([-((1 - p) ** 2) * math.log(p) for p in probs])
    assert found("focal", gamma=0.0) == pytest.approx(found("cross_entropy"))


def test_generalised_cross_entropy_lies_between_two_losses() -> None:
    probs = [math.exp(LOGS[0][0]), math.exp(LOGS[1][1])]
    assert found("generalised_cross_entropy") == pytest.approx([(1 - p**0.7) / 0.7 for p in probs])
    assert found("generalised_cross_entropy", q=1.0) == pytest.approx([1 - p for p in probs])
    near = found("generalised_cross_entropy", q=1e-4)
    assert near == pytest.approx(found("cross_entropy"), rel=1e-3)


def test_bi_tempered_by_hand() -> None:
    """Two classes, t2 = 2: exp_t(x) = 1 / (1 - x), so that 1/(1 + l - a) + 1/(1 + l - b) = 1."""
    logits, targets = torch.tensor([[1.5, 0.0]]), torch.tensor([[0.0, 1.0]])
    # with u = l + 1: 1/(u - 1.5) + 1/u = 1, u^2 - 3.5 u + 1.5 = 0, u = 3: p = 2/3 and 1/3
    loss = losses.load("bi_tempered", {"t1": 0.0, "t2": 2.0})(logits, targets)
    assert loss.tolist() == pytest.approx([-(1 / 3 - 1) + (4 / 9 + 1 / 9 - 1) / 2])
    assert found("bi_tempered", t1=0.9999, t2=1.0001) == pytest.approx(found("cross_entropy"), rel=1e-2)


def test_bi_tempered_has_the_gradient_of_its_values() -> None:
    logits = torch.tensor([[1.0, 0.3, -2.0]], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(losses.load("bi_tempered", {})(logits, TARGETS[1:]).sum(), logits)
    steps = 0.02 * torch.eye(3, dtype=torch.float64)
    loss = losses.load("bi_tempered", {})
    moved = [(loss(logits + s, TARGETS[1:]) - loss(logits - s, TARGETS[1:])).item() / 0.04 for s in steps]
    assert gradient[0].tolist() == pytest.approx(moved, abs=1e-3)


@pytest.mark.parametrize("name", ["generalised_cross_entropy", "bi_tempered"])
def test_a_far_off_label_pulls_less_than_under_cross_entropy(name: str) -> None:
    logits = torch.tensor([[8.0, 0.0, 0.0]], requires_grad=True)
    pulls = []
    for loss in (losses.load(name, {}), losses.load("cross_entropy", {})):
        (gradient,) = torch.autograd.grad(loss(logits, TARGETS[1:]).sum(), logits)
        pulls.append(float(gradient.norm()))
    assert pulls[0] < pulls[1] / 2


def test_the_largest_losses_of_a_batch_are_left_out() -> None:
    logits, targets = LOGITS.repeat(10, 1), TARGETS.repeat(10, 1)
    logits[[3, 8]] = torch.tensor([-9.0, 9.0, 9.0])
    targets[[3, 8]] = TARGETS[0]
    kept = losses.load("omitting", {"share": 0.1})(logits, targets)
    whole = losses.load("cross_entropy", {})(logits, targets)
    assert (kept == 0).nonzero().flatten().tolist() == [3, 8]
    rest = [row for row in range(20) if row not in (3, 8)]
    assert kept[rest].tolist() == pytest.approx(whole[rest].tolist())


def of_link(link: str) -> list[str]:
    return [n for n in LOSSES.names() if hasattr(LOSSES.load(n), link)]


@pytest.mark.parametrize("name", of_link("softmax"))
def test_every_loss_leads_to_its_targets(name: str) -> None:
    loss = losses.load(name, {})
    soft = torch.tensor([[0.7, 0.3, 0.0], [0.0, 0.2, 0.8]])
    for targets in (TARGETS, soft):
        logits = torch.zeros(2, 3, requires_grad=True)
        start = loss(logits, targets)
        assert start.shape == (2,) and bool((start >= 0).all())
        for _ in range(200):
            (gradient,) = torch.autograd.grad(loss(logits, targets).sum(), logits)
            logits = (logits - 0.2 * gradient).detach().requires_grad_()
        assert bool((loss(logits, targets) < start).all())
        assert logits.argmax(1).tolist() == targets.argmax(1).tolist()


@pytest.mark.parametrize("name", sorted({*of_link("softmax")} - {"graded"}))
def test_every_loss_is_linear_in_soft_targets(name: str) -> None:
    """Mixup's half and half is the mean of both losses; so rows of mixed labels mean what they say."""
    loss = losses.load(name, {})
    one, other = torch.eye(3)[:1], torch.eye(3)[1:2]
    mean = (loss(LOGITS[:1], one) + loss(LOGITS[:1], other)) / 2
    assert torch.allclose(loss(LOGITS[:1], (one + other) / 2), mean)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("smoothed", {"smoothing": 2}),
        ("smoothed", {"smoothing": "much"}),
        ("joint", {"share": 5}),
        ("two_number_smoothed", {"on": -1}),
        ("focal", {"gamma": None}),
        ("generalised_cross_entropy", {"q": 0}),
        ("bi_tempered", {"t1": 1.0}),
        ("bi_tempered", {"t2": 1.0}),
        ("omitting", {"share": 1.0}),
    ],
)
def test_values_with_which_it_is_no_loss_are_refused(name: str, options: dict) -> None:
    with pytest.raises(UserError, match=rf"train.loss_options: .* are values with which {name} is no loss"):
        losses.load(name, options)


@pytest.mark.parametrize("name", of_link("sigmoid"))
def test_every_loss_of_labels_leads_each_to_its_target(name: str) -> None:
    loss = losses.load(name, {}, "sigmoid")
    targets = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    logits = torch.zeros(2, 3, requires_grad=True)
    start = loss(logits, targets)
    assert start.shape == (2,) and bool((start >= 0).all())
    for _ in range(300):
        (gradient,) = torch.autograd.grad(loss(logits, targets).sum(), logits)
        logits = (logits - gradient).detach().requires_grad_()
    assert bool((loss(logits, targets) < start).all())
    assert ((logits > 0) == (targets > 0)).all()


@pytest.mark.parametrize("name", of_link("identity"))
def test_every_loss_of_numbers_leads_to_the_number(name: str) -> None:
    loss = losses.load(name, {}, "identity")
    targets = torch.tensor([[1.5], [-3.0]])
    logits = torch.zeros(2, 1, requires_grad=True)
    for _ in range(300):
        (gradient,) = torch.autograd.grad(loss(logits, targets).sum(), logits)
        logits = (logits - 0.2 * gradient).detach().requires_grad_()
    assert torch.allclose(logits, targets, atol=0.05)


def test_binary_cross_entropy_by_hand() -> None:
    logits, targets = torch.tensor([[0.0, math.log(3)]]), torch.tensor([[1.0, 0.0]])
    expected = (-math.log(0.5) - math.log(0.25)) / 2
    assert losses.load("cross_entropy", {}, "sigmoid")(logits, targets).tolist() == pytest.approx([expected])
    zero = {"present": 0.0, "absent": 0.0, "shift": 0.0}
    assert losses.load("asymmetric", zero, "sigmoid")(logits, targets).tolist() == pytest.approx([expected])
    assert losses.load("focal", {"gamma": 0.0}, "sigmoid")(logits, targets).tolist() == pytest.approx(
        [expected]
    )


def test_a_far_grade_costs_more_than_a_near_one() -> None:
    loss = losses.load("graded", {})
    logits = torch.tensor([[4.0, 0.0, 0.0]]).repeat(2, 1)
    near, far = loss(logits, torch.eye(3)[[1, 2]]).tolist()
    assert far > near + 0.5


def test_a_loss_of_another_task_is_refused() -> None:
    with pytest.raises(UserError, match=r"train.loss: joint has no function for several labels an image"):
        losses.load("joint", {}, "sigmoid")
