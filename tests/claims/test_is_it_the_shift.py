"""Claims 1 and 2: noise, gradients that the layers below change, and a drift."""

import numpy as np
import pytest

from bnviz import example, recordings
from bnviz.example import FOLDED, GOOD_START, SMALL_START, WITH_BN
from bnviz.recordings import drift, gradient_change, shaken
from bnviz.recordings.drift import FASTER_BETA, NOW, START
from bnviz.recordings.shaken import CENTRED, at_best

SHAKEN, DRIFT = recordings.read("shaken"), recordings.read("drift")
CHANGES = recordings.read("gradient_change")


def at_the_end(runs, name, strength):
    """Accuracy on the test images, (5 seeds,)."""
    return at_best(runs[name][strength]["accuracy"])[:, -1]


def test_batch_norm_stands_noise_best():
    for strength in ("1.0", "2.0"):
        normed = at_the_end(SHAKEN, WITH_BN, strength)
        for name in (GOOD_START, FOLDED, CENTRED):
            assert np.median(normed) > np.median(at_the_end(SHAKEN, name, strength))
        assert normed.min() > at_the_end(SHAKEN, FOLDED, strength).max()


def to_90(name, strength):
    """Steps to 90 % at the rate that is best by validation, (5 seeds,)."""
    reached, steps = SHAKEN[name][strength]["accuracy"] >= 0.9, SHAKEN["steps"]
    first = np.where(reached.any(axis=2), steps[reached.argmax(axis=2)], np.inf)
    return first[:, 1, np.median(first[:, 0], axis=0).argmin()]


def test_noise_costs_everybody():
    for name in shaken.NETWORKS:
        without, one, two = (np.median(to_90(name, s)) for s in ("0.0", "1.0", "2.0"))
        assert 1.5 * without < one < two


def test_with_noise_1_batch_norm_is_about_as_slow_as_its_folded_start_without():
    assert 0.6 < np.median(to_90(WITH_BN, "1.0")) / np.median(to_90(FOLDED, "0.0")) < 2


@pytest.mark.slow
def test_the_first_steps_of_a_shaken_run_are_what_the_code_gives(monkeypatch):
    monkeypatch.setattr(shaken, "STEPS", 14)  # the recording has a look there
    again, _ = shaken.train(WITH_BN, 1.0, 0, shaken.RATES)
    shipped = SHAKEN[WITH_BN]["1.0"]["accuracy"][0, :, SHAKEN["steps"].tolist().index(14)]
    np.testing.assert_allclose(again[:, -1], shipped, atol=0.1)


def test_a_drift_of_fixed_size_harms_nobody():
    for name in shaken.NETWORKS:
        assert np.median(at_the_end(DRIFT, name, START)) > 0.93


def test_a_drift_that_keeps_pace_harms_batch_norm_about_as_much_as_the_others():
    normed = at_the_end(DRIFT, WITH_BN, NOW)
    assert np.median(normed) < 0.93
    for name in (GOOD_START, FOLDED, CENTRED):
        other = at_the_end(DRIFT, name, NOW)
        assert np.median(other) < 0.9
        assert max(normed.min(), other.min()) < min(normed.max(), other.max())


def at_rate_1(name):
    """Accuracy on the test images under the drift that keeps pace, (5 seeds,)."""
    return DRIFT[name][NOW]["accuracy"][:, 1, -1, drift.RATES.index(1.0)]


def test_at_rate_1_batch_norm_is_the_first_to_fail_and_a_fast_beta_repairs_it():
    normed = at_rate_1(WITH_BN)
    for name in (GOOD_START, FOLDED):
        assert np.median(normed) + 0.1 < np.median(at_rate_1(name))
    assert at_rate_1(FASTER_BETA).min() > normed.max() + 0.2


def test_against_a_fixed_drift_gamma_grows_and_against_one_that_keeps_pace_it_shrinks():
    gamma = {}
    for unit in (START, NOW):
        run = DRIFT[WITH_BN][unit]
        gamma[unit] = run["gamma"][:, shaken.best_rate(run["accuracy"])]
    assert gamma[NOW].max() < 0.9 < gamma[START].min()


@pytest.mark.slow
def test_another_seed_says_the_same_of_the_drift():
    ends = {name: drift.train(name, NOW, 7, (1.0,))[0][1, -1, 0] for name in (WITH_BN, FASTER_BETA)}
    assert ends[WITH_BN] + 0.2 < ends[FASTER_BETA]


def inside(name, first, last):
    """Median change of the gradient between two steps, (5 seeds,)."""
    steps = CHANGES["steps"]
    return np.median(CHANGES[name][:, (steps >= first) & (steps < last)], axis=1)


def test_a_small_disturbance_comes_with_the_start_and_not_with_speed():
    normed, folded, good = (inside(name, 0, 25) for name in (WITH_BN, FOLDED, GOOD_START))
    assert normed.max() < good.min()
    assert folded.max() < good.min()
    assert folded.max() < normed.min()  # and it is the slower one


def test_later_batch_norm_is_disturbed_as_much_as_a_good_start():
    normed, good = (np.median(inside(name, 150, 300)) for name in (WITH_BN, GOOD_START))
    assert 0.6 < normed / good < 1.7


def test_a_network_that_guesses_is_hardly_disturbed():
    assert inside(SMALL_START, 0, 100).max() < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("name", [FOLDED, WITH_BN])
def test_the_changes_are_what_the_code_gives(name, monkeypatch):
    monkeypatch.setattr(gradient_change, "STEPS", np.arange(0, 26, 5))
    again = gradient_change.changes(example.start(name, 0), 0)
    np.testing.assert_allclose(again, CHANGES[name][0, :6], rtol=0.1)
