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
        "tiny_batches",
        reference={"one": 0, "two": 1},
        right="One example is its own mean; each of two is one standard deviation from theirs.",
        mistakes={
            "not divided": (
                {"one": 0, "two": 0.25},
                "For the two you took the mean away, and then forgot to divide.",
            ),
            "half": (
                {"one": 0, "two": 0.5},
                "0.5 is how far apart the two are. How far is each from their mean?",
            ),
            "divides by m − 1": (
                lambda answer: answer["one"] == 0 and abs(answer["two"] - 0.5**0.5) < 0.01,
                "For the two you divided the variance by m − 1. In training it is m.",
                {"one": 0, "two": 0.7071},
            ),
            "sign of the two": (
                {"one": 0, "two": -1},
                "The size is right for the two. But 2.5 is the larger of them: which sign has it?",
            ),
            "the value itself": (
                lambda answer: answer["one"] == 5,
                "The 5 is alone in its batch. What is the mean of that batch, and what is left?",
                {"one": 5, "two": 1},
            ),
            "nan": (
                lambda answer: answer["one"] != answer["one"],
                "0/0 it would be without ε. With it, 0 is divided by something small.",
                {"one": float("nan"), "two": 1},
            ),
            "one and one": (
                {"one": 1, "two": 1},
                "The two are right. But the 5 alone does not differ from its mean at all.",
            ),
        },
    ),
]
