"""The numbers behind `regularization`: groups, noise, dropout, and when to stop."""

import re

import numpy as np
import pytest

from bnviz import digits, explore, network, recordings, training
from bnviz.recordings import regularization

RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.random((12, 5)), RNG.integers(0, 3, size=12)


def a_network(batch_norm=True):
    return network.stack([network.init((5, 4, 4, 3), batch_norm, "xavier", dtype=float)] * 2)


def gradients(net, m=None, noise=None, share=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return regularization.find_gradients(net, IMAGES, LABELS, m, noise, share, rng)


def assert_close(layers, others):
    compare = np.testing.assert_allclose
    network.map_parameters(lambda p, q: compare(p, q, atol=1e-6), layers, others)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_all_in_one_group_it_is_the_ordinary_gradient(batch_norm):
    net = a_network(batch_norm)
    _, expected, _ = training.find_gradients(net, IMAGES, LABELS)
    assert_close(gradients(net, 12 if batch_norm else None), expected)


def test_groups_are_normalized_apart_and_their_gradients_averaged():
    groups = (slice(0, 4), slice(4, 8), slice(8, 12))
    alone = [training.find_gradients(a_network(), IMAGES[rows], LABELS[rows])[1] for rows in groups]
    mean = network.map_parameters(lambda *g: np.mean(g, axis=0), *alone)
    assert_close(gradients(a_network(), 4), mean)


@pytest.mark.parametrize("how", [{"m": 12, "noise": 4}, {"share": 0.5}])
def test_the_gradient_goes_through_noise_and_dropout(how):
    """By finite differences of the loss, with the same draw."""
    net = a_network("m" in how)
    slope = gradients(net, **how)
    places = [(0, "weights"), (1, "weights"), (2, "weights"), (2, "bias")]
    places += [(0, "gamma"), (0, "beta"), (1, "gamma")] if "m" in how else [(0, "bias")]
    for layer, name in places:
        gradient = getattr(slope[layer], name)
        assert gradient.ravel()[1] == pytest.approx(nudged(net, layer, name, how), abs=1e-6)


def nudged(net, layer, name, how, h=1e-5):
    """The change of the loss with one number of a parameter, by finite differences."""
    losses = []
    for nudge in (h, -h):
        value = getattr(net.layers[layer], name).copy()
        value[0].ravel()[1] += nudge
        layers = list(net.layers)
        layers[layer] = layers[layer]._replace(**{name: value})
        losses.append(loss(net._replace(layers=tuple(layers)), **how))
    return (losses[0] - losses[1]) / (2 * h)


def loss(net, m=None, noise=None, share=1.0):
    """The loss of the first network with the draw of seed 0, written once more, in plain steps."""
    rng, a = np.random.default_rng(0), IMAGES
    for layer in network.select(net, 0).layers[:-1]:
        y = network.linear(a, layer)
        if m:
            y = (y - y.mean(axis=0)) / np.sqrt(y.var(axis=0) + 1e-5) * layer.gamma + layer.beta
        if noise:
            stretch, shift = regularization.draw_noise(noise, y.shape, rng)
            y = layer.beta + stretch * (y - layer.beta) + layer.gamma * shift
        a = network.sigmoid(y)
        a = a * (rng.random(a.shape, np.float32) < share) / share
    logits = network.linear(a, network.select(net, 0).layers[-1])
    return network.cross_entropy(logits, LABELS)[0]


def test_the_noise_is_about_that_of_groups_of_four():
    stretch, shift = regularization.draw_noise(4, (4000, 50), np.random.default_rng(0))
    groups = np.random.default_rng(1).standard_normal((50_000, 4))
    assert shift.std() == pytest.approx(groups.mean(axis=1).std(), rel=0.05)
    assert np.log(stretch).std() == pytest.approx(np.log(groups.std(axis=1)).std(), rel=0.25)
    np.testing.assert_array_equal(shift[0], shift[3])  # one draw for four rows
    assert (shift[3] != shift[4]).all()


def test_wrong_labels_are_wrong_and_as_many_as_asked_for():
    right, wrong = (regularization.few_images(3, count) for count in (0, 60))
    for (images, labels), (same, others) in zip(right, wrong, strict=True):
        np.testing.assert_array_equal(images, same)
        assert images.shape == (300, 64)
        assert (labels != others).sum() == 60
        assert set(others) <= set(range(10))
    assert not (right[0][0][:, None] == right[1][0]).all(axis=-1).any()  # no image in both
    np.testing.assert_array_equal(digits.load().labels, digits.load(float).labels)


def test_a_way_is_stopped_where_validation_is_best():
    accuracy = np.zeros((2, 3, 4, 1))  # seeds, parts, looks, rates
    accuracy[:, 1, :, 0] = [[0.1, 0.9, 0.8, 0.7], [0.1, 0.2, 0.3, 0.4]]
    accuracy[:, 2, :, 0] = [[0.1, 0.5, 0.9, 0.2], [0.1, 0.2, 0.3, 0.6]]
    np.testing.assert_allclose(regularization.stopped_early(accuracy), [[0.5, 0.2], [0.6, 0.6]])


def test_it_opens_before_the_first_step_and_tells_what_it_knows():
    demo = explore.regularization()
    assert demo.values["step"] == 0
    assert "stopped early" not in demo.caption
    demo.set(way="m = 4", step=600)
    runs = recordings.read("regularization")["wrong"]["m = 4"]
    own = runs[:, 0, -1, regularization.best_rate(runs)].mean()
    early = regularization.stopped_early(runs)[:, 0].mean()
    told = re.findall(r"(\d+)\u00a0%", demo.caption)
    assert told[0] == f"{100 * own:.0f}"
    assert told[2] == f"{100 * early:.0f}"
