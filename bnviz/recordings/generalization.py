"""Train on 300 images, all of them at every step, while batch norm sees groups of m.

With "right" labels and with one label in five "wrong". Returns for each the accuracies on the
training images, with the labels they were given, and on the test images, (20 seeds, 2), for
"Xavier" and "4×Xavier", which have no batch norm, and for every m of `GROUPS`, which start
from Xavier's weights.
"""

import numpy as np

from bnviz import network, training
from bnviz.example import DATA, TEST

GROUPS = (4, 6, 10, 15, 30, 60, 300)  # sizes into which 300 images can be cut


def run():
    kinds = {"Xavier": (False, "xavier"), "4×Xavier": (False, "sigmoid")}
    kinds |= {str(m): (True, "xavier", m) for m in GROUPS}
    return {
        labels: {
            name: np.array([generalize(few_images(seed, wrong), seed, *kind) for seed in range(20)])
            for name, kind in kinds.items()
        }
        for labels, wrong in (("right", 0), ("wrong", 60))
    }


def few_images(seed, wrong=0):
    """Draw 300 training images and give the first of them another label: (images, labels)."""
    rng = np.random.default_rng(seed)
    some = rng.permutation(len(DATA.images))[:300]
    labels = DATA.labels[some]
    labels[:wrong] = (labels[:wrong] + rng.integers(1, 10, wrong)) % 10
    return DATA.images[some], labels


def generalize(few, seed, batch_norm, weights, m=300, steps=1500):
    """Train one network on few images, (images, labels); return its two accuracies, (2,)."""
    rng, (x, labels) = np.random.default_rng([seed, 1]), few
    net = network.init((64, 50, 50, 10), batch_norm, weights, seed=seed)
    for _ in range(steps):
        order = rng.permutation(len(x))
        net = training.descend(net, gradients_in_groups(net, x[order], labels[order], m), 1.5)
    net = net._replace(statistics=training.measure_statistics(net, x, len(x)))
    return [training.accuracy(net, *pair) for pair in (few, TEST)]


def gradients_in_groups(net, x, labels, m):
    """Return the gradients of the loss of all x, where batch norm sees groups of m."""
    groups = x.reshape(-1, m, x.shape[-1])  # (groups, m, inputs)
    logits, cache = network.forward(network.stack([net]), groups)
    _, dlogits = network.cross_entropy(logits.reshape(len(x), -1), labels)
    gradients = network.backward(dlogits.reshape(logits.shape), cache)
    return network.map_parameters(lambda gradient: gradient.sum(axis=0), gradients)
