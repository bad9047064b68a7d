"""Demos of notebook 01."""

import itertools

import numpy as np

from bnviz import example, measures, recordings, style
from bnviz.live import choice, demo, stops, switch
from bnviz.network import sigmoid
from bnviz.panels import Bars, Percentiles, draw_time, moving, number, percent
from bnviz.pictures import Picture, Words


@demo
def depth():
    """Push the digits through 20 untrained hidden layers, for a scale of the weights."""
    starts = recordings.read("deep_starts")
    scales = [f"{scale:g}" for scale in starts["scales"]]
    picture = DepthView()

    def show(scale, batch_norm):
        row = scales.index(scale)
        without, normed = (
            [starts[name][quantity][row] for quantity in DEPTH_PANELS]
            for name in ("without", "with")
        )
        picture.update(without, normed if batch_norm else None)
        said = f"With weights of sd {scale}, without batch norm, {_first_to_last(*without)}"
        return f"{said}; with batch norm, {_first_to_last(*normed)}." if batch_norm else f"{said}."

    controls = {
        "scale": stops("sd of the weights", scales, "0.1"),
        "batch_norm": switch("batch norm", False),
    }
    still = [{"scale": "0.4"}, {"scale": "1"}]
    still += [{"scale": scale, "batch_norm": True} for scale in ("2", "0.1")]
    return picture, show, controls, still


def _first_to_last(spread, saturated, gradient):
    return (
        f"the sd of the net over the images is {_short(spread[0])} in layer 1 and "
        f"{_short(spread[-1])} in layer 20; there {percent(saturated[-1])} of the activations lie "
        f"within 0.03 of 0 or 1; the gradient of layer 1 is {_short(gradient[0] / gradient[-1])} "
        "times that of layer 20"
    )


DECADES = {"yscale": "log", "ylim": (1e-15, 30), "yticks": [1e-12, 1e-8, 1e-4, 1]}
SHARES = {"ylim": (0, 1), "yticks": [0, 0.5, 1], "yticklabels": ["0 %", "50 %", "100 %"]}
DEPTH_PANELS = {  # heading, what it is, its axis
    "spread": ("spread", "sd of $z$ over the images", DECADES),
    "saturated": ("saturation", "share of $a$ near 0 or 1", SHARES),
    "gradient": ("gradient", "rms of $dL/dW$", DECADES),
}


class DepthView(Picture):
    """Three quantities over 20 hidden layers: spread, saturation and gradient."""

    def __init__(self):
        figure = style.new_figure(9, 3.4, left=0.07, right=0.98, bottom=0.16, top=0.8, wspace=0.32)
        panels = figure.subplots(1, len(DEPTH_PANELS))
        for axes, (heading, what, height) in zip(panels, DEPTH_PANELS.values(), strict=True):
            style.title(axes, heading, what)
            axes.set(xlim=(0.5, 20.5), xticks=[1, 5, 10, 15, 20], xlabel="hidden layer", **height)
        self._without = [_draw_layers(axes, "z") for axes in panels]
        self._with = [_draw_layers(axes, "z_hat") for axes in panels]
        Words(panels[0], 0.05, 0.15, "without batch norm", color=style.STAGES["z"])
        self._key = Words(panels[0], 0.05, 0.05, color=style.STAGES["z_hat"])
        super().__init__(figure)

    def update(self, without, with_batch_norm=None):
        """Show the three quantities without batch norm, (3, layers), and with it if given."""
        shown = with_batch_norm is not None
        self._key.text = "with batch norm" if shown else ""
        for line, values in zip(self._without, without, strict=True):
            line.set_ydata(values)
        for line, values in zip(self._with, with_batch_norm or without, strict=True):
            line.set_ydata(values)
            line.set_visible(shown)


def _draw_layers(axes, stage):
    """Draw a dot for each of 20 layers in the colour of a stage; return the line that moves."""
    looks = {"color": style.STAGES[stage], "ms": 5, "mew": 0, "clip_on": False}
    line = moving(axes, "-o", **looks)
    line.set_data(np.arange(1, 21), np.full(20, np.nan))
    return line


def _short(value):
    """A number of any size as text: 0.12, 3e−9."""
    if value >= 0.01:
        return number(value)
    return f"{value:.0e}".replace("e-0", "e-").replace("-", "−")


