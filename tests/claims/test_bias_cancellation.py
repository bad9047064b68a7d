"""A bias in front of batch norm, and the scale of the weights: claims of notebook 04."""

import numpy as np
import pytest

from bnviz import digits, example, network, training

SEEDS = range(3)


@pytest.fixture(scope="module")
def data():
    return digits.load(dtype=np.float64)


def with_biases(seed):
    net = network.init(example.SIZES, bias=True, seed=seed, dtype=np.float64)
    for layer in net.layers[:-1]:
        layer.bias[:] = np.random.default_rng(seed).normal(size=100)
    return net


def gradients(net, data):
    logits, cache = network.forward(net, data.images[:60])
    return network.backward(network.cross_entropy(logits, data.labels[:60])[1], cache)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_gradient_reaches_a_bias_in_front_of_batch_norm(data, seed):
    for gradient in gradients(with_biases(seed), data)[:-1]:
        assert np.abs(gradient.bias).max() < 1e-15
        assert np.abs(gradient.beta).max() > 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_a_network_with_biases_trains_along_the_same_path(data, seed):
    def train(net):
        choices = {"steps": 150, "seed": seed, "snapshots": 2, "progress": False}
        return training.train(net, data.images, data.labels, **choices).network

    start = with_biases(seed)
    plain = train(network.init(example.SIZES, seed=seed, dtype=np.float64))
    biased = train(start)
    logits = [network.predict(net, data.test_images) for net in (plain, biased)]
    assert np.abs(logits[0]).max() > 1
    np.testing.assert_allclose(*logits, rtol=0, atol=1e-12)
    for before, after in zip(start.layers[:-1], biased.layers[:-1], strict=True):
        assert np.abs(after.bias - before.bias).max() < 1e-14


@pytest.mark.parametrize("scale", [0.1, 10, 100])
def test_the_gradient_shrinks_as_the_weights_grow(data, scale):
    def size(scale):
        net = network.init(example.SIZES, dtype=np.float64)
        net.layers[0].weights[:] *= scale
        return np.linalg.norm(gradients(net, data)[0].weights)

    assert size(scale) / size(1) == pytest.approx(1 / scale, rel=0.01)
