"""The pictures of notebook 10."""

import numpy as np

from bnviz import style
from bnviz.pictures.artists import Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Cursor, Histogram, draw_time, number
from bnviz.pictures.training_runs import LOOKS

EDGES = np.linspace(-6, 6, 61)


class NoiseView(Picture):
    """What a shaken unit gets, at one step and over all of them, and how well its network learns.

    Parameters
    ----------
    steps : array (S,)
        Training steps of the snapshots with noise.
    plain : dict of name -> (steps, accuracies)
        The two networks without batch norm, which stand still.
    path : (steps, means)
        The mean input of the same unit in the first of them.
    seeds : int
        How many networks with noise there are.
    """

    def __init__(self, steps, plain, path, seeds):
        figure = style.new_figure(9, 5.4)
        grid = figure.add_gridspec(
            2, 2, height_ratios=[4, 6], left=0.075, right=0.965, bottom=0.105, top=0.835,
            hspace=0.62, wspace=0.2,
        )  # fmt: skip
        axes = figure.add_subplot(grid[0, 0])
        style.title(axes, "into the sigmoid, now", "$s\\,y + t$", style.STAGES["y"], 26)
        self._now = Histogram(axes, "y", EDGES, 0.1)
        last = next(iter(plain.values()))[0]
        self._track = _Track(figure.add_subplot(grid[0, 1]), steps, last, path)
        self._curves = _Curves(figure.add_subplot(grid[1, :]), steps, last, plain, seeds)
        parts = self._now, self._track, self._curves
        moving = [artist for part in parts for artist in part.moving]
        super().__init__(figure, moving, resting=self._track.resting + self._curves.resting)

    def update(self, y, accuracy, index):
        """Show snapshot `index` of a run with inputs y (S, examples), accuracy (S, seeds)."""
        self._now.update(y[index])
        means, sds = y.mean(axis=-1), y.std(axis=-1)
        self._track.update(means, sds, index)
        self._curves.update(accuracy, index)
        self.pose = means.tobytes(), sds.tobytes(), accuracy.tobytes()


class _Track:
    """Mean ± sd of the input at every snapshot; what is farther out is left outside."""

    def __init__(self, axes, steps, last, path):
        style.title(axes, "at every snapshot", "mean ± sd; dashed: std 0.1, without", pad=8)
        draw_time(axes, last)
        axes.set(ylim=(EDGES[0], EDGES[-1]), yticks=[-4, 0, 4])
        axes.plot(np.log1p(path[0]), path[1], **LOOKS[0])
        self._time = np.log1p(steps)
        color = style.STAGES["y"]
        self._spreads = axes.plot([], [], color=color, lw=1.2)[0]
        self._means = axes.plot([], [], "o", color=color, ms=4)[0]
        self._lit = axes.plot([], [], "o", color=style.INK, ms=8)[0]
        self.moving, self.resting = [self._lit], [self._spreads, self._means]

    def update(self, means, sds, index):
        ends = np.stack([means - sds, means + sds, np.full(len(means), np.nan)], axis=-1)
        self._spreads.set_data(np.repeat(self._time, 3), ends.ravel())
        self._means.set_data(self._time, means)
        self._lit.set_data([self._time[index]], [means[index]])


class _Curves:
    """Accuracy over training: the plain networks stand still, one line for each seed moves."""

    def __init__(self, axes, steps, last, plain, seeds):
        style.title(axes, "accuracy on the test images", pad=8)
        draw_time(axes, last)
        axes.set(ylim=(0, 1.02), yticks=[0, 0.5, 0.9], yticklabels=["0", "50 %", "90 %"])
        axes.axhline(0.9, color=style.PALE, lw=1, zorder=0)
        places = (np.log1p(950), 0.25), (np.log1p(260), 0.62)  # where no cursor comes
        for (name, (at, curve)), looks, place in zip(plain.items(), LOOKS, places, strict=False):
            axes.plot(np.log1p(at), curve, **looks)
            axes.text(*place, name.replace(", ", ",\n"), fontsize=style.TEXT, color=style.INK)
        axes.text(0.1, 0.94, "batch norm and noise", fontsize=style.TEXT, color=style.INK)
        self._time = np.log1p(steps)
        self._lines = [axes.plot([], [], color=style.INK, lw=1.2)[0] for _ in range(seeds)]
        self._cursor = Cursor(axes)
        self.moving, self.resting = self._cursor.moving, self._lines

    def update(self, accuracy, index):
        self._cursor.update(self._time[index])
        for line, curve in zip(self._lines, accuracy.T, strict=True):
            line.set_data(self._time, curve)


