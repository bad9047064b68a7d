"""Your turn in notebook 03: what normalizing does, and what it leaves of a tiny mini-batch."""

import numpy as np

from bnviz.practice.exercises import Exercise

FOUR = np.array([[1.0], [2], [3], [6]])
SMALL = np.array([[0.01, 20], [-0.02, -26], [0.03, 20], [-0.06, 50], [0.0, 10]])
THREE_UNITS = np.array([[0.5, -1, 3], [1.5, 2, 3.25]])


def normalize(z, eps):
    mean = z.mean(axis=0)
    var = z.var(axis=0)
    return (z - mean) / np.sqrt(var + eps)


EXERCISES = [
    Exercise(
        "normalize",
        reference=normalize,
        cases=[(FOUR, 1e-5), (SMALL, 1e-3), (THREE_UNITS, 0.1)],
        right="Every unit is centred and scaled by itself, with ε added to the variance.",
        mistakes={
            "divides by the variance": (
                lambda z, eps: (z - z.mean(axis=0)) / (z.var(axis=0) + eps),
                "You divide by the variance. What has the unit of z is its root.",
            ),
            "ε outside the root": (
                lambda z, eps: (z - z.mean(axis=0)) / (z.std(axis=0) + eps),
                "You add ε to the standard deviation. It belongs under the root, to the variance.",
            ),
            "without ε": (
                lambda z, eps: (z - z.mean(axis=0)) / z.std(axis=0),
                "Your ε is not used: a unit that never changes would give 0/0.",
            ),
            "divides by m − 1": (
                lambda z, eps: (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0, ddof=1) + eps),
                "Your variance divides by m − 1. In training, batch norm divides by m.",
            ),
            "over everything": (
                lambda z, eps: (z - z.mean()) / np.sqrt(z.var() + eps),
                "You take one mean and one variance for the whole table. Each unit has its own.",
            ),
            "over the units": (
                lambda z, eps: (
                    (z - z.mean(axis=1, keepdims=True))
                    / np.sqrt(z.var(axis=1, keepdims=True) + eps)
                ),
                "You normalize each example over its units. Go down the columns instead.",
            ),
            "mean not taken away": (
                lambda z, eps: z / np.sqrt(z.var(axis=0) + eps),
                "The spread is right, but your z_hat still has a mean: take it away first.",
            ),
            "only centred": (
                lambda z, eps: z - z.mean(axis=0),
                "You take the mean away, and stop there. Divide by the root as well.",
            ),
            "mean taken away last": (
                lambda z, eps: z / np.sqrt(z.var(axis=0) + eps) - z.mean(axis=0),
                "You divide before you take the mean away: the mean must be divided, too.",
            ),
        },
    ),
    Exercise(
        "far_out",
        reference={"net 5": 3, "net 5000": 3},
        right="A stretch changes nothing, and one of m examples gets √(m − 1) at most.",
        mistakes={
            "grows with the net": (
                lambda answer: answer["net 5"] == 3 and answer["net 5000"] > 3,
                "Right for the net 5. But a net of 5,000 moves the mean and the sd of its "
                "mini-batch, too.",
                {"net 5": 3, "net 5000": 3000},
            ),
            "mean not taken away": (
                lambda answer: abs(answer["net 5"] - 5 / 1.5) < 0.01,
                "You divide the net itself. First take the mean of the ten away.",
                {"net 5": 3.33, "net 5000": 3333},
            ),
            "not divided": (
                lambda answer: answer["net 5"] == 4.5,
                "You took the mean away, and then forgot to divide.",
                {"net 5": 4.5, "net 5000": 4500},
            ),
            "divides by the variance": (
                lambda answer: answer["net 5"] == 2,
                "You divide by the variance. What has the unit of z is its root.",
                {"net 5": 2, "net 5000": 0.002},
            ),
            "divides by m − 1": (
                lambda answer: abs(answer["net 5"] - 4.5 / 2.5**0.5) < 0.01,
                "Your variance divides by m − 1. In training, batch norm divides by m.",
                {"net 5": 2.85, "net 5000": 2.85},
            ),
        },
    ),
]
