"""The demos of notebook 12."""

import numpy as np

from bnviz import recordings, style
from bnviz.example import FOLDED, GOOD_START
from bnviz.live import choice, demo, slider, stops
from bnviz.panels import Cursor, moving, number, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings.small_batches import CENTRED, SIZES

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
    figure = style.new_figure(9, 4.4)
    panel = figure.add_axes([0.07, 0.03, 0.58, 0.8], aspect="equal")
    panel.set(xlim=(0.4, 6.6), ylim=(4.5, 0.5), xticks=range(1, 7), yticks=range(1, 5))
    panel.set(ylabel="example")
    panel.tick_params(length=0, labeltop=True, labelbottom=False)
    panel.spines[:].set_visible(False)
    looks = {"color": style.PALE, "ms": 10}
    marks = [
        moving(panel, "s", **looks),
        moving(panel, "s", **looks | {"color": style.STAGES["z_hat"]}),
    ]
    marks.append(moving(panel, "s", zorder=3, **looks | {"color": style.INK}))
    across = Words(panel, 0.5, 1.1, align="center")
    heading = Words(panel, 1.03, 1.0, color=style.STAGES["z_hat"])
    words = [Words(panel, 1.03, height) for height in (0.86, 0.64, 0.56, 0.34, 0.26)]

    def show(layout, norm, example, feature):
        cells = shares_a_mean(layout, norm, example - 1, 0, feature - 1)
        x, y = _places(layout)
        for mark in marks:
            mark.set_markersize(6 if layout == "sentence" else 9)
        marks[0].set_data(x.ravel(), y.ravel())
        marks[1].set_data(x[cells], y[cells])
        chosen = example - 1, 0, feature - 1
        marks[2].set_data([x[chosen]], [y[chosen]])
        position, name = WORDS[layout]
        across.text = name if not position else f"{name}, and in each its {position}s"
        heading.text = f"{norm}, in a {layout}"
        count, others = int(cells.sum()), int(cells.any(axis=(1, 2)).sum()) - 1
        what = "mean square" if norm == "RMS norm" else "mean"
        words[0].text = _axes_of(layout)
        words[1].text = f"{count} number{'s share' if count > 1 else ' has'} a {what};"
        words[2].text = f"there are {cells.size // count} such {what}s."
        words[3].text = f"{others or 'no'} other examples have a say;"
        words[4].text = (
            "the test needs kept statistics" if others else "the same in training and test"
        )
        if norm == "instance norm" and layout == "dense layer":
            words[4].text = "nothing is left: each is its own mean"
        return (
            f"In {norm}, in a {layout}, the black number, of example {example} and {name} "
            f"{feature}, shares its {what} with {count - 1} others, and {others or 'no'} other "
            f"examples have a say."
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
        return feature + 1 + 0.26 * column, example + 1 + 0.26 * row
    if layout == "sentence":  # the tokens below each other
        return feature + 1.0, example + 1 + 0.165 * (position - 2)
    return feature + 1.0, example + 1.0


def _axes_of(layout):
    return {
        "dense layer": "(examples, units)",
        "convolution": "(examples, height, width, channels)",
        "sentence": "(examples, tokens, features)",
    }[layout]


# Small batches

LOOKS = {
    "batch norm": {"color": style.STAGES["y"], "marker": "o", "lw": 2.5},
    "group norm": {"color": style.STAGES["z_hat"], "marker": "s", "lw": 1.5},
    "layer norm": {"color": style.STAGES["z"], "marker": "^", "lw": 1.5},
    CENTRED: {"color": style.STAGES["z"], "marker": "^", "mfc": "white", "ls": "--", "lw": 1.5},
    "RMS norm": {"color": style.STAGES["a"], "marker": "v", "lw": 1.5},
    GOOD_START: {"color": style.QUIET, "marker": "D", "lw": 1.5},
    FOLDED: {"color": style.INK, "marker": "d", "lw": 1.5},
}
NAMES = {
    CENTRED: "layer norm, sigmoid − ½",
    GOOD_START: "no norm (4×Xavier)",
    FOLDED: "no norm (folded start)",
}
BUDGETS = {"6,000 examples": "examples", "300 steps": "steps"}


def errors_at_best(method, budget):
    """Test errors at the rate that is best on the images for choosing, (sizes, seeds)."""
    found = recordings.read("small_batches")[method][budget]  # (sizes, seeds, 2, rates)
    best = np.median(found[:, :, 0], axis=1).argmin(axis=-1)  # (sizes,)
    return np.stack([one[:, 1, rate] for one, rate in zip(found, best, strict=True)])


@demo
def small_batches(centred=False):
    """See the error of four norms, and of none, against the size of the mini-batch.

    centred: whether layer norm is there a second time, with sigmoid − ½ for an activation.
    """
    methods = [method for method in LOOKS if centred or method != CENTRED]
    figure = style.new_figure(9, 4.6)
    axes = figure.add_axes([0.08, 0.13, 0.58, 0.7])
    axes.set(xscale="log", yscale="log", xlim=(1.8, 67), ylim=(0.02, 1), xlabel="mini-batch size m")
    axes.set_xticks(SIZES, [str(m) for m in SIZES])
    axes.set_xticks([], minor=True)
    axes.set_yticks([0.03, 0.1, 0.3, 1], ["3 %", "10 %", "30 %", "100 %"])
    axes.set_yticks([], minor=True)
    style.title(axes, "error on the test images", "median of five seeds")
    cursor = Cursor(axes)
    rows = {
        method: _MethodRow(axes, LOOKS[method], NAMES.get(method, method), 0.97 - 0.148 * k)
        for k, method in enumerate(methods)
    }

    def show(m, budget):
        at, said = SIZES.index(m), []
        for method, row in rows.items():
            errors = errors_at_best(method, BUDGETS[budget])
            row.update(np.median(errors, axis=1), errors[at])
            said.append(f"{row.name} {percent(np.median(errors[at]))}")
        cursor.update(m)
        steps = 6000 // m if budget == "6,000 examples" else 300
        return (
            f"In mini-batches of {m}, after {steps:,} steps and {steps * m:,} examples, the median "
            f"error is: {', '.join(said)}."
        )

    controls = {
        "m": stops("batch size m", SIZES, 60),
        "budget": choice("all get", list(BUDGETS), "6,000 examples"),
    }
    still = [{"m": 60}, {"m": 2}, {"m": 2, "budget": "300 steps"}]
    return Picture(figure), show, controls, still


class _MethodRow:
    """The curve of a method, and at the right its name, its error here and the range of seeds."""

    def __init__(self, axes, looks, name, height):
        self.name = name
        self._line = moving(axes, ms=7, **looks)
        over = axes.transAxes
        axes.plot(1.05, height + 0.015, ms=8, transform=over, clip_on=False, **looks)
        axes.text(1.09, height, name, color=looks["color"], weight="bold", transform=over)
        self._words = Words(axes, 1.09, height - 0.065)

    def update(self, medians, seeds):
        self._line.set_data(SIZES, medians)
        middle, low, high = np.median(seeds), seeds.min(), seeds.max()
        self._words.text = f"{percent(middle, 1)}  [{100 * low:.1f} to {100 * high:.1f}]"


# Residual stacks

WAYS = {
    "plain": (style.QUIET, "D"),
    "batch norm": (style.STAGES["y"], "o"),
    "folded start": (style.INK, "d"),
    "small branches": (style.STAGES["z"], "s"),
    "closed branches": (style.STAGES["a"], "^"),
}


def residual_accuracy(depth, way):
    """Test accuracies at the rate with the best mean on the images for choosing, (seeds,)."""
    found = recordings.read("residual")[str(depth)][way]["accuracy"]  # (seeds, 2, rates)
    return found[:, 1, found[:, 0].mean(axis=0).argmax()]


@demo
def residual():
    """See how the variance grows along a stack of residual blocks, and what each stack learns."""
    figure = style.new_figure(9, 4.6)
    axes = figure.add_axes([0.09, 0.13, 0.55, 0.7])
    axes.set(yscale="log", xlim=(0, 40), ylim=(0.1, 1e13), xlabel="after this block")
    axes.set_yticks([1, 1e4, 1e8, 1e12], ["1", "$10^4$", "$10^8$", "$10^{12}$"])
    style.title(axes, "variance of the units", "before training")
    cursor = Cursor(axes)
    curves, words = {}, {}
    for k, (way, (color, marker)) in enumerate(WAYS.items()):
        height, looks = 0.95 - 0.2 * k, {"color": color, "marker": marker, "ms": 5, "lw": 1.5}
        looks["ls"] = "--" if way == "folded start" else "-"  # it begins as batch norm does
        curves[way] = moving(axes, markevery=(k % 3, 6), **looks)  # no marker lies on another
        axes.plot(1.05, height + 0.015, transform=axes.transAxes, clip_on=False, **looks)
        axes.text(1.09, height, way, color=color, weight="bold", transform=axes.transAxes)
        words[way] = Words(axes, 1.09, height - 0.065)

    def show(depth, block):
        block, said = min(block, depth), []
        for way in WAYS:
            variance = recordings.read("residual")[str(depth)][way]["variance"]
            curves[way].set_data(range(depth + 1), variance)
            found = residual_accuracy(depth, way)
            words[way].text = f"{percent(np.median(found))} recognized"
            said.append(f"{_large(variance[block])} ({way}, {percent(np.median(found))})")
        cursor.update(block)
        return (
            f"In a stack of {depth} blocks, the variance after block {block}, and the share of the "
            f"test images recognized after 300 steps of training: {'; '.join(said)}."
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
