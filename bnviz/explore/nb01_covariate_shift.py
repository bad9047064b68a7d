"""Demos of notebook 01."""

import itertools

import numpy as np

from bnviz import digits, example, measures, recordings, style
from bnviz.live import choice, demo, slider, stops, switch
from bnviz.network import sigmoid
from bnviz.panels import Bars, Percentiles, draw_time, mean_and_sd, number, percent
from bnviz.pictures import Picture, Words

BATCH_SIZE = 60


@demo
def batches():
    """Compare one mini-batch of 60 with the whole population, drawn in four ways."""
    z = (example.images() @ example.weights())[:, 0].astype(float)  # (n,)
    mean, sd = z.mean(), z.std()
    noise, orders = sd / np.sqrt(BATCH_SIZE), batch_orders()
    count = len(z) // BATCH_SIZE
    figure = style.new_figure(9, 5.2, left=0.02, right=0.98, bottom=0.1, top=0.83, hspace=0.3)
    above, below = figure.subplots(2, 1, height_ratios=[5, 4])
    edges = mean + sd * np.linspace(-3, 3.5, 27)
    _draw_population(above, z, edges)
    _draw_band(below, mean, 2 * noise, count, (edges[0], edges[-1]))
    bars = Bars(above, edges, 0.25, color=style.STAGES["z"], lw=2)
    said = Words(above, 0, 1, lift=8, color=style.STAGES["z"])
    looks = {"animated": True, "color": style.STAGES["z"], "mew": 0}
    (dots,) = below.plot([], [], "o", ms=5, **looks)
    (lit,) = below.plot([], [], "o", ms=9, **looks | {"color": style.INK})
    lines = [axes.axvline(mean, color=style.INK, lw=2, animated=True) for axes in (above, below)]

    def show(batch, order):
        values = z[orders[order]]  # (batches, m)
        means, now = values.mean(axis=-1), values[batch - 1]
        bars.update(now)
        said.text = f"mini-batch {batch}: {mean_and_sd(now, ', ')}"
        dots.set_data(means, np.arange(1, count + 1))
        lit.set_data([now.mean()], [batch])
        for line in lines:
            line.set_xdata([now.mean()] * 2)
        inside = np.count_nonzero(np.abs(means - mean) < 2 * noise)
        away = (now.mean() - mean) / noise
        return (
            f"Mini-batch {batch}, {order}, has {mean_and_sd(now)}, the population {mean_and_sd(z)}"
            f": it lies {number(abs(away), 1)} times σ/√m = {number(noise)} "
            f"{'below' if away < 0 else 'above'}; {inside} of the {count} batch means lie within "
            "2 σ/√m of the population's."
        )

    controls = {
        "batch": slider("mini-batch", 1, count, 1, 1),
        "order": choice("how they are drawn", list(orders), "shuffled"),
    }
    return Picture(figure), show, controls


def batch_orders():
    """Return mini-batches of the training images by how they are drawn, {name: (batches, m)}.

    Each image is in one batch at most; what does not fill a last batch is left out.
    """
    images, labels = example.images(), digits.load().labels
    orders = {
        # not seed 0, which holds a batch so far off that one shuffle in 2,000 has the like
        "shuffled": np.random.default_rng(1).permutation(len(images)),
        "shuffled again": np.random.default_rng(2).permutation(len(images)),
        "sorted by digit": np.argsort(labels, kind="stable"),
        "most ink first": np.argsort(-images.mean(axis=-1), kind="stable"),
    }
    kept = len(images) // BATCH_SIZE * BATCH_SIZE
    return {name: order[:kept].reshape(-1, BATCH_SIZE) for name, order in orders.items()}


def _draw_population(axes, z, edges):
    style.frame(axes)
    style.title(axes, "net of one unit", "$z = Wx$", style.STAGES["z"], 26)
    Bars(axes, edges, 0.25, animated=False, fill=True, color=style.PALE).update(z)
    axes.axvline(z.mean(), color=style.QUIET, lw=1)
    said = f"all {z.size:,} images: {mean_and_sd(z, ', ')}"
    place = {"xycoords": "axes fraction", "textcoords": "offset points"}
    axes.annotate(said, (1, 1), (0, 8), ha="right", color=style.QUIET, **place)


def _draw_band(axes, mean, reach, count, limits):
    """Draw where batch means lie if nothing but chance moves them; the first batch is on top."""
    style.frame(axes).set(xlim=limits, ylim=(count + 1.5, -0.5))
    axes.axvspan(mean - reach, mean + reach, color=style.PALE, lw=0, zorder=0)
    axes.axvline(mean, color=style.QUIET, lw=1)
    looks = {"transform": axes.transAxes, "va": "top"}
    axes.text(0, 1, f"means of all {count}\nmini-batches,\nthe first on top", **looks)
    axes.text(1, 1, "band: $\\mu \\pm 2\\,\\sigma/\\sqrt{m}$,\nchance alone", ha="right", **looks)


