"""The pictures of notebook 01."""

import numpy as np

from bnviz import style
from bnviz.pictures.artists import Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Bars, Cursor, number

_COLOR = style.STAGES["y"]


class BatchView(Picture):
    """One mini-batch before the whole population, and under it the means of all the batches.

    Parameters
    ----------
    population : array of any shape
        The net of one unit for all examples; it stands still.
    m : int
        Examples in a mini-batch: the band reaches from μ − 2σ/√m to μ + 2σ/√m.
    count : int
        How many mini-batches there are.
    """

    def __init__(self, population, m, count):
        mean, sd = np.mean(population), np.std(population)
        figure = style.new_figure(9, 5.2)
        above, below = figure.subplots(2, 1, height_ratios=[5, 4])
        figure.subplots_adjust(left=0.02, right=0.98, bottom=0.1, top=0.83, hspace=0.3)
        self._batch = _draw_shapes(above, population, mean + sd * np.linspace(-3, 3.5, 27))
        self._numbers = Words(above, 0, 1, lift=8, color=style.STAGES["z"])
        _draw_band(below, mean, 2 * sd / np.sqrt(m), count)
        below.set_xlim(above.get_xlim())
        style.frame(below)
        self._all = below.plot([], [], "o", color=style.STAGES["z"], ms=4.5, alpha=0.6)[0]
        self._lit = below.plot([], [], "o", color=style.INK, ms=9)[0]
        self._means = [axes.axvline(mean, color=style.INK, lw=2) for axes in (above, below)]
        moving = [*self._batch.moving, self._numbers, *self._means, self._lit]
        super().__init__(figure, moving, resting=[self._all])

    def update(self, values, means, index):
        """Show the `values` of mini-batch `index` (from 0) and the `means` of all of them."""
        self._batch.update(values)
        self._numbers.text = (
            f"mini-batch {index + 1}: mean {number(np.mean(values))}, sd {number(np.std(values))}"
        )
        self._all.set_data(means, np.arange(1, len(means) + 1))
        self._lit.set_data([means[index]], [index + 1])
        for line in self._means:
            line.set_xdata([means[index]] * 2)
        self.pose = means.tobytes()


