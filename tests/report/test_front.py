"""The first screen: the score's company, the verdict, and what to do next."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from podium.contracts import trials
from podium.experiments.compare import Difference
from podium.experiments.earlier import Earlier
from podium.foundation.times import Took
from podium.report import advice, front, verdict
from podium.report.evidence import Evidence, Fact, gather

SOUND = {"adversarial_auc": 0.51, "duplicates": 4, "duplicate_groups_with_test": 0, "noise_estimate": 0.01}


def whole(**params: Any) -> Evidence:
    """The finished run as if all its folds and a thousand images had been seen."""
    run = gather([0, 1])
    facts = [Fact("clean", SOUND | {"suspects": 1}, [])]
    many = np.repeat(np.arange(len(run.ids)), 30)
    return replace(
        run,
        facts=facts,
        findings=[found for found in run.findings if not found.warning],
        params=run.params | {"folds": [0, 1]} | params,
        ids=[run.ids[i] for i in many], labels=run.labels[many], oof=run.oof[many], fold_of=run.fold_of[many],
    )  # fmt: skip


def doubts(run: Evidence) -> set[str]:
    return {point.title for point in verdict.points(run) if not point.good}


def test_nothing_speaks_against_a_sound_run(finished: Path) -> None:
    run = whole()
    assert doubts(run) == set()
    assert verdict.headline(verdict.points(run)).startswith("Yes")


@pytest.mark.parametrize(
    ("fact", "title"),
    [
        ({"adversarial_auc": 0.9}, "Test looks different"),
        ({"duplicate_groups_with_test": 2}, "Test images in training"),
        ({"noise_estimate": 0.2}, "Labels are noisy"),
        ({"warnings": ["half of the groups are lost"]}, "From clean"),
    ],
)
def test_each_piece_of_evidence_can_speak_against_the_score(
    fact: dict[str, Any], title: str, finished: Path
) -> None:
    run = whole()
    run = replace(run, facts=[Fact("clean", SOUND | {"suspects": 1} | fact, [])])
    assert doubts(run) == {title}
    assert title[0].lower() + title[1:] in verdict.headline(verdict.points(run))


def test_a_small_test_set_scatters_more_than_the_score_does(finished: Path) -> None:
    run = whole()
    run = replace(run, metrics=run.metrics | {"cv_low": 0.7, "cv_high": 0.9})
    images = run.images.assign(subset=["test"] * 1 + ["train"] * (len(run.images) - 1))
    few = replace(run, images=images, ids=run.ids[:3])
    told = next(point.reason for point in verdict.points(few) if point.title == "How exact")
    assert told == (
        "With 3 images the score is known to about ± 0.1000. One on 1 test images has chance of its own: "
        "about ± 0.2000 from it."
    )
    hidden = run.competition.model_copy(update={"notebooks_only": True})
    told = next(p.reason for p in verdict.points(replace(few, competition=hidden)) if p.title == "How exact")
    assert told == "With 3 images the score is known to about ± 0.1000."


def test_a_partial_run_says_so_first_and_is_told_to_become_whole(finished: Path) -> None:
    run = whole()
    one = run.fold_of == 0
    part = replace(run, ids=[i for i, k in zip(run.ids, one, strict=True) if k], labels=run.labels[one],
                   oof=run.oof[one], fold_of=run.fold_of[one])  # fmt: skip
    assert front.front(part).stamp and not front.front(run).stamp
    assert "Not all folds" in doubts(part)
    assert advice.ideas(part)[0].command == """make experiment SET="-S 'folds=[0,1]'\""""


@pytest.mark.parametrize(
    ("said", "stamp"),
    [
        ("whole: 2 folds, 9 images", ""),
        (
            "probes only: 2 folds, 9 images",
            "probes only: 2 folds, 9 images; not to be compared",
        ),
        (
            "whole: 2 folds, 9 images, of other experiments",
            "a vote of other runs, without this",
        ),
    ],
)
def test_the_first_box_says_what_the_score_stands_on(finished: Path, said: str, stamp: str) -> None:
    run = whole()
    shown = front.front(replace(run, metrics=run.metrics | {"Run": said})).stamp
    assert shown.startswith(stamp) and bool(shown) == bool(stamp)


def test_a_run_of_probes_alone_is_told_to_try_a_network(
    finished: Path,
) -> None:
    run = replace(whole(effort="probe"), cards=[], voters={"members": [{"name": "probe_x"}]})
    first = advice.ideas(run)[0]
    assert (
        first.text.startswith("Linear probes alone")
        and first.command == 'make experiment SET="-S effort=auto"'
    )
    assert "linear probe" not in front.front(run).drawn


def test_a_vote_below_its_best_member_speaks_against_it(finished: Path) -> None:
    told = "The vote (0.7) is worse than its best member alone: a (0.8)."
    assert "The vote loses" in doubts(replace(whole(), voters={"why": [told]}))


