"""The numbers behind `noise`: what a shaken unit gets, and a step through the noise."""

import re

import numpy as np
import pytest

from bnviz import digits, explore, network, recordings, training
from bnviz.recordings import shaken

SIZES = (64, 6, 6, 10)


@pytest.fixture(scope="module")
def batch():
    data = digits.load(dtype=float)
    return data.images[:30], data.labels[:30]


def a_network(batch_norm):
    return network.init(SIZES, batch_norm, "sigmoid", dtype=float)


def inputs(net, x):
    """What the sigmoids get, layer by layer."""
    a = network.forward(net, x)[1].inputs[1:]
    return [np.log(values / (1 - values)) for values in a]


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_shaken_unit_is_stretched_about_its_mean_and_moved_by_its_sd(batch, batch_norm):
    rng, net = np.random.default_rng(0), a_network(batch_norm)
    s, t = np.exp(rng.normal(size=(2, 6))), rng.normal(size=(2, 6))
    moved = shaken.shake(net, batch[0], s, t)
    y, noisy = inputs(net, batch[0])[0], inputs(moved, batch[0])[0]
    mean, sd = y.mean(axis=0), y.std(axis=0)
    np.testing.assert_allclose(noisy, mean + s[0] * (y - mean) + t[0] * sd, atol=1e-4)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_noise_counts_in_the_sd_that_a_layer_has_when_those_below_are_shaken(batch, batch_norm):
    net, still, s, t = a_network(batch_norm), np.ones((2, 6)), np.ones((2, 6)), np.zeros((2, 6))
    s[0], t[0] = 2, -1
    below = inputs(shaken.shake(net, batch[0], s, t), batch[0])[1]
    t[1] = 3
    both = inputs(shaken.shake(net, batch[0], s, t), batch[0])[1]
    np.testing.assert_allclose(both, below + 3 * below.std(axis=0), atol=1e-4)
    untouched = inputs(shaken.shake(net, batch[0], still, 0 * t), batch[0])
    np.testing.assert_allclose(untouched, inputs(net, batch[0]), atol=1e-9)


@pytest.fixture
def six_units(monkeypatch):
    monkeypatch.setattr(shaken, "SIZES", SIZES)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_step_without_noise_is_an_ordinary_one(batch, batch_norm, six_units):
    net = network.init(SIZES, batch_norm, "sigmoid")
    x, labels = batch
    noisy, _ = shaken.shaken_step(net, x, labels, 0.0, np.random.default_rng(0))
    _, gradients, _ = training.find_gradients(net, x, labels)
    plain = training.descend(net, gradients, 0.3)
    compare = np.testing.assert_allclose
    network.map_parameters(lambda p, q: compare(p, q, atol=1e-6), noisy.layers, plain.layers)


@pytest.mark.parametrize("name", ["gamma", "beta", "weights"])
def test_a_noisy_step_follows_the_gradient_through_the_noise(batch, name, six_units):
    net, h = a_network(True), 1e-6
    noise = {"strength": 1.0, "rate": 1.0}

    def step(at):
        return shaken.shaken_step(at, *batch, rng=np.random.default_rng(3), **noise)

    value = getattr(net.layers[1], name)
    gradient = value - getattr(step(net)[0].layers[1], name)
    place = (2,) * value.ndim

    def loss(nudge):
        nudged = value.copy()
        nudged[place] += nudge
        layers = list(net.layers)
        layers[1] = layers[1]._replace(**{name: nudged})
        moved = step(net._replace(layers=tuple(layers)))[1]
        return training.find_gradients(moved, *batch)[0]

    assert gradient[place] == pytest.approx((loss(h) - loss(-h)) / (2 * h), rel=1e-4, abs=1e-8)


def test_without_batch_norm_the_way_back_goes_through_the_weights(batch, six_units):
    net = a_network(False)
    stepped, moved = shaken.shaken_step(net, *batch, 1.0, np.random.default_rng(3), rate=1.0)
    _, there, _ = training.find_gradients(moved, *batch)
    u, _ = np.random.default_rng(3).standard_normal((2, 2, 6), np.float32)
    expected = net.layers[1].weights - np.exp(u[1]) * there[1].weights
    np.testing.assert_allclose(stepped.layers[1].weights, expected, rtol=1e-6)


def test_it_opens_before_the_first_step_and_shows_no_later_one():
    demo = explore.noise()
    assert demo.values == {"strength": "0.0", "step": 0}
    steps = recordings.read("shaken")["with batch norm"]["1.0"]["steps"]
    for index in (0, 20, len(steps) - 1):
        demo.set(step=int(steps[index]))
        lines = [
            line
            for line in demo.figure.axes[2].lines
            if line.get_animated() and line.get_marker() == "None"
        ]
        assert [len(line.get_xdata()) for line in lines] == [index + 1] * 10


def test_the_caption_counts_who_is_at_90_percent():
    demo = explore.noise()
    demo.set(strength="2.0", step=600)
    first, last = re.search(r"5 of 5, after (\d+) to (\d+) steps \(with", demo.caption).groups()
    run = recordings.read("shaken")["with batch norm"]["2.0"]
    reached = run["steps"][(run["accuracy"] >= 0.9).argmax(axis=0)]
    assert (int(first), int(last)) == (reached.min(), reached.max())
    assert "0 of 5 (4×Xavier, without)" in demo.caption
