"""Four networks race to 90, 95 and 97 % of the images that they did not see, and to a loss of 0.1.

They train on 1,200 images, at 12 learning rates, for five seeds of weights and mini-batches. Rates
are chosen on the validation images, and what is told of them is counted on the test images.

Returns for each of `LIMITS` to_marks (5 seeds, 2, 12 rates, 4), the step of the first look with 90,
95, 97 % and with a training loss of 0.1, inf for none, the shares first of the validation, then of
the test images; and for the rate that is the best for 90 %, accuracy (5 seeds, S) on the test
images at `looks`, the last of which stays when all marks are reached.
"""

from itertools import islice

import numpy as np

from bnviz import network, training
from bnviz.example import FOLDED, GOOD_START, SMALL_START, TEST, TRAIN, VALIDATION, WITH_BN, start

RATES = (0.1, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.0, 3.0, 4.5, 10.0, 30.0)
LIMITS = {SMALL_START: 2500, GOOD_START: 700, FOLDED: 700, WITH_BN: 700}  # steps
MARKS = (0.90, 0.95, 0.97)
LOSS = 0.1
MARK_NAMES = ("90 %", "95 %", "97 %", "a training loss of 0.1")
SEEN = TRAIN[0][:500], TRAIN[1][:500]  # what a look takes of the images to train with


def run(names=LIMITS, seeds=range(5), rates=RATES):
    return {
        name: race_all(lambda seed, name=name: start(name, seed), rates, seeds, LIMITS[name])
        for name in names
    }


def race_all(make, rates, seeds, limit, **how):
    """Race what make(seed) gives at all rates, seven at a time: what is kept of a network."""
    accuracy, to_marks = [], []
    for seed in seeds:
        parts = [
            race(make(seed), np.array(rates[first : first + 7]), seed, limit, **how)
            for first in range(0, len(rates), 7)
        ]
        accuracy.append(np.concatenate([part[0] for part in parts], axis=-1))
        to_marks.append(np.concatenate([part[1] for part in parts], axis=1))
    accuracy, to_marks = np.array(accuracy), np.array(to_marks)
    best = best_rate(to_marks, 0)
    return {"accuracy": accuracy[..., best].astype(np.float32), "to_marks": to_marks}


def best_rate(to_marks, mark):
    """Return the index of the rate with the smallest median of steps, on the validation images.

    Where most seeds get there at no rate, it is the rate at which 1/steps, which is 0 for a seed
    that never does, is largest on average.
    """
    steps = to_marks[:, 0, :, mark]  # (seeds, rates)
    medians = np.median(steps, axis=0)
    return medians.argmin() if np.isfinite(medians).any() else (1 / steps).mean(axis=0).argmax()


def at_best(to_marks, mark):
    """Return the steps that every seed takes at the best rate, on the test images, (seeds,)."""
    return to_marks[:, 1, best_rate(to_marks, mark), mark]


@np.errstate(all="ignore")  # too large a rate overflows, and its network leaves the race
def race(net, rates, seed, limit, step=None, measure=None):
    """Train a copy of a network at each rate until it has reached all marks: accuracy, to_marks.

    Once one of them has, the others get as many steps again.
    accuracy: (S, rates) at `looks(limit)`; to_marks: (2, rates, 4).
    step(net, x, labels, rates) -> net and measure(net) -> loss and two accuracies do what
    `descend_once` and `look` do, for networks of another kind.
    """
    step, measure = step or descend_once, measure or look
    net, racing = copies(net, len(rates)), np.arange(len(rates))
    batches = training.minibatches(len(TRAIN[0]), 60, seed)
    at = looks(limit)
    accuracy = np.full((len(at), len(rates)), np.nan)
    to_marks = np.full((2, len(rates), 4), np.inf)
    for index, gap in enumerate(np.diff(at, prepend=0)):
        accuracy[index] = accuracy[index - 1]  # of those that have left the race
        for rows in islice(batches, int(gap)):
            net = step(net, TRAIN[0][rows], TRAIN[1][rows], rates[racing])
        loss, *right = measure(net)
        accuracy[index, racing] = right[1]
        for which, share in enumerate(right):
            reached = np.stack([*(share >= mark for mark in MARKS), loss <= LOSS], axis=-1)
            first = np.where(reached, at[index], np.inf)
            to_marks[which, racing] = np.minimum(to_marks[which, racing], first)
        on_the_way = np.isinf(to_marks[:, racing]).any(axis=(0, 2))
        if not on_the_way.all():
            limit = min(limit, 2 * at[index])
        stays = on_the_way & np.isfinite(loss)
        if not stays.any() or at[index] >= limit:
            accuracy[index:] = accuracy[index]
            break
        net, racing = some(net, stays), racing[stays]
    return accuracy, to_marks


def looks(limit):
    """Return the steps at which to look: every one at the start, later 8 % apart."""
    at = [0]
    while at[-1] < limit:
        at.append(min(limit, max(at[-1] + 1, round(1.08 * at[-1]))))
    return np.array(at)


def copies(net, count):
    """Return a stack of `count` copies of a network."""
    layers = network.map_parameters(lambda value: np.stack([value] * count), net.layers)
    return net._replace(layers=layers)


def some(net, which):
    """Return those networks of a stack for which `which`, (networks,), is True."""
    return net._replace(layers=network.map_parameters(lambda value: value[which], net.layers))


def descend_once(net, x, labels, rates):
    """Return the networks one step further; rates: (networks,)."""
    _, gradients, _ = training.find_gradients(net, x, labels)
    return training.descend(net, gradients, training.parameter_rates(net, rates))


def look(net):
    """Return the loss on `SEEN` and the accuracies on `VALIDATION` and `TEST`, each (networks,).

    Batch norm takes the statistics of the same `SEEN`.
    """
    logits, cache = network.forward(net, SEEN[0])
    loss, _ = network.cross_entropy(logits, SEEN[1])
    if net.batch_norm:
        net = net._replace(statistics=tuple((norm.mean, norm.var) for norm in cache.norms))
    return loss, *(training.accuracy(net, *images) for images in (VALIDATION, TEST))
