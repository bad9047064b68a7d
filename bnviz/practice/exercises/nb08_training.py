"""Your turn in notebook 08: a fair race."""

import numpy as np

from bnviz.practice.exercises import Exercise


def speedup(slow, fast):
    return np.median(slow, axis=0).min() / np.median(fast, axis=0).min()


SHORT = np.array([[900.0, 300], [700, 350]])
SLOW = np.array([[1200.0, 400, 200], [800, 500, 250], [1000, 450, 330]])
FAST = np.array([[80.0, 20, 70], [60, 50, 40], [70, 50, 90]])
NEVER = np.array([[np.inf, 300, 160], [700, 420, 260], [600, 420, 240]])

EXERCISES = [
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
