"""The pictures of notebook 00."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from bnviz import style
from bnviz.explore.nb00_start_here import BOXES, HistogramRow, PipelineStrip


@pytest.mark.parametrize("stage", list(style.STAGES))
def test_the_strip_lights_the_stage_of_the_day_and_no_other(stage):
    alone = PipelineStrip(stage)._draw()[..., :3].astype(int)
    for box, (left, width) in BOXES.items():
        pixel = alone[alone.shape[0] // 4, round((left + 0.1 * width) * alone.shape[1])]
        expected = style.STAGES[stage] if box == stage else "white"
        assert np.abs(pixel - 255 * np.array(to_rgb(expected))).max() <= 1


def test_a_spike_stands_where_its_value_is():
    row = HistogramRow(("y", "a"))
    row.update(y=[0.0], a=[0.5])
    for stage, value in (("y", 0.0), ("a", 0.5)):
        shares, edges, _ = row._panels[stage]._bars.outline.get_data()
        (highest,) = np.flatnonzero(shares)
        assert edges[highest : highest + 2].mean() == pytest.approx(value)
