"""The demos of notebook 12."""

import numpy as np

from bnviz import style
from bnviz.live import choice, demo, slider, stops
from bnviz.panels import Cursor, percent
from bnviz.pictures import Picture, Words

FOUR = np.array([1.0, 2.0, 3.0, 4.0])
OFFSETS = 10 ** np.arange(9)
PRECISIONS = ("float16", "float32", "float64")
LEAST, MOST = 1e-17, 1e10  # errors on the axis; what is exact lies at its lower end
BATCHES = np.arange(301)
RATES = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9, 0.99)
SHAPE = (4, 3, 2, 3, 3)  # examples, groups, channels of a group, height, width
SHARED = {  # the axes over which the mean is taken: nothing else differs
    "batch norm": (0, 3, 4),
    "layer norm": (1, 2, 3, 4),
    "group norm": (2, 3, 4),
    "instance norm": (3, 4),
    "RMS norm": (1, 2, 3, 4),
}


def two_passes(x):
    """The variance as the mean of the squared distances from the mean, in the precision of x."""
    mean = x.mean(axis=-1, dtype=x.dtype, keepdims=True)
    return ((x - mean) ** 2).mean(axis=-1, dtype=x.dtype)


def one_pass(x):
    """The variance as the mean of the squares minus the square of the mean, likewise."""
    mean = x.mean(axis=-1, dtype=x.dtype)
    return (x * x).mean(axis=-1, dtype=x.dtype) - mean * mean


@demo
def offset():
    """Add a large number to 1, 2, 3 and 4, and see what two formulas make of their variance."""
    figure = style.new_figure(9, 3.9)
    axes = figure.add_axes([0.09, 0.15, 0.44, 0.65])
    axes.set(xlim=(-0.3, 8.3), ylim=(LEAST, MOST), yscale="log", xlabel="offset")
    axes.set_xticks(range(9), [f"$10^{power}$" for power in range(9)])
    axes.set_yticks([LEAST, 1e-8, 1, 1e8], ["exact", "$10^{-8}$", "1", "$10^8$"])
    style.title(axes, "error of the variance", "as a share of the true one, 1.25")
    axes.axhline(1, color=style.QUIET, lw=0.8)
    update_steady = _draw_formula(axes, r"$\frac{1}{m}\Sigma\,(z-\mu)^2$", "z_hat", "o", 0.5)
    update_fast = _draw_formula(axes, r"$\frac{1}{m}\Sigma\,z^2-\mu^2$", "y", "D", 0.1)
    cursor = Cursor(axes)
    stored, spacing = Words(axes, 1.1, 0.98), Words(axes, 1.1, 0.87, color=style.QUIET)

    def show(power, precision):
        with np.errstate(all="ignore"):  # that numbers overflow is what is shown
            numbers = (FOUR + OFFSETS[:, None]).astype(precision)  # (9, 4)
            steady = update_steady(two_passes(numbers), power)
            fast = update_fast(one_pass(numbers), power)
            gap = np.spacing(numbers[power, -1])
        cursor.update(power)
        parts = ", ".join(f"{x:g}" for x in numbers[power].astype(float) - OFFSETS[power])
        held = np.isfinite(gap)
        stored.text = f"held as {10**power:,} + ({parts})" if held else f"too large for {precision}"
        spacing.text = f"its neighbour is {gap:.1g} away" if held else ""
        return (
            f"With {10**power:,} added in {precision}, the squared distances from the mean give "
            f"the variance {steady}, and the mean of the squares minus the square of the mean "
            f"gives {fast}; the true one is 1.25."
        )

    controls = {
        "power": slider("offset: 10 to the power", 0, 8, 0, 1),
        "precision": choice("precision", PRECISIONS, "float32"),
    }
    return Picture(figure), show, controls


