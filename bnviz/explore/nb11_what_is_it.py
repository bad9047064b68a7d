"""Demos of notebook 11."""

import numpy as np

from bnviz import experiments, live, style
from bnviz.panels import LOOKS, TIMES, Cursor, draw_time, number
from bnviz.pictures import Picture, Words

# landscape


@style.own_looks()
def landscape():
    """Walk from a point of the training along its gradient: what becomes of the loss?"""
    looks = experiments.landscapes()
    steps = np.arange(0, 401, 20)
    figure = style.new_figure(9, 5.4)
    panels, path = _draw_landscape(figure, steps)
    curves = [_Walk(*panels, path, *place) for place in zip((0.86, 0.5, 0.14), LOOKS, strict=True)]
    cursor = Cursor(path)

    def show(step, setting, weights):
        names = experiments.SMALL_START, experiments.GOOD_START, f"{weights}, with"
        said = [
            curve.update(name, looks[setting][name], steps[steps <= step])
            for curve, name in zip(curves, names, strict=True)
        ]
        cursor.update(step)
        return (
            f"{setting}, after {step} steps: one learning rate along the gradient, the loss and "
            f"the cosine to the gradient there are {', '.join(said)}."
        )

    return live.Live(
        "landscape", Picture(figure), show,
        step=live.steps("training step", steps.tolist(), 0),
        setting=live.choice("activation", list(experiments.LANDSCAPES), "ReLU, rate 0.1"),
        weights=live.steps("with batch norm", WEIGHTS, "sd 0.1"),
    )  # fmt: skip


WEIGHTS = [name.partition(",")[0] for name in experiments.WIDTHS]  # "sd 0.1" and the like
ONE = experiments.MULTIPLES.tolist().index(1)


def _draw_landscape(figure, steps):
    """Draw all axes; return the two along the gradient, and the one over training."""
    grid = figure.add_gridspec(
        2, 3, height_ratios=[5, 4], width_ratios=[3, 3, 1.5], left=0.075, right=0.965,
        bottom=0.105, top=0.87, hspace=0.75, wspace=0.3,
    )  # fmt: skip
    loss, cosine = panels = [figure.add_subplot(grid[0, column]) for column in (0, 1)]
    path = figure.add_subplot(grid[1, :])
    style.title(loss, "loss along the gradient", "after the step ÷ before")
    style.title(cosine, "gradient along the gradient", "cosine to the one at the start")
    style.title(path, "cosine one learning rate ahead", "over the training so far")
    loss.set(yscale="log", ylim=(0.1, 10))
    loss.set_yticks([0.1, 1, 10], ["÷10", "1", "×10"])
    loss.set_yticks([], minor=True)
    for axes in panels:
        axes.set(xlim=(0, 4), xticks=range(5), xlabel="step ÷ learning rate")
        axes.axvline(1, color=style.PALE, lw=1, zorder=0)
    path.set(xlim=(steps[0], steps[-1]), xlabel="training step")
    for axes in (cosine, path):
        axes.set(ylim=(-1, 1.05), yticks=[-1, 0, 1])
    for axes in (*panels, path):
        axes.axhline(1 if axes is loss else 0, color=style.QUIET, lw=0.8, zorder=0)
    return panels, path


class _Walk:
    """One network: two curves along its gradient, one over training, its name and its losses."""

    def __init__(self, loss, cosine, path, height, looks):
        self._lines = [axes.plot([], [], animated=True, **looks)[0]
                       for axes in (loss, cosine, path)]  # fmt: skip
        on = {"transform": cosine.transAxes, "clip_on": False}
        cosine.plot([1.06, 1.26], [height + 0.14] * 2, **on, **looks)
        self._name, self._range = (Words(cosine, 1.06, height - lift) for lift in (0, 0.12))

    def update(self, name, look, steps):
        """Show a record of `landscapes` at these steps, the last of which is now; say it, too."""
        loss, cosine = (look[key][0, : len(steps)].astype(float) for key in ("loss", "cosine"))
        loss = loss[-1] / loss[-1, 0]  # (E,)
        along = experiments.MULTIPLES
        points = (along, loss), (along, cosine[-1]), (steps, cosine[:, ONE])
        for line, xy in zip(self._lines, points, strict=True):
            line.set_data(*xy)
        self._name.text = name
        self._range.text = f"loss ×{number(loss.min())} … {number(loss.max())}"
        return f"×{number(loss[ONE])} and {number(cosine[-1, ONE])} ({name})"


# interventions


