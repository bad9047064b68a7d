"""Your turn in notebook 05: γ and β that undo, and a β that chooses the place."""

import numpy as np

from bnviz.network import sigmoid
from bnviz.practice.exercises import Exercise


def undo(mean, var, eps):
    return np.sqrt(var + eps), mean


def beta_for(output):
    return np.log(output / (1 - output))


EXERCISES = [
    Exercise(
        "undo",
        reference=undo,
        cases=[(3.0, 3.5, 0.5), (-1.0, 0.25, 0.5), (-0.375, 2.0, 0.01)],
        parts=("γ", "β"),
        right="γ multiplies by what was divided by, β adds what was taken away.",
        mistakes={
            "without ε": (
                lambda mean, var, eps: (np.sqrt(var), mean),
                "Normalizing divided by √(σ² + ε). Your γ leaves ε out, and gives too little back.",
            ),
            "ε outside the root": (
                lambda mean, var, eps: (np.sqrt(var) + eps, mean),
                "You add ε to the root. In ẑ it stands under the root, beside the variance.",
            ),
            "no root": (
                lambda mean, var, eps: (var + eps, mean),
                "Your γ is a variance. What ẑ was divided by is its root.",
            ),
            "divides again": (
                lambda mean, var, eps: (1 / np.sqrt(var + eps), mean),
                "Your γ divides by the root once more. What should it do to take that back?",
            ),
            "takes the mean away again": (
                lambda mean, var, eps: (np.sqrt(var + eps), -mean),
                "Your β takes the mean away once more: look at its sign.",
            ),
            "normalizes twice": (
                lambda mean, var, eps: (1 / np.sqrt(var + eps), -mean / np.sqrt(var + eps)),
                "With these, y would be normalized a second time. You want to go the other way.",
            ),
            "swapped": (
                lambda mean, var, eps: (mean, np.sqrt(var + eps)),
                "The two results are swapped: γ comes first, then β.",
            ),
        },
    ),
    Exercise(
        "beta_for",
        reference=beta_for,
        cases=[(0.9,), (0.2,), (0.65,)],
        right="An average example has ẑ = 0, so β alone goes through the sigmoid.",
        mistakes={
            "by the line": (
                lambda output: 4 * (output - 0.5),
                "That is where the line ½ + y/4 has this output. The sigmoid bends away from it.",
            ),
            "through the sigmoid": (
                sigmoid,
                "You put the output through the sigmoid. Here you look for what goes in.",
            ),
            "the output itself": (
                lambda output: output,
                "That is the output that you want. Which input of the sigmoid leads to it?",
            ),
            "sign": (
                lambda output: np.log((1 - output) / output),
                "Your β has the wrong sign: it makes 0.1 of 0.9.",
            ),
            "half of the logarithm": (
                lambda output: np.log(output),
                "You solved a = exp(β). There is a 1 + … in the sigmoid, too.",
            ),
        },
    ),
]
