"""Your turn in notebook 09: statistics of small groups, and how sure a lead is."""

import numpy as np

from bnviz.practice.exercises import Exercise

SIX = np.array([[1.0, 0], [3, 4], [2, 2], [6, 3], [0, 1], [5, 9]])
FOUR = np.array([[1.5], [-2], [0.5], [3]])
EIGHT = np.sin(np.arange(24.0)).reshape(8, 3)
OURS = np.array([0.95, 0.92, 0.97, 0.90])
THEIRS = np.array([0.93, 0.91, 0.92, 0.90])


def in_groups(z, m):
    groups = z.reshape(len(z) // m, m, z.shape[1])
    mean = groups.mean(axis=1, keepdims=True)
    var = groups.var(axis=1, keepdims=True)
    return ((groups - mean) / np.sqrt(var + 1e-5)).reshape(z.shape)


def over(groups, axis):
    spread = np.sqrt(groups.var(axis=axis, keepdims=True) + 1e-5)
    return (groups - groups.mean(axis=axis, keepdims=True)) / spread


def dividing(z, m, root):
    """The groups divided by another root(var)."""
    groups = z.reshape(-1, m, z.shape[1])
    centred = groups - groups.mean(axis=1, keepdims=True)
    return (centred / root(groups.var(axis=1, keepdims=True))).reshape(z.shape)


def lead(ours, theirs):
    points = 100 * (ours - theirs)
    return points.mean(), points.std(ddof=1) / np.sqrt(len(points))


EXERCISES = [
    Exercise(
        "in_groups",
        reference=in_groups,
        cases=[(FOUR, 2), (SIX, 3), (EIGHT / 100, 4), (SIX / 100, 2)],
        right="Each group has its own mean and variance, so the same row has another ẑ in each.",
        mistakes={
            "all in one group": (
                lambda z, m: over(z, 0),
                "You use one mean and one variance for all rows. Each group of m has its own.",
            ),
            "m groups": (
                lambda z, m: over(z.reshape(m, -1, z.shape[1]), 1).reshape(z.shape),
                "You cut the rows into m groups. There are as many groups as needed, of m rows.",
            ),
            "over the groups": (
                lambda z, m: over(z.reshape(-1, m, z.shape[1]), 0).reshape(z.shape),
                "You average over the groups, axis 0. The examples of one group are axis 1.",
            ),
            "over the units": (
                lambda z, m: over(z.reshape(-1, m, z.shape[1]), 2).reshape(z.shape),
                "You average over the units, axis 2. The examples of one group are axis 1.",
            ),
            "only centred": (
                lambda z, m: dividing(z, m, lambda var: 1),
                "You take each group's mean away, and stop there. Divide by its root as well.",
            ),
            "without ε": (
                lambda z, m: dividing(z, m, lambda var: np.sqrt(var)),
                "Your ε is missing: a group whose rows are all alike would give 0/0.",
            ),
            "ε outside the root": (
                lambda z, m: dividing(z, m, lambda var: np.sqrt(var) + 1e-5),
                "You add ε to the root. It belongs under the root, to the variance.",
            ),
            "units together": (
                lambda z, m: over(z.reshape(-1, m, z.shape[1]), (1, 2)).reshape(z.shape),
                "You take one mean for all units of a group. Each unit has its own.",
            ),
        },
        also={
            "still in groups": (
                lambda z, m: in_groups(z, m).reshape(-1, m, z.shape[1]),
                "Right, and still cut into groups: reshape(z.shape) would put them together again.",
            ),
        },
    ),
    Exercise(
        "lead",
        reference=lead,
        cases=[(OURS[:3], THEIRS[:3]), (THEIRS[::-1], OURS), (OURS[1:3], THEIRS[2:])],
        parts=("lead", "standard error"),
        right="Same seed against same seed: what both share does not blur the lead.",
        mistakes={
            "not the error of the mean": (
                lambda a, b: (100 * (a - b).mean(), 100 * (a - b).std(ddof=1)),
                "Your second number is the sd of single leads. The mean of n is surer, by √n.",
            ),
            "divided by n": (
                lambda a, b: (100 * (a - b).mean(), 100 * (a - b).std(ddof=1) / len(a)),
                "You divide the sd by n. A mean of n numbers spreads by sd/√n.",
            ),
            "sd ÷ n inside": (
                lambda a, b: (100 * (a - b).mean(), 100 * (a - b).std() / np.sqrt(len(a))),
                "Your sd divides by n, and is too small for so few seeds: use n − 1, ddof=1.",
            ),
            "not in points": (
                lambda a, b: ((a - b).mean(), (a - b).std(ddof=1) / np.sqrt(len(a))),
                "Your numbers are shares. A point is a hundredth.",
            ),
            "the wrong way round": (
                lambda a, b: (100 * (b - a).mean(), 100 * (b - a).std(ddof=1) / np.sqrt(len(a))),
                "Your lead has the wrong sign: it is positive where ours are the better ones.",
            ),
            "not seed by seed": (
                lambda a, b: (
                    100 * (a.mean() - b.mean()),
                    100 * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a)),
                ),
                "You compare two separate crowds. Take the difference seed by seed first.",
            ),
        },
    ),
]
