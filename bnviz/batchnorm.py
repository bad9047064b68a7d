"""Batch normalization as plain functions of arrays.

    z ─► z_hat = (z - mean)/√(var + eps) ─► y = gamma z_hat + beta

Arrays are (..., m, units): m examples of a mini-batch, any leading axes (a stack of networks) in
front. What belongs to a unit, mean, var, gamma and beta, is (..., units).

The array that comes first decides the precision: float32 in, float32 out, whatever the type of the
others; integers and booleans count as float64, float16 as float32. nan and inf pass through and
make nan of their own unit, not of the others.

Over 1,437 examples z_hat is exact to 4e-6 in float32 and to 1e-14 in float64, as long as the mean
is no larger than the spread. A larger mean takes digits from z_hat: float32 is off by 1e-5, 1e-3
and 0.07 at a mean of 1e2, 1e4 and 1e6 standard deviations, float64 by 2e-8 at 1e8. A constant unit
becomes exactly 0, up to 10,000 examples in float32 and a million in float64.

Source: Ioffe & Szegedy 2015 (arXiv 1502.03167), Algorithms 1 and 2.
"""

from typing import NamedTuple

import numpy as np

from bnviz.arguments import floats


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
    Raises ValueError for an empty batch and for a missing axis.
    Algorithm 1, lines 1 and 2.
    """
    z = _as_batch("z", z)
    mean = z.mean(axis=-2)  # (..., units)
    mean += (z - mean[..., None, :]).mean(axis=-2)  # what rounding left: a constant is then exact
    var = ((z - mean[..., None, :]) ** 2).mean(axis=-2)  # (..., units)
    return mean, var


def normalize(z, mean, var, eps=1e-5):
    """Shift and scale each unit so that the given mean becomes 0 and the given variance 1.

    z_hat = (z - mean) / √(var + eps)
    z, z_hat: (..., m, units); mean, var: (..., units).
    eps stands inside the root, so the variance of z_hat is var/(var + eps), a little under 1.
    Raises ValueError for shapes that do not fit, and for a negative var or eps.
    Algorithm 1, line 3.
    """
    z = _as_batch("z", z)
    centered, std = z - _per_unit("mean", mean, z), _std(var, eps, z)
    if eps > 0:
        return centered / std
    # Without eps, a unit that is constant stays on its mean: 0/0 is 0 here
    return np.divide(centered, std, out=np.zeros_like(centered), where=centered != 0)


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

    z, y: (..., m, units); gamma, beta: (..., units); the second result is a `Cache`.
    One example alone (m = 1) is its own mean, so z_hat is 0; of two (m = 2), z_hat is 1 and -1.
    Raises ValueError for shapes that do not fit, and for a negative eps.
    Algorithm 1.
    """
    z = _as_batch("z", z)
    mean, var = batch_statistics(z)
    z_hat = normalize(z, mean, var, eps)
    y = scale_shift(z_hat, gamma, beta)
    return y, Cache(z_hat, np.asarray(gamma, z.dtype).copy(), np.sqrt(var + float(eps)), mean, var)


def backward(dy, cache):
    """Gradients of the loss with respect to z, gamma and beta, from the one with respect to y.

    dz = gamma/std · (dy - mean(dy) - z_hat · mean(dy · z_hat)), means over the batch
    dy, dz: (..., m, units); dgamma, dbeta: (..., units), summed over the examples.
    The statistics depend on z and carry gradient: the two terms taken away are theirs. So dz sums
    to zero over the batch and, up to eps, is orthogonal to z_hat.
    Raises ValueError if dy has not the shape of y.
    Section 3, the equations after Algorithm 1.
    """
    z_hat, m = cache.z_hat, cache.z_hat.shape[-2]
    dy = _as_gradient(dy, z_hat)
    dbeta = dy.sum(axis=-2)  # (..., units)
    dgamma = (dy * z_hat).sum(axis=-2)  # (..., units)
    through_mean = (dbeta / m)[..., None, :]  # (..., 1, units)
    through_var = z_hat * (dgamma / m)[..., None, :]  # (..., m, units)
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
    m = float(m)  # a number of NumPy's own would alter the precision
    if not m >= 2 or m % 1:
        raise ValueError(
            f"m is a whole number from 2 on, got {m:g}: one example says nothing about the variance"
        )
    means = floats("means", means)  # (batches, ..., units)
    variances = floats("variances", variances, means.dtype)
    if means.shape != variances.shape or means.ndim < 2 or means.size == 0:
        raise ValueError(
            "means and variances are lists of what batch_statistics returns for each batch, shape "
            f"(batches, ..., units), got shapes {means.shape} and {variances.shape}"
        )
    _refuse_negative(variances)
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
    rate = float(rate)  # a number of NumPy's own would alter the precision
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is from 0 to 1, got {rate:g}: it weighs the new batch")
    old_mean, old_var = (floats("running", part) for part in running)
    mean, var = (floats("batch", part) for part in batch)
    if not old_mean.shape == old_var.shape == mean.shape == var.shape:
        raise ValueError(
            "running and batch are pairs (mean, var) of one shape, got shapes "
            f"{old_mean.shape}, {old_var.shape} and {mean.shape}, {var.shape}"
        )
    _refuse_negative(old_var)
    _refuse_negative(var)
    new_mean = (1 - rate) * old_mean + rate * mean
    new_var = (1 - rate) * old_var + rate * var
    return new_mean.astype(mean.dtype), new_var.astype(mean.dtype)


