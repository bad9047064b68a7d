"""Demos of notebook 02."""

import numpy as np
from matplotlib.patheffects import withStroke

from bnviz import batchnorm, digits, example, style
from bnviz.live import choice, demo, slider, stops
from bnviz.panels import Bars, Spread, mean_and_sd, moving, number
from bnviz.pictures import Picture, Words

SIZES = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256)
BATCHES = 20_000


@demo
def batch_size(activations=None, batch_statistics=batchnorm.batch_statistics):
    """See how far the mean and the variance of a mini-batch of m lie from the truth.

    The batches are drawn with replacement, so that (m − 1)/m holds exactly; without, out of n
    values, it would be n/(n − 1) times that.

    activations: values of Wx that count as the whole population, any shape; without them the
    running example's.
    batch_statistics: your own function of z, (m, units), to (mean, var), (units,) each.
    Raises ValueError if the values are all the same.
    """
    population = example.sorted_batch(activations)  # (n, 1)
    (mean,), (var,) = batchnorm.batch_statistics(population)
    if var == 0:
        raise ValueError(
            f"batch_size needs values that differ, got {population.size} times {mean}: "
            "there is no spread to estimate"
        )
    statistics = draw_statistics(population[:, 0], batch_statistics)
    picture = BatchSizeView(population, mean, var)

    def show(m):
        means, variances = statistics[m]  # (batches,) each
        picture.update(means, variances, m)
        sd, average = means.std(), variances.mean()
        return (
            f"Of {BATCHES:,} mini-batches of m = {m}, the means have sd {number(sd, 3)}; the "
            f"variances average {number(average, 3)}, and the true one is {number(var, 3)}: the "
            f"share is {number(average / var, 3)}."
        )

    return picture, show, {"m": stops("batch size m", SIZES, 64)}, [{}, {"m": 4}, {"m": 2}]


def draw_statistics(values, batch_statistics=batchnorm.batch_statistics):
    """Mean and variance (÷m) of many mini-batches by their size, {m: (means, variances)}, sorted.

    A batch of m is the first m of the same draws at every m, so that only m differs.
    """
    draws = np.random.default_rng(0).choice(values, (max(SIZES), BATCHES))  # a column is a batch
    found = {m: batch_statistics(draws[:m]) for m in SIZES}
    return {m: (np.sort(means), np.sort(variances)) for m, (means, variances) in found.items()}


class BatchSizeView(Picture):
    """Many mini-batches of one size: the hill of their means and that of their variances.

    population: (n, 1), with its mean and its variance, which are the truth.
    """

    def __init__(self, population, mean, var):
        figure = style.new_figure(9, 3.9, left=0.02, right=0.98, bottom=0.09, top=0.77, wspace=0.08)
        left, right = map(style.frame, figure.subplots(1, 2))
        edges, self._sd = mean + np.sqrt(var) * np.linspace(-3, 4, 141), np.sqrt(var)
        Bars(left, edges[::4], animated=False, fill=True, color=style.PALE).update(population)
        place = {"transform": left.transAxes, "ha": "right", "color": style.QUIET}
        left.text(1, 1.03, "pale: $z$ itself", **place)
        style.title(left, "batch means", r"$\mu_B = \Sigma\,z\,/\,m$", style.STAGES["z"], 24)
        formula = r"$\sigma_B^2 = \Sigma\,(z - \mu_B)^2\,/\,m$"
        style.title(right, "batch variances", formula, style.STAGES["z"], 24)
        looks = {"outside": 0.1, "fill": True, "color": style.STAGES["z"]}
        self._means = Bars(left, edges, **looks)
        self._variances = Bars(right, var * np.linspace(0, 4, 97), **looks)
        _mark_truth(left, mean, r"true mean $\mu$")
        _mark_truth(right, var, r"true variance $\sigma^2$")
        self._measured = _Row(left, 0.93, "sd, measured")
        self._theory = _Row(left, 0.83, r"$\sigma/\sqrt{m}$", color=style.QUIET, ms=0)
        self._biased = _Row(right, 0.93, r"average, $\div\,m$")
        self._corrected = _Row(right, 0.83, r"times $m/(m-1)$", marker="D")
        super().__init__(figure)

    def update(self, means, variances, m):
        """Show the means and the variances of mini-batches of m, (batches,) each."""
        self._means.update(means)
        self._variances.update(variances)
        centre, sd, average = means.mean(), means.std(), variances.mean()
        self._measured.update(sd, centre, sd)
        self._theory.update(self._sd / np.sqrt(m), centre, self._sd / np.sqrt(m))
        self._biased.update(average, average)
        self._corrected.update(average * m / (m - 1), average * m / (m - 1))


class _Row:
    """A number above a hill: its name, its place, and the number itself at the right end."""

    def __init__(self, axes, height, name, **looks):
        self._mark = Spread(axes, height, **{"ms": 6.5, "mew": 1, **looks})
        axes.text(0.86, height - 0.025, name, ha="right", transform=axes.transAxes)
        self._words = Words(axes, 1, height - 0.025, align="right")

    def update(self, value, place, reach=0):
        self._mark.update(place, reach)
        self._words.text = number(value, 3)


def _mark_truth(axes, place, name):
    outline = [withStroke(linewidth=2.4, foreground="white")]
    axes.axvline(place, color=style.INK, lw=1.2, path_effects=outline, animated=True, zorder=1.5)
    looks = {"xycoords": axes.get_xaxis_transform(), "textcoords": "offset points"}
    axes.annotate(name, (place, 1), (0, 6), ha="center", **looks)


