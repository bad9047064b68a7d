import numpy as np
import pytest

from bnviz import digits, network, training
from bnviz.explore import why_it_works

SIZES = (64, 7, 5, 10)


@pytest.fixture
def net():
    return network.init(SIZES, dtype=np.float64)


@pytest.fixture(scope="module")
def batch():
    data = digits.load(dtype=np.float64)
    return data.images[:30], data.labels[:30]


def test_disturbed_units_give_s_y_plus_t(net, batch):
    rng = np.random.default_rng(0)
    scale, shift = ([rng.normal(size=units) for units in SIZES[1:-1]] for _ in range(2))
    disturbed = why_it_works.disturb(net, scale, shift)
    for look, s, t in zip((0, 1), scale, shift, strict=True):
        y, noisy = (inputs(n, batch[0])[look] for n in (net, disturbed))
        if look == 0:
            np.testing.assert_allclose(noisy, s * y + t)
        else:  # what comes in is another, but its mean is not
            np.testing.assert_allclose(noisy.mean(axis=0), t, atol=1e-12)


def inputs(net, x):
    """What the sigmoids get, layer by layer."""
    norms = network.forward(net, x)[1].norms
    layers = net.layers[:-1]
    return [norm.gamma * norm.z_hat + p.beta for norm, p in zip(norms, layers, strict=True)]


def test_a_step_without_noise_is_an_ordinary_one(batch):
    net = network.init((64, 5, 5, 10), dtype=np.float64)
    noisy, _ = why_it_works.noisy_step(net, *batch, 0.0, np.random.default_rng(0))
    rates = network.map_parameters(lambda p: 0.3, net.layers)
    plain, _, _ = training.step(net, *batch, rates)
    for one, other in zip(noisy.layers, plain.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
        if one.gamma is not None:
            np.testing.assert_array_equal(one.gamma, other.gamma)


@pytest.mark.parametrize("name", ["gamma", "beta", "weights"])
def test_a_noisy_step_follows_the_gradient_through_the_noise(batch, name):
    net, h = network.init((64, 5, 5, 10), dtype=np.float64), 1e-6
    stepped, _ = why_it_works.noisy_step(net, *batch, 1.0, np.random.default_rng(3), 1.0)
    gradient = getattr(net.layers[1], name) - getattr(stepped.layers[1], name)
    place = (2,) * gradient.ndim

    def loss(nudge):
        value = getattr(net.layers[1], name).copy()
        value[place] += nudge
        nudged = list(net.layers)
        nudged[1] = nudged[1]._replace(**{name: value})
        at = net._replace(layers=tuple(nudged))
        _, disturbed = why_it_works.noisy_step(at, *batch, 1.0, np.random.default_rng(3))
        return why_it_works.find_gradients(disturbed, *batch)[0]

    assert gradient[place] == pytest.approx((loss(h) - loss(-h)) / (2 * h), rel=1e-5, abs=1e-9)


def test_along_the_gradient(net, batch):
    loss, gradients = why_it_works.find_gradients(net, *batch)
    etas = np.array([0, 1e-4, 0.5])
    losses, cosine, change = why_it_works.along_gradient(net, gradients, *batch, etas)
    values = [value for layer in gradients for value in layer if value is not None]
    slope = sum(np.square(value).sum() for value in values)
    assert losses[0] == pytest.approx(loss)
    assert losses[0] - losses[1] == pytest.approx(1e-4 * slope, rel=1e-2)
    np.testing.assert_allclose([cosine[0], change[0]], [1, 0], atol=1e-12)
    there = why_it_works.walk(net, gradients, 0.5)
    assert losses[2] == pytest.approx(why_it_works.find_gradients(there, *batch)[0])
    assert cosine[2] < 1
    assert change[2] > 0


def test_a_landscape_is_one_along_an_ordinary_training():
    setting = "sigmoid, rate 0.3"
    seen = why_it_works.along_training(setting, why_it_works.WITH, steps=40)
    np.testing.assert_array_equal(seen.steps, [0, 20, 40])
    assert seen.loss.shape == seen.cosine.shape == (3, len(why_it_works.MULTIPLES))
    data = digits.load()
    run = training.train(
        network.init((64, 100, 100, 100, 10)), data.images, data.labels, 20, progress=False
    )
    batch = list(zip(range(21), training.minibatches(len(data.images), 60), strict=False))[20][1]
    loss = why_it_works.find_gradients(run.network, data.images[batch], data.labels[batch])[0]
    assert seen.loss[1, 0] == pytest.approx(loss, rel=1e-3)
