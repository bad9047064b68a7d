"""Your turn in notebook 04: where a bias cancels, and what happens to larger weights."""

from bnviz.practice.exercises import Exercise

USELESS = {
    "convolution, batch norm": True,
    "linear, ReLU, batch norm": False,
    "linear, layer norm": False,
    "last linear layer": False,
}

EXERCISES = [
    Exercise(
        "useless_bias",
        reference=USELESS,
        right="A bias cancels where the very next step subtracts a mean in which all share it.",
        mistakes={
            "through the ReLU": (
                USELESS | {"linear, ReLU, batch norm": True},
                "A ReLU stands in between, and its bend decides by the bias what passes.",
            ),
            "layer norm": (
                USELESS | {"linear, layer norm": True},
                "Layer norm averages over the units of an example, and each unit has its own bias.",
            ),
            "last layer": (
                USELESS | {"last linear layer": True},
                "What would subtract a mean after the last layer? Nothing comes behind it.",
            ),
            "convolution": (
                USELESS | {"convolution, batch norm": False},
                "A channel has one bias for all positions and images, and so has their mean.",
            ),
            "turned around": (
                {name: not useless for name, useless in USELESS.items()},
                "Every answer is turned around: True means that the bias can be left out.",
            ),
            "all of them": (
                dict.fromkeys(USELESS, True),
                "Not all of them: ask each time what is averaged, and over what.",
            ),
        },
    ),
    Exercise(
        "larger_weights",
        reference={"gradient": 1 / 4, "relative step": 1 / 16},
        right="The gradient is a quarter, and it now meets weights that are four times as large.",
        mistakes={
            "no change": (
                {"gradient": 1, "relative step": 1},
                "The output is the same, but its slope is not: the same way is four times as long.",
            ),
            "only the weights": (
                {"gradient": 1, "relative step": 1 / 4},
                "You counted the larger weights, but their gradient is smaller, too.",
            ),
            "gradient grows": (
                lambda answer: answer["gradient"] == 4,
                "The gradient does not grow along: larger weights must move further for the same.",
                {"gradient": 4, "relative step": 1},
            ),
            "only the gradient": (
                {"gradient": 1 / 4, "relative step": 1 / 4},
                "The gradient is right. The relative step divides it by the weights as well.",
            ),
            "weights cancel": (
                {"gradient": 1 / 4, "relative step": 1},
                "The gradient is right. You multiplied by 4, where the weights divide the step.",
            ),
        },
    ),
]
