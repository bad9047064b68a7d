"""The picture of notebook 03."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from bnviz import style
from bnviz.pictures.artists import Stroke, Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Bars, Spread, number, percent

LIMIT = 8
EDGES = np.linspace(-LIMIT, LIMIT, 129)
TOP = 0.16
THREADS = 16  # examples that are followed from z to ẑ


class NormalizedView(Picture):
    """The net above, the normalized net below, on the same axis, and threads between them.

    Each thread is one example of the mini-batch: all of a small one, some of a large one, spread
    evenly over its order.
    """

    def __init__(self):
        figure = style.new_figure(9, 4.2)
        above = figure.add_axes([0.26, 0.62, 0.72, 0.36])
        threads = figure.add_axes([0.26, 0.1, 0.72, 0.52], sharex=above)  # between the base lines
        below = figure.add_axes([0.26, 0.1, 0.72, 0.36], sharex=above, facecolor="none")
        threads.axis("off")
        threads.set_ylim(0, 1)
        self._threads = Stroke(threads, width=1.2, color=style.PALE)
        self._stages = _Stage(above, threads, 1, "z"), _Stage(below, threads, 0, "z_hat")
        above.tick_params(labelbottom=False)
        moving = [a for stage in self._stages for a in stage.moving]
        super().__init__(figure, [self._threads, *moving])

    def update(self, z, z_hat):
        """Show the net of one unit over a mini-batch and the same normalized, (m,) each."""
        order = np.argsort(z, kind="stable")
        some = order[np.linspace(0, len(z) - 1, min(THREADS, len(z))).astype(int)]
        self._threads.join(z[some], 1, z_hat[some], 0)
        for stage, values in zip(self._stages, (z, z_hat), strict=True):
            stage.update(values, values[some])


class _Stage:
    """One stage: its bars, mean − sd to mean + sd, what falls outside, and dots for examples."""

    def __init__(self, axes, threads, height, stage):
        style.frame(axes)
        axes.axvline(0, color=style.QUIET, linewidth=0.8, zorder=0)
        colour = style.STAGES[stage]
        self._bars = Bars(axes, EDGES, TOP, fill=True, color=colour)
        self._spread = Spread(axes, 0.92)
        (self._dots,) = threads.plot([], [], "o", color=colour, mec="white", ms=8, clip_on=False)
        self._height = height
        heading, formula = style.TITLES[stage]
        looks = {"transform": axes.transAxes, "fontsize": style.TEXT, "color": style.INK}
        axes.text(-0.34, 0.78, heading, **looks | {"color": colour, "fontsize": style.TITLE},
                  fontweight="bold")  # fmt: skip
        axes.text(-0.34, 0.55, formula, **looks)
        self._numbers = [Words(axes, -0.34, 0.32), Words(axes, -0.34, 0.15)]
        self._outside = [Words(axes, 0, 0.6), Words(axes, 1, 0.6, align="r")]
        self.moving = [*self._bars.moving, *self._spread.moving, self._dots]
        self.moving += self._numbers + self._outside

    def update(self, values, examples):
        below, above = self._bars.update(values)
        for bars in self._bars.moving:  # the dots say it all where every example has one
            bars.set_visible(len(values) > len(examples))
        mean, sd = np.mean(values), np.std(values)
        self._spread.update(mean, sd)
        inside = examples[np.abs(examples) <= LIMIT]
        self._dots.set_data(inside, np.full(len(inside), self._height))
        self._numbers[0].text = f"mean {number(mean)}"
        self._numbers[1].text = f"sd {sd:#.3g}"
        self._outside[0].text = f"◂ {percent(below)}" if below else ""
        self._outside[1].text = f"{percent(above)} ▸" if above else ""


class BatchMates(Picture):
    """The same example in several mini-batches: where each of them puts it, and its mates.

    Parameters
    ----------
    batches : sequence of (images, z_hat)
        (m, 64) and (m,) each; the first of each is the example that is followed.
    """

    def __init__(self, batches):
        figure = style.new_figure(9, 1.9 * len(batches))
        lines = figure.subplots(len(batches), 1)
        figure.subplots_adjust(left=0.02, right=0.98, bottom=0.4 / len(batches) / 1.9, top=1)
        for axes, (images, z_hat) in zip(lines, batches, strict=True):
            style.frame(axes).set(xlim=(-3.2, 3.2), ylim=(0, 1.7))
            axes.axvline(0, ymax=0.45, color=style.QUIET, linewidth=0.8)
            axes.annotate(
                r"$\hat{z}$", (1, 0), (0, -4), xycoords="axes fraction",
                textcoords="offset points", ha="right", va="top", fontsize=style.TITLE,
                color=style.STAGES["z_hat"],
            )  # fmt: skip
            places = np.linspace(-2.9, 2.9, len(z_hat))[np.argsort(np.argsort(z_hat))]
            for i in range(len(z_hat))[::-1]:  # the one that is followed comes on top
                self._hang(axes, images[i], places[i], z_hat[i], followed=i == 0)
        super().__init__(figure, [])

    def _hang(self, axes, image, place, z_hat, *, followed):
        """Draw an image at `place`, its value on the base line, and a thread between them."""
        looks = {"color": style.INK, "lw": 2} if followed else {"color": style.PALE, "lw": 1.2}
        axes.plot([place, z_hat], [0.8, 0], **looks)
        dot = style.STAGES["z_hat"]
        axes.plot(z_hat, 0, "o", color=dot, mec="white", ms=9, clip_on=False, zorder=3)
        thumb = axes.inset_axes([place - 0.28, 0.8, 0.56, 0.85], transform=axes.transData)
        thumb.imshow(image.reshape(8, 8), cmap=_PAPER, vmin=0, vmax=1)
        thumb.set(xticks=[], yticks=[])
        for spine in thumb.spines.values():
            spine.set(color=looks["color"], linewidth=looks["lw"])
        if followed:
            axes.text(
                place, 0.77, number(z_hat), ha="center", va="top", color=dot,
                fontsize=style.TITLE, fontweight="bold",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 3},
            )  # fmt: skip


_PAPER = LinearSegmentedColormap.from_list("paper", ["white", style.INK])
