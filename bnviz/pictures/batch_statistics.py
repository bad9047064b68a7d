"""The picture of notebook 02."""

import numpy as np

from bnviz import measures, style
from bnviz.pictures.artists import Words
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import number, percent

ROWS = 0.93, 0.83  # of what is marked above the hills, as a share of the height
SUMMIT = 0.74


class BatchSpread(Picture):
    """The means of many mini-batches, and beside them their variances.

    Every hill is drawn to the same height, so that only its width and its place speak.

    Parameters
    ----------
    values : array of any shape
        The population that the batches are drawn from; its own hill stands pale behind the means.
    """

    def __init__(self, values):
        mean, sd = np.mean(values), np.std(values)
        figure = style.new_figure(9, 3.9)
        figure.subplots_adjust(left=0.02, right=0.98, bottom=0.09, top=0.77, wspace=0.08)
        left, right = figure.subplots(1, 2)
        edges = mean + sd * np.linspace(-3, 4, 141)
        population = _Hill(left, edges[::4], color=style.PALE)
        population.update(values)
        self._means = _Hill(left, edges, color=style.STAGES["z"])
        self._variances = _Hill(right, sd**2 * np.linspace(0, 4, 97), color=style.STAGES["z"])
        style.title(left, "batch means", r"$\mu_B = \Sigma\,z\,/\,m$", style.STAGES["z"], 24)
        formula = r"$\sigma_B^2 = \Sigma\,(z - \mu_B)^2\,/\,m$"
        style.title(right, "batch variances", formula, style.STAGES["z"], 24)
        _mark_truth(left, mean, r"true mean $\mu$", r"pale: $z$ itself")
        _mark_truth(right, sd**2, r"true variance $\sigma^2$")
        self._spread = _Row(left, ROWS[0], "sd, measured", "o-")
        self._theory = _Row(left, ROWS[1], r"$\sigma/\sqrt{m}$", "-", style.QUIET)
        self._biased = _Row(right, ROWS[0], r"average, $\div\,m$", "o")
        self._corrected = _Row(right, ROWS[1], r"times $m/(m-1)$", "D")
        parts = self._means, self._variances
        parts += self._spread, self._theory, self._biased, self._corrected
        super().__init__(figure, [a for part in (population, *parts) for a in part.moving])

    def update(self, means, variances, theory, corrected):
        """Show one mean and one variance (÷m) per mini-batch, and what they come to.

        theory: σ/√m; corrected: the average variance times m/(m − 1).
        """
        self._means.update(means)
        self._variances.update(variances)
        centre, sd, biased = np.mean(means), np.std(means), np.mean(variances)
        self._spread.update([centre - sd, centre, centre + sd], sd)
        self._theory.update([centre - theory, centre + theory], theory)
        self._biased.update([biased], biased)
        self._corrected.update([corrected], corrected)


class _Hill:
    """A histogram drawn to the same height whatever its width, and what falls outside."""

    def __init__(self, axes, edges, color):
        style.frame(axes)
        axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1))
        self.edges = edges
        self._bars = axes.stairs(np.zeros(len(edges) - 1), edges, fill=True, color=color)
        self._below, self._above = Words(axes, 0, 0.1), Words(axes, 1, 0.1, align="r")
        self.moving = [self._bars, self._below, self._above]

    def update(self, values):
        counts, below, above = measures.histogram(values, self.edges)
        self._bars.set_data(SUMMIT * counts / max(1, counts.max()))
        self._below.text = f"◂ {percent(below / values.size)}" if below else ""
        self._above.text = f"{percent(above / values.size)} ▸" if above else ""


class _Row:
    """One number above a hill: marked where it lies, named and written at the right end."""

    def __init__(self, axes, height, name, marker, color=style.INK):
        over = axes.get_xaxis_transform()  # x in data, y as a share of the height
        looks = {"color": color, "lw": 2.5, "ms": 6.5}
        (self._line,) = axes.plot([], [], marker, transform=over, **looks)
        axes.text(
            0.86, height - 0.025, name, ha="right", transform=axes.transAxes, color=style.INK,
            fontsize=style.TEXT,
        )  # fmt: skip
        self._height = height
        self._words = Words(axes, 1, height - 0.025, align="r")
        self.moving = [self._line, self._words]

    def update(self, places, value):
        self._line.set_data(places, [self._height] * len(places))
        self._line.set_markevery([len(places) // 2])
        self._words.text = number(value, 3)


def _mark_truth(axes, place, name, remark=""):
    """Draw a line at `place` and write over it what it is; `remark` stands at the right end."""
    axes.axvline(place, color=style.INK, linewidth=1)
    looks = {"xycoords": axes.get_xaxis_transform(), "textcoords": "offset points"}
    axes.annotate(name, (place, 1), (0, 6), ha="center", fontsize=style.TEXT, **looks)
    axes.text(
        1, 1.03, remark, transform=axes.transAxes, ha="right", color=style.QUIET,
        fontsize=style.TEXT,
    )  # fmt: skip
