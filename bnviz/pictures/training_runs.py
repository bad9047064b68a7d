"""The pictures of notebook 08."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from bnviz import style
from bnviz.pictures.artists import Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Cursor, Histogram, draw_time, percent

EDGES = np.linspace(-5, 5, 51)
LOOKS = (  # of the three networks' curves
    {"color": style.QUIET, "lw": 2, "ls": (0, (4, 2))},
    {"color": style.QUIET, "lw": 2},
    {"color": style.INK, "lw": 2.5},
)
PLACES = (4.35, 0.17), (4.45, 0.5), (0.1, 0.94)  # of their names, beside the curves


class TrainingView(Picture):
    """What one unit of a network gets now; under it, three networks over all of their training.

    Parameters
    ----------
    steps : array (S,)
        Training steps of the snapshots; time is drawn as log(1 + step).
    accuracies : dict of name -> array (S,)
        Of three networks, on the test images, 0…1; they stand still.
    """

    def __init__(self, steps, accuracies):
        figure = style.new_figure(9, 5.4)
        grid = figure.add_gridspec(
            2, 6, height_ratios=[4, 7], left=0.08, right=0.925, bottom=0.105, top=0.835,
            hspace=0.62, wspace=0.9,
        )  # fmt: skip
        self._stages = {}
        for column, stage in enumerate(("z", "z_hat", "y")):
            axes = figure.add_subplot(grid[0, 2 * column : 2 * column + 2])
            style.stage_title(axes, stage, pad=26)
            axes.set_xticks([-4, -2, 0, 2, 4])
            self._stages[stage] = Histogram(axes, stage, EDGES, 0.15)
        self._curves = _Curves(figure.add_subplot(grid[1, :3]), steps, accuracies)
        self._paths = _Paths(figure.add_subplot(grid[1, 3:]), steps)
        parts = *self._stages.values(), self._curves, self._paths
        moving = [artist for part in parts for artist in part.moving]
        super().__init__(figure, moving, resting=self._paths.resting)

    def update(self, chosen, index, percentiles, **stages):
        """Show snapshot `index` of the network with the name `chosen`.

        percentiles: (3, S), the 15th, 50th and 85th of what the sigmoid gets; z, z_hat, y: now,
        arrays of any shape, or None for a stage left out.
        """
        for stage, panel in self._stages.items():
            panel.update(stages[stage])
        self._curves.update(chosen, index)
        stage = "z" if stages["y"] is None else "y"
        self._paths.update(percentiles, index, stage)
        self.pose = stage, percentiles.tobytes()


class _Curves:
    """Accuracy over training, one still curve per network, with dots at the present step."""

    def __init__(self, axes, steps, accuracies):
        style.title(axes, "accuracy on the test images", pad=8)
        self._time, self._accuracies = draw_time(axes, steps), accuracies
        axes.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.9], yticklabels=["0", "50 %", "90 %"])
        axes.axhline(0.9, color=style.PALE, lw=1, zorder=0)
        for (name, curve), looks, place in zip(accuracies.items(), LOOKS, PLACES, strict=True):
            axes.plot(self._time, curve, **looks)
            axes.text(*place, name.replace(", ", ",\n"), fontsize=style.TEXT, color=style.INK)
        self._cursor = Cursor(axes)
        self._lit = axes.plot([], [], "o", color=style.INK, ms=10, clip_on=False)[0]
        self.moving = [*self._cursor.moving, self._lit]

    def update(self, chosen, index):
        now = self._time[index]
        self._cursor.update(now, [curve[index] for curve in self._accuracies.values()])
        self._lit.set_data([now], [self._accuracies[chosen][index]])


class _Paths:
    """Three percentiles over training, named at their ends, with dots at the present step."""

    def __init__(self, axes, steps):
        style.title(axes, "into the sigmoid", pad=8)
        self._time = draw_time(axes, steps)
        axes.set(ylim=(-5, 5), yticks=[-4, -2, 0, 2, 4])
        axes.axhline(0, color=style.QUIET, lw=0.8, zorder=0)
        self._lines = [axes.plot([], [], lw=width)[0] for width in (1.2, 2.5, 1.2)]
        beside = axes.get_yaxis_transform()  # x as a share of the width, y in data
        self._names = [Words(axes, 1.03, 0, lift=-4, transform=beside) for _ in self._lines]
        self._cursor = Cursor(axes)
        self.moving, self.resting = self._cursor.moving, self._lines + self._names

    def update(self, percentiles, index, stage):
        names = "15 %", "50 %", "85 %"
        for line, words, name, path in zip(
            self._lines, self._names, names, percentiles, strict=True
        ):
            line.set_data(self._time, path)
            line.set_color(style.STAGES[stage])
            words.place, words.text = (1.03, path[-1]), name
        self._cursor.update(self._time[index], percentiles[:, index])


class SweepMap(Picture):
    """Accuracy by learning rate and initial weights, without and with batch norm.

    What reached 90 % is dark. Under the maps stand the learning curves of one cell, and, to compare
    with, that of the first row without batch norm at the same learning rate.

    Parameters
    ----------
    steps : array (S,)
        Training steps of the snapshots.
    without, with_norm : array (S, rows, columns)
        Accuracies on the test images, 0…1.
    rows, columns : sequences
        Names of the rows, from the bottom, and of the columns.
    """

    def __init__(self, steps, without, with_norm, rows, columns):
        figure = style.new_figure(9, 5.6)
        self._names = rows
        self._curves = {"without": without, "with": with_norm}
        self._frames = []
        for left, (name, accuracy) in zip((0.115, 0.57), self._curves.items(), strict=True):
            axes = figure.add_axes([left, 0.45, 0.42, 0.475])
            style.title(axes, f"{name} batch norm", pad=6)
            self._frames.append(_draw_map(axes, accuracy[-1]))
            axes.set_xticks(range(len(columns)), columns)
            axes.set_yticks(range(len(rows)), rows if name == "without" else [""] * len(rows))
            axes.set_xlabel("learning rate", fontsize=style.TEXT)
        looks = {"fontsize": style.TEXT, "color": style.INK, "ha": "right"}
        figure.text(0.105, 0.94, "weights", **looks)
        axes = figure.add_axes([0.115, 0.1, 0.6, 0.215])
        self._time = draw_time(axes, steps)
        axes.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.9], yticklabels=["0", "50 %", "90 %"])
        axes.axhline(0.9, color=style.PALE, lw=1, zorder=0)
        self._lines = [
            _Ending(axes, place, **looks) for place, looks in zip(ENDS, LOOKS, strict=True)
        ]
        parts = [artist for line in self._lines for artist in line.moving]
        super().__init__(figure, [*self._frames, *parts])

    def update(self, row, column):
        """Show the cell in this row and column, both counted from 0."""
        for frame in self._frames:
            frame.set_xy((column - 0.5, row - 0.5))
        without, with_norm = (curves[:, row, column] for curves in self._curves.values())
        first = self._curves["without"][:, 0, column]
        names = (
            f"{self._names[row]}, without",
            f"{self._names[0]}, without",
            f"{self._names[row]}, with",
        )
        for line, curve, name in zip(self._lines, (without, first, with_norm), names, strict=True):
            line.update(self._time, curve, name)


ENDS = 0.1, 0.45, 0.8  # heights of the names, as a share of the axes


class _Ending:
    """A curve, and to its right a sample of its line with a name and the value at its end."""

    def __init__(self, axes, height, **looks):
        (self._line,) = axes.plot([], [], clip_on=False, **looks)
        axes.plot(
            [1.025, 1.075], [height + 0.06] * 2, transform=axes.transAxes, clip_on=False, **looks
        )
        self._words = Words(axes, 1.09, height)
        self.moving = [self._line, self._words]

    def update(self, x, y, name):
        self._line.set_data(x, y)
        self._words.text = f"{name}: {percent(y[-1])}"


def _draw_map(axes, accuracy):
    """Draw accuracies (rows, columns) as shades and numbers; return a frame to put round one."""
    rows, columns = accuracy.shape
    shades = _shade(accuracy)
    axes.imshow(shades, aspect="auto", origin="lower", interpolation="nearest")
    for (row, column), value in np.ndenumerate(accuracy):
        color = "white" if value >= 0.9 else style.INK
        axes.text(
            column, row, f"{100 * value:.0f}", ha="center", va="center_baseline", color=color,
            fontsize=style.TEXT,
        )  # fmt: skip
    for edge in range(1, columns):
        axes.axvline(edge - 0.5, color="white", lw=1.5)
    for edge in range(1, rows):
        axes.axhline(edge - 0.5, color="white", lw=6 if edge == 1 else 1.5)
    axes.spines[:].set_visible(False)
    axes.tick_params(colors=style.INK, labelsize=style.TEXT, length=0)
    rim = withStroke(linewidth=6, foreground=style.INK)  # seen on light cells, the white on dark
    frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor="white", lw=2.5, path_effects=[rim])
    frame.set_clip_on(False)
    return axes.add_patch(frame)


def _shade(accuracy):
    """Colours (..., 3): from white to grey up to 90 %, then dark."""
    share = np.round(20 * accuracy[..., None]) / 25  # in steps that `style.palette` has
    grey = 1 - share * (1 - np.array(to_rgb(style.QUIET)))
    return np.where(accuracy[..., None] >= 0.9, to_rgb(style.INK), grey)
