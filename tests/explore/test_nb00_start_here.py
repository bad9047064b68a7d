"""The pictures of notebook 00."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from bnviz import example, style
from bnviz.explore.nb00_start_here import (
    BOXES,
    COLUMNS,
    LIT,
    HistogramRow,
    NetworkSketch,
    PipelineStrip,
)


def shown(picture):
    return picture._draw()[..., :3].astype(int)


def test_one_unit_of_the_sketch_is_lit_and_gets_what_the_image_sends():
    sketch = NetworkSketch()
    axes = sketch.figure.axes[0]
    units = [line for line in axes.lines if line.get_marker() == "o"]
    lit = [unit for unit in units if to_rgb(unit.get_color()) == to_rgb(style.INK)]
    assert [tuple(unit.get_xydata()[0]) for unit in lit] == [LIT]
    assert len(units) == sum(COLUMNS.values()) + 2  # the lit one twice more, with its halo
    entering = [line for line in axes.lines if tuple(line.get_xydata()[-1]) == LIT]
    assert len([line for line in entering if line.get_linestyle() == "-"]) == 7


@pytest.mark.parametrize("stage", list(style.STAGES))
def test_the_strip_lights_the_stage_of_the_day_and_no_other(stage):
    alone = shown(PipelineStrip(stage))
    for box, (left, width) in BOXES.items():
        pixel = alone[alone.shape[0] // 4, round((left + 0.1 * width) * alone.shape[1])]
        expected = style.STAGES[stage] if box == stage else "white"
        assert np.abs(pixel - 255 * np.array(to_rgb(expected))).max() <= 1


def test_a_row_leaves_out_what_it_is_not_given():
    row = HistogramRow(("z", "z_hat"))
    row.update(z=example.sorted_batch(), z_hat=None)
    with_one = shown(row)
    row.update(z=example.sorted_batch(), z_hat=example.sorted_batch())
    changed = np.nonzero((shown(row) != with_one).any(axis=(0, 2)))[0]
    assert changed.size
    assert changed.min() > with_one.shape[1] // 2  # nothing of the left panel


def test_a_spike_stands_where_its_value_is():
    row = HistogramRow(("y", "a"))
    row.update(y=[0.0], a=[0.5])
    for stage, value in (("y", 0.0), ("a", 0.5)):
        shares, edges, _ = row._panels[stage]._bars.outline.get_data()
        (highest,) = np.flatnonzero(shares)
        assert edges[highest : highest + 2].mean() == pytest.approx(value)