def test_ideas_are_three_sorted_by_what_they_promise(finished: Path) -> None:
    found = advice.ideas(gather([0, 1]))
    assert len(found) == advice.SHOWN
    assert [idea.promise for idea in found] == sorted((idea.promise for idea in found), reverse=True)
    assert all(idea.command.startswith("make ") for idea in found)


def test_an_idea_says_what_it_costs_where_this_run_trained_all_its_folds(finished: Path) -> None:
    even = {0: {"train_accuracy": [0.8], "val_accuracy": [0.8]}}
    run = replace(whole(), histories=even)
    took = [Took("select", 1.0, 100.0), *(Took(f"train@{fold}", 2.0, 100.0) for fold in (0, 1))]
    (longer,) = [idea for idea in advice.ideas(replace(run, taken=took)) if "epochs" in idea.command]
    assert longer.text.endswith("Training would take about 10 min.")
    assert not any("min." in idea.text for idea in advice.ideas(replace(run, taken=took[:2])))


@pytest.mark.parametrize(
    ("trained", "others"),
    [("resnet18", advice.SECOND), ("convnext_tiny.in12k_ft_in1k", "strong")],
)
def test_another_network_is_one_of_this_ones_kind(finished: Path, trained: str, others: str) -> None:
    run = whole()
    cards = [card.model_copy(update={"model": trained}) for card in run.cards]
    alone = replace(run, cards=cards, voters={"members": ["this run"]})
    (found,) = advice._vote(alone)
    assert found.command == f'make vote MODELS="{trained} {others}"'


def test_suspect_labels_among_the_mistakes_are_the_first_idea(finished: Path) -> None:
    first = next(idea for idea in advice.ideas(whole()) if "suspect" in idea.text)
    assert "30 of 60 mistakes" in first.text  # the wrong and suspect image, thirty times


def test_networks_that_learn_by_heart_want_stronger_augmentation(finished: Path) -> None:
    run = whole()
    learnt = {0: {"train_accuracy": [1.0], "val_accuracy": [0.8]}}
    assert any("by heart" in idea.text for idea in advice.ideas(replace(run, histories=learnt)))
    even = {0: {"train_accuracy": [0.8], "val_accuracy": [0.8]}}
    assert any("epochs=6" in idea.command for idea in advice.ideas(replace(run, histories=even)))


@pytest.mark.parametrize(("seen", "advised"), [(0.04, False), (0.26, True)])
def test_more_epochs_are_advised_only_where_the_trial_saw_too_few(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: float, advised: bool
) -> None:
    tried = trials.Trial(
        folds=[0], size=96, freeze="head", epochs=3, images=9, seen=seen,
        probe=0.9, network=0.4, both=0.4, gain=0.5, error=0.1, averaging=0.0,
    )  # fmt: skip
    trials.write(trials.Trials(why="so", trial=tried))
    even = {0: {"train_accuracy": [0.8], "val_accuracy": [0.8]}}
    found = [
        idea.text for idea in advice.ideas(replace(whole(), histories=even)) if "epochs=6" in idea.command
    ]
    assert bool(found) == advised
    assert not advised or "loss of 0.26 on its own images and 0.40 on the rest" in found[0]


def test_the_baseline_stands_beside_the_score(finished: Path) -> None:
    run = whole()
    scores = {"metric": "log_loss", "cv": 0.5, "cv_low": 0.4, "cv_high": 0.6}
    before = Earlier("0123456" + "0" * 33, scores, {}, run.competition.classes, run.ids, run.oof, run.folds)
    shown = front.front(replace(run, earlier=before, ahead=Difference(-0.1, -0.2, -0.05, 12, False)))
    assert "to the baseline 0123456: -0.1000 (-0.2000 to -0.0500): better" in shown.lines
    assert "baseline" in shown.drawn


def test_the_probe_stands_beside_the_score(finished: Path) -> None:
    path = Path("data/index/competition.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"metric": "accuracy"}))
    run = whole()
    run = replace(run, facts=[Fact("clean", {"probe_accuracy": 0.7}, [])])
    assert "linear probe" in front.front(run).drawn


def test_what_a_probe_would_not_learn_from_is_not_proposed(finished: Path) -> None:
    """A trial spared the folds: more copies, which probes do not see, were the first idea."""
    run = replace(whole(effort="auto"), cards=[], voters={"members": [{"name": "probe_x"}]})
    commands = [idea.command for idea in advice.ideas(run)]
    assert 'make experiment SET="-S effort=high"' in commands
    assert not [command for command in commands if "hard_examples" in command]
    assert [c for i in advice.IDEAS for c in i(whole(effort="auto")) if "hard_examples" in c.command]
