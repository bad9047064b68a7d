"""Demos of notebook 01."""

import numpy as np

from bnviz import digits, experiments, live, measures, style
from bnviz.network import sigmoid
from bnviz.panels import Bars, Cursor, draw_time, number, percent
from bnviz.pictures import Picture, Words

BATCH_SIZE = 60


# batches


@style.own_looks()
def batches():
    """Compare one mini-batch of 60 with the whole population, drawn in four ways."""
    z = (experiments.images() @ experiments.weights())[:, 0].astype(float)  # (n,)
    mean, sd = z.mean(), z.std()
    noise, orders = sd / np.sqrt(BATCH_SIZE), batch_orders()
    count = len(z) // BATCH_SIZE
    figure = style.new_figure(9, 5.2)
    above, below = figure.subplots(2, 1, height_ratios=[5, 4])
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.1, top=0.83, hspace=0.3)
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
        said.text = f"mini-batch {batch}: mean {number(now.mean())}, sd {number(now.std())}"
        dots.set_data(means, np.arange(1, count + 1))
        lit.set_data([now.mean()], [batch])
        for line in lines:
            line.set_xdata([now.mean()] * 2)
        inside = np.count_nonzero(np.abs(means - mean) < 2 * noise)
        away = (now.mean() - mean) / noise
        return (
            f"Mini-batch {batch}, {order}, has mean {number(now.mean())} and sd "
            f"{number(now.std())}, the population mean {number(mean)} and sd {number(sd)}: it lies "
            f"{number(abs(away), 1)} times σ/√m = {number(noise)} "
            f"{'below' if away < 0 else 'above'}; {inside} of the {count} batch means lie within "
            "2 σ/√m of the population's."
        )

    return live.Live(
        "batches", Picture(figure), show,
        batch=live.slider("mini-batch", 1, count, 1, 1),
        order=live.choice("how they are drawn", list(orders), "shuffled"),
    )  # fmt: skip


def batch_orders():
    """Return mini-batches of the training images by how they are drawn, {name: (batches, m)}.

    Each image is in one batch at most; what does not fill a last batch is left out.
    """
    images, labels = experiments.images(), digits.load().labels

    def cut(order):
        return order[: len(order) // BATCH_SIZE * BATCH_SIZE].reshape(-1, BATCH_SIZE)

    return {
        # not seed 0, which holds a batch so far off that one shuffle in 2,000 has the like
        "shuffled": cut(np.random.default_rng(1).permutation(len(images))),
        "shuffled again": cut(np.random.default_rng(2).permutation(len(images))),
        "sorted by digit": cut(np.argsort(labels, kind="stable")),
        "most ink first": cut(np.argsort(-images.mean(axis=-1), kind="stable")),
    }


def _draw_population(axes, z, edges):
    style.frame(axes)
    style.title(axes, "net of one unit", "$z = Wx$", style.STAGES["z"], 26)
    Bars(axes, edges, 0.25, animated=False, fill=True, color=style.PALE).update(z)
    axes.axvline(z.mean(), color=style.QUIET, lw=1)
    said = f"all {z.size:,} images: mean {number(z.mean())}, sd {number(z.std())}"
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


# drift


@style.own_looks()
def drift():
    """Follow the net of one unit per hidden layer, and its output, while the network learns."""
    records = experiments.three_networks() | experiments.fourth_network()
    runs = {start: _stages(records[name]) for start, name in STARTS.items()}
    steps = records[experiments.WITH]["steps"]
    figure = style.new_figure(9, 4.7)
    traces, key = _draw_layers(figure, steps)

    def show(step, weights, batch_norm):
        stages, index = runs[weights, batch_norm], steps.searchsorted(step)
        enters = "y" if batch_norm else "z"
        key.text = "y, after batch norm" if batch_norm else ""
        for (stage, layer), trace in traces.items():
            trace.update(*stages.get(stage, NOTHING), layer, index, lit=stage in (enters, "a"))
        median = stages[enters][1][1, : index + 1]  # (steps so far, layers)
        accuracy = records[STARTS[weights, batch_norm]]["accuracy"][index]
        return (
            f"After {step} steps {'with' if batch_norm else 'without'} batch norm, from weights of "
            f"{weights}, the median that enters the sigmoid is {_join(median[-1])} in layers "
            f"1, 2 and 3; so far it has ranged over {_join(np.ptp(median, axis=0))}; "
            f"{percent(accuracy)} of the test images are recognized."
        )

    return live.Live(
        "drift", Picture(figure), show,
        step=live.steps("training step", steps.tolist(), 0),
        weights=live.choice("first weights", ["sd 0.1", "4×Xavier"], "sd 0.1"),
        batch_norm=live.switch("batch norm", False),
    )  # fmt: skip


STARTS = {  # weights and batch norm: the record
    ("sd 0.1", False): experiments.WITHOUT,
    ("4×Xavier", False): experiments.WELL,
    ("sd 0.1", True): experiments.WITH,
    ("4×Xavier", True): experiments.WELL_WITH,
}
NOTHING = np.empty((99, 3, 0)), np.full((3, 99, 3), np.nan)  # of a stage that is not there


def _stages(record):
    """Each stage of a record: values (S, layers, examples) and percentiles (3, S, layers)."""
    y = experiments.into_sigmoid(record)
    stages = {"z": record["z"].astype(float), "a": sigmoid(y)}
    stages |= {"y": y} if "gamma" in record else {}
    return {stage: (values, measures.percentiles(values)) for stage, values in stages.items()}


def _join(values):
    first, second, third = (number(value) for value in values)
    return f"{first}, {second} and {third}"


def _draw_layers(figure, steps):
    """Draw all axes; return what moves in them, {(stage, layer): _Trace}, and words of the key."""
    grid = figure.add_gridspec(
        2, 3, height_ratios=[5, 3], left=0.08, right=0.985, bottom=0.125, top=0.93, wspace=0.16,
        hspace=0.15,
    )  # fmt: skip
    traces = {}
    for layer in range(3):
        cells = [grid[row, layer].subgridspec(1, 2, width_ratios=[3, 7], wspace=0.06)
                 for row in (0, 1)]  # fmt: skip
        upper, lower = (cell.subplots() for cell in cells)
        style.title(upper[0], f"hidden layer {layer + 1}", pad=4)
        _draw_axis(*upper, steps, (-5, 0, 5), "into the sigmoid" if layer == 0 else "")
        _draw_axis(*lower, steps, (0, 0.5, 1), "$a$, out of it" if layer == 0 else "")
        upper[1].set(xticklabels=[], xlabel="")
        lower[0].set_xlabel("now", labelpad=20)
        traces |= {(stage, layer): _Trace(*upper, steps, stage) for stage in ("z", "y")}
        traces["a", layer] = _Trace(*lower, steps, "a")
    upper[1].text(0.05, 0.02, "lines: 15, 50, 85 %\nof the images", transform=upper[1].transAxes)
    beside = figure.axes[1]
    beside.text(0.05, 0.91, "z, the net", color=style.STAGES["z"], transform=beside.transAxes)
    return traces, Words(beside, 0.05, 0.82, color=style.STAGES["y"])


def _draw_axis(now, paths, steps, ticks, name):
    """Give a histogram and the paths beside it one axis, with its name where it has one."""
    draw_time(style.frame(paths), steps)
    marks = [0, 10, 100, 1000]
    paths.set_xticks(np.log1p(marks), marks)
    paths.set_ylim(ticks[0], ticks[-1])
    now.set(ylim=(ticks[0], ticks[-1]), xticks=[], ylabel=name)
    now.set_yticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks] if name else [""] * 3)
    for axes in (now, paths):
        axes.axhline(ticks[1], color=style.QUIET, lw=0.8, zorder=0)


