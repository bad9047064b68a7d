"""The demos of notebook 12."""

import numpy as np

from bnviz import recordings, style
from bnviz.example import FOLDED, GOOD_START
from bnviz.live import choice, demo, slider, stops
from bnviz.panels import Cursor, moving, number, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings.small_batches import HALF_FOLDED, HALF_LAYER_NORM, SIZES

# Which numbers share a mean: examples, positions, groups, features of a group
SHAPES = {
    "dense layer": (4, 1, 3, 2),
    "convolution": (4, 9, 3, 2),
    "sentence": (4, 5, 3, 2),
}
KINDS = {  # norm: the axes over which it takes its mean
    "batch norm": (0, 1),
    "layer norm": (1, 2, 3),
    "RMS norm": (1, 2, 3),
    "group norm": (1, 3),
    "instance norm": (1,),
}
OF_A_TOKEN = {
    "layer norm": (2, 3),
    "RMS norm": (2, 3),
}  # the same, where it is another in a sentence
MARKS = {"dense layer": 16, "convolution": 10.5, "sentence": 7.5}  # the size of a number
WORDS = {  # what the positions are called, and what a feature is
    "dense layer": ("", "unit"),
    "convolution": ("pixel", "channel"),
    "sentence": ("token", "feature"),
}


def shares_a_mean(layout, norm, example=0, position=0, feature=0):
    """True for each cell of (examples, positions, features) that shares the mean of that one.

    The mean is taken of an array with a single 1 in it: where it is not 0, the 1 counts.
    """
    shape = SHAPES[layout]
    x = np.zeros(shape)
    x[example, position, feature // shape[3], feature % shape[3]] = 1
    over = KINDS[norm] if layout != "sentence" else OF_A_TOKEN.get(norm, KINDS[norm])
    cells = np.broadcast_to(x.mean(axis=over, keepdims=True), shape) > 0
    return cells.reshape(shape[0], shape[1], -1)


@demo
def norms():
    """See which numbers share a mean, in a dense layer, a convolution and a sentence."""
    figure = style.new_figure(9, 3.6)
    panel = figure.add_axes([0.075, 0.02, 0.59, 0.79])
    panel.set(xlim=(0.5, 6.5), ylim=(4.5, 0.5), xticks=range(1, 7), yticks=range(1, 5))
    panel.set_ylabel("example", labelpad=8)
    panel.tick_params(length=0, labeltop=True, labelbottom=False)
    panel.spines[:].set_visible(False)
    colours = style.PALE, style.STAGES["z_hat"], style.INK
    marks = [moving(panel, "s", color=colour, mew=0) for colour in colours]
    across = Words(panel, 0.5, 1.13, align="center")
    heading = panel.text(
        *(1.05, 0.88), "", transform=panel.transAxes, animated=True,
        size=style.TITLE, weight="bold", color=style.STAGES["z_hat"],
    )  # fmt: skip
    words = [Words(panel, 1.05, height) for height in (0.79, 0.61, 0.5, 0.39)]

    def show(layout, norm, example, feature):
        cells = shares_a_mean(layout, norm, example - 1, 0, feature - 1)
        chosen = example - 1, 0, feature - 1
        x, y = _places(layout)
        everything, shared, one = marks
        for mark in marks:
            mark.set_markersize(MARKS[layout])
        everything.set_data(x.ravel(), y.ravel())
        shared.set_data(x[cells], y[cells])
        one.set_data([x[chosen]], [y[chosen]])
        position, name = WORDS[layout]
        across.text = f"{name}, and in each its {position}s" if position else name
        count, others = int(cells.sum()), int(cells.any(axis=(1, 2)).sum()) - 1
        what = "mean square" if norm == "RMS norm" else "mean"
        say = f"{others} other examples have" if others else "no other example has"
        heading.set_text(norm)
        words[0].text = f"in a {layout}"
        words[1].text = f"{count} number{'s share' if count > 1 else ' has'} a {what}"
        words[2].text = f"{say} a say"
        words[3].text = "nothing is left of them" if count == 1 else ""
        return (
            f"In {norm}, in a {layout}, the black number, of example {example} and {name} "
            f"{feature}, shares one of {cells.size // count} {what}s with {count - 1} others, and "
            f"{say} a say."
        )

    controls = {
        "layout": choice("in a", list(SHAPES), "dense layer"),
        "norm": choice("norm", list(KINDS), "batch norm"),
        "example": slider("example", 1, 4, 1, 1),
        "feature": slider("unit, channel, feature", 1, 6, 1, 1),
    }
    still = [
        {"layout": "convolution"},
        {"layout": "convolution", "norm": "group norm"},
        {"layout": "sentence", "norm": "layer norm"},
    ]
    return Picture(figure), show, controls, still


def _places(layout):
    """Where each number is drawn: x and y, (examples, positions, features)."""
    examples, positions, groups, of_a_group = SHAPES[layout]
    example, position, feature = np.indices((examples, positions, groups * of_a_group))
    if layout == "convolution":  # a square of pixels
        row, column = position // 3 - 1, position % 3 - 1
        return feature + 1 + 0.24 * column, example + 1 + 0.27 * row
    if layout == "sentence":  # the tokens below each other
        return feature + 1.0, example + 1 + 0.17 * (position - 2)
    return feature + 1.0, example + 1.0


# Small batches

# in the order in which their curves end, so that a name stands near its curve
LOOKS = {
    "group norm": {"color": style.STAGES["z_hat"], "marker": "s"},
    "layer norm": {"color": style.STAGES["z"], "marker": "^"},
    "RMS norm": {"color": style.STAGES["a"], "marker": "v"},
    GOOD_START: {"color": style.QUIET, "marker": "D"},
    FOLDED: {"color": style.INK, "marker": "d"},
    HALF_LAYER_NORM: {"color": style.STAGES["z"], "marker": "^", "mfc": "white", "ls": "--"},
    HALF_FOLDED: {"color": style.INK, "marker": "d", "mfc": "white", "ls": "--"},
    "batch norm": {"color": style.STAGES["y"], "marker": "o", "lw": 3},
}
NAMES = {
    GOOD_START: "no norm, 4×Xavier",
    FOLDED: "no norm, folded start",
    HALF_FOLDED: "no norm, sigmoid − ½",
}
WITH_THE_SIGMOID = [name for name in LOOKS if name not in (HALF_LAYER_NORM, HALF_FOLDED)]
WITH_AND_WITHOUT_HALF = ["layer norm", FOLDED, HALF_LAYER_NORM, HALF_FOLDED, "batch norm"]
BUDGETS = {"6,000 examples": "examples", "300 steps": "steps"}


def errors_at_best(method, budget):
    """Test errors at the rate that is best on the images for choosing, (sizes, seeds)."""
    found = recordings.read("small_batches")[method][budget]  # (sizes, seeds, 2, rates)
    best = np.median(found[:, :, 0], axis=1).argmin(axis=-1)  # (sizes,)
    return np.stack([one[:, 1, rate] for one, rate in zip(found, best, strict=True)])


@demo
def small_batches(centred=False):
    """See the error of four norms, and of none, against the size of the mini-batch.

    centred: instead of them, layer norm and no norm from the folded start, each with the sigmoid
    and with sigmoid − ½ for an activation; and batch norm.
    """
    methods = WITH_AND_WITHOUT_HALF if centred else WITH_THE_SIGMOID
    figure = style.new_figure(9, 4.2)
    axes = figure.add_axes([0.075, 0.135, 0.58, 0.69])
    axes.set(xscale="log", yscale="log", xlim=(1.8, 67), ylim=(0.02, 0.8))
    axes.set_xlabel("mini-batch size m")
    axes.set_xticks(SIZES, [str(m) for m in SIZES])
    axes.set_yticks([0.03, 0.1, 0.3], ["3 %", "10 %", "30 %"])
    axes.minorticks_off()
    style.title(axes, "error on the test images", " ")
    given = Words(axes, 0, 1, lift=10)
    cursor = Cursor(axes)
    rows = {}
    for method, height in zip(methods, np.linspace(0.96, 0.1, len(methods)), strict=True):
        rows[method] = _MethodRow(axes, LOOKS[method], NAMES.get(method, method), height)

    def show(m, budget):
        at, said = SIZES.index(m), []
        for method, row in rows.items():
            errors = errors_at_best(method, BUDGETS[budget])
            row.update(np.median(errors, axis=1), errors[at])
            said.append(f"{row.name} {percent(np.median(errors[at]))}")
        cursor.update(m)
        given.text = f"after {budget}: median of five seeds [range]"
        steps = 6000 // m if budget == "6,000 examples" else 300
        return (
            f"In mini-batches of {m}, after {steps:,} steps and {steps * m:,} examples, the median "
            f"error is: {'; '.join(said)}."
        )

    controls = {
        "m": stops("batch size m", SIZES, 60),
        "budget": choice("all get", list(BUDGETS), "6,000 examples"),
    }
    still = [{"m": 60}, {"m": 2, "budget": "300 steps"}]
    return Picture(figure), show, controls, still


class _MethodRow:
    """The curve of a method, and at the right its name, its error here and the range of seeds."""

    def __init__(self, axes, looks, name, height):
        self.name, looks = name, {"lw": 2, "ms": 8, **looks}
        self._line = moving(axes, **looks)
        over = axes.transAxes
        axes.plot([1.04, 1.1], [height + 0.015] * 2, markevery=[1], transform=over, clip_on=False,
                  **looks)  # fmt: skip
        axes.text(1.13, height, name, color=looks["color"], weight="bold", transform=over)
        self._words = Words(axes, 1.13, height - 0.068)

    def update(self, medians, seeds):
        self._line.set_data(SIZES, medians)
        middle, low, high = np.median(seeds), seeds.min(), seeds.max()
        self._words.text = f"{percent(middle, 1)}  [{100 * low:.1f} to {100 * high:.1f}]"


# Residual stacks

WAYS = {
    "plain": (style.QUIET, "D"),
    "batch norm": (style.STAGES["y"], "o"),
    "folded start": (style.INK, "d"),
    "sum / √2": (style.STAGES["z_hat"], "v"),
    "small branches": (style.STAGES["z"], "s"),
    "closed branches": (style.STAGES["a"], "^"),
}


def residual_accuracy(depth, way):
    """Test accuracies at the rate with the best mean on the images for choosing, (seeds,)."""
    found = recordings.read("residual")[str(depth)][way]["accuracy"]  # (seeds, 2, rates)
    return found[:, 1, found[:, 0].mean(axis=0).argmax()]


@demo
def residual():
    """See the mean square grow along a stack of residual blocks, and what each stack learns."""
    figure = style.new_figure(9, 4.2)
    axes = figure.add_axes([0.075, 0.135, 0.58, 0.69])
    axes.set(yscale="log", xlim=(0, 40), ylim=(0.02, 1e12), xlabel="after this block")
    axes.set_yticks([1, 1e3, 1e6, 1e9], ["1", "$10^3$", "$10^6$", "$10^9$"])
    axes.minorticks_off()
    style.title(axes, "mean square of the units", "before training")
    over = axes.transAxes
    axes.text(1.04, 1.135, "recognized after 300 steps", weight="bold", transform=over)
    axes.text(1.04, 1.05, "median of five seeds [range]", transform=over)
    cursor = Cursor(axes)
    curves, words = {}, {}
    for k, (way, (color, marker)) in enumerate(WAYS.items()):
        height, looks = 0.93 - 0.172 * k, {"color": color, "marker": marker, "ms": 7, "lw": 2}
        looks["ls"] = "--" if way == "folded start" else "-"  # it begins as batch norm does
        curves[way] = moving(axes, markevery=(k % 3, 6), **looks)  # no marker lies on another
        axes.plot([1.04, 1.1], [height + 0.015] * 2, markevery=[1], transform=over, clip_on=False,
                  **looks)  # fmt: skip
        axes.text(1.13, height, way, color=color, weight="bold", transform=over)
        words[way] = Words(axes, 1.13, height - 0.068)

    def show(depth, block):
        block, said = min(block, depth), []
        for way in WAYS:
            mean_square = recordings.read("residual")[str(depth)][way]["mean square"]
            curves[way].set_data(range(depth + 1), mean_square)
            found = residual_accuracy(depth, way)
            low, high = 100 * found.min(), 100 * found.max()
            words[way].text = f"{percent(np.median(found))}  [{low:.0f} to {high:.0f}]"
            said.append(f"{_large(mean_square[block])} ({way}, {percent(np.median(found))})")
        cursor.update(block)
        return (
            f"In a stack of {depth} blocks, the mean square after block {block}, and the share of "
            f"the test images recognized after 300 steps of training: {'; '.join(said)}."
        )

    controls = {
        "depth": choice("blocks", [20, 40], 20),
        "block": slider("after block", 0, 40, 0, 1),
    }
    still = [{"depth": 20, "block": 20}, {"depth": 40, "block": 40}]
    return Picture(figure), show, controls, still


def _large(value):
    """A number that may be very large, in words: 1.4, 12, 6·10⁵."""
    if value < 1000:
        return number(value, 1)
    power = int(np.log10(value))
    raised = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value / 10.0**power:.0f}·10{raised}"
