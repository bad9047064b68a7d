"""The demos of notebook 13."""

import numpy as np

from bnviz import recordings, style
from bnviz.example import GOOD_START, SMALL_START, WITH_BN
from bnviz.live import demo, slider, stops
from bnviz.panels import Cursor, moving, percent
from bnviz.pictures import Picture, Words
from bnviz.recordings.signs import LARGE_START, STEPS

BATCHES = np.arange(301)
RATES = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9, 0.99)
SIGNS = ("step_size", "saturation", "accuracy")
ASIDE = (-0.21, -0.07, 0.07, 0.21)  # where each network's markers stand, so that none is covered
NETWORKS = {  # colour, marker
    SMALL_START: (style.QUIET, "v"),
    LARGE_START: (style.STAGES["a"], "^"),
    GOOD_START: (style.STAGES["z"], "s"),
    WITH_BN: (style.STAGES["y"], "o"),
}


@demo
def momentum():
    """See how long a running average remembers, with the defaults of PyTorch and of Keras."""
    figure = style.new_figure(9, 3.6)
    axes = figure.add_axes([0.08, 0.16, 0.6, 0.62])
    axes.set(xlim=(0, BATCHES[-1]), ylim=(0, 1), xlabel="batches since the start")
    axes.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    style.title(axes, "what the start still weighs", r"$(1 - \mathrm{rate})^t$, after $t$ batches")
    for rate, stage in ((0.1, "y"), (0.01, "z")):
        axes.plot(BATCHES, (1 - rate) ** BATCHES, color=style.STAGES[stage], lw=2)
    (curve,) = axes.plot([], [], "--", color=style.INK, lw=2, animated=True)
    cursor = Cursor(axes)
    rows = [
        _draw_row(axes, 0.86, "PyTorch's momentum 0.1", "(Keras' 0.9)", style.STAGES["y"]),
        _draw_row(axes, 0.48, "Keras' momentum 0.99", "(PyTorch's 0.01)", style.STAGES["z"]),
        _draw_row(axes, 0.1, "your rate", "(the dashed line)", style.INK),
    ]

    def show(batches, rate):
        left = [(1 - each) ** batches for each in (0.1, 0.01, rate)]
        curve.set_data(BATCHES, (1 - rate) ** BATCHES)
        cursor.update(batches, left)
        for words, share in zip(rows, left, strict=True):
            words.text = f"the start weighs {percent(share)}"
        return (
            f"After {batches} batches the start still weighs {percent(left[0])} with PyTorch's "
            f"0.1, {percent(left[1])} with Keras' 0.99, and {percent(left[2])} with a rate of "
            f"{rate:g}, which PyTorch calls momentum {rate:g} and Keras {1 - rate:g}."
        )

    controls = {
        "batches": slider("batches", 0, int(BATCHES[-1]), 0, 1),
        "rate": stops("your rate", RATES, 0.03),
    }
    still = [{"batches": 50}, {"batches": 300}]
    return Picture(figure), show, controls, still


def _draw_row(axes, height, name, other, color):
    """Say at the right of the panel what a curve is; return the words below that."""
    axes.text(1.04, height + 0.1, name, weight="bold", transform=axes.transAxes, color=color)
    axes.text(1.04, height, other, transform=axes.transAxes, color=color)
    return Words(axes, 1.04, height - 0.1)


@demo
def signs():
    """See in four networks how large a step each layer takes, and how much is saturated."""
    found = recordings.read("signs")
    figure = style.new_figure(9, 4.7)
    left, right = (
        figure.add_axes([0.08, 0.12, 0.38, 0.66]),
        figure.add_axes([0.55, 0.12, 0.2, 0.66]),
    )
    left.set(xlim=(0.6, 4.4), ylim=(3e-5, 0.3), yscale="log", xlabel="layer")
    left.set_xticks([1, 2, 3, 4], ["1", "2", "3", "last"])
    left.axhline(1e-3, color=style.PALE, lw=1, zorder=0)
    style.title(left, "size of a step", r"$|\eta\, \partial L / \partial W| \;/\; |W|$")
    right.set(xlim=(0.6, 3.4), ylim=(0, 1), xlabel="layer", xticks=[1, 2, 3])
    right.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    style.title(right, "saturated", "activations outside 0.03…0.97")
    figure.text(0.985, 0.945, "pale: five seeds; strong: their median", ha="right")
    heights = (0.93, 0.66, 0.39, 0.12)
    rows = {
        name: _NetworkRow(left, right, name, height, aside)
        for name, height, aside in zip(NETWORKS, heights, ASIDE, strict=True)
    }

    def show(step):
        look, said = STEPS.index(step), []
        for name, row in rows.items():
            sizes, saturation, accuracy = (found[name][sign][:, look] for sign in SIGNS)
            row.update(sizes, saturation, accuracy)
            first, most = np.median(sizes[:, 0]), np.median(saturation.max(axis=1))
            said.append(f"{first:.1g} and {percent(most)} ({name})")
        return (
            f"At step {step} the first layer's step is, as a share of its weights, and the largest "
            f"share of saturated activations is, as the median of five seeds: {'; '.join(said)}."
        )

    controls = {"step": stops("training step", STEPS, 0)}
    return Picture(figure), show, controls, [{"step": 0}, {"step": 100}]


class _NetworkRow:
    """One network in both panels, and at the right its name and how much it recognizes."""

    def __init__(self, left, right, name, height, aside):
        color, marker = NETWORKS[name]
        self._sizes = _Seeds(left, aside, color, marker)
        self._saturation = _Seeds(right, aside, color, marker)
        over = right.transAxes
        right.plot(1.14, height + 0.02, marker, ms=7, color=color, transform=over, clip_on=False)
        right.text(1.22, height, name, color=color, weight="bold", transform=over)
        self._median = Words(right, 1.22, height - 0.08)
        self._range = Words(right, 1.22, height - 0.155)

    def update(self, sizes, saturation, accuracy):
        """Show one step: sizes (seeds, 4), saturation (seeds, 3), accuracy (seeds,)."""
        self._sizes.update(sizes)
        self._saturation.update(saturation)
        self._median.text = f"{percent(np.median(accuracy))} recognized"
        lowest, highest = percent(accuracy.min()), percent(accuracy.max())
        self._range.text = f"({lowest} to {highest})" if lowest != highest else ""


class _Seeds:
    """A number for each layer: pale marks for the seeds, strong ones for their medians."""

    def __init__(self, axes, aside, color, marker):
        looks = {"color": color, "marker": marker, "clip_on": False}
        self._each = moving(axes, ls="", ms=5, mew=0, alpha=0.35, **looks)
        self._median = moving(axes, ms=7, lw=1, **looks)
        self._aside = aside

    def update(self, values):
        """Show values (seeds, layers)."""
        places = np.arange(1, values.shape[1] + 1) + self._aside
        self._each.set_data(np.tile(places, len(values)), values.ravel())
        self._median.set_data(places, np.median(values, axis=0))
