"""Train for 300 steps at every pair of a learning rate and a start, for three seeds.

Three hidden layers of 50 units. Returns steps (S,), and for "without" and "with" batch norm, and
for the network with it "folded" at step 0, the accuracies on the test images, (3 seeds, S, 8
starts, 7 rates).
"""

import functools

import numpy as np

from bnviz import network
from bnviz.example import folded, train_over_seeds

RATES = (0.01, 0.04, 0.15, 0.5, 2.0, 8.0, 30.0)
WEIGHTS = ("sigmoid", 0.003, 0.008, 0.02, 0.05, 0.15, 0.4, 1.0)


def run(starts=WEIGHTS, seeds=range(3)):
    kept, choices = {}, {"steps": 300, "snapshots": 24}
    for name in ("without", "with", "folded"):
        accuracy = []
        for weights in starts:
            make = functools.partial(start, name, weights)
            runs = train_over_seeds(make, RATES, seeds, **choices)
            accuracy.append([run.accuracy for run in runs])
        kept[name] = np.moveaxis(accuracy, 0, 2)
    return kept | {"steps": runs[0].steps}


def start(name, weights, seed):
    """Return one of the networks before training."""
    net = network.init((64, 50, 50, 50, 10), name != "without", weights, seed=seed)
    return folded(net) if name == "folded" else net
