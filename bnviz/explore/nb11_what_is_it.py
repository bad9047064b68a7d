"""Demos of notebook 11."""

import numpy as np

from bnviz import example, recordings, style
from bnviz.live import choice, demo, stops
from bnviz.panels import LOOKS, TIMES, Cursor, draw_time, number
from bnviz.pictures import Picture, Words
from bnviz.recordings import landscapes, race

WEIGHTS = [name.partition(",")[0] for name in landscapes.WIDTHS]  # "sd 0.1" and the like
ONE = landscapes.MULTIPLES.tolist().index(1)
RATES = [f"{rate:g}" for rate in race.RATES]
STEPS = (0, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400, 600, 1000, 1500, 2000)
RACERS = {
    example.SMALL_START: {"color": style.QUIET, "ls": (0, (4, 2))},
    example.GOOD_START: {"color": style.QUIET},
    example.FOLDED: {"color": style.STAGES["z"]},
    example.WITH_BN: {"color": style.INK},
}


@demo
def landscape():
    """Walk from a point of the training along its gradient: what becomes of the loss?"""
    looks = recordings.read("landscapes")
    steps = np.arange(0, 401, 20)
    figure = style.new_figure(9, 5.4)
    panels = _draw_landscape(figure)
    walks = [_draw_walk(panels, *place) for place in zip((0.86, 0.5, 0.14), LOOKS, strict=True)]
    cursor = Cursor(panels[-1])

    def show(step, setting, weights):
        names = landscapes.SMALL_START, landscapes.GOOD_START, f"{weights}, with"
        said = [
            update(name, looks[setting][name], steps[steps <= step])
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
    return Picture(figure), show, controls


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
    beside.plot([1.06, 1.26], [height + 0.14] * 2, **on, **looks)
    title, reach = (Words(beside, 1.06, height - lift) for lift in (0, 0.12))

    def update(name, look, steps):
        loss, cosine = (look[key][0, : len(steps)].astype(float) for key in ("loss", "cosine"))
        loss = loss[-1] / loss[-1, 0]  # (E,)
        lines[0].set_data(landscapes.MULTIPLES, loss)
        lines[1].set_data(landscapes.MULTIPLES, cosine[-1])
        lines[2].set_data(steps, cosine[:, ONE])
        title.text = name
        reach.text = f"loss ×{number(loss.min())} … {number(loss.max())}"
        return f"×{number(loss[ONE])} and {number(cosine[-1, ONE])} ({name})"

    return update


@demo
def interventions():
    """Let four networks race to 90 % of the test images, at one learning rate and at all."""
    races = recordings.read("race")
    figure = style.new_figure(9, 4.4)
    track, field = _draw_race(figure)
    racers = {name: _draw_racer(track, field, name, 3 - row) for row, name in enumerate(RACERS)}
    cursor = Cursor(track)
    level = field.axhline(0, color=style.INK, lw=1.2, zorder=3, animated=True)
    mark = field.axvline(0, color=style.PALE, lw=9, zorder=0, animated=True)

    def show(step, rate):
        column = RATES.index(rate)
        cursor.update(np.log1p(step))
        level.set_ydata([np.log1p(step)] * 2)
        mark.set_xdata([column] * 2)
        said = [
            f"{update(races[name]['to_90'], column, step)} ({name})"
            for name, update in racers.items()
        ]
        return (
            f"At learning rate {rate} within {step} steps, so many of 5 seeds recognize 90\u00a0% "
            f"of the test images: {', '.join(said)}."
        )

    controls = {
        "step": stops("training step", STEPS, 0),
        "rate": stops("learning rate", RATES, "0.3"),
    }
    return Picture(figure), show, controls


def _draw_race(figure):
    """Draw the axes of one learning rate and those of all."""
    track = style.frame(figure.add_axes([0.02, 0.13, 0.5, 0.74]))
    style.title(track, "steps to 90 %, at this rate", pad=8)
    draw_time(track, [2000])
    track.set_ylim(-0.5, 3.75)
    field = figure.add_axes([0.6, 0.13, 0.38, 0.74])
    style.title(field, "at every learning rate", pad=8)
    field.set(xlim=(-0.4, 5.4), ylim=(0, np.log1p(2000)), xlabel="learning rate")
    field.set_xticks(range(6), RATES)
    field.set_yticks(np.log1p(TIMES), TIMES)
    return track, field


def _draw_racer(track, field, name, height):
    """Return what shows a start, with a bar that grows until half of its seeds are there."""
    looks, limit = RACERS[name], race.STEPS[name]
    dots = {"color": looks["color"], "mec": "white", "ms": 6, "animated": True}
    (bar,) = track.plot([], [], lw=13, color=looks["color"], animated=True)
    (seeds,) = track.plot([], [], "o", **dots, zorder=2.5)
    track.text(0.08, height + 0.28, name)
    beside = track.get_yaxis_transform()  # x as a share of the width, y in data
    words = Words(track, 0.98, height + 0.28, align="right", transform=beside)
    (path,) = field.plot([], [], lw=2, animated=True, **looks)
    (all_seeds,) = field.plot([], [], "o", **dots)

    def update(to_90, column, step):  # to_90 (seeds, rates)
        heights = np.where(to_90 <= step, np.log1p(to_90), np.nan)
        medians = np.median(to_90, axis=0)  # inf if fewer than half get there
        there = medians <= step
        bar.set_data([0, np.log1p(min(step, medians[column], limit))], [height] * 2)
        seeds.set_data(heights[:, column], height + np.linspace(-0.13, 0.13, 5))
        path.set_data(range(6), np.where(there, np.log1p(medians), np.nan))
        all_seeds.set_data(np.tile(range(6), 5), heights.ravel())
        count = np.isfinite(heights[:, column]).sum()
        if there[column]:
            words.text = f"median {medians[column]:.0f}"
            return f"{count}, {words.text}"
        words.text = f"not within {limit}" if step >= limit else ""
        return f"{count}"

    return update


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
        beside = {"textcoords": "offset points", "va": "center"}
        for row, (name, steps) in enumerate(needed.items()):
            color, median = RACERS.get(name, {"color": style.INK})["color"], np.median(steps)
            axes.barh(row, np.log1p(median), height=0.6, color=color)
            heights = row + np.linspace(-0.2, 0.2, len(steps))
            axes.plot(np.log1p(steps), heights, "o", color=color, mec="white", ms=6, zorder=3)
            axes.annotate(name, (0, row), (-8, 0), ha="right", **beside)
            axes.annotate(f"{median:.0f}", (np.log1p(max(steps)), row), (9, 0), **beside)
        super().__init__(figure)
