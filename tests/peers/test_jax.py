"""The layer against JAX's own normalization and derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnviz import batchnorm

CLOSE = {"rtol": 1e-9, "atol": 1e-9}


@pytest.fixture(autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.fixture(params=range(6))
def layer(request):
    """A batch of random shape, none to two leading axes, what belongs to its units, and an eps."""
    rng = np.random.default_rng(request.param)
    lead = tuple(rng.integers(1, 5, size=request.param % 3))
    m, units = rng.integers(2, 65), rng.integers(1, 20)
    z = rng.normal(rng.normal(), rng.uniform(0.5, 3), (*lead, m, units))
    gamma, beta = rng.normal(size=(2, *lead, units))
    return rng, z, gamma, beta, 10 ** rng.uniform(-5, -1)


def standardize_and_scale(z, gamma, beta, eps, mean=None, var=None):
    """Batch normalization in JAX's words; the statistics are those of z if none are given."""
    if mean is not None:
        mean, var = mean[..., None, :], var[..., None, :]
    z_hat = jax.nn.standardize(z, axis=-2, mean=mean, variance=var, epsilon=eps)
    return gamma[..., None, :] * z_hat + beta[..., None, :]


def test_forward_and_backward(layer):
    rng, z, gamma, beta, eps = layer
    expected, pull_back = jax.vjp(lambda *args: standardize_and_scale(*args, eps), z, gamma, beta)
    y, cache = batchnorm.forward(z, gamma, beta, eps)
    assert expected.dtype == jnp.float64
    np.testing.assert_allclose(y, expected, **CLOSE)
    dy = rng.normal(size=z.shape)
    for ours, theirs in zip(batchnorm.backward(dy, cache), pull_back(dy), strict=True):
        np.testing.assert_allclose(ours, theirs, **CLOSE)


def test_inference_and_fold(layer):
    rng, _, gamma, beta, eps = layer
    mean, var = rng.normal(size=gamma.shape), rng.uniform(0.1, 4, gamma.shape)
    lead, units = gamma.shape[:-1], gamma.shape[-1]
    x, weights = rng.normal(size=(*lead, 7, 5)), rng.normal(size=(*lead, 5, units))
    bias = rng.normal(size=gamma.shape)
    z = jnp.matmul(x, weights) + bias[..., None, :]
    expected = standardize_and_scale(z, gamma, beta, eps, mean, var)
    y = batchnorm.inference(np.asarray(z), gamma, beta, mean, var, eps)
    np.testing.assert_allclose(y, expected, **CLOSE)
    folded, shift = batchnorm.fold(weights, bias, gamma, beta, mean, var, eps)
    np.testing.assert_allclose(x @ folded + shift[..., None, :], expected, **CLOSE)
