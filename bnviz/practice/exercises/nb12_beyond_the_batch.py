"""Your turn in notebook 12: who shares an average in a convolution, and how small a branch is."""

import numpy as np

from bnviz.practice.exercises import Exercise

RNG = np.random.default_rng(0)
ALONE = RNG.normal(size=(1, 2, 4, 6)) + np.linspace(0, 1, 6)  # height is not width
X = RNG.normal(size=(3, 3, 5, 4)) + np.linspace(0, 1, 4)


def batch_average(x):
    return x.mean(axis=(0, 1, 2), keepdims=True)


def group_average(x, groups):
    m, height, width, channels = x.shape
    parts = x.reshape(m, height, width, groups, channels // groups)
    average = parts.mean(axis=(1, 2, 4), keepdims=True)
    return np.broadcast_to(average, (m, 1, 1, *parts.shape[3:])).reshape(m, 1, 1, channels)


def take_away(average, x):
    """The average, with as many numbers as x where it can be taken away from x."""
    found = np.asarray(average(x))
    fits = found.ndim == x.ndim and all(
        size in (1, full) for size, full in zip(found.shape, x.shape, strict=True)
    )
    return np.broadcast_to(found, x.shape) if fits or found.shape == x.shape[-1:] else found


def take_away_by_group(average, x, groups):
    return take_away(lambda x: average(x, groups), x)


def over(*axes):
    return lambda x: x.mean(axis=axes, keepdims=True)


def grouped(x, groups, axes, order="split"):
    m, height, width, channels = x.shape
    parts = (groups, channels // groups) if order == "split" else (channels // groups, groups)
    mean = x.reshape(m, height, width, *parts).mean(axis=axes, keepdims=True)
    return np.broadcast_to(mean, (m, height, width, *parts)).reshape(x.shape)


def for_each_group(x, groups):
    """(examples, groups)"""
    m, height, width, channels = x.shape
    return x.reshape(m, height, width, groups, channels // groups).mean(axis=(1, 2, 4))


def split_the_wrong_way(x, groups):
    """As one splits by mistake: (examples, height, width, channels of a group, groups)."""
    return x.reshape(*x.shape[:3], x.shape[-1] // groups, groups)


def repeat_the_wrong_split(x, groups, axes):
    average = split_the_wrong_way(x, groups).mean(axis=axes)
    return np.repeat(average, x.shape[-1] // groups, axis=-1)


def branch_scale(blocks, growth):
    return np.sqrt(growth ** (1 / blocks) - 1)


EXERCISES = [
    Exercise(
        "batch_average",
        reference=batch_average,
        use=take_away,
        cases=[(ALONE,), (X,)],
        right="Each channel has one average, over all examples and all positions.",
        mistakes={
            "each position for itself": (
                over(0),
                "You average over the examples alone, so every pixel has a mean of its own. A "
                "convolution treats all positions alike, and so does its batch norm: average over "
                "height and width, too.",
            ),
            "each example for itself": (
                over(1, 2),
                "You average over the positions of one example. That is instance norm; batch norm "
                "goes over all examples, too.",
            ),
            "over the channels": (
                over(1, 2, 3),
                "You average over positions and channels of one example, as layer norm does. Here "
                "each channel has its own mean, over all examples.",
            ),
            "channels alone": (
                over(3),
                "You average over the channels, at each position for itself. It is the channels "
                "that are kept apart, and all else that is averaged.",
            ),
            "one for all": (
                over(0, 1, 2, 3),
                "You take one mean of all numbers. Each channel has its own.",
            ),
            "channels first": (
                over(0, 2, 3),
                "These are the axes where channels come second, as in PyTorch. Here they come "
                "last: (examples, height, width, channels).",
            ),
            "taken away already": (
                lambda x: x - batch_average(x),
                "You take the average away already. Return only the average.",
            ),
            "the sum": (
                lambda x: x.sum(axis=(0, 1, 2), keepdims=True),
                "That is the sum: divide it by the number of examples and positions.",
            ),
        },
    ),
    Exercise(
        "group_average",
        reference=group_average,
        use=take_away_by_group,
        cases=[(ALONE, 3), (X, 2), (X, 1), (X, 4)],
        right=(
            "Each group of each example has one average. With one group that is layer norm over "
            "the whole image, and with a group for each channel it is instance norm."
        ),
        mistakes={
            "over the examples": (
                lambda x, groups: grouped(x, groups, (0, 1, 2, 4)),
                "You average over the examples, too. The point of group norm is that an example "
                "does not see the others: leave axis 0 alone.",
            ),
            "the positions left out": (
                lambda x, groups: grouped(x, groups, (4,)),
                "You average over the channels of a group, at each position for itself. Average "
                "over height and width, too.",
            ),
            "the channels of a group left out": (
                lambda x, groups: grouped(x, groups, (1, 2)),
                "Every channel still has its own mean: average over the channels of a group, too.",
            ),
            "neighbours torn apart": (
                lambda x, groups: grouped(x, groups, (1, 2, 3), order="strided"),
                "Your groups hold every so-manieth channel. A group holds neighbours: split the "
                "last axis into (groups, channels of a group), in this order.",
            ),
            "split the wrong way round": (
                [
                    lambda x, groups: repeat_the_wrong_split(x, groups, (1, 2, 4)),
                    lambda x, groups: repeat_the_wrong_split(x, groups, (1, 2, 4))[:, None, None],
                    lambda x, groups: repeat_the_wrong_split(x, groups, (1, 2, 4)).reshape(
                        len(x), 1, 1, x.shape[-1]
                    ),
                    lambda x, groups: repeat_the_wrong_split(x, groups, (1, 2, 3))[:, None, None],
                    lambda x, groups: split_the_wrong_way(x, groups).mean(axis=(1, 2, 4)),
                    lambda x, groups: split_the_wrong_way(x, groups).mean(axis=(1, 2, 4))[
                        :, None, None
                    ],
                ],
                "You split the last axis into (channels of a group, groups), so neighbours come "
                "apart. It is the other way round: `groups` first, then `channels // groups`.",
            ),
            "not given to the channels": (
                [
                    for_each_group,
                    lambda x, groups: for_each_group(x, groups).reshape(len(x), 1, 1, groups),
                ],
                "You have one average for each group. Give each channel that of its group: "
                "(examples, 1, 1, channels).",
            ),
            "in a shape that does not fit": (
                [
                    lambda x, groups: np.repeat(
                        for_each_group(x, groups), x.shape[-1] // groups, axis=-1
                    ),
                    lambda x, groups: np.repeat(
                        for_each_group(x, groups)[:, None, None, :, None],
                        x.shape[-1] // groups,
                        axis=-1,
                    ),
                ],
                "Each channel has the average of its group, but in a shape that cannot be taken "
                "away from `x`. Make it (examples, 1, 1, channels), with `reshape`.",
            ),
            "given to the wrong channels": (
                lambda x, groups: np.tile(
                    for_each_group(x, groups)[:, None, None], x.shape[-1] // groups
                ),
                "Your averages are right, but go to the wrong channels: `np.tile` puts all groups "
                "behind each other again and again. `np.repeat` gives each average to all "
                "channels of its group, then comes the next.",
            ),
            "taken away already": (
                lambda x, groups: x - group_average(x, groups),
                "You take the average away already. Return only the average.",
            ),
            "group number for group size": (
                lambda x, groups: grouped(x, x.shape[-1] // groups, (1, 2, 4)),
                "You make groups of `groups` channels. There are to be `groups` groups, so each "
                "has channels / groups channels.",
            ),
            "groups not used": (
                lambda x, groups: x.mean(axis=(1, 2, 3), keepdims=True),
                "You average over all channels of an example, whatever `groups` is. That is right "
                "for one group only.",
            ),
        },
    ),
    Exercise(
        "branch_scale",
        reference=branch_scale,
        cases=[(2, 3.0), (5, 8.0), (12, 1.7)],
        right=(
            "Each block multiplies the mean square by 1 + s², and all of them together by that to "
            "the power of the blocks."
        ),
        mistakes={
            "the square": (
                lambda blocks, growth: growth ** (1 / blocks) - 1,
                "That is s², what a branch adds to the mean square. The factor s is its root.",
            ),
            "what comes in forgotten": (
                lambda blocks, growth: np.sqrt(growth ** (1 / blocks)),
                "That would be right if the branch took the place of what comes in. It is added to "
                "it, so each block multiplies the mean square by 1 + s².",
            ),
            "as if it added up": (
                lambda blocks, growth: np.sqrt((growth - 1) / blocks),
                "You let each block add the same. But a branch has s² times the mean square of "
                "what comes in, which has grown by then: the factors 1 + s² multiply.",
            ),
            "one over the root": (
                [
                    lambda blocks, growth: 1 / np.sqrt(blocks),
                    lambda blocks, growth: np.sqrt(np.log(growth) / blocks),
                ],
                "That is nearly right for many blocks, but not for few. Write down what one block "
                "does to the mean square, then what all do, and solve for s.",
            ),
            "s without its square": (
                lambda blocks, growth: growth ** (1 / (2 * blocks)) - 1,
                "You let each block multiply the root by 1 + s, as if branch and input were alike. "
                "They are not: it is their mean squares that add up, 1 + s².",
            ),
            "one block": (
                lambda blocks, growth: np.sqrt(growth - 1),
                "That would be right for a single block. Here the factors of all blocks multiply.",
            ),
        },
    ),
]
