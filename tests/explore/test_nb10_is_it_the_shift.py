"""The numbers behind the demos: what a shaken or drifting unit gets, the way back, the change."""

import re

import numpy as np
import pytest

from bnviz import digits, example, explore, network, recordings, training
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


def test_a_shaken_unit_is_stretched_about_its_mean_and_moved_by_its_sd():
    y = np.random.default_rng(1).normal(2, 3, size=(50, 4))
    moved, _ = shaken.noise(0.7, np.random.default_rng(0), layers=1, units=4)
    u, v = np.random.default_rng(0).standard_normal((2, 1, 4), np.float32)
    mean, sd = y.mean(axis=0), y.std(axis=0)
    expected = mean + np.exp(0.7 * u) * (y - mean) + 0.7 * v * sd
    np.testing.assert_allclose(moved[0](y), expected, rtol=1e-5)


def slope_of(loss):
    return (loss(1e-6) - loss(-1e-6)) / 2e-6


@pytest.mark.parametrize("name", ["weights", "gamma", "beta"])
def test_the_gradient_goes_through_the_noise(net, batch, name):
    rng = np.random.default_rng(0)
    draws = [shaken.noise(1.0, rng, layers=1, units=units) for units in (7, 5)]
    moved, back = ([functions[0] for functions in each] for each in zip(*draws, strict=True))
    gradients = centring.find_gradients(net, *batch, moved=moved, back=back)

    def loss(nudge):
        value = getattr(net.layers[0], name).copy()
        value[(3,) * value.ndim] += nudge
        first = net.layers[0]._replace(**{name: value})
        nudged = net._replace(layers=(first, *net.layers[1:]))
        return network.cross_entropy(centring.forward(nudged, batch[0], moved)[0], batch[1])[0]

    gradient = getattr(gradients[0], name)
    assert gradient[(3,) * gradient.ndim] == pytest.approx(slope_of(loss), rel=1e-4, abs=1e-8)


def test_a_drift_is_counted_in_the_sd_of_what_it_moves():
    y = np.random.default_rng(1).normal(2, 3, size=(50, 2))
    moved, _ = drift.by_sd(np.float32([[1, -1]]), 0.5)
    np.testing.assert_allclose(moved[0](y), y + [0.5, -0.5] * y.std(axis=0), rtol=1e-5)


def test_the_controls_change_the_step_of_beta_or_gamma_alone(batch):
    net = centring.start("sigmoid", "both", seed=0, sizes=(64, 7, 5, 10))
    net = net._replace(layers=network.map_parameters(lambda p: p[None], net.layers))
    start = net.layers[0]
    plain, fast, held = (
        centring.descend_once(net, *batch, np.array([0.1]), **how).layers[0]
        for how in ({}, drift.CONTROLS[drift.FASTER_BETA], drift.CONTROLS[drift.GAMMA_HELD])
    )
    np.testing.assert_allclose(fast.beta - start.beta, 26 * (plain.beta - start.beta), rtol=1e-4)
    np.testing.assert_array_equal(fast.gamma, plain.gamma)
    np.testing.assert_array_equal(held.gamma, start.gamma)
    np.testing.assert_array_equal(held.beta, plain.beta)
    assert (plain.gamma != start.gamma).any()
    for other in (fast, held):
        np.testing.assert_array_equal(other.weights, plain.weights)


def test_the_change_of_a_gradient_is_one_number_for_each_network():
    g = np.array([[[3.0, 0], [0, 4]], [[0, 1], [0, 0]]])
    there = np.array([[[3.0, 4], [0, 4]], [[0, -1], [0, 0]]])
    np.testing.assert_allclose(gradient_change.change(g, there), [0.8, 2])


