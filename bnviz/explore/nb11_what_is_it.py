"""Demos of notebook 11."""

import numpy as np

from bnviz import example, recordings, style
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

ONE = landscapes.MULTIPLES.tolist().index(1)
ROWS = ("good start", "neither", "divide", "subtract", "both")
LINES = {
    "good start": {"color": style.QUIET, "lw": 2},
    "neither": {"color": style.STAGES["z"], "lw": 2},  # the folded start
    "divide": {"color": style.STAGES["y"], "lw": 2.5, "ls": (0, (1, 1))},
    "subtract": {"color": style.STAGES["z_hat"], "lw": 2, "zorder": 2.2},  # within "both"
    "both": {"color": style.INK, "lw": 5},
}
SMALL, GOOD, _ = LOOKS
WALKS = {  # with batch norm, the line is as thick as its weights are large
    landscapes.SMALL_START: SMALL,
    landscapes.GOOD_START: GOOD,
    example.FOLDED: {"color": style.STAGES["z"], "lw": 2, "ls": (0, (1, 1)), "zorder": 2.5},
}
for name, width in zip(landscapes.WIDTHS, (1.2, 2.8, 5), strict=True):
    WALKS[name] = {"color": style.INK, "lw": width}
LOSS = 2.13  # where the training losses end, beside the panel of the cosine
OTHER = {"color": style.QUIET, "ls": (0, (3, 1.5)), "zorder": 1.5}  # a line to compare with
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
    figure = style.new_figure(9, 4.6)
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
    still = [{"step": int(steps[-1]), "subtract": True}]  # its rows hold all five networks
    return Picture(figure), show, controls, still


class _AccuracyOfSeeds:
    """Accuracies over the steps up to now: five seeds of one network, the medians of all."""

    def __init__(self, figure, steps):
        axes = figure.add_axes([0.19, 0.58, 0.71, 0.31])
        style.title(axes, "accuracy on the test images", pad=8)
        axes.annotate("medians; thin: five seeds of ▸", (1, 1), (0, 8), ha="right",
                      xycoords="axes fraction", textcoords="offset points")  # fmt: skip
        self._time = draw_accuracy(axes, steps)
        axes.set_xlabel("")
        axes.tick_params(labelbottom=False)  # the rows below have the same axis
        self._medians = {name: moving(axes, **LINES[name]) for name in ROWS}
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
        axes = style.frame(figure.add_axes([0.19, 0.11, 0.71, 0.36]))
        axes.set_ylim(len(ROWS) - 0.5, -0.5)
        draw_time(axes, [600])
        beside = axes.get_yaxis_transform()
        style.title(axes, "steps", pad=12)
        self._mark = Words(axes, 1, 1, align="right", lift=12)
        self._chosen = moving(axes, ">", ms=9, color=style.INK, transform=beside, clip_on=False)
        self._rows = {}
        for row, name in enumerate(ROWS):
            self._rows[name] = StepRow(axes, row, name)
            draw_sample(axes, -0.225, row, 0.055, **LINES[name])

    def update(self, needed, chosen, step, mark):
        """Show steps (5 seeds,) by name, those up to now."""
        self._mark.text = f"to {mark}, at its best rate: seeds and median"
        self._chosen.set_data([-0.245], [ROWS.index(chosen)])
        for name, row in self._rows.items():
            row.update(needed[name], step, LINES[name]["color"])


@demo
def direction():
    """Train with batch norm at a rate of your choice while the length of W is free, or is not."""
    recorded = recordings.read("direction")
    steps = recorded["steps"]
    figure = style.new_figure(9, 3.7)
    chosen, length, effective, seeds, median = _draw_direction(figure, steps)

    def show(rate, norms, step):
        column, so_far = DIRECTION_RATES.index(float(rate)), slice(steps.searchsorted(step) + 1)
        pairs = [
            {name: values[..., column] for name, values in recorded[which].items()}
            for which in (norms, "free")
        ]
        chosen.text = norms
        lengths = [pair["length"][:, so_far].mean(axis=0) for pair in pairs]  # (steps, layers)
        length.update(*lengths)
        effective.update(*(float(rate) / each**2 for each in lengths))
        accuracies = [pair["accuracy"][:, so_far].T for pair in pairs]  # (steps, seeds)
        seeds.update(*accuracies)
        median.update(*(np.median(each, axis=1, keepdims=True) for each in accuracies))
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
    still = [{"step": int(steps[-1]), "norms": "held"}]
    return Picture(figure), show, controls, still