class LandscapeView(Picture):
    """The loss and the gradient along the gradient, for three networks at one point of training.

    Parameters
    ----------
    multiples : array (E,)
        Step sizes in units of the learning rate; 1 is one of them.
    steps : array (S,)
        Training steps of the points.
    names : sequence of three names
    """

    def __init__(self, multiples, steps, names):
        figure = style.new_figure(9, 5.4)
        grid = figure.add_gridspec(
            2, 3, height_ratios=[5, 4], width_ratios=[3, 3, 1.5], left=0.075, right=0.965,
            bottom=0.105, top=0.87, hspace=0.75, wspace=0.3,
        )  # fmt: skip
        loss, cosine = (figure.add_subplot(grid[0, column]) for column in (0, 1))
        path = figure.add_subplot(grid[1, :])
        style.title(loss, "loss along the gradient", "after the step ÷ before")
        style.title(cosine, "gradient along the gradient", "cosine to the one at the start")
        style.title(path, "cosine one learning rate ahead", "over the training")
        loss.set(yscale="log", ylim=(0.1, 10))
        loss.set_yticks([0.1, 1, 10], ["÷10", "1", "×10"])
        loss.set_yticks([], minor=True)
        for axes in (loss, cosine):
            style.frame(axes, left=True)
            axes.set(xlim=(0, multiples[-1]), xticks=range(int(multiples[-1]) + 1))
            axes.set_xlabel("step ÷ learning rate", fontsize=style.TEXT)
            axes.axvline(1, color=style.PALE, lw=1, zorder=0)
        style.frame(path, left=True)
        path.set(xlim=(steps[0], steps[-1]))
        path.set_xlabel("training step", fontsize=style.TEXT)
        for axes in (cosine, path):
            axes.set(ylim=(-1, 1.05), yticks=[-1, 0, 1], yticklabels=["−1", "0", "1"])
        for axes in (loss, cosine, path):
            axes.axhline(1 if axes is loss else 0, color=style.QUIET, lw=0.8, zorder=0)
        self._multiples, self._steps = multiples, steps
        self._lines = [
            [axes.plot([], [], **looks)[0] for looks in LOOKS] for axes in (loss, cosine, path)
        ]
        rows = zip(names, ROWS, LOOKS, strict=True)
        self._readings = [_Reading(cosine, *row) for row in rows]
        self._cursor = Cursor(path)
        *ahead, resting = self._lines
        moving = [line for lines in ahead for line in lines]
        moving += [reading.words for reading in self._readings]
        super().__init__(figure, [*moving, *self._cursor.moving], resting=resting)

    def update(self, index, losses, cosines, paths):
        """Show point `index` of the training of three networks.

        losses: three (E,), in units of the one at the start; cosines: three (E,); paths: three
        (S,), the cosines at one learning rate.
        """
        x = self._multiples, self._multiples, self._steps
        for lines, at, curves in zip(self._lines, x, (losses, cosines, paths), strict=True):
            for line, curve in zip(lines, curves, strict=True):
                line.set_data(at, curve)
        for reading, loss in zip(self._readings, losses, strict=True):
            reading.words.text = f"loss ×{number(loss.min())} … {number(loss.max())}"
        self._cursor.update(self._steps[index])
        self.pose = np.array(paths).tobytes()


ROWS = 0.86, 0.5, 0.14  # heights of the names to the right


class _Reading:
    """A name with a sample of its line, and under it from where to where its loss goes."""

    def __init__(self, axes, name, height, looks):
        on = {"transform": axes.transAxes}
        axes.plot([1.06, 1.26], [height + 0.14] * 2, clip_on=False, **on, **looks)
        axes.text(1.06, height, name, fontsize=style.TEXT, color=style.INK, **on)
        self.words = Words(axes, 1.06, height - 0.12)
