"""Train deep networks for 200 steps at a rate of 0.3, from starts that fail and starts that do not.

Returns for each of `NETWORKS` the accuracy on the test images, (5 seeds,). A seed draws the weights
and the mini-batches of 60.
"""

import numpy as np

from bnviz import network, training
from bnviz.example import DATA, TEST

NETWORKS = {  # hidden layers of 100 units, sd of the first weights, batch norm
    "3 layers, sd 0.4": (3, 0.4, False),
    "3 layers, sd 0.1": (3, 0.1, False),
    "8 layers, sd 1.0": (8, 1.0, False),
    "8 layers, sd 0.4": (8, 0.4, False),
    "8 layers, sd 0.1": (8, 0.1, False),
    "8 layers, sd 0.1, with batch norm": (8, 0.1, True),
}


def run(names=NETWORKS, seeds=range(5)):
    return {name: np.array([train(name, seed) for seed in seeds]) for name in names}


def train(name, seed):
    """Return the share of the test images that one network recognizes."""
    hidden, sd, batch_norm = NETWORKS[name]
    net = network.init((64, *hidden * [100], 10), batch_norm, weights=sd, seed=seed)
    choices = {"steps": 200, "seed": seed, "snapshots": 2, "progress": False}
    net = training.train(net, DATA.images, DATA.labels, **choices).network
    return training.accuracy(net, *TEST)
