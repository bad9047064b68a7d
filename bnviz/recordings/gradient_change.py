"""How much the layers below disturb the third layer: the change of its gradient, over 300 steps.

After Santurkar et al. 2018: g is the gradient of the third layer's weights, and g′ the one after
the two layers below it have taken their step, on the same mini-batch. Four networks train, at 13
learning rates, for five seeds: `GOOD_START`, `FOLDED`, batch norm whose W are those of `FOLDED`,
and batch norm from its usual W, of sd 0.1. In `NOISY` the layers below take no step: they are
shaken anew, by noise 1, while batch norm from its usual W trains with that noise at rate 0.3.

Returns steps (S,), every fifth; for each of `NETWORKS` change (5 seeds, S, 13 rates), ‖g′ − g‖ /
‖g‖, and accuracy (5 seeds, 2, S, 13 rates) of the validation and the test images; and for `NOISY`
change (5 seeds, S).
"""

import numpy as np

from bnviz import network, training
from bnviz.example import FOLDED, GOOD_START, TRAIN, WITH_BN, start
from bnviz.recordings import race
from bnviz.recordings.shaken import RATES, SAME_W, USUAL_W

NOISY = "noise 1"
NETWORKS = (GOOD_START, FOLDED, SAME_W, USUAL_W)
RATE = 0.3  # at which all are compared
STEPS = np.arange(0, 300, 5)


def run(names=NETWORKS, seeds=range(5)):
    kept = {"steps": STEPS, NOISY: {"change": np.array([noisy(seed) for seed in seeds])}}
    for name in names:
        runs = [train(before(name, seed), RATES, seed) for seed in seeds]
        changes, accuracies = (np.array(each, np.float32) for each in zip(*runs, strict=True))
        kept[name] = {"change": changes, "accuracy": accuracies}
    return kept


def before(name, seed):
    """Return one of `NETWORKS` before training."""
    if name == SAME_W:
        return with_norm(start(FOLDED, seed))
    return start(WITH_BN if name == USUAL_W else name, seed)


def with_norm(net):
    """Return a network of the same W with batch norm in front of every sigmoid, γ = 1, β = 0."""
    hidden = [
        network.Layer(layer.weights, None, np.ones_like(layer.bias), np.zeros_like(layer.bias))
        for layer in net.layers[:-1]
    ]
    return net._replace(layers=(*hidden, net.layers[-1]))


@np.errstate(all="ignore")  # a network that diverged is right as often as class 0 comes
def train(net, rates, seed):
    """Train a copy at each rate: the changes (S, rates) and accuracy (2, S, rates) at `STEPS`."""
    net = race.copies(net, len(rates))
    found, accuracy, batches = [], [], training.minibatches(len(TRAIN[0]), 60, seed)
    rates = training.parameter_rates(net, np.array(rates))
    for step, rows in zip(range(STEPS[-1] + 1), batches, strict=False):
        x, labels = TRAIN[0][rows], TRAIN[1][rows]
        _, g, _ = training.find_gradients(net, x, labels)
        stepped = training.descend(net, g, rates)
        if step in STEPS:
            below = net._replace(layers=(*stepped.layers[:2], *net.layers[2:]))
            _, there, _ = training.find_gradients(below, x, labels)
            found.append(change(g[2].weights, there[2].weights))
            accuracy.append(race.look(net)[1:])
        net = stepped
    return np.array(found), np.swapaxes(accuracy, 0, 1)


def noisy(seed, noise=1.0):
    """Train batch norm with noise at `RATE`; the changes (S,) when it comes anew below layer 3."""
    net, rng = start(WITH_BN, seed), np.random.default_rng([seed, 2])
    found, batches = [], training.minibatches(len(TRAIN[0]), 60, seed)

    def draw():
        u, v = rng.standard_normal((2, 3, 100), np.float32)  # for each layer and unit
        return np.exp(np.float32(noise) * u), np.float32(noise) * v

    for step, rows in zip(range(STEPS[-1] + 1), batches, strict=False):
        x, labels = TRAIN[0][rows], TRAIN[1][rows]
        (s, t), (s_new, t_new) = draw(), draw()
        _, there, _ = training.find_gradients(shaken(net, s, t), x, labels)
        if step in STEPS:
            s_new[2], t_new[2] = s[2], t[2]  # the third layer itself stays
            _, anew, _ = training.find_gradients(shaken(net, s_new, t_new), x, labels)
            found.append(change(there[2].weights, anew[2].weights))
        net = training.descend(net, (*map(back, there[:3], s, t), there[3]), RATE)
    return np.array(found)


def shaken(net, s, t):
    """Return the network whose ẑ are stretched by s and shifted by t, (layers, units)."""
    hidden = [
        layer._replace(gamma=layer.gamma * stretch, beta=layer.beta + layer.gamma * shift)
        for layer, stretch, shift in zip(net.layers[:-1], s, t, strict=True)
    ]
    return net._replace(layers=(*hidden, net.layers[-1]))


def back(gradient, s, t):
    """Return the gradient of a layer from that of the same layer `shaken`, by the chain rule."""
    return gradient._replace(gamma=s * gradient.gamma + t * gradient.beta)


def change(g, there):
    """Return the relative change of a gradient (..., inputs, units): (...)."""
    return np.linalg.norm(there - g, axis=(-2, -1)) / np.linalg.norm(g, axis=(-2, -1))
