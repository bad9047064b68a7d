"""Your turn in notebook 00: the net of one unit, and how exercises work."""

import numpy as np

from bnviz.practice.exercises import Exercise


def net_of(x, w, b):
    return x @ w + b


EXERCISES = [
    Exercise(
        "net_of",
        reference=net_of,
        cases=[
            (np.array([[1.0, 2], [0, -1]]), np.array([3.0, 0.5]), 1.0),
            (
                np.array([[1.0, 0, 0.5], [0, 2, -1], [-4, 5, 0.25], [3, 1, 2]]),
                np.array([0.5, -1.5, 0.25]),
                -0.3456,
            ),
        ],
        tolerance=1e-5,
        right="Every example, a row of x, gets one number: its pixels weighted, summed, plus b.",
        mistakes={
            "without b": (
                lambda x, w, b: x @ w,
                "The weighted sum is right. What is still missing is b.",
            ),
            "not summed": (
                lambda x, w, b: x * w + b,
                "You weight every pixel but do not sum them: `@` does both, `*` only the first.",
            ),
            "w @ x": (
                [
                    lambda x, w, b: w @ x + b,
                    lambda x, w, b: w @ x,
                    lambda x, w, b: np.dot(w, x) + b,
                    lambda x, w, b: w.dot(x) + b,
                ],
                "`w @ x` goes down the columns of x. An example is a row of it: x comes first.",
            ),
            "b for every pixel": (
                lambda x, w, b: ((x * w) + b).sum(axis=1),
                "You add b once for every pixel. It comes once for every example.",
            ),
            "through the sigmoid": (
                lambda x, w, b: 1 / (1 + np.exp(-(x @ w + b))),
                "That is the activation already. The net comes before the sigmoid.",
            ),
            "summed over the examples": (
                lambda x, w, b: (x * w + b).sum(axis=0),
                "You sum over the examples. The sum goes over the pixels of one example.",
            ),
        },
    ),
]
