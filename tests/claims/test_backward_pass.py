"""What comes back through batch norm, in a real network: claims of notebook 07."""

import numpy as np
import pytest

from bnviz import batchnorm, digits, example, network, training

SEEDS = range(5)


@pytest.fixture(scope="module")
def data():
    return digits.load(dtype=np.float64)


def passes(data, seed):
    """A network and its forward and backward pass on 60 digits."""
    net = network.init(example.SIZES, seed=seed, dtype=np.float64)
    rows = np.random.default_rng(seed).permutation(len(data.images))[:60]
    logits, cache = network.forward(net, data.images[rows])
    _, dlogits = network.cross_entropy(logits, data.labels[rows])
    return net, cache, dlogits, network.backward(dlogits, cache)


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_in_front_of_batch_norm_are_only_turned(data, seed):
    net, _, _, gradients = passes(data, seed)
    cosines = [cosine(p.weights, g.weights) for p, g in zip(net.layers, gradients, strict=True)]
    assert max(cosine.max() for cosine in cosines[:-1]) < 5e-4  # not 0, because of ε
    assert cosines[-1].max() > 0.02  # the last layer has no batch norm


def cosine(weights, gradient):
    norms = np.linalg.norm(weights, axis=0) * np.linalg.norm(gradient, axis=0)
    return np.abs((weights * gradient).sum(axis=0)) / norms


@pytest.mark.parametrize("seed", SEEDS)
def test_the_line_takes_little_from_most_units_and_much_from_some(data, seed):
    net, cache, dlogits, _ = passes(data, seed)
    a = cache.inputs[-1]
    dy = dlogits @ net.layers[-1].weights.T * a * (1 - a)
    through = batchnorm.backward(dy, cache.norms[-1])[0] * cache.norms[-1].std
    lost = 1 - (through**2).sum(axis=0) / (dy**2).sum(axis=0)
    assert 0.01 < np.median(lost) < 0.15
    assert 0.1 < lost.max() < 0.5


@pytest.mark.parametrize(
    ("frozen", "least", "most"),
    [
        (("gamma", "beta"), 2.0, 2.5),
        (("weights", "bias", "beta"), 0.2, 0.7),
        (("weights", "bias", "gamma"), 0.005, 0.4),
    ],
    ids=["W", "gamma", "beta"],
)
def test_each_kind_of_parameter_alone_lowers_the_loss(frozen, least, most):
    data = digits.load()
    nets = network.stack([network.init(example.SIZES, seed=seed) for seed in SEEDS])
    loss = training.train(
        nets, data.images, data.labels, 200, learning_rate=1, frozen=frozen, snapshots=10
    ).loss
    fell = loss[0] - loss[-1]
    assert least < fell.min() <= fell.max() < most


def accuracy_with(data, seed, rate, *, mean=True, variance=True):
    """Train 300 steps with a backward pass that may take the mean or the variance as a constant."""
    images, labels, test_images, test_labels = data
    net = network.init(example.SIZES, seed=seed)
    for _, rows in zip(range(300), training.minibatches(len(images), 60, seed), strict=False):
        logits, cache = network.forward(net, images[rows])
        _, dz = network.cross_entropy(logits, labels[rows])
        gradients = [network.Layer(cache.inputs[3].T @ dz, dz.sum(axis=0), None, None)]
        for i in (2, 1, 0):
            a, norm = cache.inputs[i + 1], cache.norms[i]
            dy = dz @ net.layers[i + 1].weights.T * a * (1 - a)
            dbeta, dgamma = dy.sum(axis=0), (dy * norm.z_hat).sum(axis=0)
            line = mean * dbeta + variance * norm.z_hat * dgamma
            dz = norm.gamma / norm.std * (dy - line / len(dy))
            gradients.insert(0, network.Layer(cache.inputs[i].T @ dz, None, dgamma, dbeta))
        net = training.descend(net, gradients, rate)
    net = net._replace(statistics=training.measure_statistics(net, images, 60))
    return training.accuracy(net, test_images, test_labels)


@pytest.mark.parametrize("seed", SEEDS)
def test_at_rate_1_the_gradient_through_the_mean_is_essential_that_through_the_variance_not(seed):
    data = digits.load()
    assert accuracy_with(data, seed, 1.0) > 0.955
    assert accuracy_with(data, seed, 1.0, variance=False) > 0.955
    assert accuracy_with(data, seed, 1.0, mean=False) < 0.3
    assert accuracy_with(data, seed, 1.0, mean=False, variance=False) < 0.3
    slowly = accuracy_with(data, seed, 0.3, mean=False)
    assert slowly > max(0.93, accuracy_with(data, seed, 0.3) - 0.03)  # within 300 steps
