"""The numbers behind `offset`, `momentum` and `axes`."""

import re

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore import nb12_in_practice


@pytest.mark.parametrize("precision", nb12_in_practice.PRECISIONS)
def test_both_formulas_are_right_on_small_numbers_and_stay_in_their_precision(precision):
    x = nb12_in_practice.FOUR.astype(precision)
    for variance in (nb12_in_practice.two_passes, nb12_in_practice.one_pass):
        assert variance(x) == 1.25
        assert variance(x).dtype == precision


def test_one_pass_fails_at_ten_thousand_in_float32_and_two_passes_do_not():
    x = (nb12_in_practice.FOUR + 1e4).astype(np.float32)
    assert nb12_in_practice.two_passes(x) == 1.25
    assert nb12_in_practice.one_pass(x) == -8
    demo = explore.offset()
    demo.set(power=4)
    assert "give the variance 1.25, and" in demo.caption
    assert "gives −8;" in demo.caption


def test_offset_says_no_number_where_numbers_overflow():
    demo = explore.offset()
    demo.set(power=5, precision="float16")
    assert demo.caption.count("no number") == 2


def test_momentum_tells_the_same_rate_in_both_conventions():
    demo = explore.momentum()
    demo.set(batches=50, rate=0.1)
    shares = re.findall(r"(under 1|\d+)\u00a0%", demo.caption)
    assert shares == ["under 1", "61", "under 1"]
    assert demo.caption.endswith("which PyTorch calls momentum 0.1 and Keras 0.9.")


@pytest.mark.parametrize(
    ("norm", "where"),
    [
        ("batch norm", np.s_[:, 3]),
        ("layer norm", np.s_[1]),
        ("RMS norm", np.s_[1]),
        ("instance norm", np.s_[1, 3]),
        ("group norm", np.s_[1, 2:4]),
    ],
)
def test_who_shares_a_mean(norm, where):
    expected = np.zeros((4, 6, 3, 3), dtype=bool)
    expected[where] = True
    np.testing.assert_array_equal(nb12_in_practice.shares_a_mean(norm, 1, 3), expected)
