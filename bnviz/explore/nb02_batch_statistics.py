"""The demo of notebook 02."""

import numpy as np
from matplotlib.patheffects import withStroke

from bnviz import batchnorm, example, style
from bnviz.live import demo, stops
from bnviz.panels import Bars, Spread, number
from bnviz.pictures import Picture, Words

SIZES = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256)
BATCHES = 20_000


@demo
def batch_size(activations=None):
    """See how far the mean and the variance of a mini-batch of m lie from the truth.

    The batches are drawn with replacement, so that (m − 1)/m holds exactly; without, out of n
    values, it would be n/(n − 1) times that.

    activations: values of Wx that count as the whole population, any shape; without them the
    running example's.
    Raises ValueError if the values are all the same.
    """
    population = example.sorted_batch(activations)  # (n, 1)
    (mean,), (var,) = batchnorm.batch_statistics(population)
    if var == 0:
        raise ValueError(
            f"batch_size needs values that differ, got {population.size} times {mean}: "
            "there is no spread to estimate"
        )
    statistics = draw_statistics(population[:, 0])
    figure = style.new_figure(9, 3.9, left=0.02, right=0.98, bottom=0.09, top=0.77, wspace=0.08)
    left, right = map(style.frame, figure.subplots(1, 2))
    edges = mean + np.sqrt(var) * np.linspace(-3, 4, 141)
    Bars(left, edges[::4], animated=False, fill=True, color=style.PALE).update(population)
    left.text(1, 1.03, "pale: $z$ itself", transform=left.transAxes, ha="right", color=style.QUIET)
    style.title(left, "batch means", r"$\mu_B = \Sigma\,z\,/\,m$", style.STAGES["z"], 24)
    formula = r"$\sigma_B^2 = \Sigma\,(z - \mu_B)^2\,/\,m$"
    style.title(right, "batch variances", formula, style.STAGES["z"], 24)
    looks = {"outside": 0.1, "fill": True, "color": style.STAGES["z"]}
    hills = Bars(left, edges, **looks), Bars(right, var * np.linspace(0, 4, 97), **looks)
    _mark_truth(left, mean, r"true mean $\mu$")
    _mark_truth(right, var, r"true variance $\sigma^2$")
    measured = _draw_row(left, 0.93, "sd, measured")
    theory = _draw_row(left, 0.83, r"$\sigma/\sqrt{m}$", color=style.QUIET, ms=0)
    biased = _draw_row(right, 0.93, r"average, $\div\,m$")
    corrected = _draw_row(right, 0.83, r"times $m/(m-1)$", marker="D")

    def show(m):
        means, variances = statistics[m]  # (batches,) each
        for hill, values in zip(hills, statistics[m], strict=True):
            hill.update(values)
        sd, average = means.std(), variances.mean()
        for update, reach in ((measured, sd), (theory, np.sqrt(var / m))):
            update(reach, means.mean(), reach)
        for update, place in ((biased, average), (corrected, average * m / (m - 1))):
            update(place, place)
        return (
            f"Of {BATCHES:,} mini-batches of m = {m}, the means have sd {number(sd, 3)}; the "
            f"variances average {number(average, 3)}, and the true one is {number(var, 3)}: the "
            f"share is {number(average / var, 3)}."
        )

    controls = {"m": stops("batch size m", SIZES, 64)}
    return Picture(figure), show, controls


def draw_statistics(values):
    """Mean and variance (÷m) of many mini-batches by their size, {m: (means, variances)}, sorted.

    A batch of m is the first m of the same draws at every m, so that only m differs.
    """
    draws = np.random.default_rng(0).choice(values, (max(SIZES), BATCHES))  # a column is a batch
    return {m: (np.sort(draws[:m].mean(axis=0)), np.sort(draws[:m].var(axis=0))) for m in SIZES}


def _draw_row(axes, height, name, **looks):
    """Name a number above a hill; return what writes it at the right end and marks its place."""
    mark = Spread(axes, height, **{"ms": 6.5, "mew": 1, **looks})
    axes.text(0.86, height - 0.025, name, ha="right", transform=axes.transAxes)
    words = Words(axes, 1, height - 0.025, align="right")

    def update(value, place, reach=0):
        mark.update(place, reach)
        words.text = number(value, 3)

    return update


def _mark_truth(axes, place, name):
    outline = [withStroke(linewidth=2.4, foreground="white")]
    axes.axvline(place, color=style.INK, lw=1.2, path_effects=outline, animated=True, zorder=1.5)
    looks = {"xycoords": axes.get_xaxis_transform(), "textcoords": "offset points"}
    axes.annotate(name, (place, 1), (0, 6), ha="center", **looks)
