"""Let what every sigmoid gets drift away, ever in the same direction, over 600 steps.

At step k each unit has ±k/100 sd added to its y, up to 6 sd; which sign, a seed draws once. The
sd is that of its y either "at the start" or "now", in the mini-batch. The networks are tested with
the drift in place. They are those of `shaken`, and `FASTER_BETA`: batch norm whose β learns at 26
times the rate. At 13 learning rates, for five seeds.

Returns steps (S,), and for each network and each of `UNITS_OF_SD`: accuracy (5 seeds, 2, S, 13
rates) of the validation and the test images; gamma (5 seeds, 13 rates), the mean γ of the three
hidden layers at the end; and into (S, 100 examples), float16, what the sigmoid of `UNIT` of the
third hidden layer gets, in the first network at its best rate.
"""

import functools
from itertools import islice

import numpy as np

from bnviz import training
from bnviz.example import TRAIN, UNIT
from bnviz.recordings import centring, race, shaken
from bnviz.recordings.shaken import NETWORKS, RATES, SAME_W, STEPS, best_rate

START, NOW = UNITS_OF_SD = ("sd at the start", "sd now")
FASTER_BETA = "batch norm, β × 26"


def run(names=(*NETWORKS, FASTER_BETA), units=UNITS_OF_SD, seeds=range(5)):
    kept = {"steps": training.snapshot_steps(STEPS, 40)}
    for name in names:
        kept[name] = {}
        for unit in units:
            runs = [train(name, unit, seed, RATES) for seed in seeds]
            accuracy, gamma, _ = map(np.array, zip(*runs, strict=True))
            *_, into = train(name, unit, seeds[0], (RATES[best_rate(accuracy)],))
            kept[name][unit] = {
                "accuracy": accuracy.astype(np.float32),
                "gamma": gamma.astype(np.float32),
                "into": into.astype(np.float16),
            }
    return kept


@np.errstate(all="ignore")  # a network that diverged is right as often as class 0 comes
def train(name, unit, seed, rates):
    """Train one network: accuracy (2, S, rates), γ at the end (rates,), into (S, 100)."""
    net = shaken.start(SAME_W if name == FASTER_BETA else name, seed)
    _, passed = centring.forward(net, TRAIN[0])
    signs = np.random.default_rng([seed, 3]).choice(np.float32([-1, 1]), (len(passed), 100))
    ahead = [sign * at.y.std(axis=0) for sign, at in zip(signs, passed, strict=True)]

    def drifted(step):
        return by_sd_now(signs, step / 100) if unit == NOW else by_fixed(ahead, step / 100)

    net = race.copies(net, len(rates))
    how = {"beta_factor": 26 if name == FASTER_BETA else 1, "rates": np.array(rates)}
    batches, step = training.minibatches(len(TRAIN[0]), 60, seed), 0
    accuracy, into = [], []
    for gap in np.diff(training.snapshot_steps(STEPS, 40), prepend=0):
        for rows in islice(batches, int(gap)):
            moved, back = drifted(step)
            x, labels = TRAIN[0][rows], TRAIN[1][rows]
            net = centring.descend_once(net, x, labels, moved=moved, back=back, **how)
            step += 1
        moved, _ = drifted(step)
        accuracy.append(centring.look(net, moved)[1:])
        _, passed = centring.forward(net, TRAIN[0][:100], moved)
        into.append(moved[2](passed[2].y)[0, :, UNIT])
    gamma = np.mean([layer.gamma for layer in net.layers[:-1]], axis=(0, 2))
    return np.swapaxes(accuracy, 0, 1), gamma, np.array(into)


def by_fixed(ahead, distance):
    """Return for each hidden layer what adds so much to y, and the way back, as `noise` does."""
    moved = [functools.partial(np.add, np.float32(distance) * one) for one in ahead]
    return moved, [lambda dy, y: dy] * len(ahead)


def by_sd_now(signs, distance):
    """Return for each hidden layer what adds ±distance sd of y to y, and the way back."""
    ones = np.ones_like(signs)
    return shaken.ways(ones, np.float32(distance) * signs)
