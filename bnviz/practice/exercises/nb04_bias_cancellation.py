"""Your turn in notebook 04: where a bias cancels, and what happens to larger weights."""

from bnviz.practice.exercises import Exercise

USELESS = {
    "convolution, batch norm": True,
    "linear, ReLU, batch norm": False,
    "linear, layer norm": False,
    "last linear layer": False,
}


def wrong_about(place, sentence):
    """The mistake of being wrong about one place: its condition, its sentence, an example."""
    wrong = not USELESS[place]
    return lambda answer: answer[place] == wrong, sentence, USELESS | {place: wrong}


EXERCISES = [
    Exercise(
        "useless_bias",
        reference=USELESS,
        right="A bias cancels where the very next step subtracts a mean in which all share it.",
        all_that_fit=True,
        mistakes={
            "the convolution": wrong_about(
                "convolution, batch norm",
                "Convolution, batch norm: a channel has one bias, and the mean that is subtracted "
                "is taken over all positions and images of this channel.",
            ),
            "through the ReLU": wrong_about(
                "linear, ReLU, batch norm",
                "Linear, ReLU, batch norm: the ReLU stands in between, and the bias decides what "
                "it lets pass.",
            ),
            "layer norm": wrong_about(
                "linear, layer norm",
                "Linear, layer norm: the mean is taken over the units of one example, and each "
                "unit has its own bias.",
            ),
            "the last layer": wrong_about(
                "last linear layer",
                "Last linear layer: what would subtract a mean after it? Nothing comes behind it.",
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
