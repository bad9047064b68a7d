"""What is true of batch norm and the measures for all numbers, tried on many of them."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz import batchnorm, measures

ALIKE = settings(derandomize=True, database=None, deadline=None, max_examples=60)
settings.register_profile("alike every time", ALIKE)
settings.load_profile("alike every time")

LAYOUTS = {
    "as it comes": lambda z: z,
    "Fortran order": np.asfortranarray,
    "every second row": lambda z: np.repeat(z, 2, axis=-2)[..., ::2, :],
    "backwards": lambda z: z[..., ::-1, :].copy()[..., ::-1, :],
    "transposed": lambda z: z.swapaxes(-1, -2).copy().swapaxes(-1, -2),
}
PRECISION = {np.float32: 2e-6, np.float64: 1e-14}  # of z_hat where mean and spread are alike

seeds = st.integers(0, 2**32 - 1)
scales = st.integers(-12, 12).map(lambda exponent: 10.0**exponent)
dtypes = st.sampled_from(list(PRECISION))
millionths = st.integers(-(10**12), 10**12).map(lambda count: count / 10**6)


@st.composite
def shapes(draw):
    """(..., m, units), with up to two axes in front."""
    leading = draw(st.lists(st.integers(1, 3), max_size=2))
    return (*leading, draw(st.integers(1, 40)), draw(st.integers(1, 4)))


@st.composite
def batches(draw):
    """A read-only batch of any layout and scale, with gamma and beta as lists."""
    shape, scale = draw(shapes()), draw(scales)
    rng = np.random.default_rng(draw(seeds))
    z = (scale * rng.normal(rng.normal(), 1, shape)).astype(draw(dtypes))
    z = LAYOUTS[draw(st.sampled_from(list(LAYOUTS)))](z)
    z.flags.writeable = False
    units = shape[:-2] + shape[-1:]
    return z, rng.uniform(0.5, 2, units).tolist(), rng.integers(-2, 3, units).tolist()


def exact(z, eps):
    """z_hat in the widest floats that there are, by the textbook."""
    z = z.astype(np.longdouble)
    centered = z - z.mean(axis=-2, keepdims=True)
    return centered / np.sqrt((centered**2).mean(axis=-2, keepdims=True) + eps)


# Precision


@given(batches())
def test_z_hat_is_exact_at_every_scale_and_in_every_layout(drawn):
    z, gamma, beta = drawn
    eps = 1e-3 * float(np.abs(z).max()) ** 2
    y, cache = batchnorm.forward(z, gamma, beta, eps)
    close = {"rtol": 0, "atol": PRECISION[z.dtype.type] * 10}
    z_hat = exact(z, eps)
    np.testing.assert_allclose(cache.z_hat, z_hat.astype(float), **close)
    expected = np.array(gamma)[..., None, :] * z_hat + np.array(beta)[..., None, :]
    np.testing.assert_allclose(y, expected.astype(float), **close)


@pytest.mark.parametrize(
    ("dtype", "mean", "off"),
    [
        *[(np.float32, 0, 4e-6), (np.float32, 1e2, 1.2e-5), (np.float32, 1e4, 1.2e-3)],
        *[(np.float32, 1e6, 0.08), (np.float64, 0, 1e-14), (np.float64, 1e8, 2e-8)],
    ],
)
def test_each_precision_does_what_the_docstring_says(dtype, mean, off):
    x = np.random.default_rng(0).normal(size=(1437, 8))
    _, cache = batchnorm.forward((x + mean).astype(dtype), np.ones(8), np.zeros(8), eps=0)
    assert np.abs(cache.z_hat - exact(x, 0)).max() < off


@given(
    dtypes,
    st.sampled_from([np.array, list, np.float64, lambda units: [int(unit) for unit in units]]),
    st.sampled_from([float, np.float32, np.float64, np.array]),
    st.sampled_from([int, np.int64, np.int8, float]),
)
def test_the_precision_of_the_batch_stays_whatever_the_others_are(dtype, units, number, whole):
    z = np.random.default_rng(0).normal(size=(6, 3)).astype(dtype)
    gamma, beta, mean, var = (units(row) for row in np.arange(12.0).reshape(4, 3))
    eps, rate = number(1e-5), number(0.1)
    y, cache = batchnorm.forward(z, gamma, beta, eps)
    pair = batchnorm.batch_statistics(z)
    results = [
        *(y, *cache, *pair, *batchnorm.backward(z.astype(float), cache)),
        *(batchnorm.normalize(z, mean, var, eps), batchnorm.scale_shift(z, gamma, beta)),
        *batchnorm.population_statistics([pair[0]], [pair[1].astype(float)], whole(6)),
        *batchnorm.update_running((mean, var), pair, rate),
        batchnorm.inference(z, gamma, beta, mean, var, eps),
        *batchnorm.fold(z, beta, gamma, beta, mean, var, eps),
    ]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


# Constants and small batches


@given(shapes(), dtypes, st.floats(-(2**40), 2**40, width=32), st.sampled_from([0, 1e-5, 1]))
def test_a_constant_column_is_constant(shape, dtype, value, eps):
    z = np.full(shape, value, dtype)
    units = np.ones(shape[-1]), np.full(shape[-1], 7.0)
    mean, var = batchnorm.batch_statistics(z)
    assert (mean == z[..., 0, :]).all()
    assert not var.any()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y, cache = batchnorm.forward(z, *units, eps)
        again = batchnorm.normalize(z, mean, var, eps)
    assert not cache.z_hat.any()
    assert not again.any()
    assert (y == 7).all()


@pytest.mark.parametrize(("m", "dtype"), [(10_000, np.float32), (10**6, float)])
def test_very_many_equal_values_are_no_noise(m, dtype):
    z = np.full((m, 4), [14.62, 123456.789, 0.1, -1 / 3], dtype)
    _, cache = batchnorm.forward(z, np.ones(4), np.zeros(4), eps=0)
    assert not cache.z_hat.any()
    assert not cache.var.any()


def test_away_from_the_mean_of_a_constant_there_is_no_finite_answer():
    with np.errstate(divide="ignore"):
        z_hat = batchnorm.normalize([[2.0], [3.0], [1.0], [np.nan]], [2.0], [0.0], eps=0)
    np.testing.assert_array_equal(z_hat.ravel(), [0, np.inf, -np.inf, np.nan])


@given(millionths, millionths)
def test_one_example_is_zero_and_two_are_plus_and_minus_one(a, b):
    assert batchnorm.forward([[a]], [1], [0], eps=0)[1].z_hat == 0
    z_hat = batchnorm.forward([[a], [b]], [1], [0], eps=0)[1].z_hat.ravel()
    if a != b:
        np.testing.assert_allclose(z_hat, [np.sign(a - b), np.sign(b - a)], rtol=1e-12)


# What belongs to the caller


def test_no_result_shares_its_memory_with_what_was_given():
    z, gamma, beta, mean, var = given = [np.ones((1, 3)), *np.ones((4, 3))]
    pairs = (mean, var), (mean, var)
    y, cache = batchnorm.forward(z, gamma, beta)
    results = [
        *(y, *cache, *batchnorm.batch_statistics(z), *batchnorm.backward(z, cache)),
        *(batchnorm.normalize(z, mean, var), batchnorm.scale_shift(z, gamma, beta)),
        *batchnorm.population_statistics([mean], [var], 2),
        *(*batchnorm.update_running(*pairs, rate=0), *batchnorm.update_running(*pairs, rate=1)),
        batchnorm.inference(z, gamma, beta, mean, var),
        *batchnorm.fold(z, None, gamma, beta, mean, var),
    ]
    assert not any(np.may_share_memory(one, two) for one in results for two in given)


@given(shapes(), seeds)
def test_one_batch_takes_many_gradients_at_once(shape, seed):
    rng = np.random.default_rng(seed)
    z, gamma = rng.normal(size=shape), rng.normal(size=shape[-1])
    dy = rng.normal(size=(2, *shape))
    _, cache = batchnorm.forward(z, gamma, gamma)
    stacked = batchnorm.backward(dy, cache)
    for index in range(2):
        for many, one in zip(stacked, batchnorm.backward(dy[index], cache), strict=True):
            np.testing.assert_allclose(many[index], one, rtol=1e-12, atol=1e-12)


# Measures

values = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=50)


@given(values, st.integers(1, 60))
def test_compressed_values_are_in_order_and_within(values, at_most):
    with np.errstate(over="ignore"):  # sums of values up to 1e300
        small = measures.compress(values, at_most)
    assert len(small) == min(len(values), at_most)
    assert (np.diff(small) >= 0).all()
    assert min(values) <= small[0] <= small[-1] <= max(values)


@given(seeds, st.integers(-140, 140), st.integers(-140, 140), st.floats(-5, 5))
def test_line_fit_knows_no_unit(seed, of_y, of_a, shift):
    y, noise = np.random.default_rng(seed).normal(size=(2, 30))
    a = y + noise
    moved = measures.line_fit((y + shift) * 10.0**of_y, (a - shift) * -(10.0**of_a))
    assert moved == pytest.approx(measures.line_fit(y, a), abs=1e-9)
    assert 0 <= moved <= 1 + 1e-12
