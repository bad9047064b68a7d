"""Demo of notebook 10."""

import numpy as np

from bnviz import experiments, live, style
from bnviz.panels import LOOKS, Cursor, Histogram, draw_accuracy, draw_time, number
from bnviz.pictures import Picture

EDGES = np.linspace(-6, 6, 61)
KEY = (0.17, "with batch norm", LOOKS[2]), (0.42, "4×Xavier, without", LOOKS[1])
KEY += ((0.69, "sd 0.1, without, no noise", LOOKS[0]),)


@style.own_looks()
def noise():
    """Shake what every sigmoid gets, at every step anew, and see what it costs."""
    runs, small = experiments.shaken(), experiments.three_networks()[experiments.WITHOUT]
    figure = style.new_figure(9, 5.4)
    grid = figure.add_gridspec(
        2, 2, height_ratios=[4, 6], left=0.075, right=0.965, bottom=0.105, top=0.835,
        hspace=0.62, wspace=0.2,
    )  # fmt: skip
    above, beside = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    style.title(above, "into the sigmoid, now", "one unit with batch norm", style.STAGES["y"], 26)
    now, track = Histogram(above, "y", EDGES, 0.1), _Track(beside, small)
    curves = _Curves(figure.add_subplot(grid[1, :]), small)
    steps = runs[experiments.WITH]["0.0"]["steps"]

    def show(strength, step):
        so_far = steps <= step
        into = runs[experiments.WITH][strength]["into"][so_far].astype(float)  # (steps, examples)
        means, sds = into.mean(axis=-1), into.std(axis=-1)
        now.update(into[-1])
        track.update(steps[so_far], means, sds)
        accuracies = {name: shakes[strength]["accuracy"][so_far] for name, shakes in runs.items()}
        reached = curves.update(steps[so_far], accuracies)
        return (
            f"After {step} steps with noise {strength} the sigmoid of the unit gets mean "
            f"{number(means[-1])} and sd {number(sds[-1])}; so far its mean has ranged from "
            f"{number(means.min())} to {number(means.max())}, and 90\u00a0% is reached by "
            f"{reached}."
        )

    return live.Live(
        "noise", Picture(figure), show,
        strength=live.steps("noise", list(runs[experiments.WITH]), "0.0"),
        step=live.steps("training step", steps.tolist(), 0),
    )  # fmt: skip


def _in_words(steps, name, accuracy):
    """Say how many of the networks (steps, seeds) have been seen at 90 %, and when."""
    reached = accuracy >= 0.9
    first = steps[reached.argmax(axis=0)][reached.any(axis=0)]
    when = f", after {first.min()} to {first.max()} steps" if first.size else ""
    return f"{first.size} of {accuracy.shape[1]}{when} ({name})"


class _Track:
    """Mean ± sd of what the sigmoid gets, at every snapshot up to now."""

    def __init__(self, axes, small):
        style.title(axes, "so far", f"mean ± sd; dashed: {experiments.WITHOUT}", pad=8)
        time = draw_time(axes, small["steps"])
        axes.set(ylim=(EDGES[0], EDGES[-1]), yticks=[-4, 0, 4])
        axes.plot(time, small["z"][:, 2].astype(float).mean(axis=-1), **LOOKS[0])
        looks = {"color": style.STAGES["y"], "animated": True}
        (self._spreads,) = axes.plot([], [], lw=1.2, **looks)
        (self._means,) = axes.plot([], [], "o", ms=4, **looks)
        (self._lit,) = axes.plot([], [], "o", color=style.INK, ms=8, animated=True)

    def update(self, steps, means, sds):
        """Show what the sigmoid got at these steps, the last of which is now."""
        time = np.log1p(steps)
        ends = np.stack([means - sds, means + sds, np.full(len(means), np.nan)], axis=-1)
        self._spreads.set_data(np.repeat(time, 3), ends.ravel())  # nan lifts the pen
        self._means.set_data(time, means)
        self._lit.set_data(time[-1:], means[-1:])


class _Curves:
    """Accuracy of the shaken networks up to now, one line a seed; one that is not shaken, whole."""

    def __init__(self, axes, small):
        style.title(axes, "accuracy", pad=8)
        time = draw_accuracy(axes, small["steps"])
        axes.plot(time, small["accuracy"], **LOOKS[0])
        for x, name, looks in KEY:
            key = {"transform": axes.transAxes, "clip_on": False}
            axes.plot([x, x + 0.04], [1.08] * 2, **key, **looks)
            axes.text(x + 0.05, 1.055, name, **key)
        self._cursor = Cursor(axes)
        self._lines = {
            name: [axes.plot([], [], **looks | {"lw": 1.2, "animated": True})[0] for _ in range(5)]
            for name, looks in ((experiments.WITH, LOOKS[2]), (experiments.WELL, LOOKS[1]))
        }

    def update(self, steps, accuracies):
        """Show accuracies, name: (steps, seeds), up to now; say which have been at 90 %."""
        time = np.log1p(steps)
        for name, accuracy in accuracies.items():
            for line, curve in zip(self._lines[name], accuracy.T, strict=True):
                line.set_data(time, curve)
        self._cursor.update(time[-1])
        return " and ".join(_in_words(steps, *pair) for pair in accuracies.items())
