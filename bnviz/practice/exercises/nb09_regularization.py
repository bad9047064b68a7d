"""Your turn in notebook 09: statistics of small groups, and when to stop."""

import numpy as np

from bnviz.practice.exercises import Exercise

SIX = np.array([[1.0, 0], [3, 4], [2, 2], [6, 3], [0, 1], [5, 9]])
FOUR = np.array([[1.5], [-2], [0.5], [3]])
EIGHT = np.sin(np.arange(24.0)).reshape(8, 3)
SEEN = np.array([[0.2, 0.6, 0.9, 0.8], [0.1, 0.7, 0.6, 0.5], [0.3, 0.4, 0.8, 0.95]])
TWICE = np.array([[0.2, 0.9, 0.9, 0.8], [0.7, 0.1, 0.7, 0.5], [0.3, 0.4, 0.8, 0.8]])
TESTED = np.array([[0.3, 0.65, 0.8, 0.85], [0.2, 0.6, 0.75, 0.7], [0.25, 0.5, 0.9, 0.88]])


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


def without_keepdims(z, m):
    groups = z.reshape(-1, m, z.shape[1])
    root = np.sqrt(groups.var(axis=1) + 1e-5)
    return ((groups - groups.mean(axis=1)) / root).reshape(z.shape)


def stop_early(validation, test):
    return test[np.arange(len(test)), validation.argmax(axis=1)]


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
            "every so many rows": (
                lambda z, m: over(z.reshape(m, -1, z.shape[1]), 0).reshape(z.shape),
                "Your groups are made of rows that lie apart. `reshape(-1, m, …)` puts each m "
                "neighbours together.",
            ),
            "over the groups": (
                lambda z, m: over(z.reshape(-1, m, z.shape[1]), 0).reshape(z.shape),
                "You average over the groups, axis 0. The examples of one group are axis 1.",
            ),
            "over the units": (
                lambda z, m: over(z.reshape(-1, m, z.shape[1]), 2).reshape(z.shape),
                "You average over the units, axis 2. The examples of one group are axis 1.",
            ),
            "divided by m − 1": (
                lambda z, m: dividing(z, m, lambda var: np.sqrt(var * m / (m - 1) + 1e-5)),
                "Your variance is divided by m − 1. Training divides by m, as var does by itself.",
            ),
            "without keepdims": (
                without_keepdims,
                "Your means have lost the axis of the examples, so that NumPy pairs them with the "
                "wrong rows, or with none. `keepdims=True` keeps it.",
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
        "stop_early",
        reference=stop_early,
        cases=[
            (SEEN[:2, :3], TESTED[:2, :3]),
            (SEEN, TESTED),
            (SEEN[::-1, 1:], TESTED[::-1, 1:]),
            (TWICE, TESTED),
        ],
        right="Validation says when to stop, and the test images are asked once, after that.",
        mistakes={
            "the best test step": (
                lambda validation, test: test.max(axis=1),
                "You stop where the *test* images are best. Nobody looks at them before the end.",
            ),
            "the end": (
                lambda validation, test: test[:, -1],
                "That is the last step. Where does validation see the best one?",
            ),
            "validation itself": (
                lambda validation, test: validation.max(axis=1),
                "That is what validation sees, at a step that it chose for itself. Ask the test.",
            ),
            "the step": (
                lambda validation, test: validation.argmax(axis=1),
                "That is when to stop. What do the test images say at that look?",
            ),
            "one step for all": (
                lambda validation, test: test[:, validation.mean(axis=0).argmax()],
                "You stop all seeds at one step. Each network may watch its own validation.",
            ),
            "the last best step": (
                lambda validation, test: test[
                    np.arange(len(test)),
                    validation.shape[1] - 1 - validation[:, ::-1].argmax(axis=1),
                ],
                "Where validation is best twice, you stop at the second time. Nobody waits for it.",
            ),
            "every seed at every step": (
                lambda validation, test: test[:, validation.argmax(axis=1)],
                "Your result is (seeds, seeds): pair each seed with its own step, as by arange.",
            ),
            "a seed chosen": (
                lambda validation, test: test[validation.argmax(axis=0), np.arange(test.shape[1])],
                "Your argmax runs over the seeds. Axis 1 holds the steps.",
            ),
        },
    ),
]
