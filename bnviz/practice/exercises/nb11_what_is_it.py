"""Your turn in notebook 11: a fair race, a step size that fits the weights, a reading of curves."""

import numpy as np

from bnviz.practice.exercises import Exercise

INF = np.inf
RACE = np.array([[300.0, 150, 90, INF], [200, 110, 130, INF], [320, 160, 120, INF]])
UNLUCKY = np.array([[10.0, 40], [20, 40], [900, 40]])  # the mean would choose the other rate
SMALL_RACE = np.array([[40.0, 20], [60, 90], [50, INF]])


def at_its_best(to_90):
    order = np.argsort(np.median(to_90, axis=0))
    return to_90[:, order[0]]


def same_path(rate, s):
    return rate * s**2


EXERCISES = [
    Exercise(
        "at_its_best",
        reference=at_its_best,
        cases=[(SMALL_RACE[:2],), (RACE,), (UNLUCKY,)],
        right="One rate for all seeds, chosen by its median: no seed may pick its own.",
        mistakes={
            "each seed its own rate": (
                lambda to_90: to_90.min(axis=1),
                "Each seed picks its own best rate, by luck as well. Choose one rate for all.",
            ),
            "by the mean": (
                lambda to_90: to_90[:, to_90.mean(axis=0).argmin()],
                "You choose the rate by its mean, which one unlucky seed can spoil.",
            ),
            "best seed": (
                lambda to_90: to_90[:, to_90.min(axis=0).argmin()],
                "You choose the rate by its luckiest seed. Choose it by its median.",
            ),
            "along the rates": (
                lambda to_90: to_90[np.median(to_90, axis=1).argmin()],
                "You choose a seed and return all of its rates. Rows are seeds, columns rates.",
            ),
            "the median": (
                lambda to_90: np.median(to_90, axis=0).min(),
                "You return the median alone. All seeds at that rate are asked for.",
            ),
            "the rate": (
                lambda to_90: np.median(to_90, axis=0).argmin(),
                "You return the column of the best rate. Its steps are asked for.",
            ),
            "the worst rate": (
                lambda to_90: to_90[:, np.median(to_90, axis=0).argmax()],
                "You choose the rate with the most steps. Fewer steps are better.",
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
    Exercise(
        "which_network",
        reference="large weights, with batch norm",
        right="A large W makes every step a small one: smooth, safe and slow.",
        mistakes={
            "small weights, without": (
                "small weights, without batch norm",
                "That plateau is smooth as well, but its loss would still be near ln 10 = 2.3.",
            ),
            "good start, without": (
                "good start, without batch norm",
                "Its gradient has turned round after one step of this size: cosine below 0.5.",
            ),
            "small weights, with": (
                "small weights, with batch norm",
                "Small weights make large effective steps, so that its gradient turns the most.",
            ),
        },
    ),
]
