"""Your turn in notebook 02: what the mean and the variance of a mini-batch know."""

import numpy as np

from bnviz.practice.exercises import Exercise

FOUR = np.array([[1.0], [2], [3], [6]])
TWO_UNITS = np.array([[1.0, -2], [2, 2.6], [-3, 2], [6, -5], [0.125, 1]])
THREE_UNITS = np.array([[0.5, -1, 3], [1.5, 2, 3.25]])


def batch_statistics(z):
    mean = z.mean(axis=0)
    var = ((z - mean) ** 2).mean(axis=0)
    return mean, var


def unbiased(var, m):
    return var * m / (m - 1)


EXERCISES = [
    Exercise(
        "batch_statistics",
        reference=batch_statistics,
        cases=[(FOUR,), (TWO_UNITS,), (THREE_UNITS,)],
        parts=("mean", "variance"),
        right="One mean and one variance for each unit, over the examples, divided by m.",
        mistakes={
            "divides by m − 1": (
                lambda z: (z.mean(axis=0), z.var(axis=0, ddof=1)),
                "Your variance divides by m − 1. In training, batch norm divides by m.",
            ),
            "over the units": (
                lambda z: (z.mean(axis=1), z.var(axis=1)),
                "You average over the units of each example. The examples are axis 0.",
            ),
            "over everything": (
                lambda z: (z.mean(), z.var()),
                "You average over all numbers at once. Each unit has its own statistics: axis 0.",
            ),
            "standard deviation": (
                lambda z: (z.mean(axis=0), z.std(axis=0)),
                "The second result is the standard deviation. The variance is its square.",
            ),
            "mean of the squares": (
                lambda z: (z.mean(axis=0), (z**2).mean(axis=0)),
                "You average the squares of z. The variance averages those of z − mean.",
            ),
            "sum of squares": (
                lambda z: (z.mean(axis=0), ((z - z.mean(axis=0)) ** 2).sum(axis=0)),
                "Your variance is a sum of squares. Divide it by m, the number of examples.",
            ),
            "swapped": (
                lambda z: (z.var(axis=0), z.mean(axis=0)),
                "The two results are swapped: first the mean, then the variance.",
            ),
        },
    ),
    Exercise(
        "half_the_spread",
        reference=240,
        right="The spread goes with 1/√m, so half of it takes four times the batch.",
        mistakes={
            "twice the batch": (
                120,
                "Twice the batch divides the spread by √2 only, as m stands under a root.",
            ),
            "half the batch": (30, "A smaller batch has means that spread further, not less."),
            "a quarter of the batch": (
                15,
                "You found the factor, but in the wrong direction: at m = 15 the spread doubles.",
            ),
            "the square of the batch": (
                3600,
                "That would divide the spread by √60. You want to divide it by 2 only.",
            ),
        },
    ),
    Exercise(
        "unbiased",
        reference=unbiased,
        cases=[(4.0, 2), (0.7, 8), (1.5, 60)],
        right="A batch's variance is (m − 1)/m of the true one on average; m/(m − 1) repairs it.",
        mistakes={
            "the other way round": (
                lambda var, m: var * (m - 1) / m,
                "Your variance gets smaller. But a batch's is too small already.",
            ),
            "by m − 1 only": (
                lambda var, m: var / (m - 1),
                "You divide by m − 1 without taking back that the variance was divided by m.",
            ),
            "by m + 1": (
                lambda var, m: var * (m + 1) / m,
                "For large m that is near to it, but at m = 2 it is far too little.",
            ),
        },
    ),
]
