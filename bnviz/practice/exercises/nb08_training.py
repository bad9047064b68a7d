"""Your turn in notebook 08: the folded start, and a fair race."""

import numpy as np

from bnviz.network import sigmoid
from bnviz.practice.exercises import Exercise


def speedup(slow, fast):
    return np.median(slow, axis=0).min() / np.median(fast, axis=0).min()


SHORT = np.array([[900.0, 300], [700, 350]])
SLOW = np.array([[1200.0, 400, 200], [800, 500, 250], [1000, 450, 330]])
FAST = np.array([[80.0, 20, 70], [60, 50, 40], [70, 50, 90]])
NEVER = np.array([[np.inf, 300, 160], [700, 420, 260], [600, 420, 240]])

X = np.array([[0.4, -1.2, 0.7], [1.9, 0.3, -0.6], [-0.8, 2.1, 0.5], [0.2, 0.6, 1.7]])
WEIGHTS = np.array([[0.31, -0.52, 0.17], [0.45, 0.26, -0.38], [-0.23, 0.61, 0.74]])


def folded_start(x, weights, eps):
    z = x @ weights
    sd = np.sqrt(z.var(axis=0) + eps)
    new_weights, new_bias = weights / sd, -z.mean(axis=0) / sd
    activations = sigmoid(x @ new_weights + new_bias)
    return new_weights, new_bias, activations


def starting(sd=lambda z, eps: np.sqrt(z.var(axis=0) + eps), mean=lambda z: z.mean(axis=0)):
    """The folded start with another sd(z, eps) or another mean(z)."""

    def start(x, weights, eps):
        z = x @ weights
        new_weights, new_bias = weights / sd(z, eps), -mean(z) / sd(z, eps)
        return new_weights, new_bias, sigmoid(x @ new_weights + new_bias)

    return start


def next_inputs(pick):
    """The folded start that hands other activations on: pick(x, weights, z_hat)."""

    def start(x, weights, eps):
        new_weights, new_bias, _ = folded_start(x, weights, eps)
        return new_weights, new_bias, pick(x, weights, x @ new_weights + new_bias)

    return start


EXERCISES = [
    Exercise(
        "folded_start",
        reference=folded_start,
        cases=[
            (X[:3, :2], WEIGHTS[:2, :1], 0.3),
            (X - 1, WEIGHTS[:, 1:], 0.01),
            (X[:3], -2 * WEIGHTS, 0.1),
        ],
        parts=("weights", "bias", "activations"),
        right="The layer starts as batch norm would have it, and so does the one that comes next.",
        mistakes={
            "the next layer as it was": (
                next_inputs(lambda x, weights, z_hat: sigmoid(x @ weights)),
                "Your weights and bias are right. But the next layer gets what *they* give.",
            ),
            "no sigmoid": (
                next_inputs(lambda x, weights, z_hat: z_hat),
                "You hand on the net. The next layer gets it through the sigmoid.",
            ),
            "mean not scaled": (
                lambda x, weights, eps: (
                    folded_start(x, weights, eps)[0],
                    -(x @ weights).mean(axis=0),
                    sigmoid(
                        x @ folded_start(x, weights, eps)[0] - (x @ weights).mean(axis=0),
                    ),
                ),
                "You take the mean away as it is. The weights are scaled, so the mean is, too.",
            ),
            "no mean": (
                starting(mean=lambda z: 0 * z.mean(axis=0)),
                "Your bias is 0. Then every net keeps the mean that its inputs give it.",
            ),
            "mean added": (
                starting(mean=lambda z: -z.mean(axis=0)),
                "Your bias adds the mean. Normalizing takes it away.",
            ),
            "no root": (
                starting(sd=lambda z, eps: z.var(axis=0) + eps),
                "You divide by the variance. It is the root that ẑ is divided by.",
            ),
            "ε outside the root": (
                starting(sd=lambda z, eps: z.std(axis=0) + eps),
                "You add ε to the root. It belongs under the root, to the variance.",
            ),
            "without ε": (
                starting(sd=lambda z, eps: z.std(axis=0)),
                "Your root leaves ε out. Batch norm adds it to the variance.",
            ),
            "÷ (n − 1)": (
                starting(sd=lambda z, eps: np.sqrt(z.var(axis=0, ddof=1) + eps)),
                "You divide by n − 1. Batch norm normalizes with the variance divided by n.",
            ),
            "over everything": (
                starting(lambda z, eps: np.sqrt(z.var() + eps), lambda z: z.mean() + 0 * z[0]),
                "You take one mean and one sd for all units. Each unit has its own.",
            ),
            "statistics of x": (
                lambda x, weights, eps: (
                    lambda normalized: (weights, 0 * weights[0], sigmoid(normalized @ weights))
                )((x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)),
                "You normalize what comes in. Batch norm normalizes the net, x @ weights.",
            ),
        },
    ),
    Exercise(
        "speedup",
        reference=speedup,
        cases=[(SHORT, FAST[:2, 1:]), (SLOW, FAST), (NEVER, FAST[::-1, ::-1])],
        tolerance=1e-5,
        right="Each network is judged at the rate that suits it, and by all of its seeds.",
        also={
            "means": (
                lambda slow, fast: slow.mean(axis=0).min() / fast.mean(axis=0).min(),
                "By means, not medians: then one seed that never gets there rules out a rate.",
            )
        },
        mistakes={
            "at the fast one's rate": (
                lambda slow, fast: (
                    np.median(slow, axis=0)[np.median(fast, axis=0).argmin()]
                    / np.median(fast, axis=0).min()
                ),
                "You run both at the rate that suits `fast`. `slow` has a best rate of its own.",
            ),
            "at the slow one's rate": (
                lambda slow, fast: (
                    np.median(slow, axis=0).min()
                    / np.median(fast, axis=0)[np.median(slow, axis=0).argmin()]
                ),
                "You run both at the rate that suits `slow`. `fast` has a best rate of its own.",
            ),
            "the luckiest runs": (
                lambda slow, fast: slow.min() / fast.min(),
                "You compare the two luckiest runs. Take the median over the seeds first.",
            ),
            "a rate for each seed": (
                lambda slow, fast: slow.min(axis=1).mean() / fast.min(axis=1).mean(),
                "You let every seed pick its own rate. A rate is chosen before the dice fall.",
            ),
            "over the rates": (
                lambda slow, fast: np.median(slow, axis=1).min() / np.median(fast, axis=1).min(),
                "Your median runs over the rates, and you pick a seed. Axis 0 holds the seeds.",
            ),
            "over everything": (
                lambda slow, fast: slow.mean() / fast.mean(),
                "You average over good and bad rates alike. Nobody would train at the bad ones.",
            ),
            "the other way round": (
                lambda slow, fast: np.median(fast, axis=0).min() / np.median(slow, axis=0).min(),
                "Your ratio is below 1. How many times as many steps does `slow` need?",
            ),
            "the difference": (
                lambda slow, fast: np.median(slow, axis=0).min() - np.median(fast, axis=0).min(),
                "That is how many steps are saved. How many *times* as many are there?",
            ),
        },
    ),
]
