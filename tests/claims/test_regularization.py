"""Claim 10: small groups slow down learning by heart; stopped early, their lead is gone."""

import numpy as np
import pytest

from bnviz import recordings
from bnviz.example import FOLDED
from bnviz.recordings import regularization
from bnviz.recordings.regularization import RATES, WAYS

FOUND = recordings.read("regularization")
STEPS, WRONG = FOUND["steps"], FOUND["wrong"]
OWN, VALIDATION, TESTED = range(3)  # the parts of an accuracy


def known(way, step, part=OWN, rate=0.3):
    """Accuracies with wrong labels after a step, (6 seeds,)."""
    return WRONG[way][:, part, STEPS.searchsorted(step), 0, RATES.index(rate)]


def leads(labels, way, other="none"):
    """The lead over another way, stopped early, in points, (6 seeds,)."""
    ours, theirs = (regularization.stopped_early(FOUND[labels][w])[:, 0] for w in (way, other))
    return 100 * (ours - theirs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "strength"), [("m = 4", 0), (FOLDED, 0), ("dropout", 2), ("weight decay", 2)]
)
def test_a_run_is_what_the_code_gives(name, strength):
    again = regularization.train(WAYS[name][strength], 60, seed=2)
    kept = WRONG[name][2, :, :, strength]
    early, steady = STEPS <= 20, slice(RATES.index(1.0) + 1)
    np.testing.assert_allclose(again[:, early, steady], kept[:, early, steady], atol=0.02)
    # larger rates go their own way on every machine, the largest from the first steps on
    again, kept = (run[:, STEPS > 100, :5].mean(axis=1) for run in (again, kept))
    np.testing.assert_allclose(again, kept, atol=0.03)


def test_small_groups_slow_down_learning_by_heart():
    for step in (210, 400):
        assert (known("m = 300", step) > known("m = 4", step)).all()
        assert (known("m = 4", step) > known("none", step)).all()


def test_noise_alone_does_the_same_for_a_while_and_less_in_the_end():
    assert (known("m = 300", 210) > known("noise only", 210)).all()
    assert abs(known("noise only", 210) - known("m = 4", 210)).mean() < 0.03
    assert known("m = 4", 600, TESTED).mean() > known("noise only", 600, TESTED).mean() + 0.03


def test_a_smaller_rate_without_noise_does_about_as_much():
    for step in (210, 600):
        slow = known("m = 300", step, rate=0.1)
        assert (known("m = 300", step) - slow).min() > 0.04
        for way in ("noise only", "m = 4"):
            assert abs(known(way, step) - slow).mean() < 0.05


def test_without_batch_norm_the_folded_start_is_no_faster_than_none():
    for step in (210, 600):
        assert abs(known(FOLDED, step) - known("none", step)).mean() < 0.03
        assert (known("m = 4", step) - known(FOLDED, step)).min() > 0.03


def test_at_the_end_large_groups_pay_for_it_and_small_ones_less():
    assert (known("m = 4", 600, TESTED) > known("m = 300", 600, TESTED)).all()
    ours, theirs = (regularization.stopped_early(WRONG[way])[:, 1] for way in ("m = 4", "none"))
    assert (ours > theirs).all()
    assert 0.06 < (ours - theirs).mean() < 0.1


def is_clear(lead):
    return abs(lead.mean()) > 2.6 * lead.std(ddof=1) / np.sqrt(len(lead))


def test_stopped_early_no_lead_of_batch_norm_over_none_is_clear():
    for labels in ("right", "wrong"):
        for way in ("m = 300", "m = 4"):
            assert not is_clear(leads(labels, way)), (labels, way)
            assert abs(leads(labels, way).mean()) < 1


def test_noise_alone_leads_none_with_wrong_labels_and_has_no_clear_lead_over_no_noise():
    assert is_clear(leads("wrong", "noise only"))
    assert leads("wrong", "noise only").mean() > 0
    assert not is_clear(leads("right", "noise only"))
    for way in ("noise only", "m = 4"):
        for labels in ("right", "wrong"):
            assert not is_clear(leads(labels, way, "m = 300"))


def test_with_wrong_labels_batch_norm_leads_the_folded_start_with_and_without_noise():
    for way in ("m = 300", "m = 4"):
        lead = leads("wrong", way, FOLDED)
        assert is_clear(lead)
        assert 0.8 < lead.mean() < 1.6
        assert not is_clear(leads("right", way, FOLDED))


def test_every_chosen_strength_lies_inside_its_grid():
    for labels in ("right", "wrong"):
        for way in ("dropout", "weight decay"):
            strength, _ = regularization.best_setting(FOUND[labels][way])
            assert 0 < strength < len(WAYS[way]) - 1


def test_with_no_rate_over_1_small_groups_seem_to_help():
    largest = RATES.index(1.0)
    ours, theirs = (WRONG[way][..., : largest + 1] for way in ("m = 4", "none"))
    assert regularization.best_setting(theirs)[1] == largest
    lead = regularization.stopped_early(ours)[:, 0] - regularization.stopped_early(theirs)[:, 0]
    assert is_clear(lead)
    assert lead.mean() > 0.01


@pytest.mark.slow
def test_other_seeds_say_the_same(monkeypatch):
    monkeypatch.setattr(regularization, "STEPS", 200)
    middle = RATES.index(0.3)
    for seed in (20, 21):
        calm, groups, folded = (
            regularization.train(WAYS[name][0], 60, seed)[:, -1, middle]
            for name in ("m = 300", "m = 4", FOLDED)
        )
        assert calm[OWN] > groups[OWN] > folded[OWN]
        assert calm[TESTED] < groups[TESTED]
