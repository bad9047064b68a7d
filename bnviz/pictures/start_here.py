"""The picture of notebook 00."""

import numpy as np

from bnviz import style
from bnviz.pictures.base import Picture
from bnviz.pictures.panels import Histogram

EDGES = np.linspace(-8, 8, 65)
UNIT_EDGES = np.linspace(0, 1, 41)


class HistogramRow(Picture):
    """Stages of the pipeline side by side, one histogram each.

    Parameters
    ----------
    stages : sequence of str
        Keys of `style.STAGES`, from left to right.
    """

    def __init__(self, stages=("z", "z_hat", "y", "a")):
        figure = style.new_figure(9, 3.2)
        figure.subplots_adjust(left=0.02, right=0.98, bottom=0.11, top=0.7, wspace=0.12)
        self._panels = {}
        for axes, stage in zip(figure.subplots(1, len(stages)), stages, strict=True):
            edges, top = (UNIT_EDGES, 0.12) if stage == "a" else (EDGES, 0.12)
            self._panels[stage] = Histogram(axes, stage, edges, top)
            style.stage_title(axes, stage, pad=26)
            axes.set_xticks([0, 0.5, 1] if stage == "a" else [-5, 0, 5])
        super().__init__(figure, [a for panel in self._panels.values() for a in panel.moving])

    def update(self, **values):
        """Show one array of values for each stage by its name; None for a stage left out."""
        for stage, panel in self._panels.items():
            panel.update(values[stage])