@demo
def drift():
    """Follow the net of one unit per hidden layer, and its output, while the network learns."""
    records = recordings.read("four_networks")
    runs = {start: _stages(records[name]) for start, name in STARTS.items()}
    steps = records[example.WITH_BN]["steps"]
    figure = style.new_figure(9, 4.7, left=0.08, right=0.985, bottom=0.125, top=0.93)
    moving, key = _draw_layers(figure, steps)

    def show(step, weights, batch_norm):
        stages, index = runs[weights, batch_norm], steps.searchsorted(step)
        enters = "y" if batch_norm else "z"
        key.text = "y, after batch norm" if batch_norm else ""
        for (stage, layer), (now, so_far) in moving.items():
            values, paths = stages.get(stage, NOTHING)
            now.update(values[index, layer])
            so_far.update(paths[:, : index + 1, layer], stage, lit=stage in (enters, "a"))
        median = stages[enters][1][1, : index + 1]  # (steps so far, layers)
        accuracy = records[STARTS[weights, batch_norm]]["accuracy"][index]
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
    return Picture(figure), show, controls


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


def _draw_layers(figure, steps):
    """Draw all axes; return {(stage, layer): (Bars, Percentiles)}, and the words of the key."""
    widths = [3, 0.3, 7, 1.648] * 3  # of a histogram, a gap, the paths, a gap
    shape = {"height_ratios": [5, 3], "width_ratios": widths[:-1], "wspace": 0, "hspace": 0.15}
    grid = figure.add_gridspec(2, 11, **shape)
    moving = {}
    for layer, row in itertools.product(range(3), (0, 1)):
        stages, ticks, name = ROWS[row]
        now, beside = (figure.add_subplot(grid[row, 4 * layer + column]) for column in (0, 2))
        time = _draw_axes(now, beside, steps, ticks, name)
        if row == 0:
            style.title(now, f"hidden layer {layer + 1}", pad=4)
        for stage in stages:
            looks = {"fill": stage != "y", "color": style.STAGES[stage], "lw": 1.5}
            bars = Bars(now, np.linspace(ticks[0], ticks[-1], 41), vertical=False, **looks)
            moving[stage, layer] = bars, Percentiles(beside, time)
    first, last = figure.axes[1], figure.axes[-3]  # what enters in layers 1 and 3
    last.text(0.05, 0.02, "lines: 15, 50, 85 %\nof the images", transform=last.transAxes)
    first.text(0.05, 0.91, "z, the net", color=style.STAGES["z"], transform=first.transAxes)
    return moving, Words(first, 0.05, 0.82, color=style.STAGES["y"])


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


@demo
def depth():
    """Push the digits through 20 untrained hidden layers, for a scale of the weights."""
    starts = recordings.read("deep_starts")
    scales = [f"{scale:g}" for scale in starts["scales"]]
    figure = style.new_figure(9, 3.4, left=0.07, right=0.98, bottom=0.16, top=0.8, wspace=0.32)
    panels = figure.subplots(1, 3)
    lines = {}
    for axes, (quantity, words) in zip(panels, DEPTH_PANELS.items(), strict=True):
        lines["without", quantity], lines["with", quantity] = _draw_depth(axes, *words)
    Words(panels[0], 0.05, 0.15, "without batch norm", color=style.STAGES["z"])
    key = Words(panels[0], 0.05, 0.05, color=style.STAGES["z_hat"])

    def show(scale, batch_norm):
        row, chosen = scales.index(scale), "with" if batch_norm else "without"
        key.text = "with batch norm" if batch_norm else ""
        for (norm, quantity), line in lines.items():
            line.set_ydata(starts[norm][quantity][row])
            line.set_visible(norm in ("without", chosen))
        spread, saturated, gradient = (starts[chosen][quantity][row] for quantity in DEPTH_PANELS)
        return (
            f"With weights of sd {scale}, {chosen} batch norm, the sd of the net over the images "
            f"is {_short(spread[0])} in layer 1 and {_short(spread[-1])} in layer 20; there "
            f"{percent(saturated[-1])} of the activations lie within 0.03 of 0 or 1; the gradient "
            f"of layer 1 is {_short(gradient[0] / gradient[-1])} times that of layer 20."
        )

    controls = {
        "scale": stops("sd of the weights", scales, "0.1"),
        "batch_norm": switch("batch norm", False),
    }
    return Picture(figure), show, controls


DECADES = {"yscale": "log", "ylim": (1e-15, 30), "yticks": [1e-12, 1e-8, 1e-4, 1]}
SHARES = {"ylim": (0, 1), "yticks": [0, 0.5, 1], "yticklabels": ["0 %", "50 %", "100 %"]}
DEPTH_PANELS = {  # heading, what it is, its axis
    "spread": ("spread", "sd of $z$ over the images", DECADES),
    "saturated": ("saturation", "share of $a$ at 0 or 1", SHARES),
    "gradient": ("gradient", "rms of $dL/dW$", DECADES),
}


def _draw_depth(axes, heading, what, height):
    """Draw a panel over 20 layers; return its lines without and with batch norm."""
    style.title(axes, heading, what)
    axes.set(xlim=(0.5, 20.5), xticks=[1, 5, 10, 15, 20], xlabel="hidden layer", **height)
    looks = {"animated": True, "ms": 5, "mew": 0, "clip_on": False}
    layers, none, colors = range(1, 21), [np.nan] * 20, [style.STAGES["z"], style.STAGES["z_hat"]]
    return [axes.plot(layers, none, "-o", color=color, **looks)[0] for color in colors]


def _short(value):
    """A number of any size as text: 0.12, 3e−9."""
    if value >= 0.01:
        return number(value)
    return f"{value:.0e}".replace("e-0", "e-").replace("-", "−")
