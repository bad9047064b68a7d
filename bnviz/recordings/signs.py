"""Train four networks at a rate of 0.3, and take the signs of how well they learn.

Returns for each network, at each of `STEPS`, for five seeds of the weights and the mini-batches:
step_size: |learning rate · gradient| / |weights| of each layer, (5 seeds, steps, 4);
saturation: share of the activations of each hidden layer outside 0.03…0.97, (5 seeds, steps, 3);
accuracy: of the test images, (5 seeds, steps).
"""

import numpy as np

from bnviz import measures, network, training
from bnviz.example import DATA, GOOD_START, SIZES, SMALL_START, TEST, WITH_BN, start

LARGE_START = "sd 1, without"
NAMES = (SMALL_START, LARGE_START, GOOD_START, WITH_BN)
STEPS = (0, 1, 3, 10, 30, 100, 300, 1000)


def run(names=NAMES, steps=STEPS, seeds=range(5)):
    kept = {}
    for name in names:
        runs = [take_signs(first_network(name, seed), steps, seed) for seed in seeds]
        kept[name] = {sign: np.stack([run[sign] for run in runs]) for sign in runs[0]}
    return kept


def first_network(name, seed):
    if name == LARGE_START:
        return network.init(SIZES, False, 1.0, seed=seed)
    return start(name, seed)


def take_signs(net, steps, seed, learning_rate=0.3):
    kept = {"step_size": [], "saturation": [], "accuracy": []}
    batches = training.minibatches(len(DATA.images), 60, seed)
    for step in range(steps[-1] + 1):
        rows = next(batches)
        _, gradients, cache = training.find_gradients(net, DATA.images[rows], DATA.labels[rows])
        if step in steps:
            pairs = zip(net.layers, gradients, strict=True)
            sizes = [learning_rate * length(g.weights) / length(p.weights) for p, g in pairs]
            kept["step_size"].append(sizes)
            kept["saturation"].append([measures.share_saturated(a) for a in cache.inputs[1:]])
            statistics = training.measure_statistics(net, DATA.images, len(DATA.images))
            kept["accuracy"].append(training.accuracy(net._replace(statistics=statistics), *TEST))
        net = training.descend(net, gradients, learning_rate)
    return {name: np.array(values) for name, values in kept.items()}


def length(weights):
    """The root of the sum of the squares."""
    return np.sqrt((weights * weights).sum())
