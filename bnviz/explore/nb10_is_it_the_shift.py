"""Demo of notebook 10."""

import numpy as np

from bnviz import example, recordings, style
from bnviz.live import demo, stops
from bnviz.panels import LOOKS, Cursor, Histogram, draw_accuracy, draw_time, mean_and_sd, number
from bnviz.pictures import Picture

EDGES = np.linspace(-6, 6, 61)


@demo
def noise():
    """Shake what every sigmoid gets, at every step anew, and see what it costs."""
    runs, small = recordings.read("shaken"), recordings.read("four_networks")[example.SMALL_START]
    figure = style.new_figure(9, 5.4, left=0.075, right=0.965, bottom=0.105, top=0.835, hspace=0.62)
    panels = figure.subplot_mosaic([["now", "so far"], ["accuracy"] * 2], height_ratios=[4, 6])
    now, color = Histogram(panels["now"], "y", EDGES, 0.1), style.STAGES["y"]
    style.title(panels["now"], "into the sigmoid, now", "one unit with batch norm", color, 26)
    spreads, last = _draw_track(panels["so far"], small)
    lines, cursor = _draw_curves(panels["accuracy"], small)
    steps = runs[example.WITH_BN]["0.0"]["steps"]

    def show(strength, step):
        so_far = steps <= step
        time = np.log1p(steps[so_far])
        into = runs[example.WITH_BN][strength]["into"][so_far].astype(float)  # (steps, examples)
        means, sds = into.mean(axis=-1), into.std(axis=-1)
        now.update(into[-1])
        ends = np.stack([means - sds, means, means + sds, np.full(len(means), np.nan)], axis=-1)
        spreads.set_data(np.repeat(time, 4), ends.ravel())  # nan lifts the pen
        last.set_data(time[-1:], means[-1:])
        cursor.update(time[-1])
        reached = []
        for name, shakes in runs.items():
            accuracy = shakes[strength]["accuracy"][so_far]  # (steps, seeds)
            for line, curve in zip(lines[name], accuracy.T, strict=True):
                line.set_data(time, curve)
            reached.append(f"{_in_words(steps, accuracy)} ({name})")
        return (
            f"After {step} steps with noise {strength} the sigmoid of the unit gets "
            f"{mean_and_sd(into[-1])}; so far its mean has ranged from {number(means.min())} to "
            f"{number(means.max())}, and 90\u00a0% is reached by {' and '.join(reached)}."
        )

    controls = {
        "strength": stops("noise", list(runs[example.WITH_BN]), "0.0"),
        "step": stops("training step", steps.tolist(), 0),
    }
    return Picture(figure), show, controls


def _in_words(steps, accuracy):
    """Say how many of the networks (steps, seeds) have been seen at 90 %, and when."""
    reached = accuracy >= 0.9
    first = steps[reached.argmax(axis=0)][reached.any(axis=0)]
    when = f", after {first.min()} to {first.max()} steps" if first.size else ""
    return f"{first.size} of {accuracy.shape[1]}{when}"


def _draw_track(axes, small):
    """Draw the axes of what the sigmoid gets; return a line for mean ± sd, and the last mean."""
    style.title(axes, "so far", f"mean ± sd; dashed: {example.SMALL_START}", pad=8)
    time = draw_time(axes, small["steps"])
    axes.set(ylim=(EDGES[0], EDGES[-1]), yticks=[-4, 0, 4])
    axes.plot(time, small["z"][:, 2].astype(float).mean(axis=-1), **LOOKS[0])
    looks = {"color": style.STAGES["y"], "lw": 1.2, "ms": 4, "markevery": (1, 4)}
    (spreads,) = axes.plot([], [], "o-", animated=True, **looks)
    (last,) = axes.plot([], [], "o", color=style.INK, ms=8, animated=True)
    return spreads, last


def _draw_curves(axes, small):
    """Draw one network that is not shaken; return a line a seed for the others, and a cursor."""
    style.title(axes, "accuracy", pad=8)
    axes.plot(draw_accuracy(axes, small["steps"]), small["accuracy"], **LOOKS[0])
    names = example.WITH_BN, example.GOOD_START, f"{example.SMALL_START}, no noise"
    for x, name, looks in zip((0.17, 0.42, 0.69), names, LOOKS[::-1], strict=True):
        axes.plot([x, x + 0.04], [1.08] * 2, transform=axes.transAxes, clip_on=False, **looks)
        axes.text(x + 0.05, 1.055, name, transform=axes.transAxes)
    lines = {
        name: axes.plot(np.empty((0, 5)), **looks | {"lw": 1.2, "animated": True})
        for name, looks in ((example.WITH_BN, LOOKS[2]), (example.GOOD_START, LOOKS[1]))
    }
    return lines, Cursor(axes)
