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


def how_far(batch, mu, sigma):
    m = len(batch)
    return (batch.mean() - mu) / (sigma / np.sqrt(m))


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
        "how_far",
        reference=how_far,
        cases=[
            (np.array([1.0, 2, 3, 6]), 2.0, 3.0),
            (np.array([-5.0, 6, -7, 10, 1, -2, 0.5]), -1.5, 2.0),
            (np.array([5.0, 6, 7, 10, 1, 2, 0, 1, 4]), 7.0, 4.0),
        ],
        right="A batch mean is judged by σ/√m, the distance that chance alone gives it.",
        mistakes={
            "by σ": (
                lambda batch, mu, sigma: (batch.mean() - mu) / sigma,
                "You divide by σ, which is how single examples scatter. Means scatter less.",
            ),
            "by σ/m": (
                lambda batch, mu, sigma: (batch.mean() - mu) * len(batch) / sigma,
                "You divide by σ/m. The mean of four times as many scatters half as much.",
            ),
            "by the batch's own sd": (
                lambda batch, mu, sigma: (batch.mean() - mu) / (batch.std() / len(batch) ** 0.5),
                "You take the sd of the batch. The yardstick is that of the population: sigma.",
            ),
            "by the variance": (
                lambda batch, mu, sigma: (batch.mean() - mu) / (sigma**2 / np.sqrt(len(batch))),
                "You square sigma. It is a standard deviation already.",
            ),
            "multiplies": (
                lambda batch, mu, sigma: (batch.mean() - mu) * sigma / np.sqrt(len(batch)),
                "You multiply by σ/√m. To count in σ/√m means to divide by it.",
            ),
            "not in units": (
                lambda batch, mu, sigma: batch.mean() - mu,
                "That is the plain distance. How often does σ/√m fit into it?",
            ),
            "without its sign": (
                lambda batch, mu, sigma: abs(batch.mean() - mu) / (sigma / np.sqrt(len(batch))),
                "The size is right. Keep the sign, too: below μ the result is negative.",
            ),
            "the other way round": (
                lambda batch, mu, sigma: (mu - batch.mean()) / (sigma / np.sqrt(len(batch))),
                "The size is right, the sign is not: a batch mean above μ is a positive distance.",
            ),
        },
    ),
    Exercise(
        "as_certain",
        reference=540,
        right="The spread goes with σ/√m, so three times the σ takes nine times the batch.",
        mistakes={
            "three times the batch": (
                180,
                "Three times the batch divides the spread by √3 only, as m stands under a root.",
            ),
            "the root of three": (
                lambda m: 100 <= m <= 105,
                "You take a root where a square is needed: solve σ/√m for m.",
                104,
            ),
            "a smaller batch": (
                lambda m: m < 60,
                "A smaller batch has means that spread further. These spread too far already.",
                20,
            ),
            "the same batch": (
                60,
                "At the same m, three times the σ gives three times the spread.",
            ),
            "the square of the batch": (
                3600,
                "That would divide the spread by √60. You want to divide it by 3 only.",
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
