"""Your turn in notebook 10: noise as another γ and β, the size of a shift, how fast β follows."""

import numpy as np

from bnviz.practice.exercises import Exercise

G = np.array([[3.0, 0], [0, 4]])
THERE = np.array([[3.0, 4], [0, 4]])
WIDE, TURNED = np.array([[3.0, 0, -1], [0, 4, 0.5]]), np.array([[-6.0, 0, 1], [2, 1, -2]])
LONG = np.array([[0.5], [-1.0], [2.0]])
TWO = np.array([[0.0, 0.5], [1.0, 0.5]])
THREE = np.array([[0.35, 0.94, 0.04, 0.6], [0.8, 0.2, 0.1, 0.5], [0.6, 0.7, 0.9, 0.3]])


def shaken_parameters(gamma, beta, s, t):
    return gamma * s, beta + gamma * t


def gradient_shift(g, there):
    length = np.linalg.norm(g)
    change = np.linalg.norm(there - g) / length
    cosine = (g * there).sum() / (length * np.linalg.norm(there))
    return change, cosine


def norm(x):
    return np.linalg.norm(x)


def as_fast(activations):
    mean = activations.mean(axis=0)
    return 1 + (mean**2).sum()


EXERCISES = [
    Exercise(
        "shaken_parameters",
        reference=shaken_parameters,
        cases=[(2.0, 0.5, 3.0, -1.0), (-1.5, -0.25, 0.75, 0.3), (0.375, 2.0, 1.1, 4.0)],
        parts=("γ'", "β'"),
        right="γ (s ẑ + t) + β = (γ s) ẑ + (β + γ t): for one step, another γ and another β.",
        mistakes={
            "t not scaled by γ": (
                lambda gamma, beta, s, t: (gamma * s, beta + t),
                "Your t is added after γ. It moves ẑ, so γ multiplies it as well.",
            ),
            "β scaled, too": (
                lambda gamma, beta, s, t: (gamma * s, s * beta + t),
                "You shake y as a whole. Here ẑ is shaken, before γ and β come to it.",
            ),
            "s on everything": (
                lambda gamma, beta, s, t: (gamma * s, beta + gamma * s * t),
                "You multiply t by s. In s ẑ + t only ẑ is multiplied by s.",
            ),
            "s added": (
                lambda gamma, beta, s, t: (gamma + s, beta + gamma * t),
                "You add s to γ. Both are factors of ẑ.",
            ),
            "swapped": (
                lambda gamma, beta, s, t: (beta + gamma * t, gamma * s),
                "The two results are swapped: first the factor of ẑ, then what is added.",
            ),
        },
    ),
    Exercise(
        "gradient_shift",
        reference=gradient_shift,
        cases=[(G, THERE), (WIDE, TURNED), (LONG, -LONG[::-1])],
        parts=("relative change", "cosine"),
        right="One number says how far the gradient has moved, the other how far it has turned.",
        mistakes={
            "difference of the lengths": (
                lambda g, there: (
                    abs(norm(there) - norm(g)) / norm(g),
                    gradient_shift(g, there)[1],
                ),
                "You compare the two lengths. A gradient can turn round and keep its length.",
            ),
            "not relative": (
                lambda g, there: (norm(there - g), gradient_shift(g, there)[1]),
                "Your change depends on the size of the gradient: divide by the length of g.",
            ),
            "relative to there": (
                lambda g, there: (norm(there - g) / norm(there), gradient_shift(g, there)[1]),
                "You divide by the length of the new gradient. The unit is that of g.",
            ),
            "squared": (
                lambda g, there: (
                    (norm(there - g) / norm(g)) ** 2,
                    gradient_shift(g, there)[1],
                ),
                "Your change is a square: a root is missing.",
            ),
            "dot product": (
                lambda g, there: (gradient_shift(g, there)[0], (g * there).sum()),
                "Your second number is the dot product. Divide it by both lengths.",
            ),
        },
    ),
    Exercise(
        "as_fast",
        reference=as_fast,
        cases=[(TWO,), (THREE,), (np.full((8, 100), 0.5),)],
        right="Every weight follows by the square of its input's mean, and the bias by 1.",
        mistakes={
            "no bias": (
                lambda a: (a.mean(axis=0) ** 2).sum(),
                "That is what the weights do. The bias follows, too.",
            ),
            "not squared": (
                lambda a: 1 + a.mean(axis=0).sum(),
                "You count the mean once. It is in the gradient, and in what the step does to z.",
            ),
            "the mean of the squares": (
                lambda a: 1 + (a**2).mean(axis=0).sum(),
                "You square before you average. A weight takes one step for all the examples, and "
                "that step has the mean in it.",
            ),
            "summed over the examples": (
                [lambda a: 1 + (a.sum(axis=0) ** 2).sum(), lambda a: 1 + (a**2).sum()],
                "You sum over the examples. The bias has m times g as well, so m is no part of the "
                "factor: take the mean over the examples.",
            ),
            "the square of the sum": (
                lambda a: 1 + a.mean(axis=0).sum() ** 2,
                "You square the sum. Each weight has its own input, so squares are added.",
            ),
            "a mean over the inputs": (
                [lambda a: 1 + (a.mean(axis=0) ** 2).mean(), lambda a: 1 + a.mean() ** 2],
                "You take the mean over the inputs. z is a sum over them.",
            ),
            "the length": (
                lambda a: np.sqrt(1 + (a.mean(axis=0) ** 2).sum()),
                "That is a length. The changes of z add up without a root.",
            ),
        },
    ),
]
