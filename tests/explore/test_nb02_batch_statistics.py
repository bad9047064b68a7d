"""The numbers behind `batch_size`."""

import re

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore.nb02_batch_statistics import draw_statistics


def test_the_batch_variance_is_low_by_the_factor_that_is_told():
    values = np.random.default_rng(1).exponential(size=500)
    statistics = draw_statistics(values)
    for m in (2, 4, 8, 32):
        means, variances = statistics[m]
        assert variances.mean() / values.var() == pytest.approx((m - 1) / m, rel=0.03)
        assert means.std() * np.sqrt(m) / values.std() == pytest.approx(1, rel=0.03)


def test_the_batches_of_all_sizes_are_as_many_and_sorted():
    for means, variances in draw_statistics(np.array([0.0, 1.0])).values():
        assert means.shape == variances.shape == (20_000,)
        assert (np.diff(means) >= 0).all()
        assert (np.diff(variances) >= 0).all()


def test_the_caption_tells_how_low_the_variance_is():
    demo = explore.batch_size([0.0, 1.0])
    demo.set(m=2)
    sd, average, true, share = (float(n) for n in re.findall(r"\d\.\d+", demo.caption))
    assert true == 0.25
    assert sd == pytest.approx(0.5 / np.sqrt(2), abs=0.005)
    assert average == pytest.approx(0.125, abs=0.005)
    assert share == pytest.approx(0.5, abs=0.02)


def test_batch_size_needs_a_spread():
    with pytest.raises(ValueError, match="values that differ, got 3 times"):
        explore.batch_size([2.0, 2.0, 2.0])
