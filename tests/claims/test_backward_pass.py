"""What comes back through batch norm, in a real network: claims of notebook 07."""

from itertools import islice

import numpy as np
import pytest

from bnviz import batchnorm, digits, network, training
from bnviz.explore import example

SEEDS = range(5)


@pytest.fixture(scope="module")
def data():
    return digits.load(dtype=np.float64)


@pytest.mark.parametrize("seed", SEEDS)
def test_weights_in_front_of_batch_norm_are_only_turned(data, seed):
    net = network.init(example.SIZES, seed=seed, dtype=np.float64)
    rows = np.random.default_rng(seed).permutation(len(data.images))[:60]
    logits, cache = network.forward(net, data.images[rows])
    gradients = network.backward(network.cross_entropy(logits, data.labels[rows])[1], cache)
    cosines = [cosine(p.weights, g.weights) for p, g in zip(net.layers, gradients, strict=True)]
    assert max(cosine.max() for cosine in cosines[:-1]) < 5e-4  # not 0, because of ε
    assert cosines[-1].max() > 0.02  # the last layer has no batch norm


@pytest.mark.parametrize("seed", SEEDS)
def test_constant_statistics_feed_what_batch_norm_cancels(data, seed):
    right, wrong = (learn(data, seed, through, rate=1.0) for through in (True, False))
    assert right["growth"] < 1.2
    assert wrong["growth"] > 2.5
    assert right["bias"] < 1e-12
    assert wrong["bias"] > 0.5
    assert 1.4 * right["loss"] < wrong["loss"] < 0.5  # slower, but it learns


@pytest.mark.parametrize("seed", SEEDS)
def test_constant_statistics_cannot_take_large_steps(data, seed):
    assert learn(data, seed, through=True, rate=3.0)["loss"] < 0.2
    assert learn(data, seed, through=False, rate=3.0)["loss"] > np.log(10)


def cosine(weights, gradient):
    norms = np.linalg.norm(weights, axis=0) * np.linalg.norm(gradient, axis=0)
    return np.abs((weights * gradient).sum(axis=0)) / norms


def learn(data, seed, through, rate):
    """200 steps of one hidden layer with a bias; `through`: the statistics carry gradient."""
    rng = np.random.default_rng(seed)
    w, b, v = rng.normal(0, 0.1, (64, 100)), np.zeros(100), rng.normal(0, 0.1, (100, 10))
    losses, start = [], np.linalg.norm(w)
    for rows in islice(training.minibatches(len(data.images), 60, seed), 200):
        x, labels = data.images[rows], data.labels[rows]
        y, cache = batchnorm.forward(x @ w + b, np.ones(100), np.zeros(100))
        a = network.sigmoid(y)
        loss, dlogits = network.cross_entropy(a @ v, labels)
        dy = dlogits @ v.T * a * (1 - a)
        dz = batchnorm.backward(dy, cache)[0] if through else dy / cache.std
        w, b, v = w - rate * x.T @ dz, b - rate * dz.sum(axis=0), v - rate * a.T @ dlogits
        losses.append(loss)
    growth = np.linalg.norm(w) / start
    return {"growth": growth, "bias": np.abs(b).max(), "loss": np.mean(losses[-50:])}