def _draw_direction(figure, steps):
    """Draw three panels over the steps; return the `Words` of the legend, and their `_Paths`."""
    titles = (
        ("length ‖W‖", "three layers, means of units"),
        ("effective rate", "η/‖W‖²: what turns W"),
        ("accuracy", "median; thin: five seeds"),
    )
    panels = []
    for column, (heading, formula) in enumerate(titles):
        axes = figure.add_axes([0.075 + 0.33 * column, 0.15, 0.24, 0.54])
        style.title(axes, heading, formula, pad=8)
        panels.append(axes)
    length, effective, accuracy = panels
    time = draw_accuracy(accuracy, steps)
    for axes, limits in ((length, (0.2, 20)), (effective, (0.05, 500))):
        draw_time(axes, steps)
        axes.set(yscale="log", ylim=limits)
        axes.minorticks_off()
    length.set_yticks([0.3, 1, 3, 10], ["0.3", "1", "3", "10"])
    effective.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    lengths = [_Paths(axes, time, 3, 1.4) for axes in (length, effective)]
    chosen = _draw_chosen_and_free(length)
    return chosen, *lengths, _Paths(accuracy, time, 5, 0.5), _Paths(accuracy, time, 1, 2.5)


def _draw_chosen_and_free(axes):
    """Draw above a panel what its two kinds of line are; return the `Words` for the chosen one."""
    on = {"transform": axes.transAxes, "clip_on": False}
    axes.plot([0, 0.16], [1.46] * 2, color=style.INK, lw=2, **on)
    axes.plot([0.85, 1.01], [1.46] * 2, **(OTHER | {"lw": 2}), **on)
    axes.text(1.06, 1.43, "free, for comparison", transform=axes.transAxes)
    return Words(axes, 0.21, 1.43)


class _Paths:
    """Some lines over the steps up to now, in black; those of another network, grey and dashed."""

    def __init__(self, axes, time, count, width):
        self._others = [moving(axes, lw=width, **OTHER) for _ in range(count)]
        self._lines = [moving(axes, lw=width, color=style.INK) for _ in range(count)]
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
    """Walk from points of the training along their gradients: what becomes of the loss?

    Every line is the median of all walks up to now, of three seeds.
    """
    recorded = recordings.read("landscapes")
    steps = np.arange(0, 401, 20)
    figure = style.new_figure(9, 3.4)
    panels = _draw_landscape(figure)
    rows = np.linspace(0.9, 0.02, len(WALKS))
    walks = {name: _Walk(panels, row, name) for row, name in zip(rows, WALKS, strict=True)}

    def show(step, setting):
        at, said = steps.searchsorted(step), []
        so_far = slice(min(1, at), at + 1)  # one mini-batch alone says little
        for name, walk in walks.items():
            looks = recorded[setting][name]
            loss, cosine = (looks[key][:, so_far].astype(float) for key in ("loss", "cosine"))
            along = np.median(loss / loss[..., :1], axis=(0, 1))
            turned = np.median(cosine, axis=(0, 1))
            walk.update(along, turned, loss[:, -5:, 0].mean())
            said.append(f"{number(turned[ONE])} ({name})")
        return (
            f"{setting}, up to step {step}: one learning rate ahead the cosine is "
            f"{', '.join(said)}."
        )

    controls = {
        "step": stops("training step", steps.tolist(), 0),
        "setting": choice("activation", list(landscapes.SETTINGS), "ReLU, rate 0.1"),
    }
    return Picture(figure), show, controls, [{"step": 400}]


def _draw_landscape(figure):
    """Draw and return the two axes along the gradient."""
    panels = [figure.add_axes([left, 0.17, 0.27, 0.58]) for left in (0.075, 0.415)]
    loss, cosine = panels
    style.title(loss, "loss along the gradient", "after the step ÷ before")
    style.title(cosine, "gradient along the gradient", "cosine to that at 0")
    loss.set(yscale="log", ylim=(0.28, 5))
    loss.set_yticks([1 / 3, 1, 3], ["÷3", "1", "×3"])
    loss.minorticks_off()
    cosine.set(ylim=(-1, 1.05), yticks=[-1, 0, 1])
    for axes, level in ((loss, 1), (cosine, 0)):
        axes.set(xlim=(0, 4), xticks=range(5), xlabel="step ÷ learning rate")
        axes.axvline(1, color=style.PALE, lw=1, zorder=0)
        axes.axhline(level, color=style.QUIET, lw=0.8, zorder=0)
    cosine.text(LOSS, 1.08, "training loss", ha="right", transform=cosine.transAxes)
    return panels


class _Walk:
    """One network along its gradient, a line in both panels; beside them its name and its loss."""

    def __init__(self, panels, height, name):
        self._loss, self._cosine = (moving(axes, **WALKS[name]) for axes in panels)
        beside = panels[1]
        on = {"transform": beside.transAxes, "clip_on": False}
        beside.plot([1.09, 1.22], [height + 0.03] * 2, **on, **WALKS[name])
        beside.text(1.26, height, name, transform=beside.transAxes)
        self._now = Words(beside, LOSS, height, align="right")

    def update(self, loss, cosine, training_loss):
        """Show the loss as a multiple of the first, the cosine, and the training loss itself."""
        self._loss.set_data(landscapes.MULTIPLES, loss)
        self._cosine.set_data(landscapes.MULTIPLES, cosine)
        self._now.text = number(training_loss)
