"""Look along the gradient every 20 of 400 steps, at `MULTIPLES` of the learning rate.

Returns for each of `SETTINGS`, and each of the networks `WITHOUT` batch norm and of `WIDTHS`, with
it and hidden weights of that sd, each (3 seeds, S, E), float16: loss of the mini-batch that the
gradient is from, and cosine between the gradient there and the one at the start.
"""

import itertools

import numpy as np

from bnviz import network, training
from bnviz.example import DATA, FOLDED, SIZES, folded, images

MULTIPLES = np.array([0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4])  # of the learning rate, to look at
SETTINGS = {  # activation, learning rate, weights that are a good start
    "ReLU, rate 0.1": ("relu", 0.1, 0.14),  # √(2/100): He's rule for 100 inputs
    "ReLU, rate 0.03": ("relu", 0.03, 0.14),
    "sigmoid, rate 0.3": ("sigmoid", 0.3, "sigmoid"),
}
WIDTHS = {f"sd {weights:g}, with": weights for weights in (0.02, 0.1, 1.0)}  # with batch norm
SMALL_START, GOOD_START = "sd 0.1, without", "good start, without"
WITHOUT = SMALL_START, GOOD_START, FOLDED


def run():
    kept = {setting: {} for setting in SETTINGS}
    for setting, name in itertools.product(SETTINGS, (*WITHOUT, *WIDTHS)):
        looks = np.array([along_training(setting, name, seed) for seed in range(3)], np.float16)
        kept[setting][name] = {"loss": looks[:, :, 0], "cosine": looks[:, :, 1]}
    return kept


def along_training(setting, name, seed=0, steps=400):
    """Train one network; return loss and cosine along its gradient, (S, 2, E)."""
    activation, rate, good = SETTINGS[setting]
    weights = WIDTHS.get(name, good if name == GOOD_START else 0.1)
    net = network.init(SIZES, name in (FOLDED, *WIDTHS), weights, activation, seed=seed)
    net = folded(net) if name == FOLDED else net
    if name in WIDTHS:  # only what batch norm follows is scaled, so all begin as one function
        last = network.init(SIZES, True, 0.1, seed=seed).layers[-1]
        net = net._replace(layers=(*net.layers[:-1], last))
    looks, batches = [], training.minibatches(len(images()), 60, seed)
    for step, rows in zip(range(steps + 1), batches, strict=False):
        x, labels = DATA.images[rows], DATA.labels[rows]
        _, gradients, _ = training.find_gradients(net, x, labels)
        if step % 20 == 0:
            looks.append(along_gradient(net, gradients, x, labels, rate * MULTIPLES))
        net = training.descend(net, gradients, rate)
    return looks


def along_gradient(net, gradients, x, labels, etas):
    """Look at net − eta · gradient for every eta: loss and cosine, each (E,)."""
    points = training.descend(network.stack([net] * len(etas)), gradients, etas)
    loss, there, _ = training.find_gradients(points, x, labels)
    here, there = network.side_by_side(gradients), network.side_by_side(there)  # (P,), (E, P)
    return loss, there @ here / (np.linalg.norm(here) * np.linalg.norm(there, axis=-1))
