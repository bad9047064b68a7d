"""What `gradient` shows: the line that is taken away, and the two zeros of dz."""

import numpy as np
import pytest

from bnviz import explore
from bnviz.explore.nb07_backward_pass import SHAPES, through
from bnviz.pictures import Words


@pytest.mark.parametrize("m", [3, 4, 60])
def test_what_comes_through_is_what_no_line_explains(m):
    z, dy = np.random.default_rng(m).normal(2, 3, (2, m, 1))
    dz, z_hat, height, slope, root = through(z, dy, eps=0)
    line = np.polyfit(z_hat, dy[:, 0], deg=1)
    assert np.allclose([slope, height], line)
    assert np.allclose(dz, (dy[:, 0] - np.polyval(line, z_hat)) / z.std())
    assert np.isclose(root, z.std())


def test_four_numbers_by_hand():
    demo = explore.gradient()
    assert "height dβ/m = 0.50 and the slope dγ/m = 0.94;" in demo.caption
    assert "= 1.87, so dz = (0.27, −0.53, 0.27, 0.00), which sums to 0.00," in demo.caption
    demo.set(scale=0.5)  # closer nets get larger gradients
    assert "= 0.94, so dz = (0.53, −1.07, 0.53, 0.00), which sums to 0.00," in demo.caption


def test_each_stem_begins_on_the_line_that_is_taken_away():
    arriving = explore.gradient().figure.axes[0]
    (line,) = (one for one in arriving.lines if one.get_linestyle() == "--")
    stems = [one.get_xydata() for one in arriving.lines if one.get_marker() in SHAPES]
    assert len(stems) == 4
    for (z_hat, start), _ in stems:
        assert start == pytest.approx(np.interp(z_hat, *line.get_data()))


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
