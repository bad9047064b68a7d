"""Demos of notebook 08."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from bnviz import batchnorm, experiments, live, measures, style
from bnviz.panels import LOOKS, Cursor, Histogram, draw_accuracy, draw_time, number, percent
from bnviz.pictures import Picture, Words


class _Curve:
    """A curve up to now, and somewhere on the figure a sample of its line with a name beside it."""

    def __init__(self, axes, x, y, looks):
        (self._line,) = axes.plot([], [], animated=True, clip_on=False, **looks)
        sample = {"transform": axes.figure.transFigure, "clip_on": False}
        axes.plot([x, x + 0.03], [y + 0.012] * 2, **sample, **looks)
        self._words = Words(axes, x + 0.04, y, transform=axes.figure.transFigure)

    def update(self, x, y, name):
        """Show the points (x, y), the last of which is now."""
        self._line.set_data(x, y)
        self._words.text = f"{name}: {percent(y[-1])}"


# training


@style.own_looks()
def training():
    """Scrub through the training of three networks and look into the one you choose."""
    records = experiments.three_networks()
    inputs = {name: experiments.into_sigmoid(record) for name, record in records.items()}
    paths = {name: measures.percentiles(y) for name, y in inputs.items()}  # (3, S, layers)
    steps = records[experiments.WITH]["steps"]
    figure = style.new_figure(9, 5.3)
    stages, below = _draw_stages(figure)
    accuracy, into = _Accuracies(below[0], steps, records), _Percentiles(below[1], steps)

    def show(step, chosen, layer):
        index = steps.searchsorted(step)
        z = records[chosen]["z"][index, layer - 1].astype(float)[:, None]  # (examples, 1)
        z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
        has_norm, y = "gamma" in records[chosen], inputs[chosen][index, layer - 1]
        for stage, values in {"z": z, "z_hat": z_hat, "y": y}.items():
            stages[stage].update(values if has_norm or stage == "z" else None)
        recognized = accuracy.update(index, chosen)
        low, median, high = now = paths[chosen][:, : index + 1, layer - 1]
        into.update(now, "y" if has_norm else "z")
        return (
            f"After {step} steps the test images recognized are {recognized}; the "
            f"sigmoid of a unit in layer {layer} ({chosen}) gets {number(median[-1])} as its "
            f"median and {percent(0.7)} of its inputs between {number(low[-1])} and "
            f"{number(high[-1])}."
        )

    return live.Live(
        "training", Picture(figure), show,
        step=live.steps("training step", steps.tolist(), 0),
        chosen=live.choice("look into", list(records), experiments.WITH),
        layer=live.choice("hidden layer", [1, 2, 3], 3),
    )  # fmt: skip


def _draw_stages(figure):
    """Draw three histograms by stage; return them, and the two axes below."""
    grid = figure.add_gridspec(
        2, 6, height_ratios=[4, 7], left=0.08, right=0.925, bottom=0.18, top=0.835, hspace=0.66,
        wspace=0.9,
    )  # fmt: skip
    stages = {}
    for column, stage in enumerate(("z", "z_hat", "y")):
        axes = figure.add_subplot(grid[0, 2 * column : 2 * column + 2])
        style.stage_title(axes, stage, pad=26)
        stages[stage] = Histogram(axes, stage, np.linspace(-5, 5, 41), top=None)
        axes.set_xticks([-4, -2, 0, 2, 4])
    return stages, [figure.add_subplot(grid[1, columns]) for columns in (slice(3), slice(3, 6))]


class _Accuracies:
    """The accuracies of the three networks up to now, with dots, the chosen one's larger."""

    def __init__(self, axes, steps, records):
        style.title(axes, "accuracy on the test images", pad=8)
        self._time = draw_accuracy(axes, steps)
        self._accuracies = {name: record["accuracy"] for name, record in records.items()}
        self._curves = [_Curve(axes, x, 0.02, looks) for x, looks in zip(KEY, LOOKS, strict=True)]
        self._cursor = Cursor(axes)
        (self._lit,) = axes.plot([], [], "o", color=style.INK, ms=10, clip_on=False, animated=True)

    def update(self, index, chosen):
        """Show the accuracies up to a snapshot; return those at it in words."""
        so_far, now = slice(index + 1), self._time[index]
        for curve, (name, values) in zip(self._curves, self._accuracies.items(), strict=True):
            curve.update(self._time[so_far], values[so_far], name)
        shares = {name: values[index] for name, values in self._accuracies.items()}
        self._cursor.update(now, shares.values())
        self._lit.set_data([now], [shares[chosen]])
        return ", ".join(f"{percent(share)} ({name})" for name, share in shares.items())


KEY = 0.08, 0.38, 0.69  # where the names of the three begin, as shares of the figure's width


