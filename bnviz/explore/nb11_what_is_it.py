"""Demos of notebook 11."""

import numpy as np

from bnviz import recordings, style
from bnviz.live import choice, demo, stops, switch
from bnviz.panels import (
    LOOKS,
    Cursor,
    StepRow,
    draw_accuracy,
    draw_sample,
    draw_time,
    moving,
    number,
    percent,
)
from bnviz.pictures import Picture, Words
from bnviz.recordings import landscapes
from bnviz.recordings.centring import ACTIVATIONS, KINDS
from bnviz.recordings.direction import NORMS
from bnviz.recordings.direction import RATES as DIRECTION_RATES
from bnviz.recordings.race import MARK_NAMES, at_best, looks

WEIGHTS = [name.partition(",")[0] for name in landscapes.WIDTHS]  # "sd 0.1" and the like
ONE = landscapes.MULTIPLES.tolist().index(1)
ROWS = ("good start", "neither", "divide", "subtract", "both")
LINES = {
    "good start": {"color": style.QUIET, "ls": (0, (4, 2))},
    "neither": {"color": style.STAGES["z"]},  # the folded start
    "divide": {"color": style.STAGES["y"]},
    "subtract": {"color": style.STAGES["z_hat"]},
    "both": {"color": style.INK},
}
IN_WORDS = {
    "neither": "neither subtracting nor dividing",
    "divide": "only dividing",
    "subtract": "only subtracting",
    "both": "subtracting and dividing",
}


@demo
def centring():
    """Subtract the batch's mean, or divide by its sd, or both, or neither: who is fast?"""
    recorded, steps = recordings.read("centring"), looks(600)
    figure = style.new_figure(9, 5.2)
    curves = _AccuracyOfSeeds(figure, steps)
    rows = _Rows(figure)

    def show(subtract, divide, activation, mark, step):
        chosen = next(name for name, switches in KINDS.items() if switches == (subtract, divide))
        so_far = slice(steps.searchsorted(step) + 1)
        networks = recorded[activation]
        paths = {name: networks[name]["accuracy"][:, so_far] for name in ROWS}
        curves.update(paths, chosen)
        needed = {
            name: at_best(networks[name]["to_marks"], MARK_NAMES.index(mark)) for name in ROWS
        }
        rows.update(needed, chosen, step, mark)
        now, arrived = paths[chosen][:, -1], needed[chosen][needed[chosen] <= step]
        when = f", after {arrived.min():.0f} to {arrived.max():.0f}" if arrived.size else ""
        return (
            f"{activation}, {IN_WORDS[chosen]}: after {step} steps "
            f"{percent(np.median(now))} of the test images are recognized ({percent(now.min())} to "
            f"{percent(now.max())}), and {arrived.size} of 5 networks have reached "
            f"{mark}{when}."
        )

    controls = {
        "subtract": switch("subtract the batch's mean", False),
        "divide": switch("divide by its sd", False),
        "step": stops("training step", steps.tolist(), 0),
        "activation": choice("activation", list(ACTIVATIONS), "sigmoid"),
        "mark": choice("steps to", list(MARK_NAMES), "90 %"),
    }
    still = [
        {"step": int(steps[-1])},
        {"step": int(steps[-1]), "divide": True},
        {"step": int(steps[-1]), "subtract": True},
    ]
    return Picture(figure), show, controls, still


class _AccuracyOfSeeds:
    """Accuracies over the steps up to now: five seeds of one network, the medians of all."""

    def __init__(self, figure, steps):
        axes = figure.add_axes([0.19, 0.59, 0.71, 0.32])
        style.title(axes, "accuracy on the test images", "", pad=8)
        axes.text(0.5, 1.07, "thick: medians; thin: five seeds of the chosen",
                  transform=axes.transAxes)  # fmt: skip
        self._time = draw_accuracy(axes, steps)
        self._medians = {name: moving(axes, lw=2, **LINES[name]) for name in ROWS}
        self._seeds = [moving(axes, lw=0.7, zorder=2.5) for _ in range(5)]
        self._cursor = Cursor(axes)

    def update(self, paths, chosen):
        """Show accuracies (5 seeds, steps up to now) by name, the seeds of the chosen one."""
        time = self._time[: paths[chosen].shape[1]]
        for name, line in self._medians.items():
            line.set_data(time, np.median(paths[name], axis=0))
        for line, path in zip(self._seeds, paths[chosen], strict=True):
            line.set_data(time, path)
            line.set_color(LINES[chosen]["color"])
        self._cursor.update(time[-1])


