"""Batch normalization as plain functions of arrays.

    z ─► z_hat = (z - mean)/√(var + eps) ─► y = gamma z_hat + beta

Arrays are (..., m, units): m examples of a mini-batch, any leading axes (a stack of networks) in
front. What belongs to a unit, mean, var, gamma and beta, is (..., units).

The array that comes first decides the precision: float32 in, float32 out, whatever the type of the
others; integers and booleans count as float64, float16 as float32. Over 1,437 examples z_hat is
exact to 1e-6 in float32 and to 1e-14 in float64, as long as the mean is no larger than the spread.
The digits of a larger mean are lost to z_hat: float32 is off by 5e-4 at a mean of 1e4 standard
deviations and by 0.03 at 1e6, float64 by 1e-8 at 1e8.

Source: Ioffe & Szegedy 2015 (arXiv 1502.03167), Algorithms 1 and 2.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bnviz.arguments import floats, number


class Cache(NamedTuple):
    """What `forward` found out about a mini-batch and `backward` needs again."""

    z_hat: np.ndarray  # (..., m, units)
    gamma: np.ndarray  # (..., units)
    std: np.ndarray  # (..., units), √(var + eps)
    mean: np.ndarray  # (..., units)
    var: np.ndarray  # (..., units), divided by m


def batch_statistics(z):
    """Mean and variance of each unit over the examples of the mini-batch.

    mean = Σ z / m,  var = Σ (z - mean)² / m
    z: (..., m, units); both results: (..., units).
    The variance divides by m, not m - 1: `population_statistics` corrects for it.
    Raises ValueError for an empty batch, a missing axis, nan and inf.
    Algorithm 1, lines 1 and 2.
    """
    z = _as_batch("z", z)
    if not np.isfinite(z).all():
        raise ValueError(
            f"batch_statistics needs finite numbers, got {np.count_nonzero(~np.isfinite(z))} "
            f"nan or inf among {z.size}: where do they come from?"
        )
    _, mean, var = _center(z)
    return mean, var


def normalize(z, mean, var, eps=1e-5):
    """Shift and scale each unit so that the given mean becomes 0 and the given variance 1.

    z_hat = (z - mean) / √(var + eps)
    z, z_hat: (..., m, units); mean, var: (..., units).
    eps stands inside the root, so the variance of z_hat is var/(var + eps), a little under 1.
    Raises ValueError for shapes that do not fit, and for var or eps that is negative or nan.
    Algorithm 1, line 3.
    """
    z = _as_batch("z", z)
    return _divide(z - _per_unit("mean", mean, z), _std(var, eps, z), eps)


def scale_shift(z_hat, gamma, beta):
    """Give each unit the width and the place that it learned.

    y = gamma z_hat + beta
    z_hat, y: (..., m, units); gamma, beta: (..., units).
    Raises ValueError for shapes that do not fit.
    Algorithm 1, line 4.
    """
    z_hat = _as_batch("z_hat", z_hat)
    return _per_unit("gamma", gamma, z_hat) * z_hat + _per_unit("beta", beta, z_hat)


def forward(z, gamma, beta, eps=1e-5):
    """Batch normalization while training: with the statistics of this very mini-batch.

    y = scale_shift(normalize(z, *batch_statistics(z), eps), gamma, beta)
    z, y: (..., m, units); gamma, beta: (..., units); the second result is a `Cache`.
    One example alone (m = 1) is its own mean, so z_hat is 0; of two (m = 2), z_hat is 1 and -1.
    Raises ValueError for shapes that do not fit and for eps that is negative or nan; nan and inf in
    z pass through, each in its own unit.
    Algorithm 1.
    """
    z = _as_batch("z", z)
    centered, mean, var = _center(z)
    std = np.sqrt(var + number("eps", eps))  # (..., units)
    z_hat = _divide(centered, std[..., None, :], eps)  # (..., m, units)
    y = scale_shift(z_hat, gamma, beta)
    return y, Cache(z_hat, np.asarray(gamma, z.dtype).copy(), std, mean, var)


def backward(dy, cache):
    """Gradients of the loss with respect to z, gamma and beta, from the one with respect to y.

    dz = gamma/std · (dy - mean(dy) - z_hat · mean(dy · z_hat)), means over the batch
    dy, dz: (..., m, units); dgamma, dbeta: (..., units), summed over the examples.
    The statistics depend on z and carry gradient: the two terms taken away are theirs. So dz sums
    to zero over the batch and, up to eps, is orthogonal to z_hat.
    Raises ValueError if dy has not the shape of y.
    Section 3, the equations after Algorithm 1.
    """
    dy, shape = floats("dy", dy, cache.z_hat.dtype), cache.z_hat.shape
    if dy.shape != shape and (
        dy.shape[-2:] != shape[-2:] or np.broadcast_shapes(dy.shape, shape) != dy.shape
    ):
        raise ValueError(f"dy has the shape of y, {shape} or a stack of it, got shape {dy.shape}")
    m = shape[-2]
    dbeta = _sum_over_batch(dy)  # (..., units)
    dgamma = _sum_over_batch(dy * cache.z_hat)  # (..., units)
    through_mean = (dbeta / m)[..., None, :]  # (..., 1, units)
    through_var = cache.z_hat * (dgamma / m)[..., None, :]  # (..., m, units)
    dz = (cache.gamma / cache.std)[..., None, :] * (dy - through_mean - through_var)
    return dz, dgamma, dbeta


def population_statistics(means, variances, m):
    """Mean and variance for test time, from those of many mini-batches of m examples.

    mean = average of the means,  var = m/(m - 1) · average of the variances
    means, variances: one entry of shape (..., units) per mini-batch, along the first axis, as
    `batch_statistics` gives them (÷m); both results: (..., units).
    m counts all that was averaged over; in a convolution, positions too.
    Raises ValueError for m < 2, shapes that do not fit, and a negative variance.
    Algorithm 2, line 10.
    """
    m = number("m", m, 2, whole=True, hint="one example says nothing about the variance")
    means = floats("means", means)  # (batches, ..., units)
    variances = floats("variances", variances, means.dtype)
    if means.shape != variances.shape or means.ndim < 2 or len(means) == 0:
        raise ValueError(
            "population_statistics needs one mean and one variance per batch, shape "
            f"(batches, ..., units), got {means.shape} and {variances.shape}: "
            "collect what batch_statistics returns in two lists"
        )
    _refuse_variance(variances, variances < 0)
    return means.mean(axis=0), variances.mean(axis=0) * (m / (m - 1))


def update_running(running, batch, rate):
    """One step of the running averages that frameworks keep for test time.

    new = (1 - rate) · running + rate · batch
    running, batch, result: pairs (mean, var), each (..., units); nothing is changed in place.
    rate weighs the NEW batch, as PyTorch's momentum = 0.1 does; Keras' momentum = 0.99 weighs the
    old value, so there rate = 0.01. The variance is averaged as it comes: PyTorch corrects it
    first, which is batch = population_statistics([mean], [var], m); Keras does not.
    Raises ValueError for a rate outside 0…1, shapes that do not fit, and a negative variance.
    """
    rate = number("rate", rate, 0, 1, hint="it weighs the new batch, and 0.1 is usual")
    batch = floats("batch", batch)  # (2, ..., units)
    running = floats("running", running, batch.dtype)
    if running.shape != batch.shape or running.shape[:1] != (2,):
        raise ValueError(
            "running and batch are pairs (mean, var) of the same shape, got the shapes "
            f"{running.shape} and {batch.shape}"
        )
    _refuse_variance(batch[1], batch[1] < 0)
    _refuse_variance(running[1], running[1] < 0)
    mean, var = (1 - rate) * running + rate * batch
    return mean, var


def inference(z, gamma, beta, mean, var, eps=1e-5):
    """Batch normalization at test time: with fixed statistics, each example for itself.

    y = gamma (z - mean)/√(var + eps) + beta
    z, y: (..., m, units), m = 1 is welcome; gamma, beta, mean, var: (..., units).
    Raises ValueError for shapes that do not fit, and for var or eps that is negative or nan.
    Algorithm 2, line 11.
    """
    return scale_shift(normalize(z, mean, var, eps), gamma, beta)


def fold(weights, bias, gamma, beta, mean, var, eps=1e-5):
    """Weights and bias of the one affine map that a layer and its batch norm are at test time.

    inference(x @ weights + bias, gamma, beta, mean, var, eps) = x @ new_weights + new_bias
    weights: (..., inputs, units); bias: (..., units), or None where the layer has none;
    gamma, beta, mean, var: (..., units); results: (..., inputs, units) and (..., units).
    Raises ValueError for shapes that do not fit, and for var or eps that is negative or nan.
    """
    weights = _as_batch("weights", weights)
    scale = _per_unit("gamma", gamma, weights) / _std(var, eps, weights)  # (..., 1, units)
    shift = -_per_unit("mean", mean, weights)
    if bias is not None:
        shift = shift + _per_unit("bias", bias, weights)
    new_bias = _per_unit("beta", beta, weights) + scale * shift
    return weights * scale, new_bias[..., 0, :]


def _center(z):
    """z minus its batch mean, and the two statistics: (..., m, units), twice (..., units)."""
    m, first = z.shape[-2], z[..., :1, :]
    # Counted from the first example a constant is 0, and a large mean costs no digits
    centered = z - first  # (..., m, units)
    mean = _sum_over_batch(centered) / m  # (..., units)
    centered -= mean[..., None, :]
    return centered, first[..., 0, :] + mean, _sum_over_batch(centered * centered) / m


def _divide(centered, std, eps):
    """centered/std; 0/0 is 0, so that a unit that is constant stays on its mean where eps is 0."""
    if eps > 0:
        return centered / std
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(centered == 0, centered, centered / std)


def _std(var, eps, z):
    """√(var + eps), with an axis for the examples: (..., 1, units)."""
    var = _per_unit("var", var, z)
    _refuse_variance(var, ~(var >= 0))
    return np.sqrt(var + number("eps", eps))


def _refuse_variance(var, wrong):
    if wrong.any():
        raise ValueError(f"a variance is a number of 0 or more, got {var[wrong][0]}: is it a mean?")


def _sum_over_batch(x):
    """Σ over the examples: (..., m, units) → (..., units)."""
    return _ones(x.shape[-2], x.dtype) @ x  # a matrix product is the fastest column sum


@lru_cache(maxsize=8)
def _ones(m, dtype):
    """A row of m ones, kept: making it takes as long as multiplying a small batch by it."""
    return np.ones(m, dtype)


def _as_batch(name, values):
    """The values as an array of floats, if it has the axes of a mini-batch and none is empty."""
    z = floats(name, values)
    if z.ndim < 2 or z.size == 0:
        raise ValueError(
            f"{name} has the shape (..., m, units), none of them 0, got shape {z.shape}: "
            f"for one unit write {name}[:, None]"
        )
    return z


def _per_unit(name, value, z):
    """(..., units) with an axis put in for the examples: (..., 1, units)."""
    value = floats(name, value, z.dtype)
    if value.ndim == 0 or value.shape[-1] != z.shape[-1] or value.ndim >= z.ndim:
        raise ValueError(
            f"{name} holds one number per unit, shape (..., {z.shape[-1]}) and no axis for the "
            f"rows, got shape {value.shape} for an array of shape {z.shape}"
        )
    return value[..., None, :]
