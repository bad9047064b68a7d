"""Claims 1 and 2: noise, gradients that the layers below change, and a drift."""

import numpy as np
import pytest

from bnviz import recordings
from bnviz.example import FOLDED, GOOD_START
from bnviz.recordings import drift, gradient_change, shaken
from bnviz.recordings.drift import FASTER_BETA, GAMMA_HELD
from bnviz.recordings.gradient_change import NOISY, RATE
from bnviz.recordings.shaken import CENTRED, RATES, SAME_W, SUBTRACT, USUAL_W, at_best

SHAKEN, DRIFT = recordings.read("shaken"), recordings.read("drift")
CHANGES = recordings.read("gradient_change")


def fastest(runs, steps):
    """Steps to 90 % and accuracies on the test images, at the rate fastest by validation."""
    rate = shaken.fastest_rate(runs["accuracy"], steps)
    return shaken.to_90(runs["accuracy"], steps)[:, 1, rate], runs["accuracy"][:, 1, :, rate]


def to_90(name, strength):
    return fastest(SHAKEN[name][strength], SHAKEN["steps"])[0]


def test_with_noise_1_those_that_subtract_a_mean_end_highest():
    end = {
        name: np.median(fastest(SHAKEN[name]["1.0"], SHAKEN["steps"])[1][:, -1])
        for name in shaken.NETWORKS
    }
    without = max(end[name] for name in (GOOD_START, FOLDED, CENTRED))
    assert without < end[SAME_W] < end[SUBTRACT]


def test_noise_costs_everybody():
    for name in shaken.NETWORKS:
        without, one, two = (np.median(to_90(name, s)) for s in ("0.0", "1.0", "2.0"))
        assert 1.5 * without < one < two


def test_with_noise_1_batch_norm_is_about_as_slow_as_its_folded_start_without():
    for name in (SAME_W, USUAL_W):
        assert 0.6 < np.median(to_90(name, "1.0")) / np.median(to_90(FOLDED, "0.0")) < 2
    assert np.median(to_90(SAME_W, "2.0")) > 3 * np.median(to_90(FOLDED, "0.0"))


@pytest.mark.slow
def test_the_first_steps_of_a_shaken_run_are_what_the_code_gives(monkeypatch):
    monkeypatch.setattr(shaken, "STEPS", 14)  # the recording has a look there
    again, _ = shaken.train(SAME_W, 1.0, 0, RATES)
    shipped = SHAKEN[SAME_W]["1.0"]["accuracy"][0, :, SHAKEN["steps"].tolist().index(14)]
    np.testing.assert_allclose(again[:, -1], shipped, atol=0.1)


def changed(name, rates):
    """Change of the gradient in the first 25 steps, and steps to 90 %, each (5 seeds,)."""
    runs, steps = CHANGES[name], CHANGES["steps"]
    rate = RATES.index(RATE) if rates == RATE else shaken.fastest_rate(runs["accuracy"], steps)
    change = np.median(runs["change"][:, steps < 25, rate], axis=1)
    return change, shaken.to_90(runs["accuracy"], steps)[:, 1, rate]


def test_less_disturbed_and_faster_go_together_at_the_fastest_rates_and_not_at_one_rate():
    for rates, same_change, same_steps, usual_change, usual_steps in (
        (RATE, (0.05, 0.3), (0.7, 1.1), (1.3, 4), (0.1, 0.4)),
        ("fastest", (0.15, 0.6), (0.2, 0.7), (0.2, 0.6), (0.3, 0.8)),
    ):
        change, steps = map(np.median, changed(FOLDED, rates))
        for name, of_change, of_steps in (
            (SAME_W, same_change, same_steps), (USUAL_W, usual_change, usual_steps)
        ):  # fmt: skip
            found = [np.median(each) for each in changed(name, rates)]
            assert of_change[0] < found[0] / change < of_change[1], (name, rates)
            assert of_steps[0] < found[1] / steps < of_steps[1], (name, rates)