@demo
def drift():
    """Follow the net of one unit per hidden layer, and its output, while the network learns."""
    records = recordings.read("four_networks")
    runs = {start: _stages(records[name]) for start, name in STARTS.items()}
    steps = records[example.WITH_BN]["steps"]
    picture = DriftView(steps)

    def show(step, weights, batch_norm):
        stages, now = runs[weights, batch_norm], steps.searchsorted(step)
        picture.update(stages, now)
        _, paths = stages["y" if batch_norm else "z"]
        median = paths[1, : now + 1]  # of what enters the sigmoid, (steps so far, layers)
        accuracy = records[STARTS[weights, batch_norm]]["accuracy"][now]
        return (
            f"After {step} steps {'with' if batch_norm else 'without'} batch norm, from weights of "
            f"{weights}, the median that enters the sigmoid is {_join(median[-1])} in layers "
            f"1, 2 and 3; so far it has ranged over {_join(np.ptp(median, axis=0))}; "
            f"{percent(accuracy)} of the test images are recognized."
        )

    controls = {
        "step": stops("training step", steps.tolist(), 0),
        "weights": choice("first weights", ["sd 0.1", "4×Xavier"], "sd 0.1"),
        "batch_norm": switch("batch norm", False),
    }
    end = int(steps[-1])
    still = [
        {"step": end},
        {"step": end, "weights": "4×Xavier"},
        {"step": end, "batch_norm": True},
    ]
    return picture, show, controls, still


STARTS = {  # weights and batch norm: the record
    ("sd 0.1", False): example.SMALL_START,
    ("4×Xavier", False): example.GOOD_START,
    ("sd 0.1", True): example.WITH_BN,
    ("4×Xavier", True): example.GOOD_WITH_BN,
}
NOTHING = np.empty((99, 3, 0)), np.full((3, 99, 3), np.nan)  # of a stage that is not there


def _stages(record):
    """Each stage of a record: values (S, layers, examples) and percentiles (3, S, layers)."""
    y = example.into_sigmoid(record)
    stages = {"z": record["z"].astype(float), "a": sigmoid(y)}
    stages |= {"y": y} if "gamma" in record else {}
    return {stage: (values, measures.percentiles(values)) for stage, values in stages.items()}


def _join(values):
    return "{}, {} and {}".format(*map(number, values))


ROWS = (  # stages, ticks, name of the axis
    (("z", "y"), (-5, 0, 5), "into the sigmoid"),
    (("a",), (0, 0.5, 1), "$a$, out of it"),
)


class DriftView(Picture):
    """What enters and leaves the sigmoid of a unit in three layers: now, and at every step so far.

    steps: of the snapshots, (S,).
    """

    def __init__(self, steps):
        figure = style.new_figure(9, 4.9, left=0.08, right=0.985, bottom=0.12, top=0.86)
        widths = [3, 0.3, 7, 1.648] * 3  # of a histogram, a gap, the paths, a gap
        shape = {"height_ratios": [5, 3], "width_ratios": widths[:-1], "wspace": 0, "hspace": 0.15}
        grid = figure.add_gridspec(2, 11, **shape)
        self._panels = {}  # (stage, layer): Bars, Percentiles
        for layer, row in itertools.product(range(3), (0, 1)):
            stages, ticks, name = ROWS[row]
            now, beside = (figure.add_subplot(grid[row, 4 * layer + column]) for column in (0, 2))
            time = _draw_axes(now, beside, steps, ticks, name)
            if row == 0:
                style.title(now, f"hidden layer {layer + 1}", pad=4)
            for stage in stages:
                looks = {"fill": stage != "y", "color": style.STAGES[stage], "lw": 1.5}
                bars = Bars(now, np.linspace(ticks[0], ticks[-1], 41), vertical=False, **looks)
                self._panels[stage, layer] = bars, Percentiles(beside, time)
        figure.text(0.08, 0.955, "$z$, the net", color=style.STAGES["z"])
        words = "lines: 15, 50 and 85 % of the images lie below"
        figure.text(0.985, 0.955, words, ha="right", color=style.INK)
        first = figure.axes[0]
        place = {"transform": figure.transFigure, "color": style.STAGES["y"]}
        self._key = Words(first, 0.19, 0.955, **place)
        super().__init__(figure)

    def update(self, stages, now):
        """Show stages up to now: values (S, layers, examples), percentiles (3, S, layers)."""
        self._key.text = "y, after batch norm" if "y" in stages else ""
        lit = ("y", "a") if "y" in stages else ("z", "a")
        for (stage, layer), (bars, so_far) in self._panels.items():
            values, paths = stages.get(stage, NOTHING)
            bars.update(values[now, layer])
            so_far.update(paths[:, : now + 1, layer], stage, lit=stage in lit)


def _draw_axes(now, beside, steps, ticks, name):
    """Give a histogram and the paths beside it one axis; return the places of the steps."""
    time, marks = draw_time(style.frame(beside), steps), [0, 10, 100, 1000]
    beside.set_xticks(np.log1p(marks), marks)
    beside.set_ylim(ticks[0], ticks[-1])
    now.set(xticks=[], ylabel=name)
    now.set_xlabel("now", labelpad=20)
    now.set_yticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    for axes in (now, beside):
        axes.axhline(ticks[1], color=style.QUIET, lw=0.8, zorder=0)
        axes.label_outer()
    return time
