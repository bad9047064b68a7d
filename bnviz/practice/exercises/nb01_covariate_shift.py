"""Your turn in notebook 01: chance or shift."""

import numpy as np

from bnviz.practice.exercises import Exercise


def how_far(batch, mu, sigma):
    m = len(batch)
    return (batch.mean() - mu) / (sigma / np.sqrt(m))


NOISE, SHIFT, INTERNAL = "sampling noise", "covariate shift", "internal covariate shift"

EXERCISES = [
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
        "which_shift",
        reference={"photos": SHIFT, "layer 3": INTERNAL, "shuffled": NOISE},
        right="Ask what stands still: the data, the layers below, or both.",
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
