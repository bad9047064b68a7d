"""The numbers behind `batch_size` and `batches`."""

import re

import numpy as np
import pytest

from bnviz import digits, example, explore
from bnviz.explore.nb02_batch_statistics import batch_orders, draw_statistics


def test_the_batch_variance_is_low_by_the_factor_that_is_told():
    values = np.random.default_rng(1).exponential(size=500)
    statistics = draw_statistics(values)
    for m in (2, 4, 8, 32):
        means, variances = statistics[m]
        assert variances.mean() / values.var() == pytest.approx((m - 1) / m, rel=0.03)
        assert means.std() * np.sqrt(m) / values.std() == pytest.approx(1, rel=0.03)


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


@pytest.fixture(scope="module")
def orders():
    return batch_orders()


def test_orders_hold_each_image_once_at_most_and_are_what_they_are_called(orders):
    for batches in orders.values():
        assert batches.shape == (23, 60)
        assert np.unique(batches).size == batches.size
    labels = digits.load().labels
    ink = example.images().mean(axis=-1)
    assert (np.diff(labels[orders["sorted by digit"]].ravel()) >= 0).all()
    assert (np.diff(ink[orders["most ink first"]].ravel()) <= 0).all()
    for name in ("shuffled", "shuffled again"):
        means = labels[orders[name]].mean(axis=1)
        assert np.ptp(means) < 2.5, "a batch is not a sample of all digits"
    assert (orders["shuffled"] != orders["shuffled again"]).any()


def test_the_caption_of_batches_counts_in_sigma_over_root_m(orders):
    demo = explore.batches()
    demo.set(order="sorted by digit", batch=7)
    z = (example.images() @ example.weights())[:, 0].astype(float)
    away = (z[orders["sorted by digit"][6]].mean() - z.mean()) / (z.std() / np.sqrt(60))
    told = re.search(r"it lies (\d+\.\d) times .* (below|above)", demo.caption)
    assert float(told[1]) == pytest.approx(abs(away), abs=0.05)
    assert told[2] == ("below" if away < 0 else "above")


def test_the_hills_are_made_by_the_readers_own_function():
    demo = explore.batch_size(batch_statistics=lambda z: (z.mean(axis=0), z.std(axis=0)))
    demo.set(m=256)
    share = float(re.search(r"the share is (\d\.\d+)", demo.caption)[1])
    assert 0.89 < share < 0.92  # an sd of 1.1 where the variance is 1.22; of variances it is 0.996
