"""Claim 10: small groups slow down learning by heart; stopped early, their lead is not clear."""

import numpy as np
import pytest

from bnviz import recordings
from bnviz.example import FOLDED
from bnviz.recordings import regularization
from bnviz.recordings.regularization import RATES, WAYS

FOUND = recordings.read("regularization")
STEPS, WRONG = FOUND["steps"], FOUND["wrong"]
OWN, VALIDATION, TESTED, ERRORS = range(4)  # the parts of an accuracy


def known(way, step, part=ERRORS, rate=0.3):
    """Accuracies after a step, on the images with wrong labels or others, (20 seeds,)."""
    return WRONG[way][:, part, STEPS.searchsorted(step), 0, RATES.index(rate)]


def leads(labels, way, other="none"):
    """The lead over another way, stopped early, in points, (20 seeds,)."""
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
        assert (known("m = 300", step) > known("m = 4", step) + 0.1).all()
        assert known("m = 4", step).mean() > known("none", step).mean() + 0.08


def test_noise_alone_does_the_same_for_a_while_and_less_in_the_end():
    assert (known("m = 300", 210) > known("noise only", 210)).all()
    assert abs(known("noise only", 210).mean() - known("m = 4", 210).mean()) < 0.04
    assert known("noise only", 600).mean() > known("m = 4", 600).mean() + 0.06
    assert known("m = 4", 600, TESTED).mean() > known("noise only", 600, TESTED).mean() + 0.03


def test_a_smaller_rate_without_noise_does_as_much():
    for step in (210, 600):
        slow = known("m = 300", step, rate=0.1)
        assert (known("m = 300", step) - slow).min() > 0.2
        for way in ("noise only", "m = 4"):
            assert slow.mean() < known(way, step).mean()


def test_without_batch_norm_the_folded_start_is_no_faster_than_none():
    for step in (210, 600):
        assert abs(known(FOLDED, step).mean() - known("none", step).mean()) < 0.06
        assert (known("m = 4", step) - known(FOLDED, step)).min() > 0.02


def is_clear(lead):
    return abs(lead.mean()) > 2.6 * lead.std(ddof=1) / np.sqrt(len(lead))


def test_stopped_early_small_groups_are_about_a_point_ahead_of_none_and_not_clearly():
    for labels in ("right", "wrong"):
        assert 0.4 < leads(labels, "m = 4").mean() < 1.6
        for way in ("m = 300", "m = 4"):
            assert not is_clear(leads(labels, way)), (labels, way)


def test_without_noise_batch_norm_is_not_ahead_of_small_groups():
    assert is_clear(leads("right", "m = 4", "m = 300"))
    for way in ("noise only", "m = 4"):
        for labels in ("right", "wrong"):
            assert leads(labels, way, "m = 300").mean() > 0


def test_with_wrong_labels_noise_and_small_groups_lead_the_folded_start():
    for way in ("noise only", "m = 4"):
        assert is_clear(leads("wrong", way, FOLDED))
        assert 0.6 < leads("wrong", way, FOLDED).mean() < 1.8
    assert not is_clear(leads("wrong", "m = 300", FOLDED))


def test_every_chosen_strength_lies_inside_its_grid():
    for labels in ("right", "wrong"):
        for way in ("dropout", "weight decay"):
            strength, _ = regularization.best_setting(FOUND[labels][way])
            assert 0 < strength < len(WAYS[way]) - 1


def test_with_no_rate_over_1_batch_norm_seems_to_help():
    largest = RATES.index(1.0)
    none = WRONG["none"][..., : largest + 1]
    assert regularization.best_setting(none)[1] == largest
    for way in ("m = 300", "m = 4"):
        ours = WRONG[way][..., : largest + 1]
        lead = regularization.stopped_early(ours)[:, 0] - regularization.stopped_early(none)[:, 0]
        assert is_clear(lead)
        assert lead.mean() > 0.008


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
