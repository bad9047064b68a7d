"""Your turn in notebook 07: the backward pass, and a step at right angles."""

import numpy as np

from bnviz.practice.exercises import Exercise

FOUR = np.array([[-1.1], [-0.5], [0.0], [1.6]])
FIVE = np.array([[-1.1, -0.9], [-0.5, 1.5], [0.0, 0.3], [1.6, -0.9], [0.2, 0.1]])
TWO = np.array([[1.0, -1, 1], [-1, 1, -1]])
DY = np.array([[0.0, 1.0, 0.3], [-1, 0.5, 2], [1, -2, 0.7], [2, 0.2, -1], [-0.6, 0.4, 1.1]])
GAMMA, ROOT = np.array([1.5, -0.7, 0.3]), np.array([1.9, 0.4, 0.7])


def backward(dy, z_hat, gamma, root):
    m = len(dy)
    dbeta = dy.sum(axis=0)
    dgamma = (dy * z_hat).sum(axis=0)
    dz = gamma / root * (dy - dbeta / m - z_hat * dgamma / m)
    return dz, dgamma, dbeta


def with_dz(rule):
    """The backward pass with another dz: rule(dy, z_hat, gamma, root, dgamma, dbeta, m)."""

    def wrong(dy, z_hat, gamma, root):
        _, dgamma, dbeta = backward(dy, z_hat, gamma, root)
        return rule(dy, z_hat, gamma, root, dgamma, dbeta, len(dy)), dgamma, dbeta

    return wrong


def with_parameters(rule):
    """The backward pass with another (dgamma, dbeta) beside the right dz: rule(dy, z_hat)."""
    return lambda dy, z_hat, gamma, root: (backward(dy, z_hat, gamma, root)[0], *rule(dy, z_hat))


EXERCISES = [
    Exercise(
        "backward",
        reference=backward,
        cases=[
            (DY[:4, :1], FOUR, GAMMA[:1], ROOT[:1]),
            (DY[:, 1:], FIVE, GAMMA[1:], ROOT[1:]),
            (DY[:2], TWO / 1.1, GAMMA, ROOT),
        ],
        parts=("dz", "dγ", "dβ"),
        right="Three paths lead back to z: the direct one, the mean's and the variance's.",
        mistakes={
            "statistics as constants": (
                with_dz(lambda dy, z_hat, gamma, root, dgamma, dbeta, m: gamma / root * dy),
                "You took mean and variance as constants: only the direct path is there.",
            ),
            "no path through the mean": (
                with_dz(
                    lambda dy, z_hat, gamma, root, dgamma, dbeta, m: (
                        gamma / root * (dy - z_hat * dgamma / m)
                    )
                ),
                "The path through the mean is missing in your dz.",
            ),
            "no path through the variance": (
                with_dz(
                    lambda dy, z_hat, gamma, root, dgamma, dbeta, m: gamma / root * (dy - dbeta / m)
                ),
                "The path through the variance is missing in your dz.",
            ),
            "sums for means": (
                with_dz(
                    lambda dy, z_hat, gamma, root, dgamma, dbeta, m: (
                        gamma / root * (dy - dbeta - z_hat * dgamma)
                    )
                ),
                "In dz you take whole sums away. Each example gets one part in m of them.",
            ),
            "paths added": (
                with_dz(
                    lambda dy, z_hat, gamma, root, dgamma, dbeta, m: (
                        gamma / root * (dy + dbeta / m + z_hat * dgamma / m)
                    )
                ),
                "Look at the signs: what the mean and the variance do is taken away from dy.",
            ),
            "z_hat forgotten": (
                with_dz(
                    lambda dy, z_hat, gamma, root, dgamma, dbeta, m: (
                        gamma / root * (dy - dbeta / m - dgamma / m)
                    )
                ),
                "In dz you take dγ/m from every example alike. Its share is in proportion to ẑ.",
            ),
            "no γ": (
                with_dz(
                    lambda dy, z_hat, gamma, root, dgamma, dbeta, m: (
                        (dy - dbeta / m - z_hat * dgamma / m) / root
                    )
                ),
                "Your dz leaves γ out. On its way from y to ẑ the gradient is multiplied by it.",
            ),
            "not divided by the root": (
                with_dz(
                    lambda dy, z_hat, gamma, root, dgamma, dbeta, m: (
                        gamma * (dy - dbeta / m - z_hat * dgamma / m)
                    )
                ),
                "Your dz is not divided by √(σ² + ε), as ẑ was.",
            ),
            "means for dγ and dβ": (
                with_parameters(lambda dy, z_hat: ((dy * z_hat).mean(axis=0), dy.mean(axis=0))),
                "You return means for dγ and dβ. They are sums over the mini-batch.",
            ),
            "dγ without ẑ": (
                with_parameters(lambda dy, z_hat: (dy.sum(axis=0), dy.sum(axis=0))),
                "γ multiplies ẑ, so dγ needs ẑ. Yours is the same as dβ.",
            ),
            "dγ and dβ swapped": (
                with_parameters(lambda dy, z_hat: (dy.sum(axis=0), (dy * z_hat).sum(axis=0))),
                "You have dγ and dβ swapped: return dz, dγ, dβ in this order.",
            ),
        },
    ),
    Exercise(
        "new_length",
        reference=5,
        right="A right angle: √(3² + 4²). Every step at right angles makes w a little longer.",
        mistakes={
            "it stays": (
                3,
                "It would stay if w only turned on a circle. A step leaves the circle.",
            ),
            "end to end": (7, "3 + 4 holds for a step along w. This one is at right angles to it."),
            "backwards": (
                lambda length: abs(length) == 1,
                "3 − 4 holds for a step straight back. This one is at right angles to w.",
                1,
            ),
            "the square": (25, "That is the square of the new length."),
        },
    ),
]
