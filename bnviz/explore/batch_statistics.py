"""The explorable of notebook 02."""

import numpy as np

from bnviz import batchnorm, live
from bnviz.explore import example
from bnviz.pictures import BatchSpread, number

SIZES = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256)
BATCHES = 20_000


def batch_size(activations=None):
    """See how far the mean and the variance of a mini-batch of m lie from the truth.

    The batches are drawn with replacement, so that (m − 1)/m holds exactly; without, out of n
    values, it would be n/(n − 1) times that.

    activations : array of any shape, optional
        Values of Wx that count as the whole population; without them the running example's.
    Returns a `Live`. Raises ValueError if the values are all the same.
    """
    population = example.batch(activations)  # (n, 1)
    (mean,), (var,) = batchnorm.batch_statistics(population)
    if var == 0:
        raise ValueError(
            f"batch_size needs values that differ, got {population.size} times {mean}: "
            "there is no spread to estimate"
        )
    statistics = _draw_statistics(population[:, 0])

    def show(m):
        means, variances = statistics[m]  # (batches,) each
        biased, theory = variances.mean(), np.sqrt(var / m)
        _, (corrected,) = batchnorm.population_statistics(means[:, None], variances[:, None], m)
        caption = (
            f"{BATCHES:,} mini-batches of m = {m}: the means have sd {number(means.std(), 3)} "
            f"(σ/√m = {number(theory, 3)}); the variances ÷m average {number(biased, 3)}, which is "
            f"{number(biased / var, 3)} of the true {number(var, 3)} "
            f"((m − 1)/m = {number((m - 1) / m, 3)}); times m/(m − 1) they average "
            f"{number(corrected, 3)}."
        )
        shown = {"means": means, "variances": variances, "theory": theory, "corrected": corrected}
        return shown, caption

    controls = {"m": live.steps("batch size m", SIZES, 4)}
    return live.Live("batch_size", BatchSpread(population), show, controls)


def _draw_statistics(values):
    """Mean and variance (÷m) of many mini-batches by their size, {m: (means, variances)}.

    A batch of m is the first m of the same draws at every m, so that only m differs.
    """
    draws = np.random.default_rng(0).choice(values, (max(SIZES), BATCHES))  # a column is a batch
    return {m: batchnorm.batch_statistics(draws[:m]) for m in SIZES}
