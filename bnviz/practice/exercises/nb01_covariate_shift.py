"""Your turn in notebook 01: keep the images apart, and three ways to move."""

import numpy as np

from bnviz.practice.exercises import Exercise

TWO_UNITS = np.array([[1.0, -2], [2, 0.5], [-4, 0.25]])
SQUARE = np.array([[0.5, -1, 3, 0.2], [1.5, 2, 3.25, -0.1], [-1, 0.3, 2, 0.4], [2, -2, 1, 0.7]])


def standardize(z):
    return (z - z.mean(axis=0)) / z.std(axis=0)


NOISE, SHIFT, INTERNAL = "sampling noise", "covariate shift", "internal covariate shift"

EXERCISES = [
    Exercise(
        "standardize",
        reference=standardize,
        cases=[(TWO_UNITS,), (SQUARE,)],
        right="Every unit has mean 0 and sd 1 over the images, however narrow it was.",
        mistakes={
            "only divided": (
                lambda z: z / z.std(axis=0),
                "The sd is 1 now. The mean is not 0 yet: take it away first.",
            ),
            "only centred": (
                lambda z: z - z.mean(axis=0),
                "The mean is 0 now. The unit is as narrow as before: divide by its sd as well.",
            ),
            "without parentheses": (
                [
                    lambda z: z - z.mean(axis=0) / z.std(axis=0),
                    lambda z: z / z.std(axis=0) - z.mean(axis=0),
                ],
                "You divide a part of the difference only. Put parentheses around all of it.",
            ),
            "divides by the variance": (
                lambda z: (z - z.mean(axis=0)) / z.var(axis=0),
                "You divide by the variance. The standard deviation is its root.",
            ),
            "from 0 to 1": (
                lambda z: (z - z.min(axis=0)) / (z.max(axis=0) - z.min(axis=0)),
                "You stretch from the smallest to the largest. Use the mean and the sd instead.",
            ),
            "over everything": (
                lambda z: (z - z.mean()) / z.std(),
                "You take one mean and one sd of the whole table. Every unit needs its own.",
            ),
            "over the units": (
                [
                    lambda z: (z - z.mean(axis=1, keepdims=True)) / z.std(axis=1, keepdims=True),
                    lambda z: ((z.T - z.mean(axis=1)) / z.std(axis=1)).T,
                    lambda z: (z - z.mean(axis=1)) / z.std(axis=1),
                ],
                "You go along the rows, over the units of one image. Go down the columns.",
            ),
            "divides by m − 1": (
                lambda z: (z - z.mean(axis=0)) / z.std(axis=0, ddof=1),
                "Your sd divides by m − 1. Batch norm divides by m, as NumPy does by itself.",
            ),
        },
    ),
    Exercise(
        "which_shift",
        reference={"photos": SHIFT, "layer 3": INTERNAL, "shuffled": NOISE},
        right="Ask what stands still: the data, the weights, or both.",
        mistakes={
            "the data have changed": (
                lambda answer: answer["photos"] != SHIFT,
                "Photos at night are other inputs than photos by day: the population has changed.",
                {"photos": INTERNAL, "layer 3": INTERNAL, "shuffled": NOISE},
            ),
            "the data have not changed": (
                lambda answer: answer["layer 3"] == SHIFT,
                "The images are the same as a hundred steps ago. What lies between them and it?",
                {"photos": SHIFT, "layer 3": SHIFT, "shuffled": NOISE},
            ),
            "chance has no direction": (
                lambda answer: answer["layer 3"] == NOISE,
                "The mean moves in one direction and does not come back, which chance does not do.",
                {"photos": SHIFT, "layer 3": NOISE, "shuffled": NOISE},
            ),
            "nothing has changed": (
                lambda answer: answer["shuffled"] != NOISE,
                "Neither the data nor the weights have changed between these two mini-batches.",
                {"photos": SHIFT, "layer 3": INTERNAL, "shuffled": SHIFT},
            ),
        },
    ),
]
