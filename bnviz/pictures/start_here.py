"""The picture of notebook 00."""

import itertools

import numpy as np
from matplotlib.patches import FancyBboxPatch

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
        (row,) = figure.subplots(1, len(stages), squeeze=False)
        for axes, stage in zip(row, stages, strict=True):
            edges, top = (UNIT_EDGES, 0.12) if stage == "a" else (EDGES, 0.12)
            self._panels[stage] = Histogram(axes, stage, edges, top)
            style.stage_title(axes, stage, pad=26)
            axes.set_xticks([0, 0.5, 1] if stage == "a" else [-5, 0, 5])
        super().__init__(figure, [a for panel in self._panels.values() for a in panel.moving])

    def update(self, **values):
        """Show one array of values for each stage by its name; None for a stage left out."""
        for stage, panel in self._panels.items():
            panel.update(values[stage])


class PipelineStrip(Picture):
    """The pipeline in one line, with the stages of the day lit.

    Parameters
    ----------
    *lit : str
        Keys of `style.STAGES`; none lights all of them.
    """

    def __init__(self, *lit):
        figure = style.new_figure(9, 0.8)
        axes = figure.add_axes([0, 0, 1, 1])
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.axis("off")
        for stage, left, width, formula in BOXES:
            _draw_box(axes, stage, left, width, formula, on=not lit or stage in lit)
        arrow = {"arrowstyle": "-|>", "color": style.QUIET}
        for (_, left, width, _), (_, end, _, _) in itertools.pairwise(BOXES):
            axes.annotate("", (end, 0.5), (left + width, 0.5), arrowprops=arrow)
        super().__init__(figure, moving=[])


BOXES = (  # stage, left end and width as shares of the picture's width, formula
    ("x", 0.01, 0.05, "$x$"),
    ("z", 0.13, 0.14, "$z = Wx + b$"),
    ("z_hat", 0.34, 0.16, r"$\hat{z} = \frac{z - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}}$"),
    ("y", 0.57, 0.14, r"$y = \gamma\,\hat{z} + \beta$"),
    ("a", 0.78, 0.19, r"$a = \mathrm{sigmoid}(y)$"),
)


def _draw_box(axes, stage, left, width, formula, on):
    colour = style.STAGES[stage]
    box = FancyBboxPatch(
        (left, 0.16), width, 0.68,
        boxstyle="round,pad=0,rounding_size=0.01", mutation_aspect=11,
        facecolor=colour if on else "white", edgecolor=colour if on else style.PALE,
    )  # fmt: skip
    axes.add_patch(box)
    axes.text(
        left + width / 2, 0.49, formula, ha="center", va="center", fontsize=style.TITLE,
        color="white" if on else style.QUIET,
    )  # fmt: skip