def test_batch_norm_of_the_same_weights_begins_as_the_folded_start():
    folded, normed = (gradient_change.before(name, 0) for name in (example.FOLDED, shaken.SAME_W))
    np.testing.assert_array_equal(normed.layers[2].weights, folded.layers[2].weights)
    logits = [network.forward(net, example.images())[0] for net in (folded, normed)]
    np.testing.assert_allclose(*logits, atol=1e-3)


@pytest.mark.parametrize("name", ["gamma", "beta"])
def test_the_gradient_comes_back_from_another_gamma_and_beta(batch, name):
    net = network.init((64, 7, 5, 10), seed=0, dtype=float)
    s, t = np.full(7, 1.6), np.full(7, 0.8)
    stretches, shifts = [s, np.ones(5)], [t, np.zeros(5)]
    _, there, _ = training.find_gradients(gradient_change.shaken(net, stretches, shifts), *batch)

    def loss(nudge):
        value = getattr(net.layers[0], name).copy()
        value[3] += nudge
        first = net.layers[0]._replace(**{name: value})
        nudged = net._replace(layers=(first, *net.layers[1:]))
        return training.find_gradients(
            gradient_change.shaken(nudged, stretches, shifts), *batch
        )[0]  # fmt: skip

    gradient = getattr(gradient_change.back(there[0], s, t), name)[3]
    assert gradient == pytest.approx(slope_of(loss), rel=1e-4)


@pytest.mark.parametrize(
    ("demo", "strength", "networks"),
    [("noise", {"strength": 1}, 7), ("steady_drift", {"rates": "1 for all"}, 6)],
)
def test_what_is_disturbed_is_shown_up_to_the_step(demo, strength, networks):
    live, steps = getattr(explore, demo)(), recordings.read("shaken")["steps"]
    for index in (0, 20, len(steps) - 1):
        live.set(**strength, step=int(steps[index]))
        curves = [
            line for line in live.figure.axes[1].lines
            if line.get_animated() and line.get_marker() == "None"
        ]  # fmt: skip
        assert [len(line.get_xdata()) for line in curves] == [index + 1] * networks


def test_where_no_rate_gets_to_90_the_one_that_ends_highest_counts():
    steps, accuracy = np.array([0, 10, 20]), np.zeros((5, 2, 3, 3))
    accuracy[:, :, 2] = [0.5, 0.8, 0.7]
    assert shaken.fastest_rate(accuracy, steps) == 1
    accuracy[:, :, 1:, 2] = 0.95
    assert shaken.fastest_rate(accuracy, steps) == 2


@pytest.mark.parametrize("rates", ["for each the best", "1 for all"])
def test_the_caption_tells_the_median_of_every_network(rates):
    live, runs = explore.steady_drift(), recordings.read("drift")
    live.set(rates=rates, step=600)
    told = {name: share for share, name in re.findall(r"(\d+)\u00a0% \(([^()]+)\)", live.caption)}
    assert set(told) == set(shaken.NETWORKS)
    for name, share in told.items():
        accuracy = runs[name]["accuracy"]
        at = shaken.RATES.index(1.0) if rates == "1 for all" else shaken.best_rate(accuracy)
        assert share == f"{100 * np.median(accuracy[:, 1, -1, at]):.0f}"


def test_every_seed_of_every_network_has_its_mark_on_the_map():
    live, runs = explore.gradient_change(), recordings.read("gradient_change")
    live.set(rates="10 for all")  # 4×Xavier never gets there
    marks = [line for line in live.figure.axes[0].lines if line.get_animated()]
    for name, line in zip(gradient_change.NETWORKS, marks, strict=True):
        change, needed = line.get_data()
        found = np.median(runs[name]["change"][:, :5, -1], axis=1)
        np.testing.assert_allclose(change, np.maximum(found, 0.003), err_msg=name)
        reached = shaken.to_90(runs[name]["accuracy"], runs["steps"])[:, 1, -1]
        np.testing.assert_array_equal(needed < 300, np.isfinite(reached), err_msg=name)
    assert "never (4×Xavier, without)" in live.caption