class _Percentiles:
    """Three percentiles of what the sigmoid gets, up to now, named at their ends."""

    def __init__(self, axes, steps):
        style.title(axes, "into the sigmoid", pad=8)
        self._time = draw_time(axes, steps)
        axes.set(ylim=(-5, 5), yticks=[-4, -2, 0, 2, 4])
        axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
        self._lines = [axes.plot([], [], lw=width, animated=True)[0] for width in (1.2, 2.5, 1.2)]
        beside = axes.get_yaxis_transform()  # x as a share of the width, y in data
        self._names = [
            Words(axes, 1.03, 0, f"{q}\u00a0%", lift=-4, transform=beside) for q in (15, 50, 85)
        ]
        self._cursor = Cursor(axes)

    def update(self, percentiles, stage):
        """Show percentiles (3, steps so far) of a stage, in its colour."""
        heights = percentiles[:, -1]
        for line, path in zip(self._lines, percentiles, strict=True):
            line.set_data(self._time[: len(path)], path)
            line.set_color(style.STAGES[stage])
        apart = heights[1] + np.maximum(np.abs(heights - heights[1]), 1.0) * (-1, 0, 1)
        for words, height in zip(self._names, apart, strict=True):
            words.place = (1.03, height)
        self._cursor.update(self._time[percentiles.shape[1] - 1], heights)


# sweep


@style.own_looks()
def sweep():
    """Let a network train at every pair of a learning rate and a start, and look at one of them."""
    record = experiments.sweep()
    without, with_norm = (record[name][0] for name in ("without", "with"))  # seed 0: (S, 8, 7)
    reached = [(curves[-1, 1:] >= 0.9).sum() for curves in (without, with_norm)]
    figure = style.new_figure(9, 5.6)
    maps = [
        _Map(figure.add_axes([0.145, 0.45, 0.405, 0.475]), without[-1], "without", STARTS),
        _Map(figure.add_axes([0.585, 0.45, 0.405, 0.475]), with_norm[-1], "with", [""] * 8),
    ]
    figure.axes[0].set_ylabel("first weights")
    axes = figure.add_axes([0.145, 0.1, 0.52, 0.215])
    time, heights = draw_accuracy(axes, record["steps"]), (0.12, 0.195, 0.27)
    curves = [_Curve(axes, 0.685, y, looks) for y, looks in zip(heights, LOOKS, strict=True)]

    def show(trained, rate, weights):
        row, column = STARTS.index(weights), RATES.index(rate)
        shown = slice(None if trained else 1)
        for one in maps:
            one.update(trained, row, column)
        chosen = [
            (f"{weights}, without", without[shown, row, column]),
            (f"{STARTS[0]}, without", without[shown, 0, column]),
            (f"{weights}, with", with_norm[shown, row, column]),
        ]
        for curve, (name, values) in zip(curves, chosen, strict=True):
            curve.update(time[shown], values, name)
        small, well, normed = (percent(values[-1]) for _, values in chosen)
        return (
            f"After {300 if trained else 0} steps at learning rate {rate} from weights of {weights}"
            f", the network without batch norm recognizes {small} of the test images, with it "
            f"{normed}, and 4×Xavier without it {well}"
        ) + (
            f"; of the 49 cells above the bottom row, {reached[0]} reach 90\u00a0% without and "
            f"{reached[1]} with." if trained else "."
        )  # fmt: skip

    return live.Live(
        "sweep", Picture(figure), show,
        trained=live.switch("train all of them for 300 steps", False),
        rate=live.steps("learning rate", RATES, "0.5"),
        weights=live.steps("weights", STARTS, "sd 0.15"),
    )  # fmt: skip


RATES = [f"{rate:g}" for rate in experiments.SWEEP_RATES]
STARTS = ["4×Xavier", *(f"sd {scale:g}" for scale in experiments.SWEEP_WEIGHTS[1:])]


class _Map:
    """Accuracies (8 starts, 7 rates) as shades and numbers under a cover, a frame round one."""

    def __init__(self, axes, accuracy, name, rows):
        style.title(axes, f"{name} batch norm", pad=6)
        axes.imshow(_shade(accuracy), aspect="auto", origin="lower", interpolation="nearest")
        looks = {"ha": "center", "va": "center_baseline"}
        for (row, column), value in np.ndenumerate(accuracy):
            color = "white" if value >= 0.9 else style.INK
            axes.text(column, row, f"{100 * value:.0f}", color=color, **looks)
        for edge in range(1, 8):
            axes.axhline(edge - 0.5, color="white", lw=6 if edge == 1 else 1.5)
            axes.axvline(edge - 0.5, color="white", lw=1.5)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xticks(range(7), RATES)
        axes.set_yticks(range(8), rows)
        axes.set_xlabel("learning rate")
        self._cover = Rectangle((-0.5, -0.5), 7, 8, color=style.PALE, lw=0, animated=True, zorder=4)
        axes.add_patch(self._cover)
        rim = withStroke(linewidth=6, foreground=style.INK)  # seen on light cells, white on dark
        self._frame = Rectangle((0, 0), 1, 1, fill=False, ec="white", lw=2.5, path_effects=[rim])
        axes.add_patch(self._frame).set(clip_on=False, animated=True, zorder=5)

    def update(self, trained, row, column):
        """Take the cover off once all are trained; frame the cell in this row and column."""
        self._cover.set_visible(not trained)
        self._frame.set_xy((column - 0.5, row - 0.5))


def _shade(accuracy):
    """Colours (..., 3): from white to grey up to 90 %, then dark."""
    share = np.round(20 * accuracy[..., None]) / 25  # in steps that `style.palette` has
    grey = 1 - share * (1 - np.array(to_rgb(style.QUIET)))
    return np.where(accuracy[..., None] >= 0.9, to_rgb(style.INK), grey)
