"""The pictures of notebook 05."""

import numpy as np
from matplotlib.colors import to_rgb

from bnviz import style
from bnviz.pictures.artists import Stroke
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Bars, Spread

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
        figure = style.new_figure(9, 3.7)
        grid = figure.add_gridspec(
            2, 2, width_ratios=[4, 1], height_ratios=[2, 1], hspace=0.1, wspace=0.04,
            left=0.08, right=0.97, bottom=0.16, top=0.97,
        )  # fmt: skip
        curve = style.frame(figure.add_subplot(grid[0, 0]), left=True)
        below = style.frame(figure.add_subplot(grid[1, 0]))
        aside = style.frame(figure.add_subplot(grid[0, 1]))
        self._dots = _draw_curve(curve)
        for axes in (curve, below):
            axes.axvspan(-1, 1, color=style.SAND, zorder=0, linewidth=0)
        self._inputs = Bars(below, EDGES, 0.12, fill=True, color=style.STAGES["y"])
        outline = Bars(below, EDGES, 0.12, color=style.STAGES["z_hat"], width=2)
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
        few = slice(None, None, 1 + np.size(y) // 40)  # spread evenly over the values
        self._dots.points = np.column_stack([np.ravel(y)[few], np.ravel(a)[few]])


def _draw_curve(axes):
    """Draw the sigmoid and its tangent at 0; return the dots that ride on it."""
    x = np.linspace(-LIMIT, LIMIT, 400)
    axes.plot(x, 1 / (1 + np.exp(-x)), color=style.INK, linewidth=2.5)
    axes.plot(x, 0.5 + x / 4, "--", color=style.QUIET, linewidth=1.5)
    axes.set(xlim=(-LIMIT, LIMIT), ylim=(-0.02, 1.02), xticks=[], yticks=[0, 0.5, 1])
    axes.spines["bottom"].set_visible(False)
    axes.set_ylabel(r"what comes out: $a$", color=style.STAGES["a"], fontsize=style.TITLE)
    axes.text(
        0, 0.04, "nearly\na line", ha="center", color=style.SAND_INK,
        fontsize=style.TEXT,
    )  # fmt: skip
    return Stroke(axes, dots=slice(None), size=6, color=style.STAGES["y"], alpha=0.6)


class ParameterPlane(Picture):
    """Where the γ and β of a layer's units have gone: a dot for each, the way there for some.

    Above the plane stands the histogram of γ, beside it that of β. A step of γ is as long as the
    same step of β. Every fourth unit has its path drawn; more of them would run together.

    Parameters
    ----------
    reach : float
        β goes from −reach to reach, γ from 1 − reach to 1 + 3 reach.
    """

    def __init__(self, reach):
        figure = style.new_figure(9, 5.2)
        plane = style.frame(figure.add_axes([0.11, 0.12, 0.78, 0.675]), left=True)
        limits = {"xlim": (1 - reach, 1 + 3 * reach), "ylim": (-reach, reach)}
        plane.set(**limits)
        colour = {"color": style.STAGES["y"], "fontsize": style.TITLE}
        plane.set_xlabel(r"scale $\gamma$", **colour)
        plane.set_ylabel(r"shift $\beta$", **colour)
        plane.axhline(0, color=style.PALE, linewidth=1, zorder=0)
        plane.axvline(1, color=style.PALE, linewidth=1, zorder=0)
        plane.annotate(
            "start (1, 0)", (1, 0), (-30, 40), textcoords="offset points", ha="right",
            color=style.INK, fontsize=style.TEXT,
            arrowprops={"arrowstyle": "-", "color": style.QUIET},
        )  # fmt: skip
        # as many bins as put the start in the middle of one
        self._gamma = _Margin(figure.add_axes([0.11, 0.81, 0.78, 0.15]), limits["xlim"], 82)
        self._beta = _Margin(
            figure.add_axes([0.9, 0.12, 0.075, 0.675]), limits["ylim"], 41, vertical=False
        )
        faint = 0.7 + 0.3 * np.array(to_rgb(style.STAGES["y"]))  # opaque, to hide the lines at 0, 1
        (self._paths,) = plane.plot([], [], color=faint, linewidth=1)
        (self._dots,) = plane.plot([], [], "o", color=style.STAGES["y"], ms=5)
        (start,) = plane.plot([1], [0], "+", color=style.INK, ms=13, mew=2)
        moving = [self._paths, self._dots, start, *self._gamma.moving, *self._beta.moving]
        super().__init__(figure, moving)

    def update(self, gamma, beta):
        """Show the paths `gamma` and `beta`, arrays (snapshots, units); the last row is now."""
        self._gamma.update(gamma[-1])
        self._beta.update(beta[-1])
        self._dots.set_data(gamma[-1], beta[-1])
        self._paths.set_data(_some_paths(gamma), _some_paths(beta))


class _Margin:
    """The histogram of one parameter along a side of the plane, with a bar from mean ± sd."""

    def __init__(self, axes, limits, bins, vertical=True):
        axes.axis("off")
        edges = np.linspace(*limits, bins + 1)
        looks = {"fill": True, "color": style.STAGES["y"], "vertical": vertical}
        self._bars = Bars(axes, edges, 0.16, **looks)
        self._spread = Spread(axes, 1.12, vertical=vertical, clip=False)
        self.moving = [*self._bars.moving, *self._spread.moving]

    def update(self, values):
        self._bars.update(values)
        self._spread.update(values.mean(), values.std())


def _some_paths(paths):
    """Every fourth column of (snapshots, units) as one line, with nan, a gap, behind each path.

    Every fourth snapshot and the last: the eye sees the same path, drawn in half the time.
    """
    some = paths[:, ::4]
    gap = np.full_like(some[:1], np.nan)
    return np.vstack([some[:-1:4], some[-1:], gap]).ravel(order="F")