def inference(z, gamma, beta, mean, var, eps=1e-5):
    """Batch normalization at test time: with fixed statistics, each example for itself.

    y = gamma (z - mean)/√(var + eps) + beta
    z, y: (..., m, units), m = 1 is welcome; gamma, beta, mean, var: (..., units).
    Raises ValueError for shapes that do not fit, and for a negative var or eps.
    Algorithm 2, line 11.
    """
    return scale_shift(normalize(z, mean, var, eps), gamma, beta)


def fold(weights, bias, gamma, beta, mean, var, eps=1e-5):
    """Weights and bias of the one affine map that a layer and its batch norm are at test time.

    inference(x @ weights + bias, gamma, beta, mean, var, eps) = x @ new_weights + new_bias
    weights: (..., inputs, units); bias: (..., units), or None where the layer has none;
    gamma, beta, mean, var: (..., units); results: (..., inputs, units) and (..., units).
    Raises ValueError for shapes that do not fit, and for a negative var or eps.
    """
    weights = _as_batch("weights", weights)
    scale = _per_unit("gamma", gamma, weights) / _std(var, eps, weights)  # (..., 1, units)
    shift = -_per_unit("mean", mean, weights)
    if bias is not None:
        shift = shift + _per_unit("bias", bias, weights)
    new_bias = _per_unit("beta", beta, weights) + scale * shift
    return weights * scale, new_bias[..., 0, :]


def _std(var, eps, z):
    """√(var + eps), with an axis for the examples: (..., 1, units)."""
    var = _per_unit("var", var, z)
    _refuse_negative(var)
    if not 0 <= eps < np.inf:
        raise ValueError(f"eps is 0 or a little more, got {eps}")
    return np.sqrt(var + float(eps))  # a number of NumPy's own would alter the precision


def _refuse_negative(var):
    if (var < 0).any():
        raise ValueError(f"a variance is 0 or more, got {var[var < 0][0]}: is it a mean?")


def _as_batch(name, values):
    """The values as an array of floats, if it has the axes of a mini-batch and none is empty."""
    z = floats(name, values)
    if z.ndim < 2 or z.size == 0:
        raise ValueError(
            f"{name} has the shape (..., m, units), none of them 0, got shape {z.shape}: "
            f"for one unit write {name}[:, None]"
        )
    return z


def _as_gradient(dy, z_hat):
    """dy as an array of floats, if it has the shape of y, or of a stack of it."""
    dy = floats("dy", dy, z_hat.dtype)
    if dy.ndim < z_hat.ndim or dy.shape[-2:] != z_hat.shape[-2:]:
        raise ValueError(
            f"dy has the shape of y, {z_hat.shape} or a stack of it, got shape {dy.shape}"
        )
    return dy


def _per_unit(name, value, z):
    """(..., units) with an axis put in for the examples: (..., 1, units)."""
    value = floats(name, value, z.dtype)
    if value.ndim == 0 or value.shape[-1] != z.shape[-1] or value.ndim >= z.ndim:
        raise ValueError(
            f"{name} holds one number per unit, shape (..., {z.shape[-1]}) and no axis for the "
            f"rows, got shape {value.shape} for an array of shape {z.shape}"
        )
    return value[..., None, :]