def _draw_formula(axes, formula, stage, marker, height):
    """Write a formula of the variance; return what shows its errors and says what it gives."""
    looks = {"color": style.STAGES[stage], "lw": 2, "ms": 7, "clip_on": False}
    (line,) = axes.plot([], [], marker + "-", animated=True, **looks)
    axes.plot(1.12, height + 0.15, marker, transform=axes.transAxes, **looks)
    axes.text(1.17, height + 0.12, formula, size=style.TITLE + 3, transform=axes.transAxes)
    words = Words(axes, 1.17, height - 0.03)

    def update(variances, power):
        errors = np.nan_to_num(np.abs(variances.astype(float) / FOUR.var() - 1), nan=MOST)
        line.set_data(range(9), errors.clip(LEAST, MOST))
        value = variances[power]
        said = f"{value:,.6g}".replace("-", "−") if np.isfinite(value) else "no number"
        words.text = "= " + said + (", and its root is no number" if value < 0 else "")
        return said

    return update


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
    return Picture(figure), show, controls


def _draw_row(axes, height, name, other, color):
    """Say at the right of the panel what a curve is; return the words below that."""
    axes.text(1.04, height + 0.1, name, weight="bold", transform=axes.transAxes, color=color)
    axes.text(1.04, height, other, transform=axes.transAxes, color=color)
    return Words(axes, 1.04, height - 0.1)


def shares_a_mean(norm, example, channel):
    """True for each cell of (examples, channels, height, width) that shares the mean of that one.

    The mean is taken of an array with a single 1 in it: where it is not 0, the 1 counts.
    """
    x = np.zeros(SHAPE)
    x[example, channel // SHAPE[2], channel % SHAPE[2], 1, 1] = 1
    mean = x.mean(axis=SHARED[norm], keepdims=True)
    cells = np.broadcast_to(mean, SHAPE) > 0
    return cells.reshape(SHAPE[0], -1, *SHAPE[3:])


@demo
def axes():
    """See which numbers share a mean in batch, layer, group, instance and RMS norm."""
    figure = style.new_figure(9, 4.2)
    panel = figure.add_axes([0.1, 0.04, 0.5, 0.8], aspect="equal", xlabel="channel",
                            ylabel="example")  # fmt: skip
    panel.set(xlim=(0.43, 6.58), ylim=(4.58, 0.43), xticks=range(1, 7), yticks=range(1, 5))
    panel.tick_params(length=0, labeltop=True, labelbottom=False)
    panel.spines[:].set_visible(False)
    panel.xaxis.set_label_position("top")
    spots = np.indices((4, 6, 3, 3))  # example, channel, row and column of each cell, from 0
    y, x = spots[:2] + 1 + 0.27 * (spots[2:] - 1)
    panel.plot(x.ravel(), y.ravel(), "s", color=style.PALE, ms=11)
    (lit,) = panel.plot([], [], "s", color=style.STAGES["z_hat"], ms=11, animated=True)
    (chosen,) = panel.plot([], [], "s", color=style.INK, ms=11, animated=True, zorder=3)
    panel.text(1.1, 0.9, "x: examples, groups, channels,", transform=panel.transAxes)
    panel.text(1.1, 0.82, "    height, width", transform=panel.transAxes)
    words = [Words(panel, 1.1, height) for height in (0.66, 0.44, 0.36, 0.14)]

    def show(norm, example, channel):
        cells = shares_a_mean(norm, example - 1, channel - 1)
        lit.set_data(x[cells], y[cells])
        chosen.set_data([channel], [example])
        what, averaged = ("mean square", "(x**2)") if norm == "RMS norm" else ("mean", "x")
        count, others = cells.sum(), cells.any(axis=(1, 2, 3)).sum() - 1
        words[0].text = f"{averaged}.mean(axis={SHARED[norm]})"
        words[1].text = f"{count} numbers share a {what},"
        words[2].text = f"and there are {cells.size // count} such groups."
        alike = "the same in training and test"
        words[3].text = "the test needs kept statistics" if others else alike
        return (
            f"In {norm}, the black number, of example {example} and channel {channel}, shares its "
            f"{what} with {count - 1} others, of {others} other examples and "
            f"{cells.any(axis=(0, 2, 3)).sum() - 1} other channels."
        )

    controls = {
        "norm": choice("norm", list(SHARED), "batch norm"),
        "example": slider("example", 1, 4, 1, 1),
        "channel": slider("channel", 1, 6, 1, 1),
    }
    return Picture(figure), show, controls
