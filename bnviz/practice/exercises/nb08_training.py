"""Your turn in notebook 08: fair races, and weights that are too large."""

import numpy as np

from bnviz.practice.exercises import Exercise


def speedup(slow, fast):
    return slow.mean(axis=0).min() / fast.mean(axis=0).min()


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
        mistakes={
            "at the fast one's rate": (
                lambda slow, fast: (
                    slow.mean(axis=0)[fast.mean(axis=0).argmin()] / fast.mean(axis=0).min()
                ),
                "You run both at the rate that suits `fast`. `slow` has a best rate of its own.",
            ),
            "at the slow one's rate": (
                lambda slow, fast: (
                    slow.mean(axis=0).min() / fast.mean(axis=0)[slow.mean(axis=0).argmin()]
                ),
                "You run both at the rate that suits `slow`. `fast` has a best rate of its own.",
            ),
            "the luckiest runs": (
                lambda slow, fast: slow.min() / fast.min(),
                "You compare the two luckiest runs. Take the mean over the seeds before the best.",
            ),
            "a rate for each seed": (
                lambda slow, fast: slow.min(axis=1).mean() / fast.min(axis=1).mean(),
                "You let every seed pick its own rate. A rate is chosen before the dice fall.",
            ),
            "over the rates": (
                lambda slow, fast: slow.mean(axis=1).min() / fast.mean(axis=1).min(),
                "You average over the rates and pick a seed. Axis 0 holds the seeds.",
            ),
            "over everything": (
                lambda slow, fast: slow.mean() / fast.mean(),
                "You average over good and bad rates alike. Nobody would train at the bad ones.",
            ),
            "the other way round": (
                lambda slow, fast: fast.mean(axis=0).min() / slow.mean(axis=0).min(),
                "Your ratio is below 1. How many times as many steps does `slow` need?",
            ),
            "the difference": (
                lambda slow, fast: slow.mean(axis=0).min() - fast.mean(axis=0).min(),
                "That is how many steps are saved. How many *times* as many are there?",
            ),
        },
    ),
    Exercise(
        "ten_times",
        reference={"output": 1, "gradient": 0.1, "turn": 0.01},
        right="A tenth of the gradient on weights ten times as long: a hundredth of the turn.",
        mistakes={
            "the output changes": (
                lambda answer: answer["output"] != 1,
                "Normalizing divides by an sd that has grown tenfold, too. What is left of it?",
                {"output": 10, "gradient": 1, "turn": 1},
            ),
            "the gradient stays": (
                lambda answer: answer["gradient"] == 1,
                "The same change of a weight is now a tenth of it, and changes the output less.",
                {"output": 1, "gradient": 1, "turn": 0.1},
            ),
            "the gradient grows": (
                lambda answer: answer["gradient"] > 1,
                "To change the output as much as before, a weight must now move ten times as far.",
                {"output": 1, "gradient": 10, "turn": 1},
            ),
            "the length of W left out": (
                lambda answer: answer["gradient"] == 0.1 and answer["turn"] == 0.1,
                "The step is a tenth as long. And how long are the weights that it turns?",
                {"output": 1, "gradient": 0.1, "turn": 0.1},
            ),
            "the gradient left out": (
                lambda answer: answer["gradient"] == 0.1 and answer["turn"] == 1,
                "The angle is the length of the step divided by that of W. Put in both.",
                {"output": 1, "gradient": 0.1, "turn": 1},
            ),
        },
    ),
]
