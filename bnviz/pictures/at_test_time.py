"""The picture of notebook 06."""

import numpy as np

from bnviz import style
from bnviz.pictures.artists import Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import number

MEANS = (-0.2, 0.45)
VARIANCES = (0.004, 1.3)
LOOKS = {
    "algorithm_2": {"color": style.STAGES["z"], "linestyle": "-", "marker": "o"},
    "biased": {"color": style.STAGES["z"], "linestyle": ":", "marker": "o", "fillstyle": "none"},
    "running": {"color": style.INK, "linestyle": "-", "marker": "D"},
    "population": {"color": style.QUIET, "linestyle": "-", "marker": "|"},
}
PATHS = ("running", "biased", "algorithm_2")  # the noisiest at the back
NAMES = ("Algorithm 2", "without m/(m − 1)", "running average", "whole population")


class Estimates(Picture):
    """Mean and variance of one unit as mini-batches come in, and the accuracy they lead to.

    Parameters
    ----------
    truth : pair of float
        Mean and variance of the unit in the population.
    batches : int
        How many mini-batches there are at most.
    """

    def __init__(self, truth, batches):
        figure = style.new_figure(9, 3.7)
        grid = figure.add_gridspec(
            1, 3, width_ratios=[1, 1, 0.85], left=0.06, right=0.97, bottom=0.15, top=0.86,
            wspace=0.24,
        )  # fmt: skip
        mean, variance, accuracy = (figure.add_subplot(column) for column in grid)
        for axes, value, limits in zip((mean, variance), truth, (MEANS, VARIANCES), strict=True):
            style.frame(axes, left=True).axhline(value, color=style.QUIET, linewidth=5, alpha=0.5)
            axes.set(xlim=(0, batches), ylim=limits, xticks=[0, 100, 200])
            axes.set_xlabel("mini-batches seen", color=style.INK, fontsize=style.TEXT)
        variance.set(yscale="log", ylim=VARIANCES)
        variance.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        variance.minorticks_off()
        style.title(mean, "mean of one unit")
        style.title(variance, "its variance")
        style.title(accuracy, "test accuracy")
        self._means = {name: _line(mean, name) for name in ("running", "algorithm_2")}
        self._variances = {name: _line(variance, name) for name in PATHS}
        self._dots, self._words = _rows(style.frame(accuracy))
        lines = [*self._means.values(), *self._variances.values()]
        super().__init__(figure, [*lines, *self._dots, *self._words])

    def update(self, algorithm_2, biased, running, accuracies):
        """Show the ways to each estimate, (steps, 2) with mean and variance, and four accuracies.

        `running` starts at 0 mini-batches, the other two at 1. What leaves an axis runs along its
        edge.
        """
        paths = {"algorithm_2": algorithm_2, "biased": biased, "running": running}
        for lines, column, limits in ((self._means, 0, MEANS), (self._variances, 1, VARIANCES)):
            for name, line in lines.items():
                seen = np.arange(len(running) - len(paths[name]), len(running))
                line.set_data(seen, np.clip(paths[name][:, column], *limits))
                line.set_markevery([len(seen) - 1])
        for dot, words, accuracy in zip(self._dots, self._words, accuracies, strict=True):
            dot.set_xdata([100 * accuracy])
            words.text = f"{number(100 * accuracy, 1)} %"


def _line(axes, name):
    noisy = name == "running"  # thin, and with hard edges: half the time and bytes of soft ones
    looks = {"linewidth": 1.2 if noisy else 2, "antialiased": not noisy, "markersize": 7}
    return axes.plot([], [], clip_on=False, **looks, **LOOKS[name])[0]


def _rows(axes):
    """One row for each set of statistics: its name, a track from 0 to 100 %, a dot, a number."""
    axes.set(xlim=(0, 100), ylim=(-0.35, 4), xticks=[0, 50, 100])
    axes.set_xlabel("%", color=style.INK, fontsize=style.TEXT)
    dots, words = [], []
    for row, name, looks in zip((3, 2, 1, 0), NAMES, LOOKS.values(), strict=True):
        axes.axhline(row, color=style.PALE, linewidth=1, zorder=0)
        axes.text(0, row + 0.32, name, color=looks["color"], fontsize=style.TEXT)
        dots += axes.plot([0], [row], markersize=9, clip_on=False, **looks)
        words.append(Words(axes, 100, row + 0.32, align="r", transform=axes.transData))
    return dots, words
