"""The picture of notebook 04."""

import numpy as np

from bnviz import style
from bnviz.pictures.artists import Stroke
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Bars, Histogram

LIMIT = 12
EDGES = np.linspace(-LIMIT, LIMIT, 97)
TOP = 0.16
THREADS = 9  # examples whose way from z to z_hat is drawn


class Cancellation(Picture):
    """The net above, the normalized net below on the same axis, and threads that join the two.

    Parameters
    ----------
    z_hat : array of any shape
        The normalized net before anything moved; it stands still as an outline for comparison.
    """

    def __init__(self, z_hat):
        figure = style.new_figure(9, 4.2)
        grid = figure.add_gridspec(
            3, 2, width_ratios=[1, 3.1], height_ratios=[1.15, 1, 1.15], hspace=0, wspace=0,
            left=0.02, right=0.98, bottom=0.08, top=0.9,
        )  # fmt: skip
        above, between, below = (figure.add_subplot(grid[row, 1]) for row in range(3))
        self._z = Histogram(above, "z", EDGES, TOP)
        self._z_hat = Histogram(below, "z_hat", EDGES, TOP)
        outline = Bars(below, EDGES, TOP, color=style.INK, width=1)
        outline.update(z_hat)
        margins = [figure.add_subplot(grid[row, 0]) for row in (0, 2)]
        style.title(margins[0], "net", "$z = a\\,Wx + b$", style.STAGES["z"], pad=-26)
        style.title(margins[1], *style.TITLES["z_hat"], style.STAGES["z_hat"], pad=-26)
        for axes in (between, *margins):
            axes.axis("off")
        above.set_xticks([-10, -5, 0, 5, 10])
        below.set_xticks([-10, -5, 0, 5, 10])
        between.set(xlim=(-LIMIT, LIMIT), ylim=(0, 1))
        self._threads = Stroke(between, width=1.2, color=style.QUIET)
        super().__init__(
            figure, [self._threads, *self._z.moving, *self._z_hat.moving, *outline.moving]
        )

    def update(self, z, z_hat):
        """Show the same examples before and after: two arrays of one shape."""
        self._z.update(z)
        self._z_hat.update(z_hat)
        z, z_hat = np.ravel(z), np.ravel(z_hat)
        some = np.linspace(0, z.size - 1, THREADS).astype(int)  # spread evenly over the values
        self._threads.join(z[some], 0.76, z_hat[some], 0.26)
