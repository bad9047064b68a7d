"""The three rules of `explore.test_time`, against what is known about them."""

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore.at_test_time import BATCHES


@pytest.fixture(scope="module")
def show():
    return explore.test_time()._show


def test_without_the_factor_the_variance_is_half_at_m_2(show):
    shown, _ = show(seen=BATCHES, m=2, rate=0.1)
    np.testing.assert_allclose(shown["biased"][:, 1], shown["algorithm_2"][:, 1] / 2, rtol=1e-6)
    np.testing.assert_array_equal(shown["biased"][:, 0], shown["algorithm_2"][:, 0])


def test_the_running_average_starts_at_0_and_1_and_forgets_that_by_the_rate(show):
    shown, _ = show(seen=1, m=8, rate=0.1)
    np.testing.assert_array_equal(shown["running"][0], [0, 1])
    expected = 0.9 * shown["running"][0] + 0.1 * shown["algorithm_2"][0]
    np.testing.assert_allclose(shown["running"][1], expected, rtol=1e-5)


def test_all_rules_recognize_the_digits_after_many_large_batches(show):
    shown, _ = show(seen=BATCHES, m=128, rate=0.1)
    assert shown["accuracies"].min() > 0.95
    np.testing.assert_allclose(shown["running"][-1], shown["algorithm_2"][-1], rtol=0.1)


def test_a_running_average_that_remembers_its_start_does_not(show):
    shown, _ = show(seen=10, m=60, rate=0.01)
    algorithm_2, _, running, population = shown["accuracies"]
    assert running < 0.5 < 0.9 < min(algorithm_2, population)