class _Rows:
    """A `StepRow` for every kind of network, with its line; a mark stands at the chosen one."""

    def __init__(self, figure):
        axes = style.frame(figure.add_axes([0.19, 0.1, 0.71, 0.33]))
        axes.set_ylim(len(ROWS) - 0.5, -0.5)
        draw_time(axes, [600])
        beside = axes.get_yaxis_transform()
        self._title = Words(axes, 0, 1, transform=axes.transAxes, lift=12)
        self._chosen = moving(axes, ">", ms=9, color=style.INK, transform=beside, clip_on=False)
        self._rows = {}
        for row, name in enumerate(ROWS):
            self._rows[name] = StepRow(axes, row, name)
            draw_sample(axes, -0.225, row, 0.055, **LINES[name])

    def update(self, needed, chosen, step, mark):
        """Show steps (5 seeds,) by name, those up to now."""
        self._title.text = f"steps to {mark}, at its best rate: seeds and median"
        self._chosen.set_data([-0.245], [ROWS.index(chosen)])
        for name, row in self._rows.items():
            row.update(needed[name], step, LINES[name]["color"])


@demo
def direction():
    """Train with batch norm at a rate of your choice while the length of W is free, or is not."""
    recorded = recordings.read("direction")
    steps = recorded["steps"]
    figure = style.new_figure(9, 4)
    length, effective, accuracy = _draw_direction(figure, steps)

    def show(rate, norms, step):
        column, so_far = DIRECTION_RATES.index(float(rate)), slice(steps.searchsorted(step) + 1)
        pairs = [
            {name: values[..., column] for name, values in recorded[which].items()}
            for which in (norms, "free")
        ]
        lengths = [pair["length"][:, so_far].mean(axis=0) for pair in pairs]  # (steps, layers)
        length.update(*lengths)
        effective.update(*(float(rate) / each**2 for each in lengths))
        accuracy.update(*(pair["accuracy"][:, so_far].T for pair in pairs))
        now, reached = lengths[0][-1, 1], pairs[0]["accuracy"][:, so_far][:, -1]
        return (
            f"Learning rate {rate}, {norms}, after {step} steps: a unit of the second layer has "
            f"weights of length {number(now)} (at the start {number(lengths[0][0, 1])}), so "
            f"η/‖W‖² is {float(rate) / now**2:.2g}, and {percent(np.median(reached))} of the test "
            f"images are recognized ({percent(reached.min())} to {percent(reached.max())})."
        )

    controls = {
        "rate": stops("learning rate η", [f"{rate:g}" for rate in DIRECTION_RATES], "10"),
        "norms": choice("length of W", list(NORMS), "free"),
        "step": stops("training step", steps.tolist(), 0),
    }
    end = int(steps[-1])
    still = [{"step": end, "norms": norms} for norms in ("held", "decay 0.01")]
    return Picture(figure), show, controls, still


def _draw_direction(figure, steps):
    """Draw three panels over the steps; return their `_Paths`."""
    titles = ("length ‖W‖", "three layers, means of units"), ("step η/‖W‖²", "what turns W")
    titles += (("accuracy", "five seeds; grey: free"),)
    panels = []
    for column, (heading, formula) in enumerate(titles):
        axes = figure.add_axes([0.075 + 0.325 * column, 0.14, 0.25, 0.64])
        style.title(axes, heading, formula, pad=8)
        panels.append(axes)
    length, effective, accuracy = panels
    time = draw_accuracy(accuracy, steps)
    for axes, limits in ((length, (0.1, 100)), (effective, (0.001, 100))):
        draw_time(axes, steps)
        axes.set(yscale="log", ylim=limits)
        axes.minorticks_off()
    length.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    effective.set_yticks([0.001, 0.01, 0.1, 1, 10, 100], ["0.001", "0.01", "0.1", "1", "10", "100"])
    return _Paths(length, time, 3), _Paths(effective, time, 3), _Paths(accuracy, time, 5)