@style.own_looks()
def interventions():
    """Let four networks race to 90 % of the test images, at one learning rate and at all."""
    races = experiments.race() | experiments.folded_race()
    figure = style.new_figure(9, 4.4)
    track = _draw_track(figure.add_axes([0.02, 0.13, 0.5, 0.74]))
    field = _draw_field(figure.add_axes([0.6, 0.13, 0.38, 0.74]))
    racers = {name: _Racer(track, field, name, 3 - row) for row, name in enumerate(RACER_LOOKS)}
    looks = {"color": style.INK, "lw": 1.2, "animated": True, "zorder": 3}
    upright, level = track.axvline(0, **looks), field.axhline(0, **looks)
    (mark,) = field.plot([], [], color=style.PALE, lw=9, zorder=0, animated=True)

    def show(step, rate):
        column = RATES.index(rate)
        upright.set_xdata([np.log1p(step)] * 2)
        level.set_ydata([np.log1p(step)] * 2)
        mark.set_data([column] * 2, field.get_ylim())
        said = [
            f"{racer.update(races[name]['to_90'], column, step)} ({name})"
            for name, racer in racers.items()
        ]
        return (
            f"At learning rate {rate} within {step} steps, so many of 5 seeds recognize 90\u00a0% "
            f"of the test images: {', '.join(said)}."
        )

    return live.Live(
        "interventions", Picture(figure), show,
        step=live.steps("training step", list(STEPS), 0),
        rate=live.steps("learning rate", RATES, "0.3"),
    )  # fmt: skip


RATES = [f"{rate:g}" for rate in experiments.RACE_RATES]
STEPS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 600, 1000, 1500, 2000)
RACER_LOOKS = {
    experiments.WITHOUT: {"color": style.QUIET, "ls": (0, (4, 2))},
    experiments.WELL: {"color": style.QUIET},
    experiments.FOLDED: {"color": style.STAGES["z"]},
    experiments.WITH: {"color": style.INK},
}


def _draw_track(axes):
    style.title(axes, "steps to 90 %, at this rate", pad=8)
    draw_time(style.frame(axes), [2000])
    axes.set_ylim(-0.5, 3.75)
    return axes


def _draw_field(axes):
    style.title(axes, "at every learning rate", pad=8)
    axes.set(xlim=(-0.4, 5.4), ylim=(0, np.log1p(2000)), xlabel="learning rate")
    axes.set_xticks(range(6), RATES)
    axes.set_yticks(np.log1p(TIMES), TIMES)
    return axes


class _Racer:
    """One start: its bar, which grows until half of its seeds are there, and all its dots."""

    def __init__(self, track, field, name, height):
        looks = RACER_LOOKS[name]
        dots = {"color": looks["color"], "mec": "white", "ms": 6, "animated": True}
        (self._bar,) = track.plot([], [], lw=13, color=looks["color"], animated=True)
        (self._seeds,) = track.plot([], [], "o", **dots, zorder=2.5)
        track.text(0.08, height + 0.28, name)
        beside = track.get_yaxis_transform()  # x as a share of the width, y in data
        self._words = Words(track, 0.98, height + 0.28, align="right", transform=beside)
        (self._line,) = field.plot([], [], lw=2, animated=True, **looks)
        (self._dots,) = field.plot([], [], "o", **dots)
        self._height, self._limit = height, experiments.RACE_STEPS[name]

    def update(self, to_90, column, step):
        """Show what of to_90 (seeds, rates) has happened by now; return it in words."""
        heights = np.where(to_90 <= step, np.log1p(to_90), np.nan)
        medians = np.median(to_90, axis=0)  # inf if fewer than half get there
        there = medians <= step
        end = np.log1p(min(step, medians[column], self._limit))
        self._bar.set_data([0, end], [self._height] * 2)
        self._seeds.set_data(heights[:, column], self._height + np.linspace(-0.13, 0.13, 5))
        self._line.set_data(np.arange(6), np.where(there, np.log1p(medians), np.nan))
        self._dots.set_data(np.tile(np.arange(6.0), 5), heights.ravel())
        done = f"median {medians[column]:.0f}" if there[column] else ""
        self._words.text = done or (f"not within {self._limit}" if step >= self._limit else "")
        count = np.isfinite(heights[:, column]).sum()
        return f"{count}, {done}" if done else f"{count}"


# the closing chart


class StepsToNinety(Picture):
    """Bars: steps to 90 % of the test images for some networks, with a dot for each seed.

    needed: a dict of name -> steps (seeds,); a bar goes to their median.
    """

    def __init__(self, needed):
        figure = style.new_figure(9, 0.9 + 0.6 * len(needed))
        axes = style.frame(figure.add_axes([0.27, 0.22, 0.7, 0.76]))
        draw_time(axes, [2000])
        axes.set_ylim(len(needed) - 0.4, -0.6)
        axes.set_xlabel("training steps to 90 %, each at its best learning rate")
        for row, (name, steps) in enumerate(needed.items()):
            color, median = RACER_LOOKS.get(name, {"color": style.INK})["color"], np.median(steps)
            axes.barh(row, np.log1p(median), height=0.6, color=color)
            heights = row + np.linspace(-0.2, 0.2, len(steps))
            axes.plot(np.log1p(steps), heights, "o", color=color, mec="white", ms=6, zorder=3)
            axes.annotate(name, (0, row), (-8, 0), textcoords="offset points", ha="right",
                          va="center")  # fmt: skip
            axes.annotate(f"{median:.0f}", (np.log1p(max(steps)), row), (9, 0),
                          textcoords="offset points", va="center")  # fmt: skip
        super().__init__(figure)
