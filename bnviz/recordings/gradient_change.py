"""How much a step of the layers below changes the gradient of the third layer, over 300 steps.

After Santurkar et al. 2018: g is the gradient of the third layer's weights, and g′ the one after
the two layers below it have taken their step, on the same mini-batch. Learning rate 0.3, five
seeds.

Returns steps (60,), every fifth, and change (5 seeds, 60), ‖g′ − g‖ / ‖g‖, for each of `NETWORKS`.
"""

import numpy as np

from bnviz import network, training
from bnviz.example import DATA, FOLDED, GOOD_START, SMALL_START, WITH_BN, start

NETWORKS = (SMALL_START, GOOD_START, FOLDED, WITH_BN)
STEPS = np.arange(0, 300, 5)
RATE = 0.3


def run(names=NETWORKS, seeds=range(5)):
    kept = {name: np.array([changes(start(name, seed), seed) for seed in seeds]) for name in names}
    return {"steps": STEPS} | kept


def changes(net, seed):
    """Train one network, and return the changes at `STEPS`."""
    found, batches = [], training.minibatches(len(DATA.images), 60, seed)
    for step, rows in zip(range(STEPS[-1] + 1), batches, strict=False):
        x, labels = DATA.images[rows], DATA.labels[rows]
        _, gradients, _ = training.find_gradients(net, x, labels)
        stepped = training.descend(net, gradients, RATE)
        if step in STEPS:
            below = network.Network(stepped.layers[:2] + net.layers[2:])
            found.append(change(gradients, training.find_gradients(below, x, labels)[1]))
        net = stepped
    return found


def change(gradients, others):
    """Return the relative change of the gradient of the third layer's weights."""
    g, there = gradients[2].weights, others[2].weights
    return np.linalg.norm(there - g) / np.linalg.norm(g)
