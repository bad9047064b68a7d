"""Pictures and demo of notebook 00."""

import itertools

import numpy as np
from matplotlib.patches import FancyBboxPatch

from bnviz import batchnorm, experiments, live, measures, style
from bnviz.network import sigmoid
from bnviz.panels import Histogram, number, percent
from bnviz.pictures import Picture


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
        (row,) = figure.subplots(1, len(stages), squeeze=False)
        self._panels = {}
        for axes, stage in zip(row, stages, strict=True):
            edges = np.linspace(0, 1, 41) if stage == "a" else np.linspace(-8, 8, 65)
            self._panels[stage] = Histogram(axes, stage, edges, top=0.12)
            style.stage_title(axes, stage, pad=26)
            axes.set_xticks([0, 0.5, 1] if stage == "a" else [-5, 0, 5])
        super().__init__(figure)

    def update(self, **values):
        """Show one array of values for each stage by its name; None for a stage left out."""
        for stage, panel in self._panels.items():
            panel.update(values[stage])


@style.own_looks()
def pipeline(activations=None):
    """Move everything that acts on one unit between its input and its activation.

    activations : array of any shape, optional
        Values of Wx over a mini-batch; without them the running example's.
    Returns a `Live`.
    """
    wx = experiments.batch(activations)  # (m, 1)
    picture = HistogramRow()

    def show(scale, shift, b, gamma, beta, batch_norm):
        z = scale * wx + shift + b
        z_hat, y = None, z
        if batch_norm:
            z_hat = batchnorm.normalize(z, *batchnorm.batch_statistics(z))
            y = batchnorm.scale_shift(z_hat, [gamma], [beta])
        a = sigmoid(y)
        picture.update(z=z, z_hat=z_hat, y=y if batch_norm else None, a=a)
        return (
            f"The net arrives with mean {number(z.mean())} and sd {number(z.std())}; the sigmoid "
            f"gets mean {number(y.mean())} and sd {number(y.std())}, and "
            f"{percent(measures.share_saturated(a))} of its outputs are within 0.03 of 0 or 1."
        )

    return live.Live(
        "pipeline", picture, show,
        scale=live.slider("scale of Wx", 0.1, 5.0, 1.0),
        shift=live.slider("shift of Wx", -5.0, 5.0, 0.0),
        b=live.slider("bias b", -5.0, 5.0, 0.0),
        gamma=live.slider("γ", 0.0, 4.0, 1.0),
        beta=live.slider("β", -4.0, 4.0, 0.0),
        batch_norm=live.switch("batch norm", True),
    )  # fmt: skip


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
        super().__init__(figure)


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
        left + width / 2, 0.49, formula, ha="center", va="center", size=style.TITLE,
        color="white" if on else style.QUIET,
    )  # fmt: skip
