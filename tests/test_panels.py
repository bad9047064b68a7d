"""The parts that pictures share."""

import numpy as np
import pytest

from bnviz import panels, style
from bnviz.panels import Bars, Cursor, Histogram, Percentiles
from bnviz.pictures import Picture


@pytest.fixture
def axes():
    with style.own_looks():
        yield style.new_figure(3, 2).add_axes([0.1, 0.1, 0.8, 0.8])


def heights(bars):
    return bars.outline.get_data().values.tolist()


def places(part):
    x, y = part._line.get_data()
    return list(x), list(y)


def outside(bars):
    return tuple(words.text for words in bars._outside)


def test_bars_count_what_falls_outside(axes):
    bars = Bars(axes, [0, 1, 2], 0.5, outside=0.7)
    bars.update([-1, 0.5, 1.2, 1.4, 1.8, 7, 8, 9, 9.5, 9.9])
    assert outside(bars) == ("◂ 10\u00a0%", "50\u00a0% ▸")
    assert heights(bars) == [1 / 10, 3 / 10]
    assert axes.get_ylim() == pytest.approx((0, 0.625))  # 0.5 reaches 80 % of the height
    assert axes.get_xlim() == (0, 2)


def test_bars_without_a_top_have_all_the_same_height(axes):
    bars = Bars(axes, [0, 1, 2])
    bars.update([0.5, 1.5, 1.5, 1.5, 1.5])
    assert heights(bars) == [0.25, 1]
    assert axes.get_ylim() == pytest.approx((0, 1.25))


def test_bars_lie_on_their_side(axes):
    bars = Bars(axes, [0, 1, 2], 0.5, vertical=False)
    bars.update([0.5])
    assert heights(bars) == [1, 0]
    assert bars.outline.orientation == "horizontal"
    assert axes.get_xlim() == pytest.approx((0, 0.625))
    assert axes.get_ylim() == (0, 2)


def test_histogram_of_none_is_left_out_and_comes_back(axes):
    panel = Histogram(axes, "z", [-2.0, 0.0, 2.0], 0.5)
    panel.update(np.array([-9.0, 1.0, 9.0]))
    panel.update(None)
    assert panel._numbers.text == "left out"
    assert np.isnan(places(panel._bars._spread)[0]).all()
    assert not panel._bars.outline.get_visible()
    assert outside(panel._bars) == ("", "")
    panel.update(np.array([1.0]))
    assert panel._bars.outline.get_visible()
    assert places(panel._bars._spread)[0] == [1, 1, 1]
    assert panel._numbers.text == "mean 1.00, sd 0.00"


def test_cursor_reaches_over_the_panel_and_has_its_dots_on_the_curves(axes):
    axes.axis("off")
    axes.set(xlim=(0, 4), ylim=(0, 10))
    cursor = Cursor(axes)
    cursor.update(1, [3, 7])
    assert places(cursor) == ([1] * 4, [0, 3, 7, 10])
    ink = (Picture(axes.figure, alt="a cursor")._draw()[::-1, :, :3] < 100).all(axis=-1)
    left, bottom, right, top = np.round(axes.bbox.extents).astype(int)
    width = ink[bottom:top, left + 30 : right - 30].sum(axis=1)  # at each height
    assert (width[1:-1] >= 3).all(), "the line has a gap"
    dots = np.flatnonzero(width > 12) / (top - bottom)
    assert (np.abs(dots[:, None] - [0.3, 0.7]).min(axis=1) < 0.03).all(), "a dot at an end"
    assert {0.3, 0.7} <= set(np.round(dots, 1))


def test_bars_know_mean_and_sd_of_all_values_along_either_axis(axes):
    across = Bars(axes, [0, 1], spread=0.9)
    up = Bars(axes, [0, 1], spread=0.9, vertical=False)
    for bars in (across, up):
        bars.update([[-1.0], [5.0]])
    assert places(across._spread) == ([-1, 2, 5], [0.9] * 3)
    assert places(up._spread) == ([0.9] * 3, [-1, 2, 5])


def test_percentiles_end_where_the_cursor_stands(axes):
    axes.set(xlim=(0, 4), ylim=(-1, 1))
    part = Percentiles(axes, np.arange(5.0))
    paths = np.array([[-0.5, -0.6], [0.0, 0.1], [0.5, 0.6]])
    part.update(paths, "y")
    assert [line.get_ydata().tolist() for line in part._lines] == paths.tolist()
    assert {line.get_color() for line in part._lines} == {style.STAGES["y"]}
    assert places(part._cursor) == ([1.0] * 5, [-1, -0.6, 0.1, 0.6, 1])
    part.update(paths, "z", lit=False)
    assert np.isnan(places(part._cursor)[0]).all()


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1.234, 2, "1.23"), (-1.5, 1, "−1.5"), (-0.001, 2, "0.00"), (0, 0, "0"), (-0.006, 2, "−0.01")],
)
def test_number(value, digits, text):
    assert panels.number(value, digits) == text


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [(0, 0, "0 %"), (0.004, 0, "under 1 %"), (0.126, 1, "12.6 %"), (1, 0, "100 %")]
)  # fmt: skip
def test_percent_does_not_break_before_its_sign(share, digits, text):
    assert panels.percent(share, digits) == text.replace(" %", "\u00a0%")
