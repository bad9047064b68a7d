import numpy as np
import pytest

from bnviz import digits, explore
from bnviz.explore import covariate_shift, example


@pytest.fixture(scope="module")
def orders():
    return covariate_shift.draw_batches()


def test_each_image_is_in_one_batch_at_most(orders):
    assert set(orders) == {"shuffled", "sorted by digit", "bright first"}
    for batches in orders.values():
        assert batches.shape == (23, 60)
        assert np.unique(batches).size == batches.size


def test_orders_are_what_they_are_called(orders):
    labels = digits.load().labels[orders["sorted by digit"]].ravel()
    brightness = example.images()[orders["bright first"]].mean(axis=-1).ravel()
    assert (np.diff(labels) >= 0).all()
    assert (np.diff(brightness) <= 0).all()
    assert (np.diff(digits.load().labels[orders["shuffled"]].ravel()) < 0).any()


def test_inputs_of_a_normalized_unit_have_mean_beta_and_sd_gamma():
    run = example.trained(steps=20)
    y = covariate_shift.unit_inputs(run)
    np.testing.assert_allclose(y.mean(axis=-1), run.beta[..., example.UNIT], atol=1e-5)
    np.testing.assert_allclose(y.std(axis=-1), run.gamma[..., example.UNIT], rtol=1e-3)


def test_without_batch_norm_the_sigmoid_gets_the_net():
    run = example.trained(batch_norm=False, steps=20)
    assert covariate_shift.unit_inputs(run) is run.z


def test_the_axis_of_the_drift_reaches_all_inputs():
    low, high = explore.drift().figure.axes[0].get_ylim()
    for batch_norm in (True, False):
        y = covariate_shift.unit_inputs(example.trained(batch_norm, covariate_shift.STEPS))
        assert low < y.min() < y.max() < high
