"""Shake what every sigmoid gets, at each of 600 steps anew: six networks, three strengths.

All but `GOOD_START` begin as one function (see `centring`), which `FOLDED` computes without batch
norm; "folded, centred" has the activation sigmoid − ½, and "subtract only" takes the mean of the
mini-batch away, but does not divide. Batch norm begins with the W of `FOLDED` in `SAME_W`, and in
`USUAL_W` with those that it has in this series, of sd 0.1. At 13 learning rates, for
five seeds.

Returns steps (S,), and for each of `NETWORKS` and each strength of the noise: accuracy (5 seeds, 2,
S, 13 rates) of the validation and the test images, without shaking; for `SAME_W` also into (S, 100
examples), float16, what the sigmoid of `UNIT` of the third hidden layer gets at that step, in the
first network at its fastest rate.
"""

from itertools import islice

import numpy as np

from bnviz import network, training
from bnviz.example import FOLDED, GOOD_START, SIZES, TRAIN, UNIT
from bnviz.recordings import centring, race

RATES = (0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 1.0, 1.5, 2.0, 3.0, 4.5, 7.0, 10.0)
STRENGTHS = (0.0, 1.0, 2.0)
CENTRED, SUBTRACT = "folded, centred", "subtract only"
SAME_W, USUAL_W = "batch norm, same W", "batch norm, usual W"
NETWORKS = {  # activation, kind
    GOOD_START: ("sigmoid", "good start"),
    FOLDED: ("sigmoid", "neither"),
    CENTRED: ("sigmoid − ½", "neither"),
    SUBTRACT: ("sigmoid", "subtract"),
    SAME_W: ("sigmoid", "both"),
    USUAL_W: ("sigmoid", "both"),
}
STEPS = 600


def run(names=NETWORKS, strengths=STRENGTHS, seeds=range(5)):
    kept = {"steps": training.snapshot_steps(STEPS, 40)}
    for name in names:
        kept[name] = {}
        for strength in strengths:
            accuracy, into = zip(
                *(train(name, strength, seed, RATES) for seed in seeds), strict=True
            )
            found = kept[name][str(strength)] = {"accuracy": np.array(accuracy, np.float32)}
            if name == SAME_W:
                fastest = fastest_rate(found["accuracy"], kept["steps"])
                found["into"] = into[0][fastest].astype(np.float16)
    return kept


def start(name, seed):
    """Return one of `NETWORKS` before training."""
    net = centring.start(*NETWORKS[name], seed)
    if name != USUAL_W:
        return net
    *usual, _ = network.init(SIZES, weights=0.1, seed=seed).layers
    hidden = [
        layer._replace(weights=before.weights)
        for layer, before in zip(net.layers, usual, strict=False)  # the last stays
    ]
    return net._replace(layers=(*hidden, net.layers[-1]))


def best_rate(accuracy):
    """Return the index of the rate with the best mean at the end, on the validation images."""
    return accuracy[:, 0, -1].mean(axis=0).argmax()


def at_best(accuracy):
    """Return the accuracies on the test images at the best rate, (seeds, S)."""
    return accuracy[:, 1, :, best_rate(accuracy)]


def to_90(accuracy, steps):
    """Return the steps of the first look with 90 %, inf for none: (seeds, 2, rates)."""
    reached = accuracy >= 0.9
    return np.where(reached.any(axis=2), steps[reached.argmax(axis=2)], np.inf)


def fastest_rate(accuracy, steps):
    """Return the index of the rate with the smallest median of steps to 90 %, by validation.

    Of rates that are equally fast, or never get there, it is the one with the best mean at the end.
    """
    medians = np.median(to_90(accuracy, steps)[:, 0], axis=0)
    ends = accuracy[:, 0, -1].mean(axis=0)
    return min(range(len(medians)), key=lambda rate: (medians[rate], -ends[rate]))


@np.errstate(all="ignore")  # a network that diverged is right as often as class 0 comes
def train(name, strength, seed, rates):
    """Train one network at some rates: accuracy (2, S, rates), into (rates, S, 100)."""
    net = race.copies(start(name, seed), len(rates))
    rng, batches = np.random.default_rng([seed, 2]), training.minibatches(len(TRAIN[0]), 60, seed)
    moved, back = noise(0, rng)
    accuracy, into = [], []
    for gap in np.diff(training.snapshot_steps(STEPS, 40), prepend=0):
        for rows in islice(batches, int(gap)):
            x, labels, moves = TRAIN[0][rows], TRAIN[1][rows], noise(strength, rng)
            moved, back = moves
            net = centring.descend_once(net, x, labels, np.array(rates), moved=moved, back=back)
        accuracy.append(centring.look(net)[1:])
        _, passed = centring.forward(net, TRAIN[0][:100], moved)
        into.append(moved[2](passed[2].y)[:, :, UNIT])
    return np.swapaxes(accuracy, 0, 1), np.swapaxes(into, 0, 1)


def noise(strength, rng, layers=3, units=100):
    """Draw a stretch s and a shift t for every unit: what `forward` and `find_gradients` take.

    y becomes mean + s (y − mean) + t sd, with mean and sd over the mini-batch, s = exp(strength u)
    and t = strength v; u and v from N(0, 1).
    """
    u, v = rng.standard_normal((2, layers, units), np.float32)
    return ways(np.exp(np.float32(strength) * u), np.float32(strength) * v)


def ways(stretches, shifts):
    """Return the lists of functions, there and back, for arrays s and t (layers, units)."""

    def shake(s, t):
        return lambda y: _mean(y) + s * (y - _mean(y)) + t * _sd(y)

    def shake_back(s, t):
        return lambda dy, y: s * dy + (1 - s) * _mean(dy) + t * _mean(dy) * (y - _mean(y)) / _sd(y)

    pairs = list(zip(stretches, shifts, strict=True))
    return [shake(*pair) for pair in pairs], [shake_back(*pair) for pair in pairs]


def _mean(y):
    return y.mean(axis=-2, keepdims=True)


def _sd(y):
    return np.sqrt(y.var(axis=-2, keepdims=True) + np.float32(1e-12))
