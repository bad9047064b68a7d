"""Claim 10: small groups slow down learning by heart; stopped early, their lead is gone."""

import numpy as np
import pytest

from bnviz import recordings
from bnviz.recordings import regularization

FOUND = recordings.read("regularization")
STEPS, WRONG = FOUND["steps"], FOUND["wrong"]
OWN, VALIDATION, TESTED = range(3)  # the parts of an accuracy


def known(way, step, part=OWN, rate=0.3):
    """Accuracies with wrong labels after a step, (6 seeds,)."""
    return WRONG[way][:, part, STEPS.searchsorted(step), regularization.RATES.index(rate)]


def leads(labels, way):
    """The lead over "none", stopped early, in points, (6 seeds,)."""
    ours, theirs = (regularization.stopped_early(FOUND[labels][w])[:, 0] for w in (way, "none"))
    return 100 * (ours - theirs)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["m = 4", "weight decay"])
def test_a_run_is_what_the_code_gives(way):
    again, kept = regularization.train(way, 60, seed=2), WRONG[way][2]
    early = STEPS <= 20
    np.testing.assert_allclose(again[:, early], kept[:, early], atol=0.02)
    again, kept = (run[:, STEPS > 100, :5].mean(axis=1) for run in (again, kept))
    np.testing.assert_allclose(
        again, kept, atol=0.03
    )  # larger rates go their own way on every machine


def test_small_groups_slow_down_learning_by_heart():
    for step in (210, 400):
        assert (known("m = 300", step) > known("m = 4", step)).all()
        assert (known("m = 4", step) > known("none", step)).all()


def test_noise_alone_does_the_same_for_a_while_and_less_in_the_end():
    assert (known("m = 300", 210) > known("noise only", 210)).all()
    assert abs(known("noise only", 210) - known("m = 4", 210)).mean() < 0.03
    assert known("m = 4", 600, TESTED).mean() > known("noise only", 600, TESTED).mean() + 0.03


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
    noise = leads("wrong", "noise only")
    assert is_clear(noise)
    assert noise.mean() > 0


def test_with_no_rate_over_1_small_groups_seem_to_help():
    largest = regularization.RATES.index(1.0)
    ours, theirs = (WRONG[way][..., : largest + 1] for way in ("m = 4", "none"))
    assert regularization.best_rate(theirs) == largest
    lead = regularization.stopped_early(ours)[:, 0] - regularization.stopped_early(theirs)[:, 0]
    assert is_clear(lead)
    assert lead.mean() > 0.01


@pytest.mark.slow
def test_other_seeds_say_the_same(monkeypatch):
    monkeypatch.setattr(regularization, "STEPS", 200)
    middle = regularization.RATES.index(0.3)
    for seed in (20, 21):
        calm, groups = (
            regularization.train(way, 60, seed)[:, -1, middle] for way in ("m = 300", "m = 4")
        )
        assert calm[OWN] > groups[OWN]
        assert calm[TESTED] < groups[TESTED]
