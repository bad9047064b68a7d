"""Claims 1 and 2: inputs that move, and gradients that the layers below change."""

import numpy as np
import pytest

from bnviz import digits, network, recordings, training
from bnviz.example import GOOD_START, SIZES, SMALL_START, WITH_BN
from bnviz.recordings import race, shaken


def steps_to_90(run):
    reached = run["accuracy"] >= 0.9
    return np.where(reached.any(axis=0), run["steps"][reached.argmax(axis=0)], np.inf)


NEEDED = {
    name: {noise: steps_to_90(run) for noise, run in runs.items()}
    for name, runs in recordings.read("shaken").items()
}


@pytest.mark.parametrize("name", [WITH_BN, GOOD_START])
def test_the_first_steps_of_a_shaken_run_are_what_the_code_gives(name):
    shipped, looks = recordings.read("shaken")[name]["1.0"], 10
    again = shaken.shaken_run(name, 1.0, looks)
    np.testing.assert_array_equal(again["steps"], shipped["steps"][:looks])
    np.testing.assert_allclose(again["accuracy"], shipped["accuracy"][:looks], atol=0.05)
    into = again["into"].astype(float), shipped["into"][:looks].astype(float)
    np.testing.assert_allclose(*into, atol=0.1)


def test_noise_after_the_normalization_costs_little_of_the_gain():
    plain = recordings.read("race")[SMALL_START]["to_marks"][:, 1, race.RATES.index(0.3), 0]
    assert NEEDED[WITH_BN]["1.0"].max() < 4 * np.median(NEEDED[WITH_BN]["0.0"])
    assert 10 * NEEDED[WITH_BN]["1.0"].max() < plain.min()
    assert 1.5 * NEEDED[WITH_BN]["1.0"].max() < NEEDED[GOOD_START]["0.0"].min()


def test_noise_is_not_for_free_and_worse_without_batch_norm():
    assert NEEDED[WITH_BN]["2.0"].min() > 3 * NEEDED[WITH_BN]["0.0"].max()
    assert NEEDED[GOOD_START]["1.0"].min() > 2 * NEEDED[GOOD_START]["0.0"].max()
    assert np.isinf(NEEDED[GOOD_START]["2.0"]).all()


def test_the_shaken_unit_moves_more_than_the_plain_one():
    small = recordings.read("four_networks")[SMALL_START]["z"][:, 2].astype(float).mean(axis=-1)
    into = recordings.read("shaken")[WITH_BN]["1.0"]["into"].astype(float).mean(axis=-1)
    assert np.abs(np.diff(into)).mean() > 5 * np.abs(np.diff(small)).mean()
    assert np.abs(np.diff(into)).mean() > 0.5 * np.ptp(small)


def change(net, other, x, labels):
    """How much the gradient of the third layer differs between two networks."""
    g, there = (training.find_gradients(each, x, labels)[1][2].weights for each in (net, other))
    return np.linalg.norm(there - g) / np.linalg.norm(g)


def batches(seed, steps):
    data = digits.load()
    for _, batch in zip(range(steps), training.minibatches(1437, 60, seed), strict=False):
        yield data.images[batch], data.labels[batch]


def change_from_below(batch_norm, weights, steps, seed):
    net, found = network.init(SIZES, batch_norm, weights, seed=seed), []
    for x, labels in batches(seed, steps):
        stepped = training.descend(net, training.find_gradients(net, x, labels)[1], 0.3)
        below = network.Network(stepped.layers[:2] + net.layers[2:])
        found.append(change(net, below, x, labels))
        net = stepped
    return np.median(found)


def change_by_noise(seed):
    net, rng, found = network.init(SIZES, seed=seed), np.random.default_rng(seed), []
    for x, labels in batches(seed, 50):
        u, v = rng.standard_normal((2, 3, 100), np.float32)
        other = np.random.default_rng([seed, 1]).standard_normal((2, 3, 100), np.float32)
        other[:, 2] = u[2], v[2]
        moved = shaken.shake(net, x, np.exp(u), v)
        found.append(change(moved, shaken.shake(net, x, np.exp(other[0]), other[1]), x, labels))
        net, _ = shaken.shaken_step(net, x, labels, 1.0, rng)
    return np.median(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4])
def test_the_shift_is_small_with_batch_norm_and_large_with_noise(seed):
    normed = change_from_below(True, 0.1, 25, seed)
    well = change_from_below(False, "sigmoid", 150, seed)
    assert 1.7 * normed < well
    assert change_by_noise(seed) > 1.7 * well


@pytest.mark.slow
def test_a_network_that_guesses_is_hardly_disturbed():
    assert change_from_below(False, 0.1, 100, seed=3) < 0.02
