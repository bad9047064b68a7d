"""Your turn in notebook 11: a centred activation, everywhere or in front of hidden layers only."""

from itertools import pairwise

import numpy as np

from bnviz.network import Layer
from bnviz.practice.exercises import Exercise

RNG = np.random.default_rng(0)
WEIGHTS, BIAS = RNG.normal(0.5, 1, (6, 4)), RNG.normal(0, 1, 4)
SQUARE, SQUARE_BIAS = RNG.normal(0.5, 1, (5, 5)), RNG.normal(0, 1, 5)


def absorb_half(weights, bias):
    return bias + 0.5 * weights.sum(axis=0)


def half_in_hidden(layers):
    lowest, *others, last = layers
    absorbed = [p.bias + 0.5 * p.weights.sum(axis=0) for p in others]
    return [lowest.bias, *absorbed, last.bias]


def four_layers_only(layers):
    biases = [absorb_half(layers[number].weights, layers[number].bias) for number in (1, 2)]
    return [layers[0].bias, *biases, layers[3].bias]


def four_unpacked(layers):
    lowest, second, third, last = layers
    biases = [absorb_half(p.weights, p.bias) for p in (second, third)]
    return [lowest.bias, *biases, last.bias]


def layers_of(answer, sizes, seed):
    """Ask for the biases of a network with these sizes."""
    rng = np.random.default_rng(seed)
    shapes = pairwise(sizes)  # (inputs, units) of every layer
    return answer([Layer(rng.normal(0.5, 1, each), rng.normal(0, 1, each[1])) for each in shapes])


def with_half(layers, enters):
    """Return the biases where the ½ is taken from what enters these layers, 0 for the pixels."""
    return [
        absorb_half(p.weights, p.bias) if number in enters else p.bias
        for number, p in enumerate(layers)
    ]


EXERCISES = [
    Exercise(
        "absorb_half",
        reference=absorb_half,
        cases=[(WEIGHTS[:2, :1], BIAS[:1]), (WEIGHTS, BIAS), (SQUARE, SQUARE_BIAS)],
        right="Each weight of a unit has lost half of itself, and the bias gives it all back.",
        mistakes={
            "the wrong way": (
                lambda weights, bias: bias - 0.5 * weights.sum(axis=0),
                "The inputs became smaller by ½, so the net did, too. You take it away once more.",
            ),
            "just a half": (
                lambda weights, bias: bias + 0.5,
                "The net of a unit has changed by ½ for *each* of its inputs, times its weight.",
            ),
            "the whole": (
                lambda weights, bias: bias + weights.sum(axis=0),
                "That makes up for a − 1. The activation is a − ½.",
            ),
            "the mean": (
                lambda weights, bias: bias + 0.5 * weights.mean(axis=0),
                "You take the mean of the weights. A net is a sum over all inputs.",
            ),
            "over the units": (
                lambda weights, bias: bias + 0.5 * weights.sum(axis=1),
                "You add up over the units. Axis 0 of the weights holds the inputs of a unit.",
            ),
            "over everything": (
                lambda weights, bias: bias + 0.5 * weights.sum(),
                "Your sum runs over all units. Every unit has weights, and a bias, of its own.",
            ),
            "the bias forgotten": (
                lambda weights, bias: 0.5 * weights.sum(axis=0),
                "That is what has to be added. The old bias is still needed.",
            ),
            "nothing": (
                lambda weights, bias: bias,
                "With the old bias every net is lower by half the sum of the unit's weights.",
            ),
        },
    ),
    Exercise(
        "half_in_hidden",
        reference=half_in_hidden,
        use=layers_of,
        cases=[((3, 4, 2, 3), 0), ((5, 3, 4, 6, 2), 1), ((2, 5, 3, 3, 4, 6), 2)],
        right="Inputs around 0 where batch norm would act; the last layer's stay around ½.",
        mistakes={
            "everywhere": (
                lambda layers: with_half(layers, range(1, len(layers))),
                "That is sigmoid − ½ everywhere. The last layer, without batch norm, has it, too.",
            ),
            "the last layer only": (
                lambda layers: with_half(layers, [len(layers) - 1]),
                "That is the other network: there only the last layer gets centred inputs.",
            ),
            "a layer too early": (
                lambda layers: with_half(layers, range(len(layers) - 2)),
                "The ½ is missing from the inputs of the layer *above*. Which one gets the pixels?",
            ),
            "all hidden layers": (
                lambda layers: with_half(layers, range(len(layers) - 1)),
                "The first hidden layer gets pixels, and nothing is subtracted from those.",
            ),
            "every layer": (
                lambda layers: with_half(layers, range(len(layers))),
                "The pixels lose nothing, and the last layer keeps the plain sigmoid as its input.",
            ),
            "one hidden layer": (
                lambda layers: with_half(layers, [1]),
                "Your second layer is right. Others get activations as inputs, too.",
            ),
            "four layers": (
                [four_layers_only, four_unpacked, lambda layers: with_half(layers, [1, 2])],
                "That fits a network of four layers. `layers` may be more of them, or fewer.",
            ),
            "not all biases": (
                [
                    lambda layers: half_in_hidden(layers)[1:-1],
                    lambda layers: half_in_hidden(layers)[1:],
                    lambda layers: half_in_hidden(layers)[:-1],
                ],
                "Your list leaves layers out. A bias that stays as it is belongs there, too.",
            ),
            "the wrong way": (
                lambda layers: [
                    2 * p.bias - b for p, b in zip(layers, half_in_hidden(layers), strict=True)
                ],
                "The layers are right. Their inputs became smaller by ½; the bias makes up for it.",
            ),
            "nothing": (
                lambda layers: [p.bias for p in layers],
                "With the old biases, layers whose inputs lose ½ have lower nets than before.",
            ),
        },
    ),
]