def _draw_shapes(axes, population, edges):
    """Draw the population, quiet; return the bars of the mini-batch, an outline before it."""
    style.frame(axes)
    style.title(axes, "net of one unit", "$z = Wx$", style.STAGES["z"], 26)
    whole = Bars(axes, edges, 0.25, fill=True, color=style.PALE)
    whole.update(population)
    mean, sd = np.mean(population), np.std(population)
    axes.axvline(mean, color=style.QUIET, linewidth=1)
    axes.annotate(
        f"all {np.size(population):,} images: mean {number(mean)}, sd {number(sd)}",
        (1, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", ha="right",
        color=style.QUIET, fontsize=style.TEXT,
    )  # fmt: skip
    return Bars(axes, edges, 0.25, color=style.STAGES["z"], width=2)


def _draw_band(axes, mean, reach, count):
    """Draw where batch means lie if nothing but chance moves them; the first batch is on top."""
    axes.axvspan(mean - reach, mean + reach, color=style.PALE, linewidth=0, zorder=0)
    axes.axvline(mean, color=style.QUIET, linewidth=1)
    axes.set_ylim(count + 1.5, -0.5)
    looks = {"transform": axes.transAxes, "color": style.INK, "fontsize": style.TEXT}
    axes.text(
        0, 0.79, f"means of all {count}\nmini-batches,\nthe first on top", va="center", **looks
    )
    axes.text(
        1, 0.86, "band: $\\mu \\pm 2\\,\\sigma/\\sqrt{m}$,\nchance alone", ha="right",
        va="center", **looks,
    )  # fmt: skip


class Drift(Picture):
    """What the sigmoid of one unit per layer gets: now, and beside it over the whole training.

    The histogram lies on its side, so that it has one axis with the percentiles over training.

    Parameters
    ----------
    steps : array (S,)
        Training steps of the snapshots; time is drawn as their root, wide at the start.
    layers : int
        How many hidden layers, from left to right.
    reach : float
        The axis goes from −reach to reach.
    """

    def __init__(self, steps, layers, reach):
        figure = style.new_figure(9, 2.9)
        grid = figure.add_gridspec(
            1, layers, left=0.07, right=0.94, bottom=0.2, top=0.87, wspace=0.15
        )
        self._now, self._paths = [], []
        for layer in range(layers):
            panel = grid[layer].subgridspec(1, 2, width_ratios=[3, 7], wspace=0.06)
            now, training = panel.subplots()
            style.title(now, f"hidden layer {layer + 1}", color=_COLOR)
            self._now.append(_draw_now(now, reach, named=layer == 0))
            self._paths.append(_Paths(training, reach, steps))
        self._names = [_name_percentile(training, q) for q in (15, 50, 85)]
        moving = [artist for part in self._now + self._paths for artist in part.moving]
        resting = [line for paths in self._paths for line in paths.resting]
        super().__init__(figure, moving, resting=[*resting, *self._names])

    def update(self, y, percentiles, index):
        """Show snapshot `index` of a run.

        y: (layers, examples), now; percentiles: (3, S, layers), the 15th, 50th and 85th.
        """
        if self.pose != (pose := percentiles.tobytes()):
            for paths, layer in zip(self._paths, np.moveaxis(percentiles, -1, 0), strict=True):
                paths.rest(layer)
            for name, end in zip(self._names, percentiles[:, -1, -1], strict=True):
                name.place = (name.place[0], end)
            self.pose = pose
        for layer, (now, paths) in enumerate(zip(self._now, self._paths, strict=True)):
            now.update(y[layer])
            paths.update(percentiles[:, index, layer], index)


def _name_percentile(axes, q):
    words = Words(
        axes, 1.04, 0, lift=-4, transform=axes.get_yaxis_transform(), color=style.STAGES["y"]
    )
    words.text = f"{q} %"
    return words


def _draw_now(axes, reach, named):
    """Draw the axis of y, with its name or without; return the bars that lie on it."""
    style.frame(axes, left=True)
    edges = np.linspace(-reach, reach, 41)
    bars = Bars(axes, edges, 0.1, vertical=False, fill=True, color=_COLOR)
    axes.set(xticks=[], yticks=edges[::10])
    axes.tick_params(labelleft=named)
    if named:
        axes.set_ylabel("$y$, into the sigmoid", color=_COLOR, fontsize=style.TEXT)
    axes.set_xlabel("now", fontsize=style.TEXT, labelpad=22)
    axes.axhline(0, color=style.QUIET, linewidth=0.8, zorder=0)
    return bars


class _Paths:
    """Three percentiles over training, and a line at the present step."""

    def __init__(self, axes, reach, steps):
        style.frame(axes)
        self._time = np.sqrt(steps)
        ticks = np.array([0, 0.25, 1]) * steps[-1]
        axes.set(xlim=(0, self._time[-1]), ylim=(-reach, reach))
        axes.set_xticks(np.sqrt(ticks), [f"{tick:.0f}" for tick in ticks])
        axes.set_xlabel("training step", fontsize=style.TEXT)
        axes.axhline(0, color=style.QUIET, linewidth=0.8, zorder=0)
        self._lines = [axes.plot([], [], color=_COLOR, lw=width)[0] for width in (1.2, 2.5, 1.2)]
        self._cursor = Cursor(axes)
        self.moving, self.resting = self._cursor.moving, self._lines

    def rest(self, percentiles):
        """Show other paths, (3, S)."""
        for line, path in zip(self._lines, percentiles, strict=True):
            line.set_data(self._time, path)

    def update(self, now, index):
        """Show the present step `index`, where the percentiles are `now`, (3,)."""
        self._cursor.update(self._time[index], now)
