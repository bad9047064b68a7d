"""The layer by hand, its conventions and its parts; `test_properties.py` has what always holds."""

import numpy as np
import pytest

from bnviz import batchnorm

FOUR = np.array([[1.0], [2.0], [3.0], [6.0]])  # mean 3, variance (4 + 1 + 0 + 9)/4 = 3.5


def draw(shape):
    """A batch, and gamma and beta that belong to it, none of them special."""
    rng = np.random.default_rng(0)
    units = shape[:-2] + shape[-1:]
    return rng.normal(3, 2, shape), rng.uniform(0.5, 2, units), rng.normal(size=units)


# By hand


def test_statistics_of_four_numbers():
    mean, var = batchnorm.batch_statistics(FOUR)
    assert mean.tolist() == [3.0]
    assert var.tolist() == [3.5]  # 14/3 if divided by m - 1


def test_forward_on_four_numbers():
    y, cache = batchnorm.forward(FOUR, np.array([2.0]), np.array([10.0]), eps=0.5)
    assert cache.std.tolist() == [2.0]  # √(3.5 + 0.5); eps outside the root would give 2.37
    assert cache.z_hat.ravel().tolist() == [-1.0, -0.5, 0.0, 1.5]
    assert y.ravel().tolist() == [8.0, 9.0, 10.0, 13.0]
    assert (cache.mean.tolist(), cache.var.tolist()) == ([3.0], [3.5])


def test_backward_on_four_numbers():
    _, cache = batchnorm.forward(FOUR, np.array([2.0]), np.array([10.0]), eps=0.5)
    dz, dgamma, dbeta = batchnorm.backward(np.array([[0.0], [0.0], [0.0], [4.0]]), cache)
    assert dbeta.tolist() == [4.0]
    assert dgamma.tolist() == [6.0]
    # gamma/std = 1; dy - 1 - z_hat * 1.5
    assert dz.ravel().tolist() == [0.5, -0.25, -1.0, 0.75]


def test_test_time_on_four_numbers():
    one = [np.array([x]) for x in (2.0, 10.0, 3.0, 3.5)]  # gamma, beta, mean, var
    assert batchnorm.inference(np.array([[5.0]]), *one, eps=0.5).tolist() == [[12.0]]
    weights, bias = batchnorm.fold(np.array([[4.0]]), np.array([1.0]), *one, eps=0.5)
    assert (weights.tolist(), bias.tolist()) == ([[4.0]], [8.0])
    _, bias = batchnorm.fold(np.array([[4.0]]), None, *one, eps=0.5)
    assert bias.tolist() == [7.0]


# Conventions


def test_population_variance_corrects_what_was_divided_by_m():
    means, variances = [[1.0, 5.0], [3.0, 5.0]], [[6.0, 0.0], [9.0, 3.0]]
    mean, var = batchnorm.population_statistics(means, variances, m=4)
    assert mean.tolist() == [2.0, 5.0]
    assert var == pytest.approx([10.0, 2.0])  # 4/3 of 7.5 and of 1.5
    assert batchnorm.population_statistics(means, variances, m=2)[1].tolist() == [15.0, 3.0]


def test_rate_weighs_the_new_batch():
    old, new = (np.array([0.0]), np.array([1.0])), (np.array([10.0]), np.array([2.0]))
    mean, var = batchnorm.update_running(old, new, rate=0.1)
    assert (mean.item(), var.item()) == pytest.approx((1.0, 1.1))  # (9, 1.9) the other way round
    assert (old[0].item(), old[1].item()) == (0.0, 1.0)
    constant = [0.0, 0.0], [0.0, 0.0]  # mean and variance of two units
    assert np.array(batchnorm.update_running(constant, constant, 0.1)).tolist() == [[0, 0], [0, 0]]


def test_eps_is_a_hundred_thousandth_unless_said():
    z, one, zero = np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1)  # mean 2, variance 1
    z_hat = pytest.approx([-1 / np.sqrt(1.00001), 1 / np.sqrt(1.00001)], rel=1e-9)
    weights, bias = batchnorm.fold(z, zero, one, zero, [2.0], one)
    for result in (
        batchnorm.normalize(z, [2.0], one),
        batchnorm.forward(z, one, zero)[0],
        batchnorm.inference(z, one, zero, [2.0], one),
        weights + bias,
    ):
        assert result.ravel() == z_hat


def test_nan_and_inf_stay_in_their_unit():
    z, gamma, beta = draw((4, 5))
    clean, _ = batchnorm.forward(z, gamma, beta)
    z[0, 1], z[2, 3] = np.nan, np.inf
    with np.errstate(invalid="ignore"):
        y, cache = batchnorm.forward(z, gamma, beta)
        dz, _, _ = batchnorm.backward(y, cache)
    assert np.isfinite(y).all(axis=0).tolist() == [True, False, True, False, True]
    assert np.isfinite(dz).all(axis=0).tolist() == [True, False, True, False, True]
    assert (y[:, ::2] == clean[:, ::2]).all()
    z_hat = batchnorm.inference(clean, gamma, beta, cache.mean, cache.var)
    assert np.isfinite(z_hat).all(axis=0).tolist() == [True, False, True, False, True]


# Leading axes


def test_leading_axes_are_a_loop():
    rng = np.random.default_rng(3)
    z, gamma, beta = draw((2, 3, 8, 5))
    mean, var = rng.normal(size=gamma.shape), rng.uniform(0.5, 2, gamma.shape)
    weights = rng.normal(size=(2, 3, 4, 5))
    y, cache = batchnorm.forward(z, gamma, beta)
    stacked = [
        *batchnorm.batch_statistics(z),
        *(y, *batchnorm.backward(y, cache)),
        batchnorm.inference(z, gamma, beta, mean, var),
        *batchnorm.fold(weights, beta, gamma, beta, mean, var),
    ]
    for i in np.ndindex(2, 3):
        y, cache = batchnorm.forward(z[i], gamma[i], beta[i])
        single = [
            *batchnorm.batch_statistics(z[i]),
            *(y, *batchnorm.backward(y, cache)),
            batchnorm.inference(z[i], gamma[i], beta[i], mean[i], var[i]),
            *batchnorm.fold(weights[i], beta[i], gamma[i], beta[i], mean[i], var[i]),
        ]
        for many, one in zip(stacked, single, strict=True):
            np.testing.assert_allclose(many[i], one, rtol=1e-12, atol=1e-13)


def test_one_batch_goes_through_a_stack_of_gammas():
    z, _, _ = draw((8, 5))
    gamma, beta = np.arange(15.0).reshape(3, 5), np.ones((3, 5))
    y, cache = batchnorm.forward(z[None], gamma, beta)
    alone, cache_alone = batchnorm.forward(z, gamma[2], beta[2])
    assert y.shape == (3, 8, 5)
    np.testing.assert_allclose(y[2], alone, rtol=1e-13)
    dz, dgamma, _ = batchnorm.backward(y, cache)
    dz_alone, dgamma_alone, _ = batchnorm.backward(alone, cache_alone)
    np.testing.assert_allclose(dz[2], dz_alone, atol=1e-12)
    np.testing.assert_allclose(dgamma[2], dgamma_alone, rtol=1e-12)
