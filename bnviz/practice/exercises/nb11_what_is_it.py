"""Your turn in notebook 11: a centred activation, and a step size that fits the weights."""

import numpy as np

from bnviz.practice.exercises import Exercise

RNG = np.random.default_rng(0)
WEIGHTS, BIAS = RNG.normal(0.5, 1, (6, 4)), RNG.normal(0, 1, 4)
SQUARE, SQUARE_BIAS = RNG.normal(0.5, 1, (5, 5)), RNG.normal(0, 1, 5)


def absorb_half(weights, bias):
    return bias + 0.5 * weights.sum(axis=0)


def same_path(rate, s):
    return rate * s**2


EXERCISES = [
    Exercise(
        "absorb_half",
        reference=absorb_half,
        cases=[(WEIGHTS[:2, :1], BIAS[:1]), (WEIGHTS, BIAS), (SQUARE, SQUARE_BIAS)],
        right="Each weight of a unit has lost half of itself, and the bias gives it all back.",
        mistakes={
            "the wrong way": (
                lambda weights, bias: bias - 0.5 * weights.sum(axis=0),
                "The inputs became smaller by ½, so the net did, too. You take it away once more.",
            ),
            "just a half": (
                lambda weights, bias: bias + 0.5,
                "The net of a unit has changed by ½ for *each* of its inputs, times its weight.",
            ),
            "the whole": (
                lambda weights, bias: bias + weights.sum(axis=0),
                "That makes up for a − 1. The activation is a − ½.",
            ),
            "the mean": (
                lambda weights, bias: bias + 0.5 * weights.mean(axis=0),
                "You take the mean of the weights. A net is a sum over all inputs.",
            ),
            "over the units": (
                lambda weights, bias: bias + 0.5 * weights.sum(axis=1),
                "You add up over the units. Axis 0 of the weights holds the inputs of a unit.",
            ),
            "over everything": (
                lambda weights, bias: bias + 0.5 * weights.sum(),
                "Your sum runs over all units. Every unit has weights, and a bias, of its own.",
            ),
            "the bias forgotten": (
                lambda weights, bias: 0.5 * weights.sum(axis=0),
                "That is what has to be added. The old bias is still needed.",
            ),
            "nothing": (
                lambda weights, bias: bias,
                "With the old bias every net is lower by half the sum of the unit's weights.",
            ),
        },
    ),
    Exercise(
        "same_path",
        reference=same_path,
        cases=[(0.3, 2.0), (0.3, 10.0), (0.7, 0.45)],
        right="The gradient is 1/s, and a vector s times as long needs steps s times as long: s².",
        mistakes={
            "the same rate": (
                lambda rate, s: rate,
                "At the same rate s W turns by less: its gradient is smaller, and it is longer.",
            ),
            "s, once": (
                lambda rate, s: rate * s,
                "That makes up for the smaller gradient. The vector is also s times as long.",
            ),
            "the wrong way": (
                lambda rate, s: rate / s**2,
                "Your rate is the effective one, of s W at the old rate. You want to undo that.",
            ),
            "÷ s": (
                lambda rate, s: rate / s,
                "A longer vector with a smaller gradient needs a larger rate, not a smaller one.",
            ),
        },
    ),
]
