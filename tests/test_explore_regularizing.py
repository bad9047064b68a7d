"""The mathematics of `explore.regularization`: an example among mates, a step in groups."""

import numpy as np
import pytest

from bnviz import network, training
from bnviz.explore import regularizing

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.random((12, 5)), RNG.integers(0, 3, size=12)
RATE = 0.5


def single(seed=0):
    return network.init((5, 4, 4, 3), weights="xavier", seed=seed, dtype=float)


def stacked(*nets):
    return network.stack([network.stack([net]) for net in nets])


def rates(net):
    return network.map_parameters(lambda p: RATE, net.layers)


def assert_close(net, other):
    compare = np.testing.assert_allclose
    network.map_parameters(lambda p, q: compare(p, q, rtol=1e-10), net.layers, other.layers)


def test_one_group_is_an_ordinary_step():
    nets = single(0), single(1)
    moved = regularizing.step(stacked(*nets), IMAGES, LABELS, 12, RATE)
    for index, net in enumerate(nets):
        expected, _, _ = training.step(net, IMAGES, LABELS, rates(net))
        assert_close(network.select(moved, (index, 0)), expected)


def test_groups_are_normalized_apart_and_their_gradients_averaged():
    net = single()
    moved = regularizing.step(stacked(net), IMAGES, LABELS, 4, RATE)
    groups = (slice(0, 4), slice(4, 8), slice(8, 12))
    alone = [training.step(net, IMAGES[rows], LABELS[rows], rates(net))[0] for rows in groups]
    mean = network.map_parameters(lambda *p: np.mean(p, axis=0), *(each.layers for each in alone))
    assert_close(network.select(moved, (0, 0)), net._replace(layers=mean))


def test_without_batch_norm_groups_change_nothing():
    net = stacked(network.init((5, 4, 3), False, "xavier", dtype=float))
    one, many = (regularizing.step(net, IMAGES, LABELS, m, RATE) for m in (12, 3))
    assert_close(one, many)


@pytest.mark.parametrize("m", [3, 6, 60])
def test_an_example_among_mates_by_hand(m):
    values = RNG.normal(2, 3, size=200)
    z_hat = regularizing.among_mates(values, 7, m, batches=50)
    draws = np.random.default_rng(0).choice(values, (59, 50))
    batch = np.append(values[7], draws[: m - 1, 20])
    expected = (values[7] - batch.mean()) / np.sqrt(batch.var() + 1e-5)
    assert z_hat.shape == (50,)
    np.testing.assert_allclose(z_hat[20], expected)
    assert np.abs(z_hat).max() < np.sqrt(m - 1)


def test_the_noise_falls_as_one_over_the_root_of_m():
    values = np.append(0, RNG.normal(size=5000))  # followed: one at the mean
    spread = {m: regularizing.among_mates(values, 0, m).std() for m in (15, 60)}
    assert 1.9 < spread[15] / spread[60] < 2.3
    assert 0.95 < spread[60] * np.sqrt(60) < 1.1


def test_the_gap_is_in_points():
    np.testing.assert_allclose(regularizing.gap(np.array([[1, 0.9], [0.95, 0.9]])), [5, 0])
