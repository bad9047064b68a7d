"""Train with batch norm at six learning rates while the length of W is free, held, or decays.

300 steps, five seeds. "held" puts the weights of every hidden unit back to their first length
after every step. Weight decay adds λ W to the gradient of the hidden W.

Returns steps (S,), and for each of `NORMS` accuracy (5 seeds, S, 6 rates) on the test images, and
length (5 seeds, S, 3 layers, 6 rates), ‖W‖ of a unit, averaged over the 100 of a hidden layer.
"""

from itertools import islice

import numpy as np

from bnviz import training
from bnviz.example import DATA, TEST, WITH_BN, start
from bnviz.recordings import race

RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
NORMS = {  # whether the length is held, weight decay λ
    "free": (False, 0.0),
    "held": (True, 0.0),
    "decay 0.001": (False, 0.001),
    "decay 0.01": (False, 0.01),
}
STEPS = 300


def run(norms=NORMS, seeds=range(5)):
    kept = {"steps": training.snapshot_steps(STEPS, 40)}
    for name in norms:
        runs = [train(*NORMS[name], seed) for seed in seeds]
        accuracy, length = (np.array(arrays, np.float32) for arrays in zip(*runs, strict=True))
        kept[name] = {"accuracy": accuracy, "length": length}
    return kept


@np.errstate(all="ignore")  # a network that diverged is right as often as class 0 comes
def train(held, decay, seed):
    """Train one network at all rates: accuracy (S, rates), length (S, layers, rates)."""
    net = race.copies(start(WITH_BN, seed), len(RATES))
    first, rates = lengths(net), training.parameter_rates(net, np.array(RATES))
    batches, accuracy, length = training.minibatches(len(DATA.images), 60, seed), [], []
    for gap in np.diff(training.snapshot_steps(STEPS, 40), prepend=0):
        for rows in islice(batches, int(gap)):
            _, gradients, _ = training.find_gradients(net, DATA.images[rows], DATA.labels[rows])
            net = training.descend(net, decayed(net, gradients, decay), rates)
            if held:
                net = scaled(net, [old / new for old, new in zip(first, lengths(net), strict=True)])
        statistics = training.measure_statistics(net, DATA.images, len(DATA.images))
        accuracy.append(training.accuracy(net._replace(statistics=statistics), *TEST))
        length.append([each.mean(axis=(-2, -1)) for each in lengths(net)])
    return np.array(accuracy), np.array(length)


def lengths(net):
    """Return ‖W‖ of every unit of each hidden layer, (..., 1, units)."""
    return [np.linalg.norm(p.weights, axis=-2, keepdims=True) for p in net.layers[:-1]]


def scaled(net, factors):
    """Return the network with the weights of each hidden layer times its factor."""
    *hidden, last = net.layers
    pairs = zip(hidden, factors, strict=True)
    hidden = [layer._replace(weights=factor * layer.weights) for layer, factor in pairs]
    return net._replace(layers=(*hidden, last))


def decayed(net, gradients, decay):
    """Return the gradients with decay · W added in the hidden layers."""
    *hidden, last = gradients
    pairs = zip(hidden, net.layers[:-1], strict=True)
    hidden = [
        gradient._replace(weights=gradient.weights + np.float32(decay) * layer.weights)
        for gradient, layer in pairs
    ]
    return (*hidden, last)
