"""Your turn in notebook 06: one image, the running average, the fold, and the whole layer."""

import numpy as np

from bnviz.network import sigmoid
from bnviz.practice.exercises import Exercise

MEAN, VAR = np.array([1.0, -0.5]), np.array([0.6, 2.0])  # kept, of two units
GAMMA, BETA = np.array([1.5, -0.7]), np.array([0.3, 1.2])
FOUR = np.array([[1.0], [2], [3], [6]])
FIVE = np.array([[0.1, 2.0], [-0.2, 2.6], [0.3, 2.0], [-0.6, -5.0], [0.5, 1.5]])
TWO = np.array([[0.25, -1.0], [0.75, 3.0]])
SQUARE = np.array([[1.0, -2.0], [0.5, 3.0]])


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


def moved(old, new, rate):
    return (1 - rate) * old + rate * new


def folding(scale):
    """The folded layer with another scale(gamma, var, eps)."""
    return lambda weights, gamma, beta, mean, var, eps: (
        weights * scale(gamma, var, eps),
        beta - scale(gamma, var, eps) * mean,
    )


def both_modes(z, gamma, beta, running, training):
    mean, var = running
    if training:
        running = running_average(mean, var, z, rate=0.1)
        mean, var = z.mean(axis=0), z.var(axis=0)
    y = gamma * (z - mean) / np.sqrt(var + 1e-5) + beta
    return y, running


def layer(in_training, at_test, step=running_average, always=False):
    """A layer that normalizes and moves its averages by other rules.

    in_training, at_test: rule(z, running, new) -> the statistics that normalize, where `new` are
    the averages one step later, as `step` has them. always: whether they move at test time, too.
    """

    def batch_norm(z, gamma, beta, running, training):
        new = step(*running, z, 0.1)
        mean, var = (in_training if training else at_test)(z, running, new)
        y = gamma * (z - mean) / np.sqrt(var + 1e-5) + beta
        return y, new if training or always else running

    return batch_norm


def of_the_batch(z, running, new):
    return z.mean(axis=0), z.var(axis=0)


def kept(z, running, new):
    return running


EXERCISES = [
    Exercise(
        "one_image",
        reference=one_image,
        cases=[
            (2.0, 1.0, 0.6, 1.5, 0.3, 0.3),
            (-1.25, 0.5, 2.0, -0.7, -1.6, 0.05),
            (0.5, -0.5, 1.2, 0.8, 0.1, 0.01),
        ],
        right="The kept statistics stand in for the batch that one image does not have.",
        mistakes={
            "no sigmoid": (
                lambda z, mean, var, gamma, beta, eps: (
                    gamma * (z - mean) / np.sqrt(var + eps) + beta
                ),
                "That is y. The activation comes after it: put y through the sigmoid.",
            ),
            "ReLU": (
                lambda z, mean, var, gamma, beta, eps: np.maximum(
                    0, gamma * (z - mean) / np.sqrt(var + eps) + beta
                ),
                "You put y through a ReLU. The activation of this network is the sigmoid.",
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
        cases=[
            (MEAN[:1], VAR[:1], FOUR, 0.1),
            (MEAN, VAR, FIVE, 0.3),
            (MEAN[::-1], VAR, TWO, 0.05),
        ],
        parts=("mean", "variance"),
        right="The variance is kept times m/(m − 1), as PyTorch does it.",
        also={
            "as Keras does it": (
                averaging(moved)[1],
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
            "swapped": (
                [
                    lambda mean, var, z, rate: running_average(mean, var, z, rate)[::-1],
                    lambda mean, var, z, rate: averaging(moved)[1](mean, var, z, rate)[::-1],
                ],
                "The two results are swapped: first the mean, then the variance.",
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
        cases=[
            (SQUARE[:, :1], GAMMA[:1], BETA[:1], MEAN[:1], VAR[:1], 0.3),
            (FIVE[:3], GAMMA[::-1], BETA - 1, MEAN, VAR, 0.01),
            (SQUARE, GAMMA, BETA, MEAN, VAR, 0.1),
        ],
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
            "without ε": (
                folding(lambda gamma, var, eps: gamma / np.sqrt(var)),
                "Your root leaves ε out. The layer adds it to the variance at test time, too.",
            ),
            "ε outside the root": (
                folding(lambda gamma, var, eps: gamma / (np.sqrt(var) + eps)),
                "You add ε to the root. It belongs under the root, to the variance.",
            ),
            "no γ": (
                folding(lambda gamma, var, eps: 1 / np.sqrt(var + eps)),
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
                folding(lambda gamma, var, eps: gamma / (var + eps)),
                "You divide by the variance. It is the root that ẑ is divided by.",
            ),
        },
    ),
    Exercise(
        "both_modes",
        reference=both_modes,
        cases=[
            (FOUR, GAMMA[:1], BETA[:1], (MEAN[:1], VAR[:1]), True),
            (FOUR, GAMMA[:1], BETA[:1], (MEAN[:1], VAR[:1]), False),
            (FIVE, BETA, GAMMA, (MEAN - 1, VAR + 1), True),
            (TWO, GAMMA, BETA, (MEAN, VAR), False),
            (TWO / 200, GAMMA, BETA, (MEAN / 200, VAR / 1e5), True),  # where ε tells
            (TWO / 200, GAMMA, BETA, (MEAN / 200, VAR / 1e5), False),
        ],
        parts=("y", "running averages"),
        right="Training uses the batch and moves the averages; a test uses the averages.",
        also={
            "as Keras keeps it": (
                layer(of_the_batch, kept, step=averaging(moved)[1]),
                "Training and test each have their statistics. You keep the variance divided by m.",
            ),
        },
        mistakes={
            "batch statistics at test time": (
                layer(of_the_batch, of_the_batch),
                "At test time you still normalize with the mini-batch. Take the running averages.",
            ),
            "averages in training": (
                layer(kept, kept),
                "In training you normalize with the averages. Take the batch's own statistics.",
            ),
            "modes swapped": (
                layer(kept, of_the_batch),
                "The two modes are swapped: the mini-batch's statistics belong to training.",
            ),
            "averages move at test time": (
                layer(of_the_batch, kept, always=True),
                "Your averages move at test time, too. Then an answer depends on earlier ones.",
            ),
            "averages never move": (
                layer(of_the_batch, kept, step=lambda mean, var, z, rate: (mean, var)),
                "Your averages never move. In training, return them one step later.",
            ),
            "normalizes with the corrected variance": (
                layer(lambda z, running, new: (z.mean(axis=0), z.var(axis=0, ddof=1)), kept),
                "In training you divide by m − 1. The factor is for what is kept, not for ẑ.",
            ),
            "averages moved first": (
                layer(lambda z, running, new: new, kept),
                "In training you normalize with the moved averages, not with the batch's own.",
            ),
            "the other way round": (
                layer(
                    of_the_batch,
                    kept,
                    step=lambda mean, var, z, rate: running_average(mean, var, z, 1 - rate),
                ),
                "Your averages give the new mini-batch 0.9 of the weight. It gets rate, 0.1.",
            ),
        },
    ),
]
