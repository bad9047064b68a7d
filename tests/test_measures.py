"""The measures by hand, and what they keep of many values."""

import numpy as np
import pytest

from bnviz import measures
from bnviz.network import sigmoid

RNG = np.random.default_rng(0)


# Histogram


def test_histogram_counts_what_falls_outside():
    counts, below, above = measures.histogram([-5, -1, 0, 0.5, 1, 2, 3, 7, 8, np.inf], [-1, 1, 3])
    assert counts.tolist() == [3, 3]  # 1 belongs to the right bin, 3 to the last
    assert (below, above) == (1, 3)


def test_histogram_of_nothing_is_empty():
    counts, below, above = measures.histogram([], [0, 1])
    assert (counts.tolist(), below, above) == ([0], 0, 0)


# Compression


@pytest.mark.parametrize("n", [4097, 99_991])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_compress_keeps_mean_and_shares(n, dtype):
    values = RNG.exponential(size=n).astype(dtype)  # lopsided, so that uneven groups show
    small = measures.compress(values)
    assert small.shape == (4096,)
    assert small.dtype == dtype
    assert (np.diff(small) >= 0).all()
    precision = 100 * np.finfo(dtype).eps / np.sqrt(4096)
    mean = values.mean(dtype=float)
    assert small.mean(dtype=float) == pytest.approx(mean, rel=precision)
    for limit in np.quantile(values, [0.001, 0.15, 0.5, 0.85, 0.999]):
        assert abs(np.mean(small < limit) - np.mean(values < limit)) < 1 / 4096


def test_compress_by_hand():
    assert measures.compress([6, 1, 4, 2], at_most=2).tolist() == [1.5, 5.0]
    # Groups of one and a half: 1 and half of 2, the other half and 6
    assert measures.compress([6, 1, 2], at_most=2) == pytest.approx([4 / 3, 14 / 3])


def test_compress_leaves_few_values_and_equal_values_alone():
    values = RNG.normal(size=(8, 512))
    assert (measures.compress(values) == np.sort(values, axis=None)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_compress_does_not_disturb_what_is_equal(dtype):
    levels = np.sort(RNG.normal(size=7)).astype(dtype)
    for n in (10_001, 12_345, 50_000):
        small = measures.compress(np.repeat(levels, n))
        assert np.isin(small, levels).sum() >= len(small) - 6  # groups from one level to the next
        assert (np.diff(small) >= 0).all()


def test_compress_sums_in_double_precision():
    values = RNG.uniform(1, 2, 1_000_001).astype(np.float32)
    assert measures.compress(values, 1) == pytest.approx(values.mean(dtype=float), rel=1e-7)


# Percentiles and shares


def test_percentiles_go_along_the_last_axis():
    values = np.stack([np.arange(101.0), 10 * np.arange(101.0)])
    low, median, high = measures.percentiles(values)
    assert (low.tolist(), median.tolist(), high.tolist()) == ([15, 150], [50, 500], [85, 850])
    assert measures.percentiles(values[1], [0, 50, 100]).tolist() == [0, 500, 1000]


def test_shares_by_hand():
    assert measures.share_within([-1.0, -0.9, 0.0, 2.0], 1) == 0.5
    assert measures.share_saturated([0.01, 0.03, 0.04, 0.5, 0.97]) == 0.6
    assert measures.share_saturated([0.05, 0.5], limit=0.9) == 0.5
    assert measures.share_saturated([0.2, 0.25, 0.5, 0.75], limit=0.75) == 0.75  # ends belong to it


# Nearness of the sigmoid to a line


@pytest.mark.parametrize(("gamma", "beta"), [(1, 0), (6, 0), (1, 3)])
def test_line_fit_under_a_normal_distribution(gamma, beta):
    x = np.linspace(-9, 9, 20_001)
    density = np.exp(-(x**2) / 2)
    y = gamma * x + beta
    line = np.poly1d(np.polyfit(y, sigmoid(y), 1, w=np.sqrt(density)))
    unexplained = np.average((sigmoid(y) - line(y)) ** 2, weights=density)
    total = np.average((sigmoid(y) - np.average(sigmoid(y), weights=density)) ** 2, weights=density)
    exact = 1 - unexplained / total
    sample = gamma * np.random.default_rng(1).normal(size=400_000) + beta
    assert measures.line_fit(sample, sigmoid(sample)) == pytest.approx(exact, abs=0.002)


def test_line_fit_of_lines_and_constants():
    y = RNG.normal(size=100)
    assert measures.line_fit(y, 3 - 2 * y) == pytest.approx(1)
    assert measures.line_fit(y, np.full(100, 0.1)) == 1
    assert measures.line_fit(np.full(100, 0.1), y) == 0
    assert measures.line_fit([-1.0, 0.0, 1.0], [1.0, 0.0, 1.0]) == 0


def test_line_fit_computes_in_double_precision():
    y, a = RNG.normal(1e4, 1, (2, 500)).astype(np.float32)
    assert measures.line_fit(y, a) == measures.line_fit(y.astype(float), a.astype(float))