def test_from_its_usual_weights_it_is_as_fast_at_rates_that_disturb_it_much_more():
    runs, first = CHANGES[USUAL_W], CHANGES["steps"] < 25
    change = np.median(np.median(runs["change"][:, first], axis=1), axis=0)
    steps = np.median(shaken.to_90(runs["accuracy"], CHANGES["steps"])[:, 1], axis=0)
    middle = slice(RATES.index(0.45), RATES.index(2.0) + 1)
    assert (np.diff(change[middle]) > 0).all()
    assert change[middle][-1] > 1.5 * change[middle][0]
    assert steps[middle].max() < 1.6 * steps[middle].min()


def test_batch_norm_is_disturbed_less_than_its_folded_start_but_from_usual_weights_at_one_rate():
    for name, rates in ((SAME_W, RATE), (SAME_W, "fastest"), (USUAL_W, "fastest")):
        assert (changed(name, rates)[0] < changed(FOLDED, rates)[0]).all()
    assert changed(USUAL_W, RATE)[0].min() > changed(FOLDED, RATE)[0].max()


def test_noise_1_disturbs_more_than_training_does():
    noisy = np.median(np.median(CHANGES[NOISY]["change"][:, CHANGES["steps"] < 25], axis=1))
    for name in gradient_change.NETWORKS:
        for rates in (RATE, "fastest"):
            assert np.median(changed(name, rates)[0]) < noisy


@pytest.mark.slow
@pytest.mark.parametrize("name", gradient_change.NETWORKS)
def test_the_changes_are_what_the_code_gives(name, monkeypatch):
    monkeypatch.setattr(gradient_change, "STEPS", np.arange(0, 26, 5))
    again, _ = gradient_change.train(gradient_change.before(name, 0), (RATE,), 0)
    shipped = CHANGES[name]["change"][0, :6, [RATES.index(RATE)]].T
    np.testing.assert_allclose(again, shipped, rtol=0.1)


def at_the_end(name):
    """Accuracy on the test images after the drift, at the best rate, (10 seeds,)."""
    return at_best(DRIFT[name]["accuracy"])[:, -1]


OTHERS = np.array([at_the_end(name) for name in (GOOD_START, FOLDED, CENTRED)])  # (3, 10 seeds)


def test_from_the_same_weights_batch_norm_is_ahead_of_the_others_on_some_seeds_only():
    ahead = (at_the_end(SAME_W) > OTHERS.max(axis=0)).sum()
    assert 2 <= ahead <= 8
    assert np.median(at_the_end(SAME_W)) < 0.93
    assert np.median(at_the_end(SUBTRACT)) > 0.93


def test_from_its_usual_weights_batch_norm_stands_the_drift_best():
    assert (at_the_end(USUAL_W) > OTHERS.max(axis=0)).sum() >= 9
    assert np.median(at_the_end(USUAL_W)) > np.median(OTHERS, axis=1).max() + 0.05


def at_rate_1(name):
    """Accuracy on the test images after the drift, (10 seeds,)."""
    return DRIFT[name]["accuracy"][:, 1, -1, RATES.index(1.0)]


def test_at_rate_1_batch_norm_fails_and_each_of_the_controls_repairs_it():
    normed = at_rate_1(SAME_W)
    assert np.median(normed) + 0.1 < np.median(at_rate_1(FOLDED))
    for name in (FASTER_BETA, GAMMA_HELD, SUBTRACT):
        assert at_rate_1(name).min() > normed.max() + 0.1, name
        assert np.median(at_rate_1(name)) > 0.9, name
        assert np.median(at_the_end(name)) > np.median(at_the_end(SAME_W)) + 0.03, name


@pytest.mark.slow
def test_other_seeds_say_the_same_of_the_drift():
    assert drift.train(USUAL_W, 17, (0.3,))[0][1, -1, 0] > 0.92
    ends = {
        name: drift.train(name, 17, (1.0,))[0][1, -1, 0]
        for name in (SAME_W, FASTER_BETA, GAMMA_HELD)
    }
    assert ends[SAME_W] + 0.2 < min(ends[FASTER_BETA], ends[GAMMA_HELD])
