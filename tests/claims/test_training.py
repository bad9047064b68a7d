"""Claims 2, 8 and 9: fewer steps, larger learning rates, any start; and the inputs that move."""

import numpy as np
import pytest

from bnviz import digits, measures, network, training
from bnviz.explore import example, training_runs
from bnviz.explore.covariate_shift import unit_inputs

pytestmark = pytest.mark.slow
SEEDS = range(5)


def train(batch_norm, weights, sizes=example.SIZES, **choices):
    """Train one network per seed as a stack, on the same mini-batches."""
    data = digits.load()
    nets = [network.init(sizes, batch_norm, weights, seed=seed) for seed in SEEDS]
    choices = {"test": (data.test_images, data.test_labels), "progress": False, **choices}
    return training.train(network.stack(nets), data.images, data.labels, **choices)


@pytest.fixture(scope="module")
def runs():
    choices = {"snapshots": 40, "unit": example.UNIT}
    return {
        "normed": train(True, 0.1, steps=600, **choices),
        "well": train(False, "sigmoid", steps=600, **choices),
        "small": train(False, 0.1, steps=2000, **choices),
    }


def after_300(batch_norm, weights, rate):
    """Return the accuracy at the end of a short training of narrow networks, (seeds,)."""
    sizes = training_runs.SWEEP_SIZES
    run = train(batch_norm, weights, sizes, steps=300, learning_rate=rate, snapshots=2)
    return run.accuracy[-1]


def wandering(run):
    """Return how far the median input of a unit of the last hidden layer ranges, (seeds,)."""
    return np.ptp(measures.percentiles(unit_inputs(run)[:, 2])[1], axis=0)


def test_batch_norm_gets_to_97_percent_within_600_steps(runs):
    assert training.steps_to(runs["normed"], 0.97).max() <= 600


def test_it_needs_twenty_times_fewer_steps_than_small_weights_without(runs):
    assert np.isfinite(training.steps_to(runs["small"], 0.9)).all()
    ratio = training.steps_to(runs["small"], 0.9) / training.steps_to(runs["normed"], 0.9)
    assert ratio.min() > 20


def test_against_a_well_initialized_network_it_is_a_handful(runs):
    ratio = training.steps_to(runs["well"], 0.9) / training.steps_to(runs["normed"], 0.9)
    assert ratio.min() > 1.5
    assert 2 < np.median(ratio) < 12


def test_it_stands_a_learning_rate_at_which_a_well_initialized_network_guesses():
    assert after_300(True, "sigmoid", 8).min() > 0.92
    assert after_300(False, "sigmoid", 8).max() < 0.2
    assert after_300(False, "sigmoid", 2).min() > 0.9


@pytest.mark.parametrize("weights", [0.003, 0.05, 1.0])
def test_it_learns_from_any_start(weights):
    assert after_300(True, weights, 0.5).min() > 0.9
    assert (after_300(False, weights, 0.5) > 0.85).all() == (weights == 1.0)


def test_at_a_small_learning_rate_large_weights_still_hold_it_up():
    assert after_300(True, 0.003, 0.01).min() > after_300(True, 1.0, 0.01).max() + 0.2


def test_most_of_the_map_is_learned_with_and_little_without():
    with_norm, without = (
        training_runs.sweep_accuracy(training_runs.sweep_runs(batch_norm, seed=1))[-1, 1:]
        for batch_norm in (True, False)
    )
    assert with_norm.shape == without.shape == (7, 7)
    assert (with_norm >= 0.9).mean() >= 0.6
    assert (without >= 0.9).mean() <= 0.15


def test_the_input_of_the_sigmoid_wanders_less_but_widens(runs):
    normed, well, small = (wandering(runs[name]) for name in ("normed", "well", "small"))
    assert normed.max() < 0.6
    assert np.median(small) > 2 * np.median(normed)
    assert np.median(well) > np.median(small)  # and yet it learns faster
    low, _, high = measures.percentiles(unit_inputs(runs["normed"])[:, 2])
    assert ((high - low)[-1] > 1.1 * (high - low)[0]).all()