class _Paths:
    """Some lines over the steps up to now, in black, and as many of another network in grey."""

    def __init__(self, axes, time, count):
        looks = {"animated": True, "lw": 1.2}
        self._others = axes.plot(np.empty((0, count)), color=style.PALE, zorder=1.5, **looks)
        self._lines = axes.plot(np.empty((0, count)), color=style.INK, **looks)
        self._time, self._cursor = time, Cursor(axes)

    def update(self, values, others):
        """Show values and others, both (steps up to now, count)."""
        time = self._time[: len(values)]
        for lines, paths in ((self._lines, values.T), (self._others, others.T)):
            for line, path in zip(lines, paths, strict=True):
                line.set_data(time, path)
        self._cursor.update(time[-1])


@demo
def landscape():
    """Walk from a point of the training along its gradient: what becomes of the loss?"""
    recorded = recordings.read("landscapes")
    steps = np.arange(0, 401, 20)
    figure = style.new_figure(9, 5.4)
    panels = _draw_landscape(figure)
    small, good, normed = LOOKS
    looks = small, good, {"color": style.STAGES["z"], "lw": 2}, normed
    heights = (0.9, 0.63, 0.36, 0.09)
    walks = [_draw_walk(panels, *place) for place in zip(heights, looks, strict=True)]
    cursor = Cursor(panels[-1])

    def show(step, setting, weights):
        names = *landscapes.WITHOUT, f"{weights}, with"
        said = [
            update(name, recorded[setting][name], steps[steps <= step])
            for update, name in zip(walks, names, strict=True)
        ]
        cursor.update(step)
        return (
            f"{setting}, after {step} steps: one learning rate along the gradient, the loss and "
            f"the cosine to the gradient there are {', '.join(said)}."
        )

    controls = {
        "step": stops("training step", steps.tolist(), 0),
        "setting": choice("activation", list(landscapes.SETTINGS), "ReLU, rate 0.1"),
        "weights": stops("with batch norm", WEIGHTS, "sd 0.1"),
    }
    still = [{"step": 200, "weights": weights} for weights in ("sd 0.02", "sd 1")]
    return Picture(figure), show, controls, still


def _draw_landscape(figure):
    """Draw all axes; return the two along the gradient, and the one over training."""
    loss, cosine, path = figure.subplot_mosaic(
        [["loss", "cosine", "."], ["path"] * 3], height_ratios=[5, 4], width_ratios=[6, 6, 3]
    ).values()
    figure.subplots_adjust(left=0.075, right=0.965, bottom=0.105, top=0.87, hspace=0.75, wspace=0.3)
    style.title(loss, "loss along the gradient", "after the step ÷ before")
    style.title(cosine, "gradient along the gradient", "cosine to the one at the start")
    style.title(path, "cosine one learning rate ahead", "over the training so far")
    loss.set(yscale="log", ylim=(0.1, 10))
    loss.set_yticks([0.1, 1, 10], ["÷10", "1", "×10"])
    loss.minorticks_off()
    for axes in (loss, cosine):
        axes.set(xlim=(0, 4), xticks=range(5), xlabel="step ÷ learning rate")
        axes.axvline(1, color=style.PALE, lw=1, zorder=0)
    loss.axhline(1, color=style.QUIET, lw=0.8, zorder=0)
    path.set(xlim=(0, 400), xlabel="training step")
    for axes in (cosine, path):
        axes.set(ylim=(-1, 1.05), yticks=[-1, 0, 1])
        axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
    return loss, cosine, path


def _draw_walk(panels, height, looks):
    """Draw the key of a network; return what shows a record of it at some steps, and says it."""
    lines = [axes.plot([], [], animated=True, **looks)[0] for axes in panels]
    beside = panels[1]
    on = {"transform": beside.transAxes, "clip_on": False}
    beside.plot([1.05, 1.15], [height + 0.03] * 2, **on, **looks)
    title, reach = (Words(beside, 1.19, height - lift) for lift in (0, 0.12))

    def update(name, look, steps):
        loss, cosine = (look[key][0, : len(steps)].astype(float) for key in ("loss", "cosine"))
        loss = loss[-1] / loss[-1, 0]  # (E,)
        lines[0].set_data(landscapes.MULTIPLES, loss)
        lines[1].set_data(landscapes.MULTIPLES, cosine[-1])
        lines[2].set_data(steps, cosine[:, ONE])
        title.text = name
        reach.text = f"loss ×{number(loss.min())} to ×{number(loss.max())}"
        return f"×{number(loss[ONE])} and {number(cosine[-1, ONE])} ({name})"

    return update
