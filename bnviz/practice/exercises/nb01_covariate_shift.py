"""Your turn in notebook 01: three ways to move."""

from bnviz.practice.exercises import Exercise

NOISE, SHIFT, INTERNAL = "sampling noise", "covariate shift", "internal covariate shift"

EXERCISES = [
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