# Chance, or another population?

BATCH_SIZE = 60


@demo
def batches():
    """Compare one mini-batch of 60 with the whole population, drawn in four ways."""
    z = (example.images() @ example.weights())[:, 0].astype(float)  # (n,)
    mean, noise, orders = z.mean(), z.std() / np.sqrt(BATCH_SIZE), batch_orders()
    count = len(z) // BATCH_SIZE
    picture = BatchesView(z, noise, count)

    def show(batch, order):
        values = z[orders[order]]  # (batches, m)
        means, now = values.mean(axis=-1), values[batch - 1]
        picture.update(now, means, batch)
        inside = np.count_nonzero(np.abs(means - mean) < 2 * noise)
        away = (now.mean() - mean) / noise
        return (
            f"Mini-batch {batch}, {order}, has {mean_and_sd(now)}, the population {mean_and_sd(z)}"
            f": it lies {number(abs(away), 1)} times σ/√m = {number(noise)} "
            f"{'below' if away < 0 else 'above'}; {inside} of the {count} batch means lie within "
            "2 σ/√m of the population's."
        )

    controls = {
        "batch": slider("mini-batch", 1, count, 1, 1),
        "order": choice("how they are drawn", list(orders), "shuffled"),
    }
    still = [{}, {"order": "sorted by digit"}, {"order": "most ink first"}]
    return picture, show, controls, still


def batch_orders():
    """Return mini-batches of the training images by how they are drawn, {name: (batches, m)}.

    Each image is in one batch at most; what does not fill a last batch is left out.
    """
    images, labels = example.images(), digits.load().labels
    orders = {
        # not seed 0, which holds a batch so far off that one shuffle in 2,000 has the like
        "shuffled": np.random.default_rng(1).permutation(len(images)),
        "shuffled again": np.random.default_rng(2).permutation(len(images)),
        "sorted by digit": np.argsort(labels, kind="stable"),
        "most ink first": np.argsort(-images.mean(axis=-1), kind="stable"),
    }
    kept = len(images) // BATCH_SIZE * BATCH_SIZE
    return {name: order[:kept].reshape(-1, BATCH_SIZE) for name, order in orders.items()}


class BatchesView(Picture):
    """One mini-batch over the population, and below it the means of all mini-batches.

    z: of the population, (n,); noise: how far chance moves a batch mean, as an sd; count: how many
    mini-batches there are.
    """

    def __init__(self, z, noise, count):
        figure = style.new_figure(9, 5.2, left=0.02, right=0.98, bottom=0.1, top=0.83, hspace=0.3)
        above, below = figure.subplots(2, 1, height_ratios=[5, 4])
        edges = z.mean() + z.std() * np.linspace(-3, 3.5, 27)
        _draw_population(above, z, edges)
        _draw_band(below, z.mean(), 2 * noise, count, (edges[0], edges[-1]))
        self._bars = Bars(above, edges, TOP, color=style.STAGES["z"], lw=2)
        self._said = Words(above, 0, 1, lift=8, color=style.STAGES["z"])
        self._dots = moving(below, "o", ms=5, color=style.STAGES["z"], mew=0)
        self._lit = moving(below, "o", ms=9, color=style.INK, mew=0)
        looks = {"color": style.INK, "lw": 2, "animated": True}
        self._lines = [axes.axvline(z.mean(), **looks) for axes in (above, below)]
        super().__init__(figure)

    def update(self, now, means, batch):
        """Show the mini-batch number `batch`, (m,), and the means of all of them."""
        self._bars.update(now)
        self._said.text = f"mini-batch {batch}: {mean_and_sd(now, ', ')}"
        self._dots.set_data(means, np.arange(1, len(means) + 1))
        self._lit.set_data([now.mean()], [batch])
        for line in self._lines:
            line.set_xdata([now.mean()] * 2)


TOP = 0.4  # the share of values in one bin that reaches 80 % of the height


def _draw_population(axes, z, edges):
    style.frame(axes)
    style.title(axes, "net of one unit", "$z = Wx$", style.STAGES["z"], 26)
    Bars(axes, edges, TOP, animated=False, fill=True, color=style.PALE).update(z)
    axes.axvline(z.mean(), color=style.QUIET, lw=1)
    said = f"all {z.size:,} images: {mean_and_sd(z, ', ')}"
    place = {"xycoords": "axes fraction", "textcoords": "offset points"}
    axes.annotate(said, (1, 1), (0, 8), ha="right", color=style.QUIET, **place)


def _draw_band(axes, mean, reach, count, limits):
    """Draw where batch means lie if nothing but chance moves them; the first batch is on top."""
    style.frame(axes).set(xlim=limits, ylim=(count + 1.5, -0.5))
    axes.axvspan(mean - reach, mean + reach, color=style.PALE, lw=0, zorder=0)
    axes.axvline(mean, color=style.QUIET, lw=1)
    looks = {"transform": axes.transAxes, "va": "top"}
    axes.text(0, 1, f"means of all {count}\nmini-batches,\nthe first on top", **looks)
    axes.text(1, 1, "band: $\\mu \\pm 2\\,\\sigma/\\sqrt{m}$,\nchance alone", ha="right", **looks)
