"""What `gradient` shows: the line that is taken away, and the two zeros of dz."""

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore.nb07_backward_pass import through
from bnviz.pictures import Words


def draw(seed, m=4):
    return np.random.default_rng(seed).normal(2, 3, (2, m, 1))  # z and dy


@pytest.mark.parametrize("m", [3, 4, 60])
def test_what_comes_through_is_what_no_line_explains(m):
    z, dy = draw(m, m)
    dz, z_hat, height, slope, root = through(z, dy, eps=0)
    line = np.polyfit(z_hat, dy[:, 0], deg=1)
    assert np.allclose([slope, height], line)
    assert np.allclose(dz, (dy[:, 0] - np.polyval(line, z_hat)) / z.std())
    assert np.isclose(root, z.std())


def test_four_numbers_by_hand():
    caption = explore.gradient().caption
    assert "height dβ/m = 0.50 and the slope dγ/m = 0.94;" in caption
    assert "= 1.87, so dz = (0.27, −0.53, 0.27, 0.00), which sums to 0.00, and times" in caption


def test_closer_nets_get_larger_gradients():
    demo = explore.gradient()
    demo.set(scale=0.5)
    assert "= 0.94, so dz = (0.53, −1.07, 0.53, 0.00)" in demo.caption


def test_dz_sums_to_zero_and_with_z_hat_to_zero():
    for seed in range(20):
        dz, z_hat, height, slope, _ = through(*draw(seed))
        assert abs(dz.sum()) < 1e-12
        assert abs(dz @ z_hat) < 1e-3  # as near as ε lets it
        assert abs(height) + abs(slope) > 0.1


def test_what_does_not_fit_is_drawn_at_the_edge_and_counted():
    demo = explore.gradient(z=(0, 0, 0, 0.1), dy=(-2, 2, -2, 0))
    words = [words.text for words in demo.figure.findobj(Words)]
    assert sorted(words) == ["", "", "▴ 1 outside", "▾ 2 outside"]


@pytest.mark.parametrize(
    "wrong", [{"z": (1, 2, 3)}, {"dy": (1, 1, 1, 1, 1)}, {"z": (1, 2, 3, np.nan)},
              {"z": (1, 2, 3, 1e300)}, {"dy": (0, 0, 0, 2.1)}]
)  # fmt: skip
def test_other_than_four_numbers_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name} holds four numbers from -"):
        explore.gradient(**wrong)
