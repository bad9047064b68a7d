"""The pictures of notebook 05."""

import numpy as np

from bnviz import style
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Bars

LIMIT = 8
EDGES = np.linspace(-LIMIT, LIMIT, 65)
UNIT_EDGES = np.linspace(0, 1, 41)


class SigmoidView(Picture):
    """The sigmoid with what goes in along its axis and what comes out up its side.

    Parameters
    ----------
    z_hat : array of any shape
        The normalized net, which stands still as an outline for comparison.
    """

    def __init__(self, z_hat):
        figure = style.new_figure(9, 5.4)
        grid = figure.add_gridspec(
            2, 2, width_ratios=[4, 1], height_ratios=[2, 1], hspace=0.1, wspace=0.04,
            left=0.08, right=0.97, bottom=0.12, top=0.97,
        )  # fmt: skip
        curve = style.frame(figure.add_subplot(grid[0, 0]), left=True)
        below = style.frame(figure.add_subplot(grid[1, 0]))
        aside = style.frame(figure.add_subplot(grid[0, 1]))
        self._dots = _draw_curve(curve)
        for axes in (curve, below):
            axes.axvspan(-1, 1, color=style.SAND, zorder=0, linewidth=0)
        self._inputs = Bars(below, EDGES, 0.12, fill=True, color=style.STAGES["y"])
        outline = Bars(below, EDGES, 0.12, color=style.STAGES["z_hat"], linewidth=2)
        outline.update(z_hat)
        below.set_xlabel(
            r"what goes in: $y = \gamma\,\hat{z} + \beta$",
            color=style.STAGES["y"], fontsize=style.TITLE,
        )  # fmt: skip
        below.text(
            -LIMIT, 0.1, r" outline: $\hat{z}$", color=style.STAGES["z_hat"], fontsize=style.TEXT
        )
        self._outputs = Bars(
            aside, UNIT_EDGES, 0.15, vertical=False, fill=True, color=style.STAGES["a"]
        )
        aside.spines["bottom"].set_visible(False)
        aside.set(xticks=[], ylim=curve.get_ylim())
        moving = [*self._inputs.moving, *outline.moving, self._dots, *self._outputs.moving]
        super().__init__(figure, moving)

    def update(self, y, a):
        """Show the inputs `y` and the outputs `a` of the sigmoid, arrays of any shape."""
        self._inputs.update(y)
        self._outputs.update(a)
        some = np.linspace(0, np.size(y) - 1, 40).astype(int)  # spread evenly over the values
        self._dots.set_data(np.ravel(y)[some], np.ravel(a)[some])


def _draw_curve(axes):
    """Draw the sigmoid and its tangent at 0; return the dots that ride on it."""
    x = np.linspace(-LIMIT, LIMIT, 400)
    axes.plot(x, 1 / (1 + np.exp(-x)), color=style.INK, linewidth=2.5)
    axes.plot(x, 0.5 + x / 4, "--", color=style.QUIET, linewidth=1.5)
    axes.set(xlim=(-LIMIT, LIMIT), ylim=(-0.02, 1.02), xticks=[], yticks=[0, 0.5, 1])
    axes.spines["bottom"].set_visible(False)
    axes.set_ylabel(r"what comes out: $a$", color=style.STAGES["a"], fontsize=style.TITLE)
    axes.text(
        0, 0.04, "nearly a line\n(gap < 0.02)", ha="center", color=style.SAND_INK,
        fontsize=style.TEXT,
    )  # fmt: skip
    return axes.plot([], [], "o", color=style.STAGES["y"], ms=5, alpha=0.6)[0]
