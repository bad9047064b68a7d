"""The numbers behind `disturbance`: what a shaken or drifting unit gets, and the way back."""

import re

import numpy as np
import pytest

from bnviz import digits, explore, network, recordings
from bnviz.recordings import centring, drift, gradient_change, shaken


@pytest.fixture(scope="module")
def batch():
    data = digits.load(dtype=float)
    return data.images[:30], data.labels[:30]


@pytest.fixture(params=["neither", "subtract", "both"])
def net(request, monkeypatch):
    monkeypatch.setattr(centring, "EPS", 1e-5)
    small = centring.start("sigmoid", request.param, seed=0, sizes=(64, 7, 5, 10))
    return small._replace(layers=network.map_parameters(lambda p: p.astype(float), small.layers))


def draws(rng):
    moved, back = zip(*(shaken.noise(1.0, rng, layers=1, units=n) for n in (7, 5)), strict=True)
    return [m[0] for m in moved], [b[0] for b in back]


def test_a_shaken_unit_is_stretched_about_its_mean_and_moved_by_its_sd():
    y = np.random.default_rng(1).normal(2, 3, size=(50, 4))
    moved, _ = shaken.noise(0.7, np.random.default_rng(0), layers=1, units=4)
    u, v = np.random.default_rng(0).standard_normal((2, 1, 4), np.float32)
    mean, sd = y.mean(axis=0), y.std(axis=0)
    expected = mean + np.exp(0.7 * u) * (y - mean) + 0.7 * v * sd
    np.testing.assert_allclose(moved[0](y), expected, rtol=1e-5)


def test_noise_of_strength_0_changes_nothing():
    y = np.random.default_rng(1).normal(2, 3, size=(50, 4))
    moved, back = shaken.noise(0.0, np.random.default_rng(0), layers=1, units=4)
    np.testing.assert_allclose(moved[0](y), y)
    np.testing.assert_allclose(back[0](y, y), y)


@pytest.mark.parametrize("name", ["weights", "gamma", "beta"])
def test_the_gradient_goes_through_the_noise(net, batch, name):
    moved, back = draws(np.random.default_rng(0))
    gradients = centring.find_gradients(net, *batch, moved=moved, back=back)

    def loss(nudge):
        value = getattr(net.layers[0], name).copy()
        value[(3,) * value.ndim] += nudge
        first = net.layers[0]._replace(**{name: value})
        nudged = net._replace(layers=(first, *net.layers[1:]))
        return network.cross_entropy(centring.forward(nudged, batch[0], moved)[0], batch[1])[0]

    slope = (loss(1e-6) - loss(-1e-6)) / 2e-6
    gradient = getattr(gradients[0], name)
    assert gradient[(3,) * gradient.ndim] == pytest.approx(slope, rel=1e-4, abs=1e-8)


def test_a_drift_of_fixed_size_is_added_and_its_slope_is_1():
    moved, back = drift.by_fixed([np.float32([1, -1]), np.float32([2, 2])], 0.5)
    y = np.zeros((3, 2), np.float32)
    np.testing.assert_allclose(moved[0](y), [[0.5, -0.5]] * 3)
    np.testing.assert_allclose(moved[1](y), 1)
    np.testing.assert_array_equal(back[0](y + 3, y), y + 3)


def test_a_drift_that_keeps_pace_is_counted_in_the_sd_of_what_it_moves():
    y = np.random.default_rng(1).normal(2, 3, size=(50, 2))
    moved, _ = drift.by_sd_now(np.float32([[1, -1]]), 0.5)
    np.testing.assert_allclose(moved[0](y), y + [0.5, -0.5] * y.std(axis=0), rtol=1e-5)


def test_a_faster_beta_steps_further(batch):
    net = centring.start("sigmoid", "both", seed=0, sizes=(64, 7, 5, 10))
    net = net._replace(layers=network.map_parameters(lambda p: p[None], net.layers))
    slow, fast = (
        centring.descend_once(net, *batch, np.array([0.1]), beta_factor=factor).layers[0]
        for factor in (1, 26)
    )
    start = net.layers[0]
    np.testing.assert_allclose(fast.beta - start.beta, 26 * (slow.beta - start.beta), rtol=1e-4)
    np.testing.assert_array_equal(fast.weights, slow.weights)


def test_the_change_of_a_gradient():
    layer = network.Layer(np.array([[3.0, 0], [0, 4]]))
    other = network.Layer(np.array([[3.0, 4], [0, 4]]))
    assert gradient_change.change([None, None, layer], [None, None, other]) == pytest.approx(0.8)


@pytest.fixture(scope="module")
def demo():
    return explore.disturbance()


def test_it_opens_undisturbed_and_shows_no_later_step(demo):
    assert demo.values == {"kind": "none", "step": 0}
    steps = recordings.read("shaken")["steps"]
    for kind, curves in (("noise 1", 5), ("drift, in sd now", 6)):
        for index in (0, 20, len(steps) - 1):
            demo.set(kind=kind, step=int(steps[index]))
            lines = [
                line.get_xdata() for line in demo.figure.axes[2].lines
                if line.get_animated() and line.get_marker() == "None"
            ]  # fmt: skip
            assert sorted(map(len, lines))[-curves:] == [index + 1] * curves


def test_the_caption_tells_the_median_of_every_network(demo):
    demo.set(kind="drift, in sd now", step=600)
    told = {name: share for share, name in re.findall(r"(\d+)\u00a0% \(([^()]+)\)", demo.caption)}
    for name, runs in recordings.read("drift").items():
        if name != "steps":
            end = np.median(shaken.at_best(runs[drift.NOW]["accuracy"])[:, -1])
            assert told[name] == f"{100 * end:.0f}"
