"""Shake the input of every sigmoid anew at each of 600 steps, learning rate 0.3, five seeds.

For `WITH_BN` and for `GOOD_START`. Returns for each, and each strength of the noise: steps (S,),
accuracy (S, 5) on the test images, without shaking, and into (S, 256 examples), what the
sigmoid of `UNIT` of the third hidden layer gets at that step in the first network, float16.
"""

import itertools

import numpy as np

from bnviz import network, training
from bnviz.example import DATA, GOOD_START, SIZES, TEST, UNIT, WITH_BN, images, into_sigmoid, start


def run():
    strengths = (0.0, 0.5, 1.0, 2.0)
    return {
        name: {str(strength): shaken_run(name, strength) for strength in strengths}
        for name in (WITH_BN, GOOD_START)
    }


def shaken_run(name, strength, looks=None):
    """Train a stack of five networks while they are shaken: what `shaken` keeps of it.

    looks: after how many to stop; None for all.
    """
    rng, batches = np.random.default_rng([0, 2]), training.minibatches(len(images()), 60)
    net = moved = network.stack([start(name, seed) for seed in range(5)])
    steps, accuracy, into = training.snapshot_steps(600, 60)[:looks], [], []
    for gap in np.diff(steps, prepend=0):
        for rows in itertools.islice(batches, gap):
            net, moved = shaken_step(net, DATA.images[rows], DATA.labels[rows], strength, rng)
        statistics = training.measure_statistics(net, images(), len(images()))
        accuracy.append(training.accuracy(net._replace(statistics=statistics), *TEST))
        first = training.take_snapshot(network.select(moved, 0), images()[:256], UNIT)
        into.append(into_sigmoid(first)[2])
    return {"steps": steps, "accuracy": np.stack(accuracy), "into": np.array(into, np.float16)}


def shaken_step(net, x, labels, strength, rng, rate=0.3):
    """Take one step downhill with every unit shaken: return (network, shaken network).

    What enters the sigmoid becomes mean + s (it − mean) + t sd, with mean and sd over the
    mini-batch, s = exp(strength · u), t = strength · v; u and v from N(0, 1) for every unit.
    """
    *hidden, _ = net.layers
    shape = 2, len(hidden), *hidden[0].weights.shape[:-2], SIZES[1]
    u, v = rng.standard_normal(shape, np.float32)
    s, t = np.exp(strength * u), strength * v
    moved = shake(net, x, s, t)
    _, (*inner, last), _ = training.find_gradients(moved, x, labels)
    return training.descend(net, (*map(_back_through_shake, inner, s, t), last), rate), moved


def shake(net, x, s, t):
    """Return the network whose sigmoids get mean + s (y − mean) + t sd; s, t: (layers, ..., units).

    With batch norm, where y has mean beta and sd gamma, that is another gamma and beta; without,
    other weights and another bias.
    """
    hidden = []
    for layer, a, b in zip(net.layers, s, t, strict=False):
        if net.batch_norm:
            moved = layer._replace(gamma=a * layer.gamma, beta=layer.beta + b * layer.gamma)
        else:
            z = network.linear(x, layer)  # (..., m, units)
            bias = a * layer.bias + (1 - a) * z.mean(axis=-2) + b * z.std(axis=-2)
            moved = network.Layer(a[..., None, :] * layer.weights, bias)
            x = network.sigmoid(network.linear(x, moved))
        hidden.append(moved)
    return net._replace(layers=(*hidden, net.layers[-1]))


def _back_through_shake(gradient, s, t):
    if gradient.gamma is not None:
        return gradient._replace(gamma=s * gradient.gamma + t * gradient.beta)
    return network.Layer(s[..., None, :] * gradient.weights, s * gradient.bias)
