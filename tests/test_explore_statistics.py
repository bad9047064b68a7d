"""The numbers behind `batch_size` and `normalization`."""

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore import normalizing
from bnviz.explore.batch_statistics import _draw_statistics


def test_the_batch_variance_is_low_by_the_factor_that_is_told():
    values = np.random.default_rng(1).exponential(size=500)
    statistics = _draw_statistics(values)
    for m in (2, 4, 8, 32):
        means, variances = statistics[m]
        assert variances.mean() / values.var() == pytest.approx((m - 1) / m, rel=0.03)
        assert means.std() * np.sqrt(m) / values.std() == pytest.approx(1, rel=0.03)


def test_a_larger_batch_begins_with_the_smaller_one():
    statistics = _draw_statistics(np.array([0.0, 1.0]))
    first_two, first_three = 2 * statistics[2][0], 3 * statistics[3][0]
    assert set(np.round(first_three - first_two, 9)) == {0.0, 1.0}  # one more value of the two


def test_batch_size_needs_a_spread():
    with pytest.raises(ValueError, match="values that differ, got 3 times"):
        explore.batch_size([2.0, 2.0, 2.0])


@pytest.mark.parametrize(("m", "expected"), [(1, [0.0]), (2, [-1.0, 1.0])])
def test_tiny_batches_forget_the_data(monkeypatch, m, expected):
    shown = {}
    monkeypatch.setattr(
        normalizing.NormalizedView, "update", lambda self, **values: shown.update(values)
    )
    explore.normalization(np.random.default_rng(0).normal(3, 50, 100)).set(m=m)
    assert np.sort(shown["z_hat"]) == pytest.approx(expected, abs=1e-6)


def test_the_caption_tells_what_epsilon_costs():
    live = explore.normalization([-1.0, 1.0, -1.0, 1.0])  # variance 1
    live.set(eps=1.0)
    assert "σ/√(σ² + ε) = 0.707, so ε costs 29 %" in live.caption
