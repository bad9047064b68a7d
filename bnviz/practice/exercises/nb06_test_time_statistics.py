"""Your turn in notebook 06: one image by hand, the running average, and the folded layer."""

import numpy as np

from bnviz.network import sigmoid
from bnviz.practice.exercises import Exercise

MEAN, VAR = np.array([1.0, -0.5]), np.array([0.6, 2.0])  # kept, of two units
GAMMA, BETA = np.array([1.5, -0.7]), np.array([0.3, 1.2])
Z = np.array([[1.0, 20], [2, 26], [3, 20], [6, 50]]) / 10  # a mini-batch of 4
WEIGHTS = np.array([[1.0, -2.0], [0.5, 3.0]])


def one_image(z, mean, var, gamma, beta, eps):
    y = gamma * (z - mean) / np.sqrt(var + eps) + beta
    return 1 / (1 + np.exp(-y))


def running_average(mean, var, z, rate):
    m = len(z)
    new_mean = (1 - rate) * mean + rate * z.mean(axis=0)
    new_var = (1 - rate) * var + rate * z.var(axis=0) * m / (m - 1)
    return new_mean, new_var


def folded(weights, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return weights * scale, beta - scale * mean


def averaging(rule):
    """The running average by another rule(old, new, rate), in both legal conventions."""
    return [
        lambda mean, var, z, rate, ddof=ddof: (
            rule(mean, z.mean(axis=0), rate),
            rule(var, z.var(axis=0, ddof=ddof), rate),
        )
        for ddof in (1, 0)
    ]


EXERCISES = [
    Exercise(
        "one_image",
        reference=one_image,
        cases=[
            (2.0, 1.0, 0.6, 1.5, 0.3, 0.3),
            (np.array([2.0, 1.0]), MEAN, VAR, GAMMA, BETA, 0.3),
        ],
        right="The kept statistics stand in for the batch that one image does not have.",
        mistakes={
            "no sigmoid": (
                lambda z, mean, var, gamma, beta, eps: (
                    gamma * (z - mean) / np.sqrt(var + eps) + beta
                ),
                "That is y. The activation comes after it: put y through the sigmoid.",
            ),
            "its own statistics": (
                lambda z, mean, var, gamma, beta, eps: sigmoid(beta + 0 * z),
                "The image became its own mean, so ẑ = 0. Take the statistics you are given.",
            ),
            "no γ and β": (
                lambda z, mean, var, gamma, beta, eps: sigmoid((z - mean) / np.sqrt(var + eps)),
                "You put ẑ through the sigmoid. γ and β come first, at test time as in training.",
            ),
            "β before γ": (
                lambda z, mean, var, gamma, beta, eps: sigmoid(
                    gamma * ((z - mean) / np.sqrt(var + eps) + beta)
                ),
                "You multiply β by γ, too: first scale ẑ, then shift it.",
            ),
            "no root": (
                lambda z, mean, var, gamma, beta, eps: sigmoid(
                    gamma * (z - mean) / (var + eps) + beta
                ),
                "You divide by the variance. ẑ is divided by its root.",
            ),
            "without ε": (
                lambda z, mean, var, gamma, beta, eps: sigmoid(
                    gamma * (z - mean) / np.sqrt(var) + beta
                ),
                "Your root leaves ε out. It is in the formula at test time, too.",
            ),
            "no normalizing": (
                lambda z, mean, var, gamma, beta, eps: sigmoid(gamma * z + beta),
                "γ and β scale and shift ẑ. You gave them z, which is not normalized.",
            ),
        },
    ),
    Exercise(
        "running_average",
        reference=running_average,
        cases=[(MEAN[:1], VAR[:1], Z[:, :1], 0.1), (MEAN, VAR, Z, 0.3)],
        parts=("mean", "variance"),
        right="The variance is kept times m/(m − 1), as PyTorch does it.",
        also={
            "as Keras does it": (
                averaging(lambda old, new, rate: (1 - rate) * old + rate * new)[1],
                "The variance is divided by m, as Keras keeps it. PyTorch divides it by m − 1.",
            ),
        },
        mistakes={
            "the other way round": (
                averaging(lambda old, new, rate: rate * old + (1 - rate) * new),
                "Here rate weighs the new batch, as in PyTorch. You gave it to the old average.",
            ),
            "old kept whole": (
                averaging(lambda old, new, rate: old + rate * new),
                "The old average keeps its whole weight, so it grows. The weights must sum to 1.",
            ),
            "only the new batch": (
                averaging(lambda old, new, rate: new),
                "You keep the last mini-batch only. An average remembers the others, too.",
            ),
            "half and half": (
                averaging(lambda old, new, rate: (old + new) / 2),
                "You weigh old and new alike. How much the new one counts is what rate says.",
            ),
            "sd": (
                lambda mean, var, z, rate: (
                    (1 - rate) * mean + rate * z.mean(axis=0),
                    (1 - rate) * var + rate * z.std(axis=0),
                ),
                "You average a standard deviation into the variance. Take the batch's variance.",
            ),
            "variance not kept": (
                lambda mean, var, z, rate: ((1 - rate) * mean + rate * z.mean(axis=0), var),
                "Your variance never moves. It is averaged by the same rule as the mean.",
            ),
        },
    ),
    Exercise(
        "folded",
        reference=folded,
        cases=[(WEIGHTS, GAMMA, BETA, MEAN, VAR, 0.3)],
        parts=("W′", "b′"),
        right="At test time a linear layer and its batch norm are one linear layer.",
        mistakes={
            "mean not scaled": (
                lambda weights, gamma, beta, mean, var, eps: (
                    weights * gamma / np.sqrt(var + eps),
                    beta - mean,
                ),
                "You take the mean away as it is. But it is scaled, as z is.",
            ),
            "mean added": (
                lambda weights, gamma, beta, mean, var, eps: (
                    weights * gamma / np.sqrt(var + eps),
                    beta + gamma / np.sqrt(var + eps) * mean,
                ),
                "Your bias adds the mean. Normalizing takes it away.",
            ),
            "no mean": (
                lambda weights, gamma, beta, mean, var, eps: (
                    weights * gamma / np.sqrt(var + eps),
                    beta,
                ),
                "Your bias is β alone. Where has the mean of z gone?",
            ),
            "no γ": (
                lambda weights, gamma, beta, mean, var, eps: (
                    weights / np.sqrt(var + eps),
                    beta - mean / np.sqrt(var + eps),
                ),
                "You divided by the root but left γ out.",
            ),
            "rows for columns": (
                lambda weights, gamma, beta, mean, var, eps: (
                    weights * (gamma / np.sqrt(var + eps))[:, None],
                    beta - gamma / np.sqrt(var + eps) * mean,
                ),
                "You scaled the rows of W, the inputs. A unit is a column of it.",
            ),
            "no root": (
                lambda weights, gamma, beta, mean, var, eps: (
                    weights * gamma / (var + eps),
                    beta - gamma / (var + eps) * mean,
                ),
                "You divide by the variance. It is the root that ẑ is divided by.",
            ),
        },
    ),
]