class _Trace:
    """One stage of one unit: its bars now, and beside them three percentiles up to now."""

    def __init__(self, now, paths, steps, stage):
        color, edges = style.STAGES[stage], np.linspace(*now.get_ylim(), 41)
        self._bars = Bars(now, edges, vertical=False, fill=stage != "y", color=color, lw=1.5)
        looks = {"color": color, "animated": True}
        self._lines = [paths.plot([], [], lw=width, **looks)[0] for width in (1.2, 2.5, 1.2)]
        self._cursor, self._time = Cursor(paths), np.log1p(steps)

    def update(self, values, percentiles, layer, index, lit):
        """Show values (S, layers, examples) and percentiles (3, S, layers); a cursor where lit."""
        self._bars.update(values[index, layer])
        so_far = percentiles[:, : index + 1, layer]
        for line, path in zip(self._lines, so_far, strict=True):
            line.set_data(self._time[: index + 1], path)
        self._cursor.update(self._time[index] if lit else np.nan, so_far[:, -1])


# depth


@style.own_looks()
def depth():
    """Push the digits through 20 untrained hidden layers, for a scale of the weights."""
    starts = experiments.deep_starts()
    scales = [f"{scale:g}" for scale in starts["scales"]]
    figure = style.new_figure(9, 3.4)
    panels = figure.subplots(1, 3)
    figure.subplots_adjust(left=0.07, right=0.98, bottom=0.16, top=0.8, wspace=0.32)
    curves = {
        name: _draw_depth(axes, *words)
        for axes, (name, words) in zip(panels, DEPTH_PANELS.items(), strict=True)
    }
    Words(panels[0], 0.05, 0.15, "without batch norm", color=style.STAGES["z"])
    key = Words(panels[0], 0.05, 0.05, color=style.STAGES["z_hat"])

    def show(scale, batch_norm):
        row = scales.index(scale)
        key.text = "with batch norm" if batch_norm else ""
        for name, (without, with_norm) in curves.items():
            without.set_ydata(starts["without"][name][row])
            with_norm.set_ydata(starts["with"][name][row])
            with_norm.set_visible(batch_norm)
        said = starts["with" if batch_norm else "without"]
        (first, *_, last), gradients = said["spread"][row], said["gradient"][row]
        return (
            f"With weights of sd {scale}, {'with' if batch_norm else 'without'} batch norm, the sd "
            f"of the net over the images is {_short(first)} in layer 1 and {_short(last)} in layer "
            f"20; there {percent(said['saturated'][row][-1])} of the activations lie within 0.03 "
            f"of 0 or 1; the gradient of layer 1 is {_short(gradients[0] / gradients[-1])} times "
            "that of layer 20."
        )

    return live.Live(
        "depth", Picture(figure), show,
        scale=live.steps("sd of the weights", scales, "0.1"),
        batch_norm=live.switch("batch norm", False),
    )  # fmt: skip


DECADES = {"yscale": "log", "ylim": (1e-15, 30), "yticks": [1e-12, 1e-8, 1e-4, 1]}
SHARES = {"ylim": (0, 1), "yticks": [0, 0.5, 1], "yticklabels": ["0 %", "50 %", "100 %"]}
DEPTH_PANELS = {  # heading, what it is, its axis
    "spread": ("spread", "sd of $z$ over the images", DECADES),
    "saturated": ("saturation", "share of $a$ at 0 or 1", SHARES),
    "gradient": ("gradient", "rms of $dL/dW$", DECADES),
}


def _draw_depth(axes, heading, what, height):
    """Draw a panel over 20 layers; return its curves without and with batch norm."""
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
